"""RAGAS's context precision and recall as they are without an LLM, with a comparison that suits chunks.

RAGAS calls a retrieved context right when it is like a reference by the Levenshtein distance of the whole strings. A
chunk of 500 characters that holds a quote of 40 is at least 460 edits away, so it scores at most 0.08 and never counts;
a partial ratio counts edits in the best window, which a near-twin that differs in one number passes. Both texts
are cut from the same documents, so what is compared here is the longest run of characters that they share, over the
length of the shorter one: 1 where one holds the other, and half where a chunk ends half-way through the quote. Half of
a short quote is a word, which many chunks hold; so a run counts from 12 characters on, or where it is all of the quote.
"""

import asyncio
import math
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from ragas.dataset_schema import SingleTurnSample

# From where they are defined: ragas.metrics warns to take them from ragas.metrics.collections, which has neither.
from ragas.metrics._context_precision import NonLLMContextPrecisionWithReference
from ragas.metrics._context_recall import NonLLMContextRecall
from ragas.metrics._string import NonLLMStringSimilarity

os.environ["RAGAS_DO_NOT_TRACK"] = "true"  # read by RAGAS at its first event, which is after this line

SAME = 0.5
"""What two texts must share to count as the same, as a chunk must cover half of a span to answer it."""

LEAST = 12
"""Characters from which a run tells, where it is not all of the shorter text. Of the demo's chunks of other documents,
13.6 % hold half of a stretch of 6 characters of a gold quote, 1.4 % of one of 12; with this rule 0.5 % and 0.01 %,
which are those that hold all of it, and never over 0.1 % from 8 characters on."""


class SharedRun(NonLLMStringSimilarity):
    """The `likeness` of two texts, as RAGAS compares them."""

    async def single_turn_ascore(self, sample: SingleTurnSample, *_: object, **__: object) -> float:
        """Return the similarity of a sample's reference and response.

        Overrides the outer method, which would log each pair as an event with a user id written to the home folder.
        """
        return likeness(sample.reference or "", sample.response or "")


@dataclass(frozen=True, slots=True)
class ContextScore:
    """How good the contexts of one question are: those like a reference ranked first, and references met."""

    precision: float
    recall: float


def score_contexts(samples: Iterable[tuple[Sequence[str], Sequence[str]]]) -> list[ContextScore]:
    """Score pairs of (retrieved contexts, reference contexts), both texts; the references are not empty.

    Runs without a network, an LLM or RAGAS's tracing. Where nothing was retrieved both are 0.
    """
    return asyncio.run(_score_all(samples))


async def _score_all(samples: Iterable[tuple[Sequence[str], Sequence[str]]]) -> list[ContextScore]:
    precision = NonLLMContextPrecisionWithReference(distance_measure=SharedRun(), threshold=SAME)
    # Recall asks for more than its threshold, precision for as much: a hair less makes one rule of the two.
    recall = NonLLMContextRecall(_distance_measure=SharedRun(), threshold=math.nextafter(SAME, 0))
    scores = []
    for retrieved, references in samples:
        if not retrieved:
            scores.append(ContextScore(0.0, 0.0))
            continue
        sample = SingleTurnSample(retrieved_contexts=list(retrieved), reference_contexts=list(references))
        ranked = await precision._single_turn_ascore(sample, [])
        met = await recall._single_turn_ascore(sample, [])
        scores.append(ContextScore(float(ranked), float(met)))
    return scores


def likeness(a: str, b: str) -> float:
    """Return the length of the longest common substring of two texts over that of the shorter.

    0 where that substring is too short to tell (see `LEAST`), or one of the texts is empty.

    Examples
    --------
    >>> likeness("참가비는 3만 원", "접수는 5월. 참가비는 3만 원이며 현금만 받는다.")
    1.0
    >>> likeness("참가비는 3만 원", "접수는 5월. 참가비는 4만 원이며 현금만 받는다.")
    0.0
    """
    shorter, run = min(len(a), len(b)), shared_run(a, b)
    return run / shorter if shorter and run >= min(LEAST, shorter) else 0.0


@lru_cache(maxsize=4096)
def shared_run(a: str, b: str) -> int:
    """Return the length of the longest common substring of two texts, in characters."""
    shorter, longer = sorted((a, b), key=len)
    longest = 0
    for start in range(len(shorter)):
        while start + longest < len(shorter) and shorter[start : start + longest + 1] in longer:
            longest += 1
    return longest
