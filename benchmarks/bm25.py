"""BM25 look-up against rank-bm25: the 100 best of the same tokenised questions."""

import numpy as np
from rank_bm25 import BM25Okapi

from benchmarks.data import beir
from benchmarks.timing import compare
from onggi.index.bm25 import Bm25Index, Bm25Params
from onggi.index.tokenizers import tokenize

TOP = 100
QUERIES = 500


def run() -> list[str]:
    """Return a line a measure."""
    data = beir("korquad-a")
    if data is None:
        return ["bm25: skipped, ../shared/data/korquad-a is absent"]
    params = Bm25Params.load()
    documents = list(tokenize(data[0], params.tokenizer))
    queries = list(tokenize(data[1][:QUERIES], params.tokenizer))
    index = Bm25Index.build(data[0], [str(row) for row in range(len(data[0]))], params)
    peer = BM25Okapi(documents)

    def ranked() -> None:
        for query in queries:
            np.argsort(peer.get_scores(query))[::-1][:TOP]

    ratio = compare(lambda: index.search_terms(queries, TOP), ranked)
    return [f"bm25: {ratio} as many queries a second as rank-bm25 (target 20)"]
