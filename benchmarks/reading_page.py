"""docs/reading.md: how well real files are read, as measured (`python -m benchmarks.reading_page`)."""

import statistics
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.reading import Result, kinds, read, result

PAGE = Path(__file__).parents[1] / "docs" / "reading.md"
_HEAD = """# How well files are read

Made by `python -m benchmarks.reading_page` from real Korean documents that are not part of this project: PDFs of
ministries, banks, courts, hospitals and manuals against their text layer, HWP and HWPX files of public offices against
the text layer of Hancom's own print. Recall and precision count Hangul 3-grams, white space and all else removed; order
is the share of neighbouring pairs of 3-grams that stand in the same order. "Each once" is recall that counts a 3-gram
once, however often it stands there. A print repeats running heads and the heads
of tables on every page, and a text layer holds them too: leaving those out costs recall, and the peers, which keep all
that a page shows, do not pay it. So two more columns stand beside recall, and replace it nowhere: "body" is recall
against the reference without the lines that were left out as running heads, feet and page numbers (each is told once);
"in lines" is recall of the 3-grams within lines of the reference, which stays the same when a table is told row by row
where the text layer goes down its columns. Speed is pages a second of CPU.
"""

_HEADS = "running heads, which stand on every page and are told once"
REASONS = {
    "kotex-doc.pdf": "a font without a map of its glyphs: five pages of what it would give are left out and counted",
    "한글문서파일형식_배포용문서_revision1.2.hwp": _HEADS,
    "finance-al10.pdf": "a notice and the reader's name on every page, told once",
    "medical-al35.pdf": _HEADS,
    "commerce-al06.pdf": _HEADS,
    "finance-al08.pdf": "a table without lines, told row by row where the text layer goes down its columns",
    "한글문서파일형식_차트_revision1.2.hwp": "captions, which the print has on the other side of their tables",
    "2025년_2분기_해외직접투자_(최종).hwp": "captions and boxes, which the print has at another place of the page",
    "2025년_2분기_해외직접투자_(최종).hwpx": "the same document",
    "install.ko.pdf": _HEADS,
}
"""What the files that are read worst lack, as looked at by hand."""


def main() -> None:
    """Measure and write the page."""
    PAGE.write_text("\n".join(_lines()) + "\n", encoding="utf-8")


def _lines() -> Iterator[str]:
    yield _HEAD
    for kind, of in kinds().items():
        found = {name: made for name in of.readers if (made := result(kind, name)) is not None}
        yield f"## {kind.upper()}: {len(of.files)} files, {sum(map(of.units, of.files))} pages\n"
        yield from _table(
            (
                "reader",
                "recall",
                "worst",
                "body",
                "in lines",
                "each once",
                "precision",
                "worst",
                "order",
                "pages/s",
                "MB",
            ),
            [(name, *_figures(made)) for name, made in found.items()],
        )
        yield from _table(
            (
                "file",
                "recall",
                "body",
                "in lines",
                "each once",
                "precision",
                "order",
                "sections",
                "unread pages",
                "title",
            ),
            [
                (path.name, *_shares(found["onggi"], path), *_read(path))
                for path in sorted(of.files, key=lambda path: found["onggi"].scores[path.name].recall)
            ],
        )
    yield "## The ten files with the least recall, and what is missing\n"
    yield from (f"- {name}: {reason}" for name, reason in REASONS.items())


def _figures(made: Result) -> Iterator[str]:
    scores = list(made.scores.values())
    recall, precision = [one.recall for one in scores], [one.precision for one in scores]
    yield f"{statistics.mean(recall):.3f}"
    yield f"{min(recall):.3f}"
    yield f"{statistics.mean(one.body for one in scores):.3f}"
    yield f"{statistics.mean(one.lines for one in scores):.3f}"
    yield f"{statistics.mean(one.distinct for one in scores):.3f}"
    yield f"{statistics.mean(precision):.3f}"
    yield f"{min(precision):.3f}"
    yield f"{statistics.mean(one.order for one in scores):.3f}"
    yield f"{made.speed:.0f}"
    yield f"{made.memory:.0f}"


def _shares(made: Result, path: Path) -> Iterator[str]:
    one = made.scores[path.name]
    yield from (f"{value:.3f}" for value in (one.recall, one.body, one.lines, one.distinct, one.precision, one.order))


def _read(path: Path) -> tuple[str, str, str]:
    document = read(path)
    unread = sum(count for reason, count in document.removed.items() if reason.startswith("pages "))
    return str(len(document.sections)), str(unread), (document.title or "(name of the file)").replace("|", "\\|")


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    yield from (f"| {' | '.join(row)} |" for row in rows)
    yield ""


if __name__ == "__main__":
    main()
