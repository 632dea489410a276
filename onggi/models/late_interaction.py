"""Late interaction: a query's tokens look for their nearest tokens of a passage.

Nearly all the time goes into products of token vectors. That of one query with one passage is too small to be worth a
call, so a passage meets the tokens of all its queries at once. Sizes are filled up with zeros to a few, because oneDNN
makes a kernel for each and keeps only some; neither the filling nor the company changes a bit of a score.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from onggi.korean.kiwi import CONTENT_TAGS, analyses_of
from onggi.models import network, onednn
from onggi.models.encoder import Encoder, Vectors
from onggi.models.params import EmbedParams

BYTES_HELD = 1 << 30
"""Token vectors of passages that are kept while their queries come in: a passage is met by many of them."""

PASSAGES_TOGETHER = 256
"""Passages that are encoded together, and so many at least are in memory."""

PASSAGES_A_CALL = 16
TOKENS, ROWS = 64, 32
"""Tokens of a passage and of its queries are filled up to multiples of these."""

MOST_ROWS = 128
"""Tokens of queries that meet a passage at once; the products of more would leave the caches."""


@dataclass(frozen=True, slots=True)
class _Queries:
    """The tokens of queries that count, one query's after the other's.

    ``units`` are their unit vectors, (tokens, dimensions), and ``weights`` theirs in the score, (tokens,). A query has
    ``sizes`` of them from ``starts`` on, whose weights come to ``totals``, (queries,).
    """

    units: Vectors
    weights: NDArray[np.float64]
    starts: NDArray[np.int64]
    sizes: NDArray[np.int64]
    totals: NDArray[np.float64]


class LateInteraction:
    """Late interaction over an encoder's token vectors (ColBERT, https://arxiv.org/abs/2004.12832).

    Every token of the query looks for its nearest token of the passage; the score is the mean of the squared cosines,
    weighted by the squared length of the query's token vectors, which in the bootstrap encoder is the token's idf. Only
    tokens of content morphemes count: passages that are written as questions and answers would otherwise win by their
    endings alone. On 233 questions about Korean welfare pages nDCG@10 is 0.62 so, against 0.21 for the plain mean over
    all tokens.

    A pair's score depends on the pair alone, bit for bit, where that holds of the encoder's token vectors.
    """

    def __init__(self, encoder: Encoder, params: EmbedParams) -> None:
        self.encoder, self.params = encoder, params
        self._held: dict[str, torch.Tensor] = {}

    def scores(self, pairs: Sequence[tuple[str, str]]) -> Iterator[tuple[int, float]]:
        """Yield the place of each pair of a query and a passage, and its score between 0 and 1."""
        if not pairs:
            return
        texts = sorted({query for query, _ in pairs})
        number_of, queries = {text: number for number, text in enumerate(texts)}, self._queries(texts)
        asking: dict[str, tuple[list[int], list[int]]] = {}
        for place, (query, passage) in enumerate(pairs):
            places, numbers = asking.setdefault(passage, ([], []))
            places.append(place)
            numbers.append(number_of[query])

        def compute(passages: list[tuple[torch.Tensor, list[int]]]) -> list[list[float]]:
            return [_scores(held, queries, np.array(numbers)) for held, numbers in passages]

        # The more passages of one length are encoded together, the fuller are its batches.
        waiting = sorted(asking, key=len)
        for start in range(0, len(waiting), PASSAGES_TOGETHER):
            group = waiting[start : start + PASSAGES_TOGETHER]
            met = [(asking[passage], held) for passage, held in zip(group, self._passages(group), strict=True)]
            met.sort(key=lambda one: len(one[1]))
            calls = [met[first : first + PASSAGES_A_CALL] for first in range(0, len(met), PASSAGES_A_CALL)]
            work = [[(held, numbers) for (_, numbers), held in call] for call in calls]
            for call, found in zip(calls, network.spread(compute, work), strict=True):
                for ((places, _), _), scores in zip(call, found, strict=True):
                    yield from zip(places, scores, strict=True)

    def _queries(self, texts: Sequence[str]) -> _Queries:
        tokens = self.encoder.tokens(texts, self.params.query_max_length)
        weights = [
            np.square(np.linalg.norm(vectors, axis=1)) * inside
            for vectors, inside in zip(tokens, self._content(texts, [len(vectors) for vectors in tokens]), strict=True)
        ]
        counting = [np.flatnonzero(weight) for weight in weights]
        units = [_unit(vectors[places]) for vectors, places in zip(tokens, counting, strict=True)]
        kept = [weight[places].astype(np.float64) for weight, places in zip(weights, counting, strict=True)]
        sizes = np.array([len(places) for places in counting])
        starts = sizes.cumsum() - sizes
        totals = np.array([weight.sum() for weight in kept])
        return _Queries(np.concatenate(units), np.concatenate(kept), starts, sizes, totals)

    def _content(self, texts: Sequence[str], sizes: Sequence[int]) -> Iterator[NDArray[np.float32]]:
        """Yield 1 for each of the first tokens of a text that is part of a content morpheme, else 0, (tokens,)."""
        offsets = self.encoder.tokenizer(
            list(texts), add_special_tokens=False, return_offsets_mapping=True, verbose=False
        )["offset_mapping"]
        for places, size, morphemes in zip(offsets, sizes, analyses_of(texts), strict=True):
            spans = [(m.start, m.end) for m in morphemes if m.tag in CONTENT_TAGS]
            inside = [any(start < b and a < end for a, b in spans) for start, end in places[:size]]
            yield np.asarray(inside if any(inside) else [True] * len(inside), dtype=np.float32)

    def _passages(self, passages: Sequence[str]) -> list[torch.Tensor]:
        """Return the unit vectors of each passage's tokens as `onednn.product` takes them; the last ones are kept."""
        new = [passage for passage in passages if passage not in self._held]
        tokens = self.encoder.tokens(new, self.params.passage_max_length)
        made = dict(zip(new, network.spread(_filled, tokens), strict=True))
        # A dictionary keeps the order of insertion: what was asked for last goes to its end and is dropped last.
        for passage in passages:
            self._held[passage] = made[passage] if passage in made else self._held.pop(passage)
        result = [self._held[passage] for passage in passages]
        held = sum(4 * tensor.numel() for tensor in self._held.values())
        while held > BYTES_HELD:
            held -= 4 * self._held.pop(next(iter(self._held))).numel()
        return result


