"""What the words on both sides of a line break say: whether the second line goes on with the sentence of the first."""

import re

_LABELLED = re.compile(r"[^:.]{2,40} : ")  # as "대출규모 (조원) : 686 → 784": a row
_NAMED = re.compile(r"(?:[^\w\s(]\s*)*\([가-힣A-Za-z·ㆍ/ ]{2,12}\)\s")  # as "* (감독기관) 국토부 …": an entry
_UNFINISHED = re.compile(r"(?:,|[가-힣](?:을|를|의|에|은|는|및))$")
_END = re.compile(r"[.?!。:;]$|[다요음함]\.\s?\d{1,3}(?:\s?[,–-]\s?\d{1,3})*\)?$")
_INITIAL = re.compile(r"[,&] [A-Z]\.$")
_DATE = re.compile(r"\d{4}\.\s?(?:\d{1,2}\.)?$")
_DAY = re.compile(r"\d{1,2}\.\s")
_NEGATIVE = re.compile(r"[-–−]\d")
_FINALS = 28  # of a Hangul syllable
_OF_VERBS = 4, 18, 20  # ㄴ, ㅄ and ㅆ among them
_STEMS = frozenset("니이않같")  # that 다 may follow, too


def ends(text: str) -> bool:
    """Tell whether a sentence ends here, numbers of its notes behind it or not; an initial ends none.

    Examples
    --------
    >>> ends("모두 감소하였다."), ends("모두 감소하였다. 5,16"), ends("La Porta, R., & Shleifer, A.")
    (True, True, False)
    """
    return bool(_END.search(text)) and not _INITIAL.search(text)


def unfinished(text: str) -> bool:
    """Tell whether a sentence surely goes on: after a comma, a particle, or a bracket that is still open.

    Examples
    --------
    >>> unfinished("시중은행 전환을"), unfinished("신규 발굴 (’23"), unfinished("추진 배경")
    (True, True, False)
    """
    return bool(_UNFINISHED.search(text)) or _open(text)


def _open(text: str) -> bool:
    return text.count("(") > text.count(")")


def counts_nothing(item: str, after: str) -> bool:
    """Tell whether what looks like a list mark at the start of a line ends a verb, or goes on with a date or a number.

    Parameters
    ----------
    item : str
        The item or paragraph so far.
    after : str
        The line.

    Examples
    --------
    >>> counts_nothing("발생률이 감소하였", "다. 이는"), counts_nothing("나. 적용 기관", "다. 시행 시기")
    (True, False)
    >>> counts_nothing("고시(2014. 1.", "3. 관세청 고시"), counts_nothing("두 차례 인하(총", "–75bp)하였다")
    (True, True)
    """
    if (_DATE.search(item) and _DAY.match(after)) or (_open(item) and _NEGATIVE.match(after)):
        return True
    last = item[-1:]
    if not after.startswith("다.") or not "가" <= last <= "힣" or item.startswith(("나.", "나)")):
        return False
    return (ord(last) - ord("가")) % _FINALS in _OF_VERBS or last in _STEMS


def same_label(item: str, line: str) -> bool:
    """Tell whether a line has a label of the same kind as the item before it: each is an entry of its own.

    Examples
    --------
    >>> same_label("* (창업비자) 종합적 고려", "(구직비자) 변경 활성화"), same_label("이는 대출", "(오토론) 실행시")
    (True, False)
    """
    return any(label.match(item) and label.match(line) for label in (_LABELLED, _NAMED))
