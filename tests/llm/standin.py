"""A stand-in for an endpoint, for trying the switch to a language model without one: replies by rule, no wisdom.

``python -m tests.llm.standin [PORT]`` serves OpenAI's protocol on the loopback interface until it is interrupted. It
plays the teacher (a question is what stands before the last words of a sentence), the critic and the reader (the
passage that shares most words with the question answers it).
"""

import json
import re
import sys
import time
from collections.abc import Sequence
from contextlib import suppress

from tests.llm.faulty import Answer, Body, said, serving

LATENCY_S = 0.02
_PASSAGE = re.compile(r"<passage>\n(.*?)\n</passage>", re.DOTALL)
_SENTENCE = re.compile(r"[^\n.]{12,}?(?:\.|$)", re.MULTILINE)
_WANTED = re.compile(r"(\w+) (\d+)개")
_ENDINGS = {
    "정의": "무슨 뜻인가요?", "절차": "어떻게 하나요?", "규정": "얼마까지 되나요?", "예시": "어떤 것이 있나요?",
    "비교": "서로 어떻게 다른가요?", "적용": "저도 되나요?",
}  # fmt: skip


def reply(body: Body) -> Answer:
    """Play whatever role the prompt asks for."""
    time.sleep(LATENCY_S)
    text = "\n".join(message["content"] for message in body["messages"] if message["role"] == "user")
    passages = _PASSAGE.findall(text)
    if "다음 유형으로 씁니다" in text:
        content = written(passages[-1], _WANTED.findall(text.rpartition("유형으로 씁니다:")[2]))
    elif text.startswith("질문:"):
        content = judged(text.splitlines()[0].removeprefix("질문:"), passages)
    else:
        content = answered(text.rpartition("<question>\n")[2].partition("\n</question>")[0], passages)
    return said(json.dumps(content, ensure_ascii=False))


def written(passage: str, wanted: Sequence[tuple[str, str]]) -> dict[str, object]:
    """Write the questions that are wanted, each on a sentence of its own."""
    sentences = [found.strip() for found in _SENTENCE.findall(passage) if len(found.split()) > 3]
    kinds = [kind for kind, count in wanted for _ in range(int(count))]
    questions = []
    for kind, sentence in zip(kinds, sentences, strict=False):
        *known, before, last = sentence.rstrip(".").split()
        question = f"{' '.join(known)} {_ENDINGS[kind]}"
        questions.append({"type": kind, "question": question, "answer": f"{before} {last}", "quote": sentence})
    return {"questions": questions}


def judged(question: str, passages: Sequence[str]) -> dict[str, object]:
    """Tell which passage answers: the one that shares most words."""
    return {"answering": [nearest(question, passages) + 1], "stands_alone": True}


def answered(question: str, passages: Sequence[str]) -> dict[str, object]:
    """Answer with the sentence that shares most words, or with nothing where it shares fewer than two."""
    place = nearest(question, passages)
    sentences = _SENTENCE.findall(passages[place]) or [passages[place]]
    best = sentences[nearest(question, sentences)].strip()
    answerable = len(_words(best) & _words(question)) > 1
    return {"answer": best if answerable else "", "citations": [place + 1], "answerable": answerable}


def nearest(question: str, texts: Sequence[str]) -> int:
    """Return the place of the text that shares most words with a question."""
    return max(range(len(texts)), key=lambda place: len(_words(texts[place]) & _words(question)))


def _words(text: str) -> set[str]:
    """Return the first two letters of each word: enough to see past most particles."""
    return {word[:2] for word in re.findall(r"\w+", text)}


def main(port: int) -> None:
    """Serve until interrupted."""
    with serving(port) as server, suppress(KeyboardInterrupt):
        server.rule = reply
        print(f"{server.url} answers by rule; stop it by Ctrl-C", flush=True)
        while True:
            time.sleep(1.0)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 8199)
