"""A retriever asked one query after the other and in batches, with the time that each took."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from onggi.search.retriever import Query, Retriever

LONGEST_REASON = 300


@dataclass
class Asked:
    """What came of it.

    Parameters
    ----------
    seconds
        Of each single query that was answered, in their order.
    batches
        Of each batch that was answered, with how many queries it had.
    errors
        Single queries and batches that ended in an exception.
    first_error
        The first of these, in one line; empty where there was none.
    """

    seconds: list[float] = field(default_factory=list)
    batches: list[tuple[float, int]] = field(default_factory=list)
    errors: int = 0
    first_error: str = ""

    @property
    def queries_per_second(self) -> float | None:
        """Queries answered in batches, by the time of all batches; None where none was answered."""
        taken = sum(seconds for seconds, _ in self.batches)
        return sum(size for _, size in self.batches) / taken if taken else None

    def failed(self, what: str, error: Exception) -> None:
        """Count an exception; the first is kept."""
        self.errors += 1
        self.first_error = self.first_error or f"{what}: {in_one_line(error)}"


def ask(retriever: Retriever, texts: Sequence[str], batch: int) -> Asked:
    """Ask all texts one by one, then all again in batches.

    Whatever a query raises is counted, and the next one is asked: a server would live on, too.

    Parameters
    ----------
    batch
        Queries asked together. A batch in which a text stands twice would be cheaper than one of a server; see
        `onggi.performance.questions.drawn`.
    """
    asked = Asked()
    queries = [Query(str(place), text) for place, text in enumerate(texts)]
    for number, query in enumerate(queries, 1):
        if (taken := _timed(retriever, [query], f"query {number} of {len(queries)}", asked)) is not None:
            asked.seconds.append(taken)
    for number, together in enumerate(_batches(queries, batch), 1):
        if (taken := _timed(retriever, together, f"batch {number}", asked)) is not None:
            asked.batches.append((taken, len(together)))
    return asked


def in_one_line(error: Exception) -> str:
    """Return the kind of an error and what it says."""
    return f"{type(error).__name__}: {' '.join(str(error).split())}"[:LONGEST_REASON]


def _timed(retriever: Retriever, queries: Sequence[Query], what: str, asked: Asked) -> float | None:
    start = time.perf_counter()
    try:
        retriever.search(queries)
    except Exception as error:
        asked.failed(what, error)
        return None
    return time.perf_counter() - start


def _batches(queries: Sequence[Query], size: int) -> Iterable[Sequence[Query]]:
    return (queries[start : start + size] for start in range(0, len(queries), size))
