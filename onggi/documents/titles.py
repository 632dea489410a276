"""Whether what a file gives as its title is one."""

import re

from onggi.documents.blocks import one_line

_LEFT_BY_PROGRAMS = re.compile(
    r"untitled.*|\(?unspecified\)?|제목\s?없음|무제|(빈|새)?\s?문서\s?\d*|새\s?(프레젠테이션|스프레드시트|통합\s?문서)"
    r"|(microsoft )?(word|excel|powerpoint)\s?-\s.*|word document|new document|document\d*|presentation\d*|book\d+"
    r"|(microsoft )?powerpoint\s?(프레젠테이션|presentation)|(slide|슬라이드|시트|sheet|page|페이지)\s?\d*"
    r"|문\s?내용|본문|내용|제목|title|본\s?문\s?내\s?용|no\s?name|none|null",
    re.IGNORECASE,
)
_FILE = re.compile(
    r".*\.(hwpx?|docx?|pptx?|xlsx?|pdf|txt|indd|qxd|ai|psd|tmp)|[a-z]:\\.*|\\\\.*|file:.*", re.IGNORECASE
)
_LETTER = re.compile(r"[^\W\d_]")
_KINDS = re.compile(
    r"(보도|참고|설명|해명|회의|붙임|별첨)?자료|(보도)?참고|별첨|붙임|첨부|별지|목차|차례|순서|저작권|판권|머리말|서문|일러두기"
    r"|본?문서에대하여|문서정보|개정이력|변경이력|제개정이력|공고|공고문|안내|판결|결정|이유|주문|표지|contents|copyright",
    re.IGNORECASE,
)
_ORGANISATION = re.compile(
    r"(?:[가-힣]+ ){0,2}(?:[가-힣]{2,8}[부처청]"
    r"|[가-힣]+(?:의회|위원회|공사|공단|은행|법원|협회|재단|학회|센터|진흥원|평가원|개발원|관리원|안전원|연구[원소]|감사원"
    r"|병원|대학교|[시구군도]청|사무[국처]|주식회사))"
    r"(?: ?[가-힣]{0,3}(?:장|장관|총리))?"
)
_DATED = re.compile(r"[\d\s.년월일()~–-]*(?:\([월화수목금토일]\))?[\d\s.:]*")
_FIELD = re.compile(r"\$[\[{(]|\{\{|%[sd]\b|<[^>]*…?>?$|^‹")
_GARBAGE = re.compile("[\ufffd\ue000-\uf8ff³²¹¼½¾¿À-ÿ]")
_MOST_GARBAGE = 0.2


def plausible(title: str) -> str:
    """Return a title on one line, or nothing where no person wrote it for this document.

    Names that programs give, names of files, numbers alone, fields that were never filled, and Korean that was read in
    another encoding are none.

    Examples
    --------
    >>> plausible("PowerPoint 프레젠테이션"), plausible("3"), plausible("2024³â ¾È³»"), plausible("2024년 안내")
    ('', '', '', '2024년 안내')
    """
    title = one_line(title)
    if (
        _LEFT_BY_PROGRAMS.fullmatch(title)
        or _FILE.fullmatch(title)
        or not _LETTER.search(title)
        or _FIELD.search(title)
    ):
        return ""
    if len(_GARBAGE.findall(title)) > _MOST_GARBAGE * len(title):
        return ""
    return title


def names_nothing(text: str) -> bool:
    """Tell whether a line at the start of a document names none: a kind of document, its writer's name alone, a date.

    Examples
    --------
    >>> names_nothing("보도자료"), names_nothing("[ 목 차 ]"), names_nothing("서초구의회"), names_nothing("2022. 1.")
    (True, True, True, True)
    >>> names_nothing("본 문서에 대하여"), names_nothing("2022년 국립국어원 업무계획"), names_nothing("의회 운영 계획")
    (True, False, False)
    """
    line = one_line(text)
    word = re.sub(r"[^가-힣A-Za-z]", "", line)
    return bool(_KINDS.fullmatch(word) or _DATED.fullmatch(line)) or names_organisation(line)


def names_organisation(text: str) -> bool:
    """Tell whether a line is the name of an organisation, or of its head, and nothing else."""
    return bool(_ORGANISATION.fullmatch(one_line(text)))
