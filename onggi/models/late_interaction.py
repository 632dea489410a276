"""Late interaction: a query's tokens look for their nearest tokens of a passage."""

from collections.abc import Iterator, Sequence
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from onggi.korean.kiwi import CONTENT_TAGS, analyze
from onggi.models.encoder import Encoder, Vectors
from onggi.models.params import EmbedParams

PASSAGES_HELD = 4096
"""Passages whose token vectors are kept while their queries come in: a passage is met by many of them."""


class LateInteraction:
    """Late interaction over an encoder's token vectors (ColBERT, https://arxiv.org/abs/2004.12832).

    Every token of the query looks for its nearest token of the passage; the score is the mean of the squared cosines,
    weighted by the squared length of the query's token vectors, which in the bootstrap encoder is the token's idf. Only
    tokens of content morphemes count: passages that are written as questions and answers would otherwise win by their
    endings alone. On 233 questions about Korean welfare pages nDCG@10 is 0.62 so, against 0.21 for the plain mean over
    all tokens.
    """

    def __init__(self, encoder: Encoder, params: EmbedParams) -> None:
        self.encoder, self.params = encoder, params
        self._held: dict[str, Vectors] = {}

    def scores(self, pairs: Sequence[tuple[str, str]]) -> Iterator[tuple[int, float]]:
        """Yield the place of each pair of a query and a passage, and its score between 0 and 1.

        The queries are encoded together; pairs of one query are scored one after the other.
        """
        queries = sorted({query for query, _ in pairs})
        tokens = dict(zip(queries, self.encoder.tokens(queries, self.params.query_max_length), strict=True))
        places = sorted(range(len(pairs)), key=lambda place: pairs[place][0])
        for query, group in groupby(places, key=lambda place: pairs[place][0]):
            of_query = list(group)
            weights = np.square(np.linalg.norm(tokens[query], axis=1)) * self._content(query, len(tokens[query]))
            unit, total = _unit(tokens[query]), max(float(weights.sum()), 1e-9)
            for place, held in zip(of_query, self._passages([pairs[place][1] for place in of_query]), strict=True):
                found = len(unit) and len(held)
                near = np.square((unit @ held.T).max(axis=1).clip(min=0)) if found else weights * 0
                yield place, float(weights @ near) / total

    def _content(self, query: str, size: int) -> NDArray[np.float32]:
        """Return 1 for each of the first ``size`` tokens that is part of a content morpheme, else 0, (tokens,)."""
        places = self.encoder.tokenizer(query, add_special_tokens=False, return_offsets_mapping=True)["offset_mapping"]
        spans = [(m.start, m.end) for m in analyze(query) if m.tag in CONTENT_TAGS]
        inside = [any(start < b and a < end for a, b in spans) for start, end in places[:size]]
        return np.asarray(inside if any(inside) else [True] * len(inside), dtype=np.float32)

    def _passages(self, passages: Sequence[str]) -> list[Vectors]:
        """Return the unit vectors of each passage's tokens; those seen before are kept."""
        new = [passage for passage in dict.fromkeys(passages) if passage not in self._held]
        made = dict(zip(new, map(_unit, self.encoder.tokens(new, self.params.passage_max_length)), strict=True))
        # A dictionary keeps the order of insertion: what was asked for last goes to its end and is dropped last.
        for passage in dict.fromkeys(passages):
            self._held[passage] = made[passage] if passage in made else self._held.pop(passage)
        result = [self._held[passage] for passage in passages]
        for passage in list(self._held)[:-PASSAGES_HELD]:
            del self._held[passage]
        return result


def _unit(vectors: Vectors) -> Vectors:
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    result: Vectors = np.divide(vectors, norms, out=np.zeros_like(vectors), where=norms > 1e-9)
    return result
