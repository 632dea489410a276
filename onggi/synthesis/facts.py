"""Something a chunk states, with the ways to ask for it."""

from dataclasses import dataclass

LONGEST_ANSWER = 90


@dataclass(frozen=True, slots=True)
class Fact:
    """An answer, where it stands and how it can be asked for.

    ``wordings`` are complete questions of equal meaning, of which one is chosen. ``spans`` are [start, end)
    offsets into the chunk's text. Where the answer is an attribute of a named thing, ``subject`` and ``attribute``
    name both, so that two things can be compared.
    """

    type: str
    wordings: tuple[str, ...]
    answer: str
    spans: tuple[tuple[int, int], ...]
    subject: str = ""
    attribute: str = ""
