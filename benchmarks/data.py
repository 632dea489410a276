"""The shared corpora, read where they lie; nothing of them is kept."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

SHARED = Path(__file__).parents[2] / "shared" / "data"


class Absent(Exception):
    """What a benchmark needs is not here; the message says what."""


@dataclass(frozen=True, slots=True)
class Beir:
    """A BEIR folder in memory; ``relevant`` holds the rows of the documents that answer each query."""

    doc_ids: list[str]
    texts: list[str]
    query_ids: list[str]
    queries: list[str]
    relevant: list[set[int]]


@cache
def beir(name: str) -> Beir:
    """Read one of the shared corpora.

    Raises
    ------
    Absent
        The shared data is not beside the project.
    """
    folder = SHARED / name
    if not folder.is_dir():
        raise Absent(f"no {folder}")
    corpus, queries = _lines(folder / "corpus.jsonl"), _lines(folder / "queries.jsonl")
    row_of = {doc["_id"]: row for row, doc in enumerate(corpus)}
    relevant: dict[str, set[int]] = {}
    for line in (folder / "qrels" / "test.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        query_id, doc_id, grade = line.split("\t")
        if int(grade) > 0:
            relevant.setdefault(query_id, set()).add(row_of[doc_id])
    asked = [query for query in queries if query["_id"] in relevant]
    return Beir(
        list(row_of),
        [f"{doc['title']}\n{doc['text']}".strip() for doc in corpus],
        [query["_id"] for query in asked],
        [query["text"] for query in asked],
        [relevant[query["_id"]] for query in asked],
    )


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
