"""Batches in which no passage that is right for a question is pushed away from it.

With in-batch negatives (Karpukhin et al. 2020, https://arxiv.org/abs/2004.04906) every passage of a batch is a negative
for every other question of it. Questions written from one passage share it as their positive: in one batch each would
be trained against the other's. So they are dealt into different batches, and of a question's mined negatives those are
drawn that are right for no question of its batch.
"""

import heapq
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

TRIES = 20
"""Shuffles for each number of batches, before there are more and smaller ones."""


class Batches:
    """Questions dealt into equally large batches, all of them once an epoch.

    Parameters
    ----------
    queries
        The text of each question; questions of one text have all their positives in common.
    positives, negatives
        For each question its passages. Equal texts are one passage.
    size
        The most questions in a batch.
    multiple
        The number of batches is a multiple of it; where there are fewer questions, some stand in several batches.
    generator
        The first deal, which settles the number of batches, draws from it.
    """

    def __init__(
        self,
        queries: Sequence[str],
        positives: Iterable[Iterable[str]],
        negatives: Iterable[Iterable[str]],
        size: int,
        multiple: int,
        generator: np.random.Generator,
    ) -> None:
        self.size, self.multiple = size, multiple
        number: dict[str, int] = {}
        of_query: dict[str, set[int]] = {}
        for query, passages in zip(queries, positives, strict=True):
            of_query.setdefault(query, set()).update(number.setdefault(text, len(number)) for text in passages)
        self._number = number
        self.right = [frozenset(of_query[query]) for query in queries]
        shared = Counter(passage for right in self.right for passage in right)
        self._last = [
            _least_shared([number.get(text) for text in texts], right, shared)
            for texts, right in zip(negatives, self.right, strict=True)
        ]
        self._shared = np.array([max((shared[p] for p in right), default=1) for right in self.right])
        fewest = max(-(-len(queries) // size), int(self._shared.max(initial=1)))
        self._count = -(-fewest // multiple) * multiple
        while (dealt := self._tried(generator)) is None:
            self._count += multiple
        self._dealt = dealt

    def deal(self, generator: np.random.Generator) -> list[list[int]]:
        """Return the questions of each batch of an epoch, as many batches as in every other."""
        self._dealt = self._tried(generator) or self._dealt
        order = generator.permutation(len(self._dealt))
        batches = [self._dealt[place] for place in order]
        full = [batch for batch in batches if batch]
        return [batch or full[place % len(full)] for place, batch in enumerate(batches)]

    def drawable(self, batch: Sequence[int], negatives: Sequence[Sequence[str]]) -> list[list[str]]:
        """Return those negatives of each question of a batch that are right for none of it."""
        right = frozenset().union(*(self.right[row] for row in batch))
        return [[text for text in texts if self._number.get(text) not in right] or list(texts) for texts in negatives]

    def _tried(self, generator: np.random.Generator) -> list[list[int]] | None:
        """Deal into the number of batches there are; None where no shuffle can be dealt without a clash."""
        for _ in range(TRIES):
            shuffled = generator.permutation(len(self.right))
            # Questions whose positive many share go first: later there may be no batch left for them.
            order = shuffled[np.argsort(-self._shared[shuffled], kind="stable")]
            if (dealt := self._try(order.tolist())) is not None:
                return dealt
        return None

    def _try(self, order: Sequence[int]) -> list[list[int]] | None:
        batches: list[list[int]] = [[] for _ in range(self._count)]
        holding: dict[int, set[int]] = {}  # by passage, the batches in which it is right for a question
        needing: dict[int, set[int]] = {}  # and those in which it is the negative that a question must keep
        by_size = [(0, batch) for batch in range(self._count)]
        for row in order:
            last = self._last[row]
            closed: set[int] = holding.get(last, set()) if last is not None else set()
            closed = closed.union(*(near.get(p, ()) for p in self.right[row] for near in (holding, needing)))
            passed = []
            while by_size and by_size[0][1] in closed:
                passed.append(heapq.heappop(by_size))
            if not by_size or by_size[0][0] == self.size:
                return None
            filled, batch = by_size[0]
            heapq.heapreplace(by_size, (filled + 1, batch))
            for entry in passed:
                heapq.heappush(by_size, entry)
            batches[batch].append(row)
            for passage in self.right[row]:
                holding.setdefault(passage, set()).add(batch)
            if last is not None:
                needing.setdefault(last, set()).add(batch)
        return batches


def _least_shared(negatives: Sequence[int | None], right: frozenset[int], shared: Counter[int]) -> int | None:
    """Return the negative that a question must keep: the one that is right for the fewest others, as a number.

    None where one is right for no question at all, so that it is never in the way.
    """
    usable = [passage for passage in negatives if passage not in right]
    if None in usable or not usable:
        return None
    return min((passage for passage in usable if passage is not None), key=lambda passage: shared[passage])
