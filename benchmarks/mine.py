"""Mining: hard negatives against ``sentence_transformers.util.mine_hard_negatives`` on the same model and questions."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

import numpy as np
import torch
from datasets import Dataset
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer
from sentence_transformers.util import mine_hard_negatives

from benchmarks.data import Beir, beir
from benchmarks.encoders import bootstrapped, embed_params
from benchmarks.timing import Measure, faster
from onggi.core.schema import Chunk, Evidence, Question, Source
from onggi.core.workers import workers
from onggi.index.base import IndexCard
from onggi.index.bm25 import Bm25Index
from onggi.index.dense import DenseIndex
from onggi.index.params import Bm25Params, FlatParams
from onggi.korean.kiwi import analyze, morphemes_of
from onggi.models.embedder import Embedder, Vectors
from onggi.models.encoder import Encoder
from onggi.models.late_interaction import LateInteraction, _unit
from onggi.models.reranker import LateInteractionReranker, Reranker
from onggi.negatives.candidates import Candidates
from onggi.negatives.corpus import Corpus
from onggi.negatives.mining import Example, mine
from onggi.negatives.params import MineParams

QUESTIONS = 1000
TOP = 50
NEGATIVES = 7
MAX_RATIO = 0.95
PAIRS_A_BLOCK = 16384
"""As many as the memo asks for at once."""

FLAT = FlatParams(encoder="base", kind="flat")
CARD = IndexCard({}, "base", {}, "")


class DenseScores:
    """The teacher that `mine_hard_negatives` has without a cross-encoder: the cosines of the encoder itself."""

    def __init__(self, queries: dict[str, Vectors], passages: dict[str, Vectors]) -> None:
        self.queries, self.passages = queries, passages

    def score(self, pairs: Iterable[tuple[str, str]]) -> Iterator[float]:
        """Yield the cosine of each query with its passage."""
        return (float(self.passages[passage] @ self.queries[query]) for query, passage in pairs)


def measure() -> Iterator[Measure]:
    """Yield the ratio for the same work, how much of the result is the same, and the ratio with BM25 and reranking."""
    data = beir("korquad-a")
    with bootstrapped(data.texts) as folder:
        found: dict[str, list[set[str]]] = {}
        text_of = dict(zip(data.doc_ids, data.texts, strict=True))

        def dense() -> None:
            found["ours"] = [{text_of[doc_id] for doc_id, _ in example.negatives} for example in _dense(data, folder)]

        def peer() -> None:
            found["peer"] = _peer(data, folder)

        what = f"{QUESTIONS} questions, {len(data.texts)} passages, sentence-transformers"
        yield faster("mine.dense", dense, peer, 3, ">= 1", f"{what}, models loaded and texts encoded on both sides")
        pairs = list(zip(found["ours"], found["peer"], strict=True))
        same = sum(len(ours & theirs) for ours, theirs in pairs) / max(1, sum(len(theirs) for _, theirs in pairs))
        yield Measure("mine.dense.same", same, "", note="share of its negatives that onggi has too")
        yield faster(
            "mine.full", lambda: _full(data, folder), peer, 1, note=f"{what} (dense only), with BM25 and reranking"
        )
        yield from _late_interaction(data, folder)


def _late_interaction(data: Beir, folder: Path) -> Iterator[Measure]:
    """Compare scores in large products with scores pair by pair, as they were computed once, on the same pairs."""
    embedder, encoder = Embedder(folder, embed_params()), Encoder.load(folder, embed_params())
    asked = data.queries[: QUESTIONS // 4]
    near = np.argsort(-(embedder.queries(asked) @ embedder.passages(data.texts).T), axis=1)[:, : 2 * TOP]
    pairs = [(query, data.texts[row]) for query, rows in zip(asked, near.tolist(), strict=True) for row in rows]
    blocks = [pairs[start : start + PAIRS_A_BLOCK] for start in range(0, len(pairs), PAIRS_A_BLOCK)]
    analyze("")  # loads Kiwi
    found: dict[str, list[float]] = {}

    def together() -> None:
        scorer = LateInteraction(encoder, embed_params())
        found["together"] = [score for block in blocks for _, score in sorted(scorer.scores(block))]

    def one_by_one() -> None:
        found["one by one"] = list(_one_by_one(encoder, pairs))

    note = f"{len(pairs)} pairs, against a product for each pair"
    yield faster("mine.late_interaction", together, one_by_one, 3, ">= 3", note)
    difference = float(np.abs(np.subtract(found["together"], found["one by one"])).max())
    yield Measure("mine.late_interaction.difference", difference, "", target="<= 1e-5", note="largest of any score")


def _one_by_one(encoder: Encoder, pairs: list[tuple[str, str]]) -> Iterator[float]:
    """Yield the score of each pair; the pairs of a query come one after the other."""
    held: dict[str, Vectors] = {}
    content = LateInteraction(encoder, embed_params())._content
    for query, group in groupby(pairs, key=lambda pair: pair[0]):
        passages = [passage for _, passage in group]
        new = [passage for passage in passages if passage not in held]
        held |= dict(zip(new, map(_unit, encoder.tokens(new, 512)), strict=True))
        (tokens,) = encoder.tokens([query], 512)
        (inside,) = content([query], [len(tokens)])
        weights, units = np.square(np.linalg.norm(tokens, axis=1)) * inside, _unit(tokens)
        for passage in passages:
            nearest = (units @ held[passage].T).max(axis=1).clip(min=0)
            yield float(weights @ np.square(nearest)) / float(weights.sum())


def _peer(data: Beir, folder: Path) -> list[set[str]]:
    pairs = {"query": data.queries[:QUESTIONS], "positive": [data.texts[_positive(data, q)] for q in range(QUESTIONS)]}
    # FAISS, which onggi's index uses, sets the number of threads for torch too.
    torch.set_num_threads(workers())
    mined = mine_hard_negatives(
        Dataset.from_dict(pairs),
        SentenceTransformer(str(folder), device="cpu"),
        corpus=data.texts,
        range_max=TOP,
        relative_margin=1 - MAX_RATIO,
        num_negatives=NEGATIVES,
        output_format="labeled-list",
        verbose=False,
    )
    negatives = {
        row["query"]: {t for t, label in zip(row[_texts(row)], row["labels"], strict=True) if not label}
        for row in mined
    }
    return [negatives.get(query, set()) for query in data.queries[:QUESTIONS]]


def _texts(row: dict[str, object]) -> str:
    return next(name for name in row if name not in ("query", "labels"))


def _dense(data: Beir, folder: Path) -> list[Example]:
    embedder = Embedder(folder, embed_params())
    passages = embedder.passages(data.texts)
    queries = embedder.queries(data.queries[:QUESTIONS])
    rows, _ = DenseIndex.of(passages, data.doc_ids, FLAT, CARD).search(queries, TOP)
    teacher = DenseScores(dict(zip(data.queries, queries, strict=False)), dict(zip(data.texts, passages, strict=True)))
    return _mine(data, {"dense": rows}, teacher)


def _full(data: Beir, folder: Path) -> list[Example]:
    embedder = Embedder(folder, embed_params())
    bm25 = Bm25Index.of(morphemes_of(data.texts), data.doc_ids, Bm25Params(encoder="kiwi", kind="bm25"), CARD)
    dense = DenseIndex.of(embedder.passages(data.texts), data.doc_ids, FLAT, CARD)
    asked = data.queries[:QUESTIONS]
    terms, vectors = list(morphemes_of(asked)), embedder.queries(asked)
    rows = {"bm25": bm25.search(terms, TOP)[0], "dense": dense.search(vectors, TOP)[0]}
    return _mine(data, rows, LateInteractionReranker(folder, embed_params()))


def _mine(data: Beir, rows: dict[str, NDArray[np.int64]], teacher: Reranker) -> list[Example]:
    """Mine with the rules that the peer has, and no others."""
    questions = [
        Question(
            data.query_ids[q],
            data.queries[q],
            "",
            [],
            [Evidence(data.doc_ids[_positive(data, q)], 0, 1)],
            "gold",
            "train",
        )
        for q in range(QUESTIONS)
    ]
    positives = {question.query_id: [data.doc_ids[_positive(data, q)]] for q, question in enumerate(questions)}
    chunks = (
        Chunk(doc_id, doc_id, 0, len(text), text, 0, "") for doc_id, text in zip(data.doc_ids, data.texts, strict=True)
    )
    params = MineParams(
        candidates=dict.fromkeys(rows, TOP), max_ratio=MAX_RATIO, min_score=0, near_duplicate=1.0, negatives=NEGATIVES,
        per_document=NEGATIVES,
    )  # fmt: skip
    candidates = (_candidates(data, rows, q) for q in range(QUESTIONS))
    return list(mine(questions, positives, candidates, Corpus(chunks, set(data.doc_ids)), teacher, params))


def _candidates(data: Beir, rows: dict[str, NDArray[np.int64]], place: int) -> Candidates:
    """Return what each index found for the query at ``place``."""
    found: dict[str, list[Source]] = {}
    for name, of_index in rows.items():
        for rank, row in enumerate(of_index[place].tolist(), 1):
            if row >= 0:
                found.setdefault(data.doc_ids[row], []).append(Source(name, rank, 0.0))
    return found


def _positive(data: Beir, place: int) -> int:
    return min(data.relevant[place])
