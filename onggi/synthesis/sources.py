"""What is read: documents with their chunks, and questions of people to learn their tone from."""

import hashlib
from collections import defaultdict
from collections.abc import Container, Iterator
from itertools import groupby
from pathlib import Path

from onggi.core import tables
from onggi.core.schema import Chunk, Document, Question
from onggi.synthesis.drafts import SourceDocument
from onggi.synthesis.teacher import Example

LONGEST_QUOTE = 300
"""Characters of an example's evidence: more of it would be a request of its own."""


def sources(documents: Path, chunks: Path, readable: Container[str]) -> Iterator[SourceDocument]:
    """Yield the documents that may be read and have chunks, in the order of their ids; both tables are read once.

    Raises
    ------
    TableError
        A table cannot be read.
    """
    texts = tables.columns(documents, Document, "doc_id", "text")
    wanted = (chunk for chunk in tables.read(chunks, Chunk) if chunk.doc_id in readable)
    for doc_id, of_document in groupby(wanted, key=lambda chunk: chunk.doc_id):
        text = next((text for name, text in texts if name == doc_id), "")
        yield SourceDocument(doc_id, text, tuple(of_document))


def examples(gold: Path, documents: Path, count: int, seed: int) -> list[Example]:
    """Return gold questions of the train split with the words that answer them, of each type about as many.

    Which ones depends on ``seed`` and their ids alone; a question whose evidence is a page or a whole document shows
    nothing of how to quote, and is none.
    """
    asked = [question for question in tables.read(gold, Question) if _is_example(question)] if count else []
    asked.sort(key=lambda question: hashlib.sha256(f"{seed}:{question.query_id}".encode()).digest())
    by_type: dict[str, list[Question]] = defaultdict(list)
    for question in asked:
        by_type[question.type].append(question)
    turns = max(map(len, by_type.values()), default=0)
    in_turn = [of[turn] for turn in range(turns) for _, of in sorted(by_type.items()) if turn < len(of)][:count]
    needed = {question.evidence[0].doc_id for question in in_turn}
    texts = {doc_id: text for doc_id, text in _texts(documents) if doc_id in needed} if needed else {}
    return [
        Example(
            question.type, question.text, question.answers[0], texts[evidence.doc_id][evidence.start : evidence.end]
        )
        for question in in_turn
        for evidence in question.evidence[:1]
    ]


def _is_example(question: Question) -> bool:
    if question.split != "train" or not question.answers or len(question.evidence) != 1:
        return False
    evidence = question.evidence[0]
    spans = evidence.start is not None and evidence.end is not None and evidence.page is None
    return spans and (evidence.end or 0) - (evidence.start or 0) <= LONGEST_QUOTE


def _texts(documents: Path) -> Iterator[tuple[str, str]]:
    return ((doc_id, text) for doc_id, text in tables.columns(documents, Document, "doc_id", "text"))
