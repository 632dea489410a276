"""The signs by which Korean offices, laws and judgments number what stands below each other."""

import re
from typing import NamedTuple

_BOXED = [chr(code) for code in range(0xF02B1, 0xF02BB)]  # 1 to 10 in boxes, in the letters of Hancom's own plane
_SYLLABLE = "가나다라마바사아자차카타파하"

_ORDINALS = ("첫", "둘", "셋", "넷", "다섯", "여섯", "일곱")

LAW = ("법령", "편", "장", "절", "관", "조")
NUMBERS = ("Ⅰ.", "1", "1.", "1-1.", "가.", "1)", "가)", "(1)", "(가)", "①", "㉠")
SQUARES = ("□", "■", "▣", "▶")
POINTS = ("○", "o", "●", "◎", "◇")
BULLETS = tuple(("boxed", square, point, "-") for square in SQUARES for point in POINTS)
CUSTOMS = (LAW, NUMBERS, *BULLETS)
"""Families of signs that stand below each other, highest first (행정업무의 운영 및 혁신에 관한 규정 시행규칙 제2조).

Which of two squares or two points is the higher is for the document to show.
"""

ANNEX = r"(?:별지|별표|붙임|별첨|첨부|참고|부록)"

_PATTERNS = {
    "별지": re.compile(
        rf"[■□]?\s?[\[<【(]\s?{ANNEX}[^\]>】)]{{0,30}}[\]>】)]|부 *칙\s*[<(\[]?.{{0,40}}$|"
        rf"{ANNEX}\s?(?:서식\s?)?(?:제\s?)?\d[\d-]*(?:호|\.|\s|$)|{ANNEX}$|{ANNEX}\.\s?(?=\S)(?!.*\d\s?부\.?$)"
    ),
    **{
        family: re.compile(rf"제\s?\d{{1,3}}(?:-\d{{1,3}})?\s?{family}(?:의\s?\d+)?(?=[\s(.:\[【]|$)")
        for family in LAW[1:]
    },
    "Ⅰ.": re.compile(r"(?:[Ⅰ-Ⅻ]|(?=[IVX])(?:X(?:IV|V?I{0,1}|I{2,3})|IX|IV|V?I{0,3}))(?:\s?[.)]\s?|\s+)(?=\S)"),
    "1-1.": re.compile(r"\d{1,2}(?:[-.]\d{1,2}){1,3}[.)]?\s+(?=[^\W\d])"),
    "1.": re.compile(r"\d{1,2}\.\s?(?=[^\d\s])"),
    "1": re.compile(r"\d{1,2} (?:\| )?(?=[가-힣])"),
    "가.": re.compile(rf"[{_SYLLABLE}]\.\s?(?=\S)"),
    "1)": re.compile(r"\d{1,2}\)\s?(?=\S)"),
    "가)": re.compile(rf"[{_SYLLABLE}]\)\s?(?=\S)"),
    "(1)": re.compile(r"\(\d{1,2}\)\s?(?=\S)"),
    "(가)": re.compile(rf"\([{_SYLLABLE}]\)\s?(?=\S)"),
    "①": re.compile(r"[①-⑳➀-➉]\s?(?=\S)"),
    "㉠": re.compile(r"[㉠-㉭㉮-㉻]\s?(?=\S)"),
    "boxed": re.compile(rf"[{_BOXED[0]}-{_BOXED[-1]}]\s?(?=\S)"),
    "□": re.compile(r"[□▢☐]\s*(?=\S)"),
    "■": re.compile(r"[■◼]\s*(?=\S)"),
    "▣": re.compile(r"▣\s*(?=\S)"),
    "▶": re.compile(r"[▶►]\s*(?=\S)"),
    "○": re.compile(r"(?:[○◯❍◦]\s*|ㅇ\s+)(?=\S)"),
    "o": re.compile(r"o\s+(?=\S)"),
    "●": re.compile(r"[●⚫]\s*(?=\S)"),
    "◎": re.compile(r"◎\s*(?=\S)"),
    "◇": re.compile(r"[◇◆]\s*(?=\S)"),
    "•": re.compile(r"•\s*(?=\S)"),
    "-": re.compile(r"[―–—-]\s*(?=[^\d\s])"),
    "[1]": re.compile(r"(?:\[\s?\d{1,2}\s?\]|[❶-❿➊-➓])\s*(?=\S)"),
    "첫째": re.compile(rf"(?:{'|'.join(_ORDINALS)})째[,.:]?\s+(?=\S)"),
    "Q.": re.compile(
        r"(?:Q\s?\d{0,3}\s?[.):]|\[질문\s?\d{0,3}\]|질문\s?\d{0,3}\s?[.):]|문\s?\d{1,3}\s?[.):])\s*(?=\S)"
    ),
    "주 문": re.compile(
        r"(?:주 *문|이 *유|(?:청 *구|신 *청|항 *소|상 *고|항 *고) *(?:취 *지|원 *인|이 *유)|범 *죄 *사 *실|"
        r"증 *거 *의 *요 *지|법 *령 *의 *적 *용|양 *형 *의? *이 *유|참 *조 *(?:조 *문|판 *례)|"
        r"판 *시 *사 *항|판 *결 *요 *지)$"
    ),
    "목차": re.compile(r"[\[<【(]?\s*(?:목\s*차|순\s*서|차\s*례|contents)\s*[\]>】)]?$", re.IGNORECASE),
    "【 】": re.compile(r"[【《〔<]\s?[^】》〕>]{2,30}\s?[】》〕>]$"),
}
_LATIN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV", "XVI")
_BARE = {*LAW, "별지", "주 문", "목차", "【 】"}
"""Families whose sign is the heading, or a part of it."""


class Sign(NamedTuple):
    """A sign that opens a line: its family, its number (0: it counts nothing), and the text that it numbers."""

    family: str
    number: int
    text: str


def sign(line: str) -> Sign | None:
    """Return the sign that opens a line, if one does.

    Examples
    --------
    >>> sign("제3조(정의)")
    Sign(family='조', number=3, text='제3조(정의)')
    >>> sign("나. 신청 방법")
    Sign(family='가.', number=2, text='신청 방법')
    >>> sign("2025. 3. 14.(금)"), sign("총계 794명")
    (None, None)
    """
    for family, pattern in _PATTERNS.items():
        if match := pattern.match(line):
            return Sign(family, _number(match[0]), line if family in _BARE else line[match.end() :])
    return None


def _number(sign: str) -> int:
    if digits := re.search(r"\d+", sign):
        return int(digits[0])
    if ordinal := re.match(rf"({'|'.join(_ORDINALS)})째", sign):
        return _ORDINALS.index(ordinal[1]) + 1
    first = sign.strip("( ")[0]
    if first in "IVX":
        return _LATIN.index(re.sub("[^IVX]", "", sign)) + 1
    for series in (_SYLLABLE, "ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩⅪⅫ", "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳", "➀➁➂➃➄➅➆➇➈➉", "".join(_BOXED)):
        if first in series:
            return series.index(first) + 1
    return 0
