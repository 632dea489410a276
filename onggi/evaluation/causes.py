"""Why a question failed, as far as that can be computed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from onggi.core.schema import Chunk
from onggi.evaluation.facts import Words
from onggi.evaluation.measured import Measured
from onggi.evaluation.runs import Run, first_relevant, ranking
from onggi.search.spec import Choose, Composition, Fuse, Systems, Transform
from onggi.truth.relevance import ChunkIndex, Target

FOUND = 10
"""The rank to which a question counts as answered."""

ALIKE = 0.8
"""Share of 5-grams from which a chunk is a near-duplicate of another."""

CAUSES = {
    "split by chunking": "no chunk holds half of any evidence",
    "not retrieved": "no index has an answering chunk in its run",
    "lost in fusion": "an input of a fusion has an answering chunk among its first 10, the fusion does not",
    "lost in reranking": "what is reranked has an answering chunk among its first 10, the reranked ranking does not",
    "lost in transforming": "an input has an answering chunk among its first 10 for the query as it was typed",
    "lost in choosing": "a system that is for another type of questions has an answering chunk among its first 10",
    "near-duplicate above": "a chunk that says nearly the same is among the first 10",
    "no shared term": "question and evidence share no content morpheme",
    "ranked low": "none of these",
}
"""Each cause with its rule, in the order in which they are looked for: the first that holds is the cause."""

LOST: dict[type[Composition], str] = {
    Fuse: "lost in fusion",
    Transform: "lost in transforming",
    Choose: "lost in choosing",
}


@dataclass(frozen=True, slots=True)
class Failed:
    """A question that a system does not answer among its first 10: the rank of its answer, and why."""

    target: Target
    rank: int | None
    cause: str


def failing(measured: Measured, system: str, index: ChunkIndex) -> list[tuple[Target, int | None]]:
    """Return the questions that a system failed with the rank of their answer, worst first, ties by id."""
    run = measured.runs[system]
    ranks = [(target, first_relevant(target, ranking(target, run, index))) for target in measured.targets]
    found = [(target, rank) for target, rank in ranks if rank is None or rank > FOUND]
    return sorted(found, key=lambda pair: (pair[1] is not None, -(pair[1] or 0), pair[0].query_id))


def needed(failing: Sequence[tuple[Target, int | None]], run: Run) -> set[str]:
    """Return the ids of the chunks whose texts are compared: those that answer, and those that were found."""
    chunk_ids: set[str] = set()
    for target, _ in failing:
        chunk_ids.update(target.relevant if target.unit == "chunk" else ())
        chunk_ids.update(chunk_id for chunk_id, _ in run.get(target.query_id, ())[:FOUND])
    return chunk_ids


def failed(
    failing: Sequence[tuple[Target, int | None]],
    measured: Measured,
    system: str,
    systems: Systems,
    index: ChunkIndex,
    words: Mapping[str, Words],
    chunks: Mapping[str, Chunk],
) -> list[Failed]:
    """Return why each of the questions failed that `failing` found.

    Parameters
    ----------
    systems
        How systems are declared.
    words
        The words of each question and its evidence.
    chunks
        Those that `needed` names.
    """
    return [
        Failed(target, rank, _cause(target, measured, system, systems, index, words, chunks))
        for target, rank in failing
    ]


def _cause(
    target: Target,
    measured: Measured,
    system: str,
    systems: Systems,
    index: ChunkIndex,
    words: Mapping[str, Words],
    chunks: Mapping[str, Chunk],
) -> str:
    if not target.findable:
        return "split by chunking"
    ranks = {name: first_relevant(target, ranking(target, run, index)) for name, run in measured.runs.items()}
    if not any(rank for name, rank in ranks.items() if name not in systems.root):
        return "not retrieved"
    if lost := _lost(system, systems, ranks):
        return lost
    top = [chunk_id for chunk_id, _ in measured.runs[system].get(target.query_id, ())[:FOUND]]
    if target.unit == "chunk" and _alike([chunks[c].text for c in top], [chunks[c].text for c in target.relevant]):
        return "near-duplicate above"
    if not words[target.query_id].asked & words[target.query_id].told:
        return "no shared term"
    return "ranked low"


def _lost(system: str, systems: Systems, ranks: Mapping[str, int | None]) -> str:
    """Return at which step of a system the answer left its first 10; empty where it never was there."""
    if system not in systems.root:
        return ""
    spec: Composition = systems[system]
    for operand in spec.operands:
        if isinstance(operand, str):
            if (rank := ranks.get(operand)) is not None and rank <= FOUND:
                return LOST.get(type(spec), "lost in reranking")
            if lost := _lost(operand, systems, ranks):
                return lost
    return ""


def _alike(found: Sequence[str], wanted: Sequence[str]) -> bool:
    grams = [_grams(text) for text in wanted]
    return any(len(of & _grams(text)) >= ALIKE * len(of | _grams(text)) for text in found for of in grams)


def _grams(text: str) -> frozenset[str]:
    bare = "".join(text.split())
    return frozenset(bare[place : place + 5] for place in range(max(1, len(bare) - 4)))
