"""What keeps bad drafts out: their length, leaked answers, duplicates, gold questions, the round trip, the cap."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from onggi.korean.normalize import squash
from onggi.synthesis.drafts import Draft

FILTERS = ("length", "leak", "gold", "duplicate", "round_trip", "cap")

Find = Callable[[Sequence[str], int], Sequence[Sequence[str]]]
"""Given questions and k, the ids of the k chunks a retriever finds for each."""


def leaks(draft: Draft) -> bool:
    """Tell whether a question contains one of its answers, however spaced, or has no answer at all."""
    question = squash(draft.text)
    bare = [squash(answer) for answer in draft.answers]
    return not bare or any(not answer or answer in question for answer in bare)


def distinct(drafts: Iterable[Draft], known: Iterable[str]) -> tuple[list[Draft], int, int]:
    """Drop what equals a known question or an earlier draft after normalisation; count both."""
    taken = {squash(text) for text in known}
    seen: set[str] = set()
    kept: list[Draft] = []
    equal = repeated = 0
    for draft in drafts:
        key = squash(draft.text)
        if key in taken:
            equal += 1
        elif key in seen:
            repeated += 1
        else:
            seen.add(key)
            kept.append(draft)
    return kept, equal, repeated


def round_trip(drafts: Sequence[Draft], find: Find, top_k: int) -> list[Draft]:
    """Keep the questions whose own chunk is among the ``top_k`` that ``find(texts, top_k)`` returns by id."""
    results = find([draft.text for draft in drafts], top_k)
    return [draft for draft, chunk_ids in zip(drafts, results, strict=True) if draft.chunk_id in chunk_ids]


def select(drafts: Sequence[Draft], per_chunk: int) -> list[Draft]:
    """Keep up to ``per_chunk`` questions a chunk; chunks take turns, each gives one of the type rarest so far."""
    by_chunk: dict[str, list[Draft]] = {}
    for draft in drafts:
        by_chunk.setdefault(draft.chunk_id, []).append(draft)
    counts: Counter[str] = Counter()
    kept = []
    for _ in range(per_chunk):
        for left in by_chunk.values():
            if left:
                rarest = min(left, key=lambda draft: counts[draft.type])
                counts[rarest.type] += 1
                left.remove(rarest)
                kept.append(rarest)
    return kept
