"""BM25: queries per second of the sparse index against rank_bm25."""

from collections.abc import Iterator, Sequence

import numpy as np
from rank_bm25 import BM25Okapi

from benchmarks.data import beir
from benchmarks.timing import Measure, faster
from onggi.index.base import IndexCard
from onggi.index.bm25 import Bm25Index
from onggi.index.params import Bm25Params
from onggi.korean.kiwi import morphemes_of

TOP = 100
QUERIES = 500


def measure() -> Iterator[Measure]:
    """Yield the ratio for queries in terms, then for queries as text."""
    data = beir("korquad-a")
    terms = list(morphemes_of(data.texts))
    card = IndexCard({"kind": "bm25"}, "kiwi", {}, "")
    ours = Bm25Index.of(terms, data.doc_ids, Bm25Params(encoder="kiwi", kind="bm25"), card)
    peer = BM25Okapi(terms)
    queries = data.queries[:QUERIES]
    tokenized = list(morphemes_of(queries))

    def theirs(asked: Sequence[Sequence[str]]) -> None:
        for query in asked:
            np.argsort(-peer.get_scores(query), kind="stable")[:TOP]

    what = f"{len(queries)} queries over {len(data.texts)} documents, top {TOP}, rank_bm25"
    yield faster("bm25.search_terms", lambda: ours.search(tokenized, TOP), lambda: theirs(tokenized), 5, ">= 20", what)
    yield faster(
        "bm25.end_to_end",
        lambda: ours.search(list(morphemes_of(queries)), TOP),
        lambda: theirs(list(morphemes_of(queries))),
        note=f"{what}, both with Kiwi",
    )
