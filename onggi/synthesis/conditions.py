"""Questions from conditions: what happens if, and what to do in order to."""

import re
from collections.abc import Iterator, Sequence

from onggi.korean.kiwi import Morpheme
from onggi.korean.units import Unit, tidy
from onggi.synthesis.clauses import OPENERS, is_dangling, said
from onggi.synthesis.facts import LONGEST_ANSWER, Fact
from onggi.synthesis.particles import CONSONANT, final_sound, particle, past
from onggi.synthesis.structures import shorten
from onggi.synthesis.topics import Topic
from onggi.synthesis.wordings import about


def conditions(masked: str, unit: Unit, topic: Topic) -> Iterator[Fact]:
    """``…하면``, ``…한 경우``: one's own case; ``…하려면``, ``…하기 위해``: a procedure."""
    morphemes = [m for m in unit.morphemes if m.tag != "SF"]
    if any(m.tag == "EP" and m.form in ("었", "았", "였") for m in morphemes[-3:]):
        return
    for i, m in enumerate(morphemes[1:-3], start=1):
        purpose = m.tag == "EC" and m.form in ("려면", "으려면")
        condition = m.tag == "EC" and m.form in ("면", "으면", "다면")
        case = m.form == "경우" and m.tag == "NNG" and morphemes[i - 1].tag == "ETM"
        if not (purpose or condition or case):
            continue
        start, stem = _clause_start(morphemes, i), morphemes[i - 2 if case else i - 1]
        rest = None if case and morphemes[i + 1].tag == "JKS" else _after(morphemes, i, case)
        if rest is None or any(map(is_dangling, morphemes[start : i + 1])) or stem.tag == "VCP":
            return
        polite = stem.tag == "EP" and stem.form in ("시", "으시") and i - start > 2 and not case
        if polite:
            stem = morphemes[i - 2]
        before = said(masked[morphemes[start].start : stem.start if polite else m.end], topic)
        if polite:
            if not stem.tag.startswith(("VV", "VX", "XSV")) or stem.tag.endswith("-I"):
                return
            space = " " if masked[stem.start - 1].isspace() else ""
            before += (
                f"{space}{stem.form}{particle(stem.form, '으면')}"
                if not purpose
                else f"{space}{_in_order_to(stem.form)}"
            )
        main = tidy(masked[rest.start : morphemes[-1].end].replace("\x00", ""))
        if (
            not 6 <= len(before) <= 45
            or not 6 <= len(main) <= LONGEST_ANSWER
            or re.match(r"(?:된다|됩니다|되|안 )", main)
            or _idiom(before)
            or sum(map(before.count, "\"“”‘’'")) % 2
        ):
            return
        has_subject = any(p.tag == "JX" and p.form in ("은", "는") for p in morphemes[start:i])
        told = (
            re.search(r"십시오$|세요$|바랍니다$|[어아여해]야 (?:한다|합니다|해요)|면 (?:된다|됩니다|돼요)$", main)
            is not None
        )
        forms = _purposes(before) if purpose else _cases(masked, morphemes, start, i, stem, case, topic, before, told)
        wordings = tuple(w for form in forms for w in _placed(topic, form, has_subject))
        if wordings:
            yield Fact(
                "절차" if purpose else "적용", tuple(dict.fromkeys(wordings)), shorten(main), ((unit.start, unit.end),)
            )
        return


def _placed(topic: Topic, form: str, has_subject: bool) -> tuple[str, ...]:
    if topic.is_in(form):
        return (form,)
    if topic.kind == "thing":
        return about(topic, form, True) or (f"{topic.name} {form}",)
    return (
        (f"{topic.name}에서 {form}",)
        if topic.kind in ("place", "law") or has_subject
        else (f"{topic.name} {form}", f"{topic.name}에서 {form}")
    )


def _clause_start(morphemes: Sequence[Morpheme], end: int) -> int:
    start = 0
    for i in range(end - 1):
        m = morphemes[i]
        if (m.tag in ("EC", "EF") and morphemes[i + 1].tag == "SP") or m.tag == "MAJ":
            start = i + 1
    while start < end and (morphemes[start].tag in ("SP", "MAJ", "SW", "SB") or morphemes[start].form in OPENERS):
        start += 1
    return start


def _after(morphemes: Sequence[Morpheme], i: int, case: bool) -> Morpheme | None:
    rest = i + 1
    while (
        rest < len(morphemes) and morphemes[rest].tag in ("SP", "JX", "JKB") and (case or morphemes[rest].tag == "SP")
    ):
        rest += 1
    return morphemes[rest] if rest < len(morphemes) - 1 else None


def _idiom(before: str) -> bool:
    return re.search(r"예를 들(?:면|어)|따르면|의하면|다시 말하면|말하자면|보면$|하다 보면|라면$", before) is not None


def _in_order_to(stem: str) -> str:
    return stem + ("으려면" if final_sound(stem) == CONSONANT else "려면")


def _purposes(before: str) -> tuple[str, ...]:
    return (
        f"{before} 어떻게 해야 하나요?",
        f"{before} 어떻게 하면 되나요?",
        f"{before} 뭘 해야 돼요?",
        f"{before} 어떻게 해요?",
    )


def _cases(
    masked: str,
    morphemes: Sequence[Morpheme],
    start: int,
    i: int,
    stem: Morpheme,
    case: bool,
    topic: Topic,
    before: str,
    told: bool,
) -> tuple[str, ...]:
    given = f"{before}에는" if case else before
    ends = ("어떻게 해야 하나요?", "어떻게 하면 돼요?", "어떻게 하죠?") if told else ("어떻게 되나요?", "어떻게 돼요?")
    forms = [f"{given} {end}" for end in ends]
    head = said(masked[morphemes[start].start : stem.start], topic)
    gap = " " if masked[stem.start - 1 : stem.start].isspace() else ""
    tag = stem.tag.split("-")
    if stem.form in ("있", "없") or (tag[0] == "VX" and stem.form in ("않", "못하")):
        forms.append(f"{head}{gap}{stem.form}는데 {ends[0]}")
    elif tag[0] in ("VV", "XSV") and tag[-1] != "I" and not stem.form.endswith("르"):
        did = f"{head}{gap}{past(stem.form)}는데"
        forms += [f"{did} {end}" for end in ends] if topic.kind != "thing" else []
    return tuple(forms)
