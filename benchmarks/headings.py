"""Headings found against labels made by eye: precision, recall and levels, with Wilson's intervals.

A sample is drawn from the lines of real documents, some that were found to be headings and some of less than 40
characters that were not, and a person says of each whether it heads what follows and what stands above it. Labels
hold no text: a line is its file, its offset and its digest (`benchmarks/labels`), so they outlive other readers as long
as the line does. ``python -m benchmarks.headings`` says how today's readers do on each sample; ``… draw FILE 60 SEED``
draws another.
"""

import math
import random
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from benchmarks.data import Absent
from benchmarks.reading import DATA, read
from benchmarks.timing import Measure
from onggi.cleaning.lines import lines
from onggi.core.errors import DocumentError
from onggi.documents.parsed import Parsed

LABELS = Path(__file__).parent / "labels"
_FOLDERS = ("public-hwp", "hwp", "public-pdf", "pdf")
_SUFFIXES = (".hwp", ".hwpx", ".pdf")
_OUTLINED = {
    "finance-al10.pdf",
    "install.ko.pdf",
    "kotex-doc.pdf",
    "kotex-utf-doc.pdf",
    "lshort-ko.pdf",
    "tests_hwp5_tests_fixtures_lists.hwp",
    "한글문서파일형식_배포용문서_revision1.2.hwp",
    "한글문서파일형식_차트_revision1.2.hwp",
}
"""Files whose format says what their headings are."""

