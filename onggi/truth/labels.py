"""Questions as they were labelled, before their evidence is looked up in the documents."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ValidationError

from onggi.core.errors import GoldError
from onggi.core.schema import Split

SPLITS: tuple[Split, ...] = ("train", "dev", "test")

Shape = TypeVar("Shape", bound=BaseModel)


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("must not be blank")
    return text


Text = Annotated[str, AfterValidator(_not_blank)]
Type = Literal["정의", "절차", "규정", "예시", "비교", "적용"]

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


def json_lines(path: Path, setting: str = "gold.path") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield ``file:line`` and the object of each line that is not blank; ``setting`` is what named the file.

    Raises
    ------
    GoldError
        The file is missing or not UTF-8, or a line is not a JSON object.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except FileNotFoundError:
        raise GoldError(path, "no such file", f"put it there, or change {setting}") from None
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


def validated(where: str, line: dict[str, Any], shape: type[Shape]) -> Shape:
    """Return the object of a line as ``shape``.

    Raises
    ------
    GoldError
        A key is missing, unknown or holds what it may not; the message names the first.
    """
    try:
        return shape.model_validate(line)
    except ValidationError as error:
        problem = error.errors()[0]
        key = ".".join(map(str, problem["loc"]))
        allowed = problem["msg"][0].lower() + problem["msg"][1:]
        raise GoldError(where, f"{key}: got {problem['input']!r}", allowed.removeprefix("value error, ")) from None


def shortened(text: str, size: int = 40) -> str:
    """Return a text for a message, cut after ``size`` characters."""
    return text if len(text) <= size else text[: size - 1] + "…"
