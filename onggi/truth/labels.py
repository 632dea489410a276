"""Questions as they were labelled, before their evidence is looked up in the documents."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from onggi.core.errors import GoldError
from onggi.core.schema import Split

SPLITS: tuple[Split, ...] = ("train", "dev", "test")

_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Quote:
    """Evidence as it was labelled: a stretch of text, a page, or all of a document where both are None.

    ``where`` is the file and line it came from; ``grade`` says how relevant it is, from 1 up.
    """

    where: str
    doc_id: str
    text: str | None
    grade: int = 1
    page: int | None = None


@dataclass(frozen=True, slots=True)
class GoldQuestion:
    """A question as it was labelled; ``where`` is the file and line it came from.

    ``split`` is set where the source keeps splits of its own, ``options`` for a multiple-choice question.
    """

    where: str
    query_id: str
    text: str
    type: str
    answers: list[str]
    quotes: list[Quote]
    split: Split | None = None
    options: list[str] = field(default_factory=list)


def json_lines(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield ``file:line`` and the object of each line that is not blank.

    Raises
    ------
    GoldError
        The file is missing or not UTF-8, or a line is not a JSON object.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except FileNotFoundError:
        raise GoldError(path, "no such file", "put it there, or change gold.path") from None
    except UnicodeDecodeError as error:
        raise GoldError(path, f"not UTF-8 (byte {error.start})", "convert it to UTF-8") from None
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            loaded = json.loads(line)
        except (json.JSONDecodeError, RecursionError) as error:
            raise GoldError(f"{path}:{number}", f"not JSON ({error})", "write one object a line") from None
        except ValueError:  # the one other that json raises, in words for programmers
            raise GoldError(f"{path}:{number}", "a number has over 4,300 digits", "write it as a string") from None
        if not isinstance(loaded, dict):
            raise GoldError(f"{path}:{number}", f"is a {type(loaded).__name__}", "write one object a line")
        if _SURROGATE.search(json.dumps(loaded, ensure_ascii=False)):
            raise GoldError(f"{path}:{number}", r"holds half of a character (\ud800 to \udfff)", "write it whole")
        yield f"{path}:{number}", loaded


def shortened(text: str, size: int = 40) -> str:
    """Return a text for a message, cut after ``size`` characters."""
    return text if len(text) <= size else text[: size - 1] + "…"