def _scores(passage: torch.Tensor, queries: _Queries, asked: NDArray[np.int64]) -> list[float]:
    """Return the scores of the queries ``asked``, by their numbers, with one passage."""
    sizes = queries.sizes[asked]
    ends = sizes.cumsum()
    before = np.asarray(queries.starts[asked] - (ends - sizes), dtype=np.int64)
    rows: NDArray[np.int64] = np.asarray(np.repeat(before, sizes) + np.arange(ends[-1]), dtype=np.int64)
    nearest = [_nearest(queries.units, rows[at : at + MOST_ROWS], passage) for at in range(0, len(rows), MOST_ROWS)]
    scores = np.zeros(len(asked))
    if nearest and len(passage):
        reached = queries.weights[rows] * np.square(np.concatenate(nearest), dtype=np.float64)
        some = sizes > 0
        # Sums of segments: numpy adds up each by itself, in an order that depends on its size alone.
        scores[some] = np.add.reduceat(reached, (ends - sizes)[some]) / queries.totals[asked][some]
    found: list[float] = scores.tolist()
    return found


def _nearest(units: Vectors, rows: NDArray[np.int64], passage: torch.Tensor) -> Vectors:
    """Return the largest cosine of each unit vector of ``rows`` with a token of the passage, at least 0, (rows,)."""
    filled = np.zeros(-len(rows) // ROWS * -ROWS, np.int64)
    filled[: len(rows)] = rows
    with torch.inference_mode():
        cosines: Vectors = onednn.product(torch.from_numpy(units.take(filled, axis=0)), passage).numpy()
    result: Vectors = cosines[: len(rows)].max(axis=1, initial=0)
    return result


def _filled(vectors: Vectors) -> torch.Tensor:
    """Return a passage's unit vectors with zeros behind them: their cosines, 0, are never the largest above it."""
    rows = np.zeros((-len(vectors) // TOKENS * -TOKENS, vectors.shape[1]), np.float32)
    rows[: len(vectors)] = _unit(vectors)
    return onednn.packed(torch.from_numpy(rows))


def _unit(vectors: Vectors) -> Vectors:
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    result: Vectors = np.divide(vectors, norms, out=np.zeros_like(vectors), where=norms > 1e-9)
    return result
