"""The writer that was there before: questions in a file, each with the stretch of a document that answers it."""

from collections.abc import Container, Iterable, Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from onggi.core.errors import GoldError
from onggi.korean.normalize import nfc
from onggi.synthesis.drafts import Draft, SourceDocument
from onggi.truth.gold import resolve
from onggi.truth.labels import Quote, Text, Type, json_lines, validated

RULE = "recorded"


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    source: Text
    quote: Text
    question: Text
    type: Type
    answer: Text


class RecordedWriter:
    """Hands in the questions of a file of lines ``{"source", "quote", "question", "type", "answer"}``.

    Quotes are resolved as those of gold questions are (`onggi.truth.gold`): one that is not in its document, or twice,
    is an error. Questions on documents that may not be read are passed over.

    Parameters
    ----------
    path : Path
        The file.
    doc_ids : Container[str]
        All documents of the corpus.

    Raises
    ------
    GoldError
        The file is missing, a line is malformed, or its source is no document of the corpus.
    """

    def __init__(self, path: Path, doc_ids: Container[str]) -> None:
        self.rejected: dict[str, int] = {"uncovered": 0}
        self._lines: dict[str, list[tuple[Quote, _Line]]] = {}
        for where, line in json_lines(path, "teacher.path"):
            quote, parsed = _read(where, line)
            if quote.doc_id not in doc_ids:
                fix = "remove the line, or choose another teacher.backend for this corpus"
                raise GoldError(where, f"unknown document {quote.doc_id!r}", fix)
            self._lines.setdefault(quote.doc_id, []).append((quote, parsed))

    def write(self, sources: Iterable[SourceDocument]) -> Iterator[Draft]:
        """Yield the questions on each document, in the order of the file."""
        for source in sources:
            for quote, line in self._lines.get(source.doc_id, ()):
                (evidence,) = resolve(quote, source.text)
                chunk = source.covering(evidence.start or 0, evidence.end or 0)
                if chunk is None:
                    self.rejected["uncovered"] += 1
                else:
                    answers = (nfc(line.answer),)
                    yield Draft(nfc(line.question), line.type, answers, (evidence,), chunk.chunk_id, RULE)


def _read(where: str, line: dict[str, Any]) -> tuple[Quote, _Line]:
    parsed = validated(where, line, _Line)
    return Quote(where, nfc(parsed.source), nfc(parsed.quote)), parsed
