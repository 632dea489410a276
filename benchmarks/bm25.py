"""BM25: queries per second of the sparse index against rank_bm25."""

from collections.abc import Iterator, Sequence

import numpy as np
from rank_bm25 import BM25Okapi

from benchmarks.data import beir
from benchmarks.timing import Measure, faster
from onggi.index.bm25 import Bm25Index, Bm25Params
from onggi.index.tokenizers import TokenizerParams, tokenize

TOP = 100
QUERIES = 500


def measure() -> Iterator[Measure]:
    """Yield the ratio for queries in terms, then for queries as text."""
    data = beir("korquad-a")
    # No user dictionary: an empty one.
    terms = TokenizerParams(name="kiwi", pos="content", user_dictionary="/dev/null")
    params = Bm25Params(tokenizer=terms, method="lucene", k1=1.5, b=0.75)
    ours = Bm25Index.build(data.texts, data.doc_ids, params)
    peer = BM25Okapi(list(tokenize(data.texts, terms)))
    queries = data.queries[:QUERIES]
    tokenized = list(tokenize(queries, terms))

    def theirs(asked: Sequence[Sequence[str]]) -> None:
        for query in asked:
            np.argsort(-peer.get_scores(query), kind="stable")[:TOP]

    what = f"{len(queries)} queries over {len(data.texts)} documents, top {TOP}, rank_bm25"
    yield faster(
        "bm25.search_terms", lambda: ours.search_terms(tokenized, TOP), lambda: theirs(tokenized), 5, ">= 20", what
    )
    yield faster(
        "bm25.end_to_end",
        lambda: ours.search(queries, TOP),
        lambda: theirs(list(tokenize(queries, terms))),
        note=f"{what}, both with Kiwi",
    )
