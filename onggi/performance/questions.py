"""The queries that all systems are asked: gold questions, in an order that belongs to no document."""

import random
from collections.abc import Iterable
from itertools import cycle, islice
from pathlib import Path

from onggi.core import tables
from onggi.core.errors import GoldError
from onggi.core.schema import Question


def gold(questions: Path) -> list[str]:
    """Return the texts of all gold questions of a table, each once.

    Raises
    ------
    GoldError
        There is none.
    """
    texts = sorted({question.text for question in tables.read(questions, Question) if question.origin == "gold"})
    if not texts:
        raise GoldError(questions, "holds no gold question to time", "label some, or name a BEIR folder (gold.path)")
    return texts


def drawn(texts: Iterable[str], count: int, seed: int) -> list[str]:
    """Return ``count`` texts in an order that the seed decides; all of them are asked before one is asked again.

    So a text stands twice in a batch only where there are fewer texts than a batch has.

    Examples
    --------
    >>> asked = drawn(["장", "독", "간"], 7, 0)
    >>> asked[:3] == asked[3:6], sorted(asked[:3])
    (True, ['간', '독', '장'])
    """
    ordered = sorted(texts)
    random.Random(seed).shuffle(ordered)
    return list(islice(cycle(ordered), count))
