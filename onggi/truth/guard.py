"""A guard set: documents and questions of another domain, by which one sees what tuning cost beside what it gained.

It is a BEIR folder of its own. Nothing of it is trained on, mined or split: its documents never meet those of the
corpus, but for being compared with them.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from pydantic import Field

from onggi.core.errors import GoldError
from onggi.core.params import Params
from onggi.core.schema import Evidence, Question
from onggi.korean.duplicates import inseparable
from onggi.truth.gold import read_gold

GUARD = "guard"
"""What the set is called in every table, as ground truths are."""

CORPUS = "corpus.jsonl"
CARD, QUESTIONS, CHUNKS, RUNS = "guard.json", "questions.parquet", "chunks.parquet", "runs"
"""What the stage leaves behind: what is said of the set, two tables, and a folder of one run a system."""

ABSENT = "evaluate.guard.path names no set"
NONE = "data/gold/none.jsonl"
"""An empty file, which names no set."""


class GuardParams(Params):
    """Where the guard set is."""

    key: ClassVar[str] = "evaluate.guard"

    path: str = Field(min_length=1, description=f"BEIR folder of another domain; {NONE}: none")

    @property
    def folder(self) -> Path | None:
        """The folder of the set; None where an empty file stands for none.

        Raises
        ------
        GoldError
            There is nothing, a file that is not empty, or a folder without documents.
        """
        path = Path(self.path)
        if path.is_file() and not path.stat().st_size:
            return None
        if not path.is_dir():
            what = "is no folder" if path.exists() else "no such folder"
            raise GoldError(path, what, f"set {self.key}.path to a BEIR folder, or to {NONE} for no guard")
        if not (path / CORPUS).is_file() or not (path / CORPUS).stat().st_size:
            what = "is empty" if (path / CORPUS).is_file() else "no such file"
            raise GoldError(path / CORPUS, what, "write the documents into it, one object a line (the BEIR layout)")
        return path


Texts = Iterable[tuple[Any, ...]]
"""Ids of documents and their texts."""


def questions(folder: Path, doc_ids: Collection[str]) -> list[Question]:
    """Return the questions of a set, ordered by id: those of its test split, or all where it has no splits.

    Raises
    ------
    GoldError
        Queries or qrels are missing or malformed, none is of test, or a qrel names no document of the set.
    """
    labelled = [question for question in read_gold(folder) if question.split in (None, "test")]
    if not labelled:
        raise GoldError(folder / "qrels", "holds no question of test", "a guard set is asked what test.tsv holds")
    for quote in (quote for question in labelled for quote in question.quotes):
        if quote.doc_id not in doc_ids:
            fix = f"add it to {folder / CORPUS} or remove the line"
            raise GoldError(quote.where, f"unknown document {quote.doc_id!r}", fix)
    return [
        Question(
            query_id=question.query_id,
            text=question.text,
            type=question.type,
            answers=question.answers,
            evidence=[Evidence(quote.doc_id, grade=quote.grade) for quote in question.quotes],
            origin="gold",
            split="test",
        )
        for question in labelled
    ]


def known(guard: Texts, corpus: Texts, threshold: float) -> list[str]:
    """Return the ids of documents of a set that the corpus holds too, nearly or as a part, in order.

    Parameters
    ----------
    guard, corpus
        The documents of both, each read once.
    threshold
        The share of 5-grams, of both texts or of the shorter, from which they are the same.
    """
    both = ((f"{side}:{doc_id}", text) for side, texts in ((_OWN, guard), (_OTHER, corpus)) for doc_id, text in texts)
    twins, contained = inseparable(both, threshold)
    parted = ([name.partition(":")[::2] for name in pair] for pair in (*twins, *contained))
    return sorted({doc_id for pair in parted if len(dict(pair)) == 2 for side, doc_id in pair if side == _OWN})


_OWN, _OTHER = GUARD, "corpus"


def card(counts: Mapping[str, int], in_corpus: Sequence[str], left_out: Mapping[str, str]) -> dict[str, Any]:
    """Return what is said of a set beside what it measures: its size, what of it is no guard, and who was not asked.

    Parameters
    ----------
    counts
        Queries, documents and chunks.
    in_corpus
        Ids of documents that the corpus holds too.
    left_out
        By system, why it was not asked.
    """
    said: dict[str, Any] = {**counts, "in_corpus": len(in_corpus)}
    if in_corpus:
        many = f"{len(in_corpus)} of {counts['documents']} documents stand in the corpus too, such as {in_corpus[0]!r}"
        said["warning"] = f"{many}; what is trained on guards nothing: leave them out"
    return said | ({"left_out": dict(left_out)} if left_out else {})
