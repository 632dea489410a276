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
