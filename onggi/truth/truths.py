"""Ground truths beside the hand labels, as the stage that makes them hands them on: a table each, and how it was made.

Whatever a truth calls right is a span of a document with a grade, or a whole document, as the labels are; so one
way of measuring serves all.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from onggi.core import tables
from onggi.core.errors import TableError
from onggi.core.outs import write_json
from onggi.core.schema import Question

GOLD = "gold"
"""The hand labels."""

CARDS = "truths.json"


@dataclass(frozen=True, slots=True)
class Truth:
    """What is right of some questions, by one source.

    Parameters
    ----------
    name
        What it is called in params.yaml and in every table.
    questions
        Those it knows something of, by their ids in order: what is right is their evidence, what was looked at and
        found wrong their ``rejected``.
    complete
        Whether what it does not call right is wrong; else nothing is known of what it does not name.
    made
        How it came to be, to be shown beside its figures.
    """

    name: str
    questions: Sequence[Question]
    complete: bool
    made: Mapping[str, Any] = field(default_factory=dict)


def write_truths(folder: Path, truths: Iterable[Truth]) -> None:
    """Write ``NAME.parquet`` for each truth, and their cards."""
    cards = {}
    for truth in truths:
        tables.write(folder / f"{truth.name}.parquet", Question, truth.questions)
        cards[truth.name] = {"complete": truth.complete, "made": truth.made}
    write_json(folder / CARDS, cards)


def read_truths(folder: Path) -> list[Truth]:
    """Read what `write_truths` wrote.

    Raises
    ------
    TableError
        The folder is none of truths, or a table cannot be read.
    """
    try:
        cards = json.loads((folder / CARDS).read_text("utf-8"))
        told = [(name, bool(card["complete"]), dict(card["made"])) for name, card in cards.items()]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise TableError(folder / CARDS, f"tells no ground truths ({error})", "run `dvc repro truths`") from None
    return [
        Truth(name, list(tables.read(folder / f"{name}.parquet", Question)), complete, made)
        for name, complete, made in told
    ]
