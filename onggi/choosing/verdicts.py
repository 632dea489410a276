"""Verdicts of people on pairs of answers: as the page saves them, kept together, and counted."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from onggi.choosing.intervals import PLACES, wilson
from onggi.choosing.pairs import left_of
from onggi.core.errors import TableError

SAID = ("left", "right", "tie")
HEADER = ("model", "other", "wins", "losses", "ties", "win_rate", "low", "high")


@dataclass(frozen=True, slots=True)
class Verdict:
    """A line of the CSV: two models, a question, a digest of the two answers, and ``left``, ``right`` or ``tie``."""

    model: str
    other: str
    query_id: str
    answers: str
    verdict: str

    @property
    def names(self) -> tuple[str, str]:
        """The models, in the order that tells nothing."""
        first, second = sorted((self.model, self.other))
        return first, second

    @property
    def preferred(self) -> str | None:
        """The model whose answer was preferred; None for a tie."""
        if self.verdict == "tie":
            return None
        left = left_of(self.names, self.query_id)
        return left if self.verdict == "left" else next(name for name in self.names if name != left)


COLUMNS = tuple(column.name for column in fields(Verdict))


def read(path: Path) -> list[Verdict]:
    """Read the verdicts of a file.

    Raises
    ------
    TableError
        There is no such file, or a line is no verdict; the message names the line.
    """
    try:
        text = path.read_text("utf-8-sig")
    except FileNotFoundError:
        raise TableError(path, "no such file", "save one from the page of `onggi compare-answers page`") from None
    except (OSError, UnicodeDecodeError) as error:
        raise TableError(path, f"cannot be read ({error})", _FIX) from None
    reader = csv.DictReader(io.StringIO(text))
    if tuple(reader.fieldnames or ()) != COLUMNS:
        raise TableError(path, f"has the columns {reader.fieldnames}", f"expected {list(COLUMNS)}: {_FIX}")
    return [_verdict(line, f"{path}:{reader.line_num}") for line in reader]


def together(verdicts: Iterable[Verdict]) -> list[Verdict]:
    """Return one verdict for each pair of answers, the last that was given, in the order of models and questions.

    Of a question that was answered anew since, the later verdict counts.
    """
    latest = {(*verdict.names, verdict.query_id): verdict for verdict in verdicts}
    return [latest[key] for key in sorted(latest)]


def rows(verdicts: Iterable[Verdict]) -> Iterator[tuple[str, ...]]:
    """Yield the lines of a file of verdicts, below `COLUMNS`."""
    return map(astuple, verdicts)


def wins(verdicts: Sequence[Verdict]) -> Iterator[tuple[object, ...]]:
    """Yield a line for each two models, below `HEADER`: wins, losses, ties, and the share of wins among the decided.

    With it goes Wilson's 95 % interval; all three are empty where every verdict is a tie.
    """
    by_models: dict[tuple[str, str], Counter[str | None]] = {}
    for verdict in verdicts:
        by_models.setdefault(verdict.names, Counter())[verdict.preferred] += 1
    for (model, other), counts in sorted(by_models.items()):
        decided = counts[model] + counts[other]
        figures: Sequence[object] = ("", "", "")
        if decided:
            low, high = wilson(counts[model], decided)
            figures = [round(number, PLACES) for number in (counts[model] / decided, low, high)]
        yield (model, other, counts[model], counts[other], counts[None], *figures)


def _verdict(line: dict[str, str], where: str) -> Verdict:
    values = [line.get(column) or "" for column in COLUMNS]
    verdict = Verdict(*values)
    if None in line or not all(values) or verdict.verdict not in SAID or verdict.model == verdict.other:
        raise TableError(where, f"is no verdict ({', '.join(values)})", _FIX)
    return verdict


_FIX = "save it again from the page, and edit it nowhere"
