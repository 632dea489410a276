"""Rules for sentences: ``X는 … 센터입니다``, ``장독을 깨뜨리면 …``."""

import re
from collections.abc import Iterator, Sequence

from onggi.korean.kiwi import Morpheme
from onggi.korean.units import Unit, tidy
from onggi.korean.wording import conjugate
from onggi.synthesis.attributes import BENEFIT
from onggi.synthesis.passages import LONGEST_ANSWER, Fact, Passage, fact
from onggi.synthesis.topics import kind_of

_POINTER = re.compile(
    r"(?<![가-힣])(?:[이그저]|[이그]런|[이그]러한|해당|본|동|위|아래|다음(?! 달)|이번|[이그]때|[여거]기|"
    r"[이그]곳|[이그]것|우리|저희|나머지|"
    r"올해|지난해|작년|내년|오늘|같은|둘|셋|모두|각각|앞|뒤|서로|자기|남|제가|저는|누구|어느|답|"
    r"예)(?:[은는이가을를의도만에]|에서|에는|과|와)?"
    r"(?![가-힣])"
)
_OUTCOME = re.compile(
    r"원|\d|환불|돌려|취소|해지|정지|제한|지급|반납|연장|부과|[내야]야|냅니다|제출|전화|알려|알리|받을 수|"
    r"할 수 (?:있|없)|안 됩니다|않습니다|"
    r"못합니다|가능|무효|몰수|회수|중단|제외|깎|덜어|감면|할인|면제|더해|보상|신고|닫|없어집니다|갚|바꾸|바꿔|"
    r"옮겨|늦어|미룰|멈출|어려울"
)
_TOLD = re.compile(r"(?<!주의하)세요$|십시오$|[어아여해]야 (?:한다|합니다|해요)$|면 (?:된다|됩니다|돼요)$")
_MISFIRES = re.compile(
    r"예를 들|더 |답변|따르|의하|말하자|보면$|되면$|하다 |[라이]면$|조금|아무|어떻|얼마|무엇|무슨|그렇|이렇|(?:때|것|"
    r"일|점|데)[을를이가] "
)
_NO_OUTCOME = re.compile(
    r"(?:[가-힣]면|려면|경우|때문) |^(?:된다|됩니다|안 )|(?:답|안내|설명|처리)한다$|묻|[었았였했됐]다$|습니까"
)


def _sentences(passage: Passage) -> Iterator[tuple[Unit, list[Morpheme]]]:
    """Yield the statements of a chunk, without conjunctions that open and marks that end them."""
    for unit in passage.units:
        text = passage.text[unit.start : unit.end]
        inside = [m for m in unit.morphemes if m.tag not in ("MAJ", "SF", "SB", "SW")]
        if (
            unit.kind in ("sentence", "item", "note")
            and not unit.label
            and not re.search(r"[?\"“”()]|^(?:[AQ답문]\W|\[)", text)
        ):
            yield unit, inside


def definitions(passage: Passage) -> Iterator[Fact]:
    """Ask what the topic is, or what is explained as ``X란 …``."""
    for unit, morphemes in _sentences(passage):
        mark = next((m for m in morphemes if m.tag in ("JX", "JKS", "JKB", "JKO", "VV", "VA", "EC")), None)
        ends = len(morphemes) > 4 and morphemes[-2].tag == "VCP" and morphemes[-1].tag == "EF"
        if mark is None or not ends or mark.form not in ("은", "는", "란", "이란"):
            continue
        name = tidy(passage.text[morphemes[0].start : mark.start]).strip("'‘’")
        body = tidy(passage.text[mark.end : morphemes[-2].start])
        kind = BENEFIT.search(body) or kind_of(body) != "thing" or re.search(r"(?:곳|제도|시설|사업)$", body)
        if (mark.form in ("란", "이란") or (name == passage.topic.name and kind)) and 12 <= len(body) <= LONGEST_ANSWER:
            yield fact("정의", ("{x:이} 뭐예요?", "{x:은} 무엇인가요?"), body, (unit.start, unit.end), x=name)


def conditions(passage: Passage) -> Iterator[Fact]:
    """Ask what happens if: ``장독을 깨뜨리면 …``; ``…하려면`` asks for a procedure."""
    for unit, morphemes in _sentences(passage):
        at = next((i for i, m in enumerate(morphemes) if m.tag == "EC" and m.form.endswith("면")), 0)
        stops = (i for i in range(at) if morphemes[i].tag == "SP" and morphemes[i - 1].tag == "EC")
        if 1 < at < len(morphemes) - 3:
            yield from _condition(passage, unit, morphemes[max(stops, default=-1) + 1 :], morphemes[at])


def _condition(passage: Passage, unit: Unit, morphemes: Sequence[Morpheme], ending: Morpheme) -> Iterator[Fact]:
    text, at = passage.text, morphemes.index(ending)
    given, main = morphemes[:at], tidy(text[ending.end : morphemes[-1].end]).lstrip(", ")
    polite = at > 1 and given[-1].tag == "EP" and given[-1].form in ("시", "으시")
    given = given[:-1] if polite else given
    nouns = sum(m.tag in ("NNG", "NNP") and len(m.form) > 1 for m in given)
    closed = (
        m.tag in ("EF", "NP", "SP", "JKQ", "VCN") or (m.tag == "EC" and m.form not in ("지", "어", "아", "게"))
        for m in given
    )
    if any(closed) or any(m.tag == "JX" and m.form in ("은", "는", "도") for m in given) or morphemes[-1].tag != "EF":
        return
    stem, marked = given[-1], any(m.tag in ("JKO", "JKS", "JKB") for m in given)
    head = tidy(text[given[0].start : stem.start]) + (" " if text[stem.start - 1].isspace() else "")
    before = head + conjugate(stem.form, stem.tag, (ending.form, "EC"))
    plain = stem.tag[:2] in ("VV", "XS", "VX", "VA") and nouns > 1 - marked and 7 <= len(before) <= 32
    told = _OUTCOME.search(main) and 6 <= len(main) <= LONGEST_ANSWER and not _NO_OUTCOME.search(main)
    if plain and told and not _POINTER.search(f"{before} {main}") and not _MISFIRES.search(before):
        purpose, about = ending.form.endswith("려면"), passage.subject(unit.heading)
        how = "어떻게 해야 하나요?" if purpose or _TOLD.search(main) else "어떻게 되나요?"
        about += "에서" if kind_of(about) in ("place", "law") else "의 경우"
        forms = [f"{before} {how}"]
        if not purpose and stem.tag[:2] in ("VV", "XS"):
            forms.append(head + conjugate(stem.form, stem.tag, ("었", "EP"), ("는데", "EC")) + f" {how}")
        wordings = tuple(form if passage.topic.is_in(form) else f"{about} {form}" for form in forms)
        yield Fact("절차" if purpose else "적용", wordings, main, ((unit.start, unit.end),))
