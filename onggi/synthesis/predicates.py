"""Turning a statement into a question: the end of its predicate, conjugated."""

from collections.abc import Sequence

from onggi.korean.kiwi import Morpheme
from onggi.synthesis.particles import CONSONANT, LIEUL, final_sound, particle, with_coda

VERB_TAGS = ("VV", "VX", "XSV")
ADJECTIVE_TAGS = ("VA", "XSA")
IMPERATIVES = frozenset({"ᆸ시오", "시오", "으시오", "십시오", "으십시오", "세요", "으세요", "어라", "라"})
_ACTIONS = """
지원 지급 신청 제공 납부 제출 접수 방문 운영 실시 적용 선정 발급 이용 부과 제한 면제 감면 환불 반환 대여 예약 등록
통보 개최 모집 선발 할인 연장 휴관 휴무 휴장 사용 보조 대출 지참 처리 통지 공고 배정 참여 진행 시행 추첨 반납 상담
안내 설치 관리
"""
ACTION_NOUNS = frozenset(_ACTIONS.split())
"""Nouns that end a note in the place of a verb (``월 20만 원 지급``)."""
STATE_NOUNS = frozenset({"가능", "불가", "필요", "동일"})
_POLITE = {
    "하": "해요", "되": "돼요", "있": "있어요", "없": "없어요", "받": "받아요", "내": "내요", "가": "가요",
    "주": "줘요", "열리": "열려요", "걸리": "걸려요", "들": "들어요", "나오": "나와요", "빌리": "빌려요",
    "보": "봐요", "지": "져요",
}  # fmt: skip


def ask(text: str, morphemes: Sequence[Morpheme]) -> list[str]:
    """Return the question forms of a clause, without a question word put in.

    Parameters
    ----------
    text : str
        The text that the offsets of the morphemes refer to; only what lies before the predicate is taken from it.
    morphemes : Sequence[Morpheme]
        The clause; its last morpheme is a final or a connective ending, or an action noun.

    Returns
    -------
    list[str]
        Several wordings, most usual first; empty where the predicate cannot be turned.
    """
    if not morphemes:
        return []
    last = morphemes[-1]
    if last.tag in ("NNG", "ETN"):
        return _from_noun(text, morphemes)
    if last.tag not in ("EF", "EC") or len(morphemes) < 2:
        return []
    before = morphemes[-2]
    if before.tag == "EP" and before.form in ("시", "으시"):
        if len(morphemes) < 3:
            return []
        return _told(text, morphemes[-3]) if last.form in IMPERATIVES else _open(text, morphemes[-3])
    if before.tag == "EP":
        return [text[: last.start] + ending for ending in ("나요?", "어요?", "는지 알려주세요")]
    return _told(text, before) if last.form in IMPERATIVES else _open(text, before)


def _from_noun(text: str, morphemes: Sequence[Morpheme]) -> list[str]:
    last = morphemes[-1]
    if last.tag == "ETN":
        return _open(text, morphemes[-2]) if len(morphemes) > 1 and last.form in ("ᆷ", "음") else []
    head = text[: last.end]
    if last.form in ACTION_NOUNS:
        return [head + "하나요?", head + "해요?", head + "하는지 알려주세요"]
    if last.form in STATE_NOUNS:
        return [head + "한가요?", head + "해요?"]
    return []


def _open(text: str, stem: Morpheme) -> list[str]:
    """Question forms of a present predicate."""
    tag, form = stem.tag.split("-")[0], stem.form
    head = text[: stem.start]
    if tag == "VCP" or (form == "이" and tag == "VV"):
        return [head + "인가요?", head + particle(head, "이에요") + "?", head + "인지 알려주세요"]
    if tag in VERB_TAGS or form in ("있", "없"):
        bare = form[:-1] + with_coda(form[-1], "") if final_sound(form) == LIEUL else form
        forms = [head + bare + "나요?", head + bare + "는지 알려주세요"]
        return [forms[0], head + _POLITE[form] + "?", forms[1]] if form in _POLITE else forms
    if tag in ADJECTIVE_TAGS:
        adnominal = _adnominal(form, stem.tag.endswith("-I"))
        return [head + adnominal + "가요?", head + adnominal + "지 궁금해요"]
    return []


def _told(text: str, stem: Morpheme) -> list[str]:
    """Question forms of an instruction (``누르십시오`` → ``누르면 되나요?``)."""
    if stem.tag.endswith("-I") or stem.tag.split("-")[0] not in VERB_TAGS:
        return []
    head = text[: stem.start] + stem.form
    return [head + particle(head, "으면") + ending for ending in (" 되나요?", " 돼요?")]


def _adnominal(form: str, irregular: bool) -> str:
    last, head = form[-1], form[:-1]
    coda = (ord(last) - ord("가")) % 28
    if irregular and coda == 17:  # ㅂ: 춥다 → 추운
        return head + with_coda(last, "") + "운"
    if final_sound(form) == CONSONANT and coda != 27:
        return form + "은"
    return head + with_coda(last, "ᆫ")