_SHORT = 40  # characters of a line that may be a heading
_Z = 1.96


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a document: where it starts, what was made of it, and the headings above it, its own the last."""

    start: int
    text: str
    path: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """What knows the line again, wherever it stands and however it is spaced."""
        return digest(self.text)

    @property
    def parent(self) -> str:
        """The digest of the heading above it, ``-`` where there is none."""
        return digest(self.path[-2]) if len(self.path) > 1 else "-"


@dataclass(frozen=True, slots=True)
class Label:
    """A line as it was drawn, and what a person says of it.

    ``found``: as a heading when it was drawn; ``heading``: whether it is one; ``parents``: digests of those that may
    stand right above it; ``placed``: whether one did when it was drawn, None where it was not found or is none.
    """

    file: str
    offset: int
    digest: str
    found: bool
    heading: bool
    parents: tuple[str, ...]
    placed: bool | None


def digest(text: str) -> str:
    """Return 12 hexadecimal digits of a text without its white space."""
    return blake2b("".join(text.split()).encode(), digest_size=6).hexdigest()


def documents(data: Path = DATA) -> dict[str, Parsed]:
    """Return the documents without an outline, by path; of two files of one document the first.

    Raises
    ------
    Absent
        There are none.
    """
    paths = [path for folder in _FOLDERS for path in sorted((data / folder).rglob("*")) if path.suffix in _SUFFIXES]
    twins = {path for path in paths if path.suffix == ".hwpx" and path.with_suffix(".hwp") in paths}
    read_ones = {}
    for path in paths:
        if path in twins or path.name in _OUTLINED:
            continue
        try:
            read_ones[path.relative_to(data).as_posix()] = read(path)
        except DocumentError:
            continue
    if not read_ones:
        raise Absent(f"{data} has no real documents")
    return read_ones


def lines_of(document: Parsed) -> Iterator[Line]:
    """Yield the headings of a document, and its lines that may be some: short ones that are no rows but of a box."""
    paths = _headings(document)
    for start, end in lines(document.text, 0, len(document.text)):
        line = Line(start, document.text[start:end], paths.get(start, ()))
        table = next((one for one in document.tables if one.start <= start < one.end), None)
        boxed = table is None or "\n" not in document.text[table.start : table.end]
        if line.path or (boxed and end - start < _SHORT and sum(map(str.isalpha, line.text)) > 1):
            yield line


def _headings(document: Parsed) -> dict[int, tuple[str, ...]]:
    """Return the path of each heading by its offset; a section opens with all that were not in the one before."""
    found = {}
    for section in document.sections:
        path = tuple(section.heading)
        opening = list(lines(document.text, section.start, section.end))[: len(path)]
        texts = [document.text[start:end] for start, end in opening]
        for count in range(len(texts), 0, -1):
            if texts[:count] == list(path[-count:]):
                for place, (start, _) in enumerate(opening[:count], len(path) - count + 1):
                    found[start] = path[:place]
                break
    return found


def draw(count: int, seed: int, known: Iterable[str] = ()) -> tuple[dict[str, int], list[tuple[str, Line]]]:
    """Return how many lines there are, found and passed over, and ``count`` of each that are not ``known``."""
    every = [(file, line) for file, document in documents().items() for line in lines_of(document)]
    found = [item for item in every if item[1].path]
    passed = [item for item in every if not item[1].path]
    old, chance = set(known), random.Random(seed)
    drawn = [
        item
        for items in (found, passed)
        for item in chance.sample([(f, line) for f, line in items if f"{f} {line.digest}" not in old], count)
    ]
    return {"found": len(found), "passed": len(passed)}, drawn


def load(path: Path) -> tuple[dict[str, int], list[Label]]:
    """Return how many lines a sample was drawn from, and its labels."""
    first, *rows = path.read_text(encoding="utf-8").splitlines()
    words = first.lstrip("# ").split()
    labels = []
    for row in rows:
        file, offset, of_line, found, heading, parents, placed = row.split("\t")
        above = tuple(parents.split(","))
        right = None if placed == "-" else placed == "1"
        labels.append(Label(file, int(offset), of_line, found == "found", heading == "1", above, right))
    return dict(zip(words[::2], map(int, words[1::2]), strict=True)), labels


def wilson(right: int, of: int) -> tuple[float, float]:
    """Return the interval that holds a share with 95 % (Wilson 1927).

    Examples
    --------
    >>> tuple(round(bound, 3) for bound in wilson(9, 10))
    (0.596, 0.982)
    """
    if not of:
        return 0.0, 1.0
    share, square = right / of, _Z * _Z
    middle = share + square / (2 * of)
    half = _Z * math.sqrt(share * (1 - share) / of + square / (4 * of * of))
    return (middle - half) / (1 + square / of), (middle + half) / (1 + square / of)


@dataclass(frozen=True, slots=True)
class Figures:
    """Right of how many: headings among lines found, headings among those passed over, and levels."""

    precision: tuple[int, int]
    missed: tuple[int, int]
    levels: tuple[int, int]

    def recall(self, sizes: dict[str, int], missed: float | None = None) -> float:
        """Return the share of all headings that are found; ``missed``: that of headings among lines passed over.

        A sample stands for the lines that it was drawn from.
        """
        right, of = self.precision
        headings, passed = self.missed
        share = headings / max(passed, 1) if missed is None else missed
        found = sizes["found"] * right / max(of, 1)
        return found / max(found + sizes["passed"] * share, 1e-9)


def figures(labels: Sequence[Label], read_ones: dict[str, Parsed], drawn: bool) -> Figures:
    """Compare labels with documents as they are read now; ``drawn``: with what they were when the sample was."""
    precision, missed, levels = [0, 0], [0, 0], [0, 0]
    of_files = {file: list(lines_of(document)) for file, document in read_ones.items()}
    for label in labels:
        alike = [line for line in of_files.get(label.file, ()) if line.digest == label.digest]
        line = min(alike, key=lambda one: abs(one.start - label.offset), default=None)
        found = label.found if drawn else bool(line and line.path)
        counted = precision if found else missed
        counted[0] += label.heading
        counted[1] += 1
        if drawn and label.placed is not None:
            levels[0] += label.placed
            levels[1] += 1
        elif not drawn and label.heading and line and line.path:
            levels[0] += line.parent in label.parents
            levels[1] += 1
    return Figures((precision[0], precision[1]), (missed[0], missed[1]), (levels[0], levels[1]))


def measure() -> Iterator[Measure]:
    """Yield the figures of each sample, as drawn and as the lines are read now."""
    if not DATA.is_dir():
        raise Absent(f"no {DATA}")
    read_ones = documents()
    for path in sorted(LABELS.glob("headings-*.tsv")):
        sizes, labels = load(path)
        for when in ("drawn", "now"):
            found = figures(labels, read_ones, when == "drawn")
            yield _share(f"{path.stem}.{when}.precision", *found.precision)
            low, high = wilson(*found.missed)
            note = f"{found.missed[0]} headings among {found.missed[1]} lines passed over"
            yield Measure(
                f"{path.stem}.{when}.recall",
                *(found.recall(sizes), "", found.recall(sizes, high), found.recall(sizes, low), "", note),
            )
            yield _share(f"{path.stem}.{when}.levels", *found.levels)


def _share(name: str, right: int, of: int) -> Measure:
    low, high = wilson(right, of)
    return Measure(name, right / max(of, 1), "", low, high, "", f"{right} of {of}, 95 % Wilson")


def main(arguments: Sequence[str]) -> None:
    """Print the figures; or ``draw FILE COUNT SEED``: write a sample without labels (``?``)."""
    if not arguments:
        for measured in measure():
            print(measured.line())
        return
    _, name, count, seed = arguments
    known = [f"{label.file} {label.digest}" for path in LABELS.glob("headings-*.tsv") for label in load(path)[1]]
    sizes, drawn = draw(int(count), int(seed), known)
    rows = [
        f"{file}\t{line.start}\t{line.digest}\t{'found' if line.path else 'passed'}\t?\t?\t?"
        for file, line in sorted(drawn, key=lambda item: (item[0], item[1].start))
    ]
    head = f"# found {sizes['found']} passed {sizes['passed']}"
    (LABELS / name).write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
