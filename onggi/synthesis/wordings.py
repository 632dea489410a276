"""How people ask: templates by what is asked for. ``{t}`` is the topic, ``{l}`` a label, ``{t:은}`` adds a particle."""

import re

from onggi.synthesis.particles import fill
from onggi.synthesis.topics import Topic

AMOUNT = ("{t} {l:은} 얼마인가요?", "{t} {l:이} 얼마예요?", "{t} {l} 얼마나 되나요?")
WHEN = ("{t} {l:은} 언제인가요?", "{t} {l:이} 언제예요?", "{t} {l} 언제인지 알려주세요")
WHERE = ("{t} {l:은} 어디인가요?", "{t} {l:이} 어디예요?", "{t} {l} 어디인지 알려주세요")
ANYTHING = ("{t} {l:은} 어떻게 되나요?", "{t} {l:이} 어떻게 되나요?", "{t} {l} 알려주세요", "{t} {l:은} 무엇인가요?")
CALLED = ("{t} {l:이} 뭐예요?", "{t} {l:은} 무엇인가요?", "{t}에서 말하는 {l:이} 뭐예요?")
STEPS = (
    "{t} 절차가 어떻게 되나요?",
    "{t:은} 어떤 순서로 진행되나요?",
    "{t} 처음부터 어떻게 하면 되는지 알려주세요",
    "{t} 진행 과정이 궁금해요",
)
STEPS_OF = ("{l:은} 어떻게 하나요?", "{l} 순서 좀 알려주세요", "{l:은} 어떤 순서로 하면 되나요?", "{l} 방법이 궁금해요")
EXAMPLES = (
    "{t} {l}에는 어떤 것이 있나요?",
    "{t} {l}에는 뭐가 있어요?",
    "{t} {l:으로}는 무엇이 있나요?",
    "{t} {l} 예를 들면 뭐가 있나요?",
)
DIFFERENCE = (
    "{t} {a:과} {b:은} {l:이} 어떻게 다른가요?",
    "{t} {a:이랑} {b} {l} 차이가 뭐예요?",
    "{t} {a:과} {b}의 {l:을} 비교해 주세요",
    "{t} {l:이} {a:과} {b} 각각 어떻게 되나요?",
)
DIFFERENCE_OF = (
    "{t} {a:과} {b:은} 어떻게 다른가요?",
    "{t} {a:이랑} {b} 차이가 뭐예요?",
    "{t} {a:과} {b:을} 비교해 주세요",
)
OWN_CASE = (
    "{p}인데 {t} {l:은} 얼마예요?",
    "{p:이면} {t} {l:이} 어떻게 되나요?",
    "저는 {p}인데요, {t} {l:이} 어떻게 되나요?",
)
OWN_BENEFIT = (
    "{p}인데 {t} 얼마나 받을 수 있나요?",
    "저는 {p}인데 {t} 어떻게 지원되나요?",
    "{p:이면} {t:은} 어떻게 되나요?",
)
OWN_AGE = (
    "만 {n}세인데 {t} 대상이 되나요?",
    "올해 {n}살인데 {t} 신청할 수 있어요?",
    "{n}세도 {t} 해당되나요?",
    "나이가 {n}살이면 {t} 가능한가요?",
)
OWN_GROUP = ("{p}인데 {t} 받을 수 있나요?", "저는 {p}인데 {t} 신청해도 되나요?", "{p}도 {t} 대상인가요?")
MEANING = (
    "{x:이란} 무엇인가요?",
    "{x:이} 뭐예요?",
    "{x:은} 무슨 뜻인가요?",
    "{x:은} 어떤 건가요?",
    "{x}의 뜻을 알려주세요",
)
WHO = ("{x:은} 누구인가요?", "{x:은} 어떤 사람이에요?", "{x:이} 누구예요?")
NAME_OF = ("{d:을} 뭐라고 하나요?", "{d:을} 무엇이라고 부르나요?", "{d:을} 가리키는 말이 뭐예요?")


def about(topic: Topic, body: str, has_subject: bool) -> tuple[str, ...]:
    """Return a question with its topic put in front, in the ways that suit what the topic is."""
    if topic.is_in(body):
        return (body,)
    name = topic.name
    if topic.kind == "place":
        return (f"{name}에서 {body}", f"{name}에서는 {body}", f"{name} {body}")
    if topic.kind == "law":
        return (f"{name}에서 {body}", f"{name}에 따르면 {body}")
    if topic.kind == "program":
        if has_subject:
            return (f"{name}에서 {body}", f"{name}의 경우 {body}")
        return (fill("{t:은} ", t=name) + body, f"{name} {body}", f"{name}의 경우 {body}")
    return () if has_subject else (fill("{t:은} ", t=name) + body,)


_SPOKEN = tuple(
    (re.compile(pattern), word)
    for pattern, word in (
        (r"무엇을", "뭘"),
        (r"무엇이", "뭐가"),
        (r"무엇인가요", "뭐예요"),
        (r"어떤 것이 있", "뭐가 있"),
        (r"어떤 것들을", "뭐뭐를"),
        (r"어디에서", "어디서"),
        (r"제출해야", "내야"),
        (r"(?:제출|납부)하(?=나요|면|는)", "내"),
        (r"지급하(?=나요|는지)", "주"),
        (r"지급받", "받"),
        (r"(?<=며칠) 이내에?", " 안에"),
        (r"몇 개월(?= |까|이|동|간|을)", "몇 달"),
        (r"얼마인가요", "얼마죠"),
        (r"([해내가야]) 하나요", r"\1 돼요"),
        (r"되나요\?$", "돼요?"),
        (r"있나요\?$", "있어요?"),
        (r"(?<= )이용하려면", "쓰려면"),
        (r"(?<!좀 )알려주세요$", "좀 알려 주세요"),
    )
)


def spoken(question: str) -> str:
    """Return a question as it is said rather than written.

    Examples
    --------
    >>> spoken("장독 대여는 무엇을 제출해야 하나요?")
    '장독 대여는 뭘 내야 돼요?'
    """
    for pattern, word in _SPOKEN:
        question = pattern.sub(word, question)
    return question
