"""Gold questions: read them, and anchor their evidence in the documents.

Evidence is a span of a document, never a chunk, so that chunk size, overlap and splitter can be swept without
labelling anything again.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from onggi.core.errors import GoldError
from onggi.core.schema import Evidence
from onggi.korean.normalize import nfc
from onggi.truth.labels import GoldQuestion, Quote, json_lines

_SURROGATE = re.compile("[\ud800-\udfff]")


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("must not be blank")
    return text


Text = Annotated[str, AfterValidator(_not_blank)]


class _Quote(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    source: Text
    quote: Text


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    id: Text
    question: Text
    type: Literal["정의", "절차", "규정", "예시", "비교", "적용"]
    answer: Text | None
    evidence: list[_Quote]


def read_gold(path: Path) -> list[GoldQuestion]:
    """Read gold questions from a jsonl file, or from a BEIR folder (see `onggi.truth.beir`), ordered by id.

    A line of the file is ``{"id", "question", "type", "answer", "evidence": [{"source", "quote"}]}``; a question
    without an answer in the corpus has ``answer`` null and no evidence.

    Raises
    ------
    GoldError
        The path is missing, a line is malformed, or an id appears twice; the message names file and line.
    """
    if not path.exists():
        raise GoldError(path, "no such file or folder", "set gold.path to a jsonl file or a BEIR folder")
    if path.is_dir():
        from onggi.truth.beir import read_beir

        questions = read_beir(path)
    else:
        questions = [_question(where, line) for where, line in json_lines(path)]
    first: dict[str, str] = {}
    for question in questions:
        if question.query_id in first:
            fix = f"rename one; it is already used at {first[question.query_id]}"
            raise GoldError(question.where, f"the id {question.query_id!r} appears twice", fix)
        first[question.query_id] = question.where
    return sorted(questions, key=lambda question: question.query_id)


def _question(where: str, line: dict[str, Any]) -> GoldQuestion:
    try:
        parsed = _Line.model_validate(line)
    except ValidationError as error:
        problem = error.errors()[0]
        key = ".".join(map(str, problem["loc"]))
        allowed = problem["msg"][0].lower() + problem["msg"][1:]
        raise GoldError(where, f"{key}: got {problem['input']!r}", allowed.removeprefix("value error, ")) from None
    if (parsed.answer is None) != (not parsed.evidence):
        raise GoldError(where, "an answer goes with evidence, and none with none", "give both, or null and []")
    quotes = [Quote(where, nfc(item.source), nfc(item.quote)) for item in parsed.evidence]
    answers = [nfc(parsed.answer)] if parsed.answer is not None else []
    return GoldQuestion(where, parsed.id, nfc(parsed.question), parsed.type, answers, quotes)


def anchor(question: GoldQuestion, texts: Mapping[str, str]) -> list[Evidence]:
    """Resolve the quotes of a question to spans of the documents, given their texts by id.

    A quote that occurs more than once means its first place; where it occurs nowhere as it is, white space may differ.

    Raises
    ------
    GoldError
        A source is no document of the corpus, or a quote is not in its document.
    """
    evidence = []
    for quote in question.quotes:
        if quote.doc_id not in texts:
            raise GoldError(quote.where, f"unknown document {quote.doc_id!r}", "name a document of corpus.path")
        if quote.text is None:
            evidence.append(Evidence(quote.doc_id))
            continue
        span = locate(quote.text, texts[quote.doc_id])
        if span is None:
            what = f"the quote {_shorten(quote.text)!r} is not in {quote.doc_id}"
            raise GoldError(quote.where, what, "copy it from the document")
        evidence.append(Evidence(quote.doc_id, *span))
    return evidence


def locate(quote: str, text: str) -> tuple[int, int] | None:
    """Return where ``quote`` first stands in ``text``, as it is or else white space aside; None where it does not.

    Examples
    --------
    >>> locate("닷새 뒤에", "메주는 닷새\\n뒤에 띄운다")
    (4, 9)
    """
    start = text.find(quote)
    if start >= 0:
        return start, start + len(quote)
    places = [place for place, char in enumerate(text) if not char.isspace()]
    bare = "".join(quote.split())
    start = "".join(text.split()).find(bare)
    if start < 0 or not bare:
        return None
    return places[start], places[start + len(bare) - 1] + 1


def _shorten(text: str, size: int = 40) -> str:
    return text if len(text) <= size else text[: size - 1] + "…"
