"""Versions of one document by their names: 안내문_v2.hwp, 안내문(최종).hwp, 안내문_20250301.hwp.

A name is taken apart into a key and marks: a date (2025-03-01, 20250301, 250301, 2025년 3월, 2025), a version (v2,
ver.1.3, rev2, 3판, (2)), and a stage (초안, 수정, 최종). What is left, without white space and punctuation, is the
key; quarters, rounds and departments stay in it, so 1분기 and 2분기 are two documents. Of two documents with one key
the marks say which is newer, if they differ; they are versions if their texts are alike too. Where only dates differ,
nearly the same: two years of a report, and two weeks of minutes, are two documents, mostly.
"""

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from onggi.korean.normalize import nfc, squash

ALIKE = 0.6
"""Jaccard of 5-grams from which two texts may be versions of one."""

ALIKE_OF_DATES = 0.95
"""The same, where the names differ in dates alone."""

_SHORTEST_KEY = 2  # characters: of 2025.hwp and v2.hwp nothing is left to tell one document from another

_MONTH, _DAY = "1[0-2]|0?[1-9]", "3[01]|[12][0-9]|0?[1-9]"
_DATE = re.compile(
    rf"""(?<!\d)(?:
    (?P<year>(?:19|20)\d\d)(?:
      \s?[년._-]\s?(?P<month>{_MONTH})(?=\s?월|[^가-힣\d]|$)(?:\s?[월._-]\s?(?P<day>{_DAY})(?=\s?일|[^가-힣\d]|$)\s?일?|\s?월)?
      |(?P<month2>0[1-9]|1[0-2])(?P<day2>0[1-9]|[12]\d|3[01]))?
    |(?P<year3>[012]\d)(?P<month3>0[1-9]|1[0-2])(?P<day3>0[1-9]|[12]\d|3[01])
    )(?!\d)(?:\s?년도?)?""",
    re.VERBOSE,
)
_VERSION = re.compile(
    r"(?<![a-z0-9])(?:ver(?:sion)?|rev(?:ision)?|v)[ ._-]?(\d{1,3}(?:\.\d{1,3})*)(?![a-z0-9])"
    r"|제?\s?(\d{1,2})\s?판(?![가-힣])|\((\d{1,2})\)(?=\W*$)",
    re.IGNORECASE,
)
_STAGE = re.compile(
    r"(?<![가-힣a-z])(?:(?P<draft>초안|draft)|(?P<changed>(?:수정|개정|보완)(?:본|판|안)?)"
    r"|(?P<final>최종\s?(?:수정)?(?:본|판|안)?|확정(?:본|판|안)?|final))(?![가-힣a-z])",
    re.IGNORECASE,
)
_RANKS = {"draft": -1, "changed": 1, "final": 2}


@dataclass(frozen=True, slots=True)
class Name:
    """A name taken apart; a date has year, month and day as far as it says them."""

    key: str
    date: tuple[int, ...] = ()
    version: tuple[int, ...] = (1,)
    stage: int = 0

    @property
    def marks(self) -> tuple[tuple[int, ...], tuple[int, ...], int]:
        """What may order documents of one key."""
        return self.date, self.version, self.stage


def named(text: str) -> Name:
    """Take a name apart.

    Examples
    --------
    >>> named("예산 안내문(최종)_v2_20250301")
    Name(key='예산안내문', date=(2025, 3, 1), version=(2,), stage=2)
    >>> named("2025년 1분기 보고")
    Name(key='1분기보고', date=(2025,), version=(1,), stage=0)
    """
    text = nfc(text)
    day: tuple[int, ...] = ()
    version: tuple[int, ...] = (1,)
    stages = [0]
    if match := _VERSION.search(text):
        version = tuple(int(part) for part in next(filter(None, match.groups())).split("."))
        text = _VERSION.sub(" ", text)
    if match := _DATE.search(text):
        groups = match.groupdict()
        parts = [groups["year"] or f"20{groups['year3']}"]
        parts += [groups[name] or groups[f"{name}2"] or groups[f"{name}3"] or "" for name in ("month", "day")]
        day = tuple(int(part) for part in parts if part)
        text = _DATE.sub(" ", text)
    while match := _STAGE.search(text):
        stages.append(_RANKS[str(match.lastgroup)])
        text = f"{text[: match.start()]} {text[match.end() :]}"
    return Name(squash(text), day, version, max(stages, key=abs))


def name_of_file(doc_id: str) -> Name:
    """Take the path of a document apart; 2024/안내.hwp and 2025/안내.hwp have one key."""
    path = PurePosixPath(doc_id)
    return named(str(path.with_suffix("")) if len(path.suffix) <= 6 else doc_id)


def newer(first: tuple[Name, ...], second: tuple[Name, ...], jaccard: float) -> int:
    """Return 1 where the second of two documents is the newer version of the first, -1 the other way, else 0.

    ``first`` and ``second`` are their names of one sort each, the surest first: the file's, the title.
    """
    for one, other in zip(first, second, strict=True):
        if one.key == other.key and len(one.key) >= _SHORTEST_KEY:
            shared = min(len(one.date), len(other.date))  # of 2025 and 2025-03 nobody knows which is newer
            dates = _compared(one.date[:shared], other.date[:shared])
            marks = _compared((one.version, one.stage), (other.version, other.stage))
            if dates or marks:
                return (dates or marks) if jaccard >= (ALIKE if marks else ALIKE_OF_DATES) else 0
    return 0


def _compared(one: tuple[object, ...], other: tuple[object, ...]) -> int:
    return (one < other) - (one > other)
