"""Gold questions: read them, and anchor their evidence in the documents.

Evidence is a span of a document, never a chunk, so that chunk size, overlap and splitter can be swept without
labelling anything again.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from onggi.core.errors import GoldError
from onggi.core.params import Params
from onggi.core.places import on_page
from onggi.core.schema import Evidence, Origin
from onggi.korean.normalize import nfc, squash
from onggi.truth.labels import GoldQuestion, Quote, Text, Type, json_lines, shortened, validated


class GoldParams(Params):
    """Where the gold questions are."""

    key: ClassVar[str] = "gold"

    path: str = Field(min_length=1, description="jsonl of gold questions, or a BEIR folder")
    judgments: str = Field(min_length=1, description="jsonl of spans that were judged, beside the labels")


class _Quote(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    source: Text
    quote: Text | None = None
    page: Annotated[int, Field(ge=1)] | None = None


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    id: Text
    question: Text
    type: Type
    answer: Text | None
    evidence: list[_Quote]
    options: Annotated[list[Text], Field(min_length=2)] | None = None


def read_gold(path: Path) -> list[GoldQuestion]:
    """Read gold questions from a jsonl file, or from a BEIR folder (see `onggi.truth.beir`), ordered by id.

    A line of the file is ``{"id", "question", "type", "answer", "evidence": [{"source", "quote"}]}``; evidence may be
    ``{"source", "page"}`` instead, the page counted from 1. A question without an answer in the corpus has ``answer``
    null and no evidence. A multiple-choice question has ``options`` too, one of which is the answer.

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
    parsed = validated(where, line, _Line)
    if (parsed.answer is None) != (not parsed.evidence):
        raise GoldError(where, "an answer goes with evidence, and none with none", "give both, or null and []")
    quotes = [_quote(where, place, item) for place, item in enumerate(parsed.evidence)]
    answers = [nfc(parsed.answer)] if parsed.answer is not None else []
    options = [nfc(option) for option in parsed.options or ()]
    if len(set(map(squash, options))) < len(options):
        raise GoldError(where, "two options are the same", "make them different")
    if options and not set(answers) <= set(options):
        raise GoldError(where, f"the answer {shortened(answers[0])!r} is none of the options", "copy it from them")
    return GoldQuestion(where, parsed.id, nfc(parsed.question), parsed.type, answers, quotes, options=options)


def _quote(where: str, place: int, item: _Quote) -> Quote:
    if (item.quote is None) == (item.page is None):
        what = f"evidence.{place} has {'neither' if item.quote is None else 'both'} of quote and page"
        raise GoldError(where, what, "give one of them")
    return Quote(where, nfc(item.source), None if item.quote is None else nfc(item.quote), page=item.page)


def anchor(
    questions: Sequence[GoldQuestion],
    texts: Iterable[tuple[str, str]],
    origins: Mapping[str, Sequence[Origin]] = MappingProxyType({}),
) -> dict[str, list[Evidence]]:
    """Resolve the quotes and pages of questions to spans of the documents; return the evidence by query id.

    Parameters
    ----------
    questions
        What was labelled; their ids are distinct.
    texts
        The ids and texts of all documents, read once, so that none but the one at hand is in memory.
    origins
        Where the documents stand in their files, of those at least of which a question names a page.

    Raises
    ------
    GoldError
        A source is no document of the corpus, a quote is not in its document or is there more than once, or a page
        holds no text of its document.
    """
    resolved = iter(anchored([quote for question in questions for quote in question.quotes], texts, origins))
    return {question.query_id: [span for _ in question.quotes for span in next(resolved)] for question in questions}


def anchored(
    quotes: Sequence[Quote],
    texts: Iterable[tuple[str, str]],
    origins: Mapping[str, Sequence[Origin]] = MappingProxyType({}),
) -> list[list[Evidence]]:
    """Return the spans of each quote, more than one where it is a page (see `anchor`)."""
    spans: list[list[Evidence]] = [[] for _ in quotes]
    waiting: dict[str, list[int]] = {}
    for place, quote in enumerate(quotes):
        waiting.setdefault(quote.doc_id, []).append(place)
    for doc_id, text in texts:
        for place in waiting.pop(doc_id, ()):
            spans[place] = resolve(quotes[place], text, origins.get(doc_id, ()))
    for places in waiting.values():
        where, doc_id = quotes[places[0]].where, quotes[places[0]].doc_id
        raise GoldError(where, f"unknown document {doc_id!r}", "name a document of corpus.path")
    return spans


def resolve(quote: Quote, text: str, origins: Sequence[Origin] = ()) -> list[Evidence]:
    """Return where a quote stands in the text of its document, or a page in its ``origins``.

    Raises
    ------
    GoldError
        The quote is not there, or there more than once; the page holds no text.
    """
    if quote.page is not None:
        spans = on_page(origins, quote.page)
        if not spans:
            last = max((origin.number for origin in origins), default=0)
            known = f"its text ends at {last}" if last else "it has none"
            raise GoldError(
                quote.where, f"there is no text on page {quote.page} of {quote.doc_id}", f"correct the page ({known})"
            )
        return [Evidence(quote.doc_id, start, end, quote.grade, quote.page) for start, end in spans]
    if quote.text is None:
        return [Evidence(quote.doc_id, grade=quote.grade)]
    places = locate(quote.text, text)
    if len(places) == 1:
        return [Evidence(quote.doc_id, *places[0], quote.grade)]
    shown = repr(shortened(quote.text))
    if places:
        what = f"the quote {shown} stands in {len(places)} places of {quote.doc_id}"
        raise GoldError(quote.where, what, "quote more of the sentence that answers")
    raise GoldError(quote.where, f"the quote {shown} is not in {quote.doc_id}", "copy it from the document")


def locate(quote: str, text: str) -> list[tuple[int, int]]:
    """Return all places where ``quote`` stands in ``text`` as it is; where there are none, white space aside.

    Examples
    --------
    >>> locate("닷새 뒤에", "메주는 닷새\\n뒤에 띄운다")
    [(4, 9)]
    """
    if places := [(start, start + len(quote)) for start in _occurrences(quote, text)]:
        return places
    bare = "".join(quote.split())
    kept = [place for place, char in enumerate(text) if not char.isspace()]
    starts = _occurrences(bare, "".join(text.split()))
    return [(kept[start], kept[start + len(bare) - 1] + 1) for start in starts]


def _occurrences(part: str, text: str) -> Iterator[int]:
    """Yield where ``part`` starts in ``text``, one within another counted too; nothing is nowhere."""
    start = text.find(part) if part else -1
    while start >= 0:
        yield start
        start = text.find(part, start + 1)
