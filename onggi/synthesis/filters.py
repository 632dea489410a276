"""What keeps bad questions out, each counted: length, leaked answers, duplicates, gold questions, the round trip."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from onggi.core.schema import Chunk
from onggi.korean.normalize import squash
from onggi.synthesis.facts import Fact

FILTERS = ("length", "leak", "gold", "duplicate", "round_trip", "cap")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question written from a chunk, with the wording chosen."""

    chunk: Chunk
    fact: Fact
    text: str


def bad_length(text: str, least: int, most: int) -> bool:
    """Tell whether a question has fewer or more characters than allowed."""
    return not least <= len(text) <= most


def leaks(text: str, answer: str) -> bool:
    """Tell whether a question contains its answer, however spaced, or has none."""
    bare = squash(answer)
    return not bare or bare in squash(text)


def unlike(candidates: Iterable[Candidate], known: Iterable[str]) -> tuple[list[Candidate], int, int]:
    """Drop what equals a known question or an earlier candidate after normalisation.

    Returns
    -------
    tuple[list[Candidate], int, int]
        What is left, how many equal a known question, how many repeat a candidate.
    """
    taken = {squash(text) for text in known}
    seen: set[str] = set()
    kept: list[Candidate] = []
    equal = repeated = 0
    for candidate in candidates:
        key = squash(candidate.text)
        if key in taken:
            equal += 1
        elif key in seen:
            repeated += 1
        else:
            seen.add(key)
            kept.append(candidate)
    return kept, equal, repeated


def round_trip(
    candidates: Sequence[Candidate], find: Callable[[Sequence[str], int], Sequence[Sequence[str]]], top_k: int
) -> list[Candidate]:
    """Keep the questions whose own chunk is among the ``top_k`` that ``find(texts, top_k)`` returns by id."""
    found = find([candidate.text for candidate in candidates], top_k)
    return [candidate for candidate, ids in zip(candidates, found, strict=True) if candidate.chunk.chunk_id in ids]


def balanced(candidates: Sequence[Candidate], per_chunk: int) -> list[Candidate]:
    """Keep up to ``per_chunk`` questions a chunk, each time of the type that is rarest so far.

    Chunks take turns, so that a type only some of them can give is not crowded out by the others.
    """
    by_chunk: dict[str, list[Candidate]] = {}
    for candidate in candidates:
        by_chunk.setdefault(candidate.chunk.chunk_id, []).append(candidate)
    counts: dict[str, int] = {}
    kept = []
    for _ in range(per_chunk):
        for left in by_chunk.values():
            if left:
                best = min(left, key=lambda candidate: counts.get(candidate.fact.type, 0))
                counts[best.fact.type] = counts.get(best.fact.type, 0) + 1
                left.remove(best)
                kept.append(best)
    return kept
