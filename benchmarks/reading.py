"""What readers get out of real files: text against a reference, order, speed and memory, beside their peers.

The reference of a PDF is its text layer, page by page, as PDFium gives it; that of an HWP file the text layer of
Hancom's own print of the same document. Texts are compared by their Hangul 3-grams, white space and all else removed:
recall is the share of the reference's that the reader has, as often; precision the share of the reader's that the
reference has; distinct is recall with each 3-gram counted once; order is how many of the neighbouring pairs of 3-grams
that occur once in both texts stand in the same order. Two more explain a recall and replace none: body is recall
against the reference without the lines that the reader left out as running heads, feet and page numbers after telling
each once; lines is recall of those 3-grams that no line break of the reference parts, which the order of a table's
cells does not change.
"""

import dataclasses
import itertools
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.data import Absent
from benchmarks.timing import Measure
from onggi.core.errors import DocumentError
from onggi.documents.parsed import Limits, Parsed
from onggi.documents.reading import read_file

DATA = Path(__file__).parents[2] / "shared" / "data" / "raw"
_HANGUL = re.compile("[가-힣]+")
_N = 3


@dataclass(frozen=True, slots=True)
class Score:
    """How one text compares to its reference; shares of 3-grams."""

    recall: float
    precision: float
    order: float
    distinct: float
    body: float
    lines: float


@dataclass(frozen=True, slots=True)
class Kind:
    """A format to measure: its files, their reference text, and the readers by name; ``units`` counts pages.

    ``body`` is the reference without what runs along the margins of pages.
    """

    files: tuple[Path, ...]
    reference: Callable[[Path], str]
    body: Callable[[Path], str]
    units: Callable[[Path], int]
    readers: Mapping[str, Callable[[Path], str]]


def grams(text: str) -> list[str]:
    """Return the Hangul 3-grams of a text in order."""
    hangul = "".join(_HANGUL.findall(text))
    return [hangul[at : at + _N] for at in range(len(hangul) - _N + 1)]


def score(text: str, reference: str, body: str) -> Score:
    """Compare a text with its reference, and with the body of that."""
    own, theirs = grams(text), grams(reference)
    counts, wanted = Counter(own), Counter(theirs)
    shared = (counts & wanted).total()
    places = {gram: at for at, gram in enumerate(own) if counts[gram] == 1}
    found = [places[gram] for gram in theirs if wanted[gram] == 1 and gram in places]
    pairs = list(itertools.pairwise(found))
    order = sum(before < after for before, after in pairs) / len(pairs) if pairs else 1.0
    distinct = len(counts.keys() & wanted.keys()) / max(len(wanted), 1)
    recall, precision = shared / max(len(theirs), 1), shared / max(len(own), 1)
    of_lines = Counter(gram for line in reference.splitlines() for gram in grams(line))
    return Score(recall, precision, order, distinct, _recall(counts, Counter(grams(body))), _recall(counts, of_lines))


def _recall(counts: Counter[str], wanted: Counter[str]) -> float:
    return (counts & wanted).total() / max(wanted.total(), 1)


def text_layer(path: Path) -> str:
    """Return the text layer of a PDF."""
    import pypdfium2

    document = pypdfium2.PdfDocument(path)
    return "\n".join(page.get_textpage().get_text_range() for page in document)


def body_layer(path: Path) -> str:
    """Return the text layer of a PDF without the running heads, feet and page numbers that the reader leaves out."""
    import pypdfium2

    from onggi.documents.pdf.margins import without_margins
    from onggi.documents.pdf.pages import page

    document = pypdfium2.PdfDocument(path)
    whole = [page(source, number) for number, source in enumerate(document, 1)]
    kept, _ = without_margins(whole)
    texts = []
    for source, before, after in zip(document, whole, kept, strict=True):
        text = source.get_textpage().get_text_range()
        told = {run.order for run in after.runs}
        for run in before.runs:
            if run.order not in told:
                text = text.replace(run.text, "\n", 1)
        texts.append(text)
    return "\n".join(texts)


def printed(path: Path) -> str:
    """Return the text of the print of an HWP file."""
    return (path.parents[1] / "text" / _prints(path.parents[1])[path.name][0]).read_text(encoding="utf-8")


def _prints(folder: Path) -> dict[str, tuple[str, int]]:
    """Return the print of each file and its number of pages."""
    rows = [line.split("\t") for line in (folder / "manifest.tsv").read_text(encoding="utf-8").splitlines()[1:]]
    return {row[0]: (row[1], int(row[2])) for row in rows}


def _printed_pages(path: Path) -> int:
    return _prints(path.parents[1])[path.name][1]


def _pages(path: Path) -> int:
    import pypdfium2

    return len(pypdfium2.PdfDocument(path))


def read(path: Path) -> Parsed:
    """Return the one document of a file.

    Raises
    ------
    DocumentError
        It cannot be read.
    """
    (document,) = read_file(path.read_bytes(), path.name, path.name, Limits(512))
    if isinstance(document, DocumentError):
        raise document
    return document


def _ours(path: Path) -> str:
    return read(path).text


def _syhwp(path: Path) -> str:
    import syhwp

    return str(syhwp.extract_text(str(path)))


def _pdfplumber(path: Path) -> str:
    import pdfplumber

    with pdfplumber.open(path) as document:
        return "\n".join(page.extract_text() or "" for page in document.pages)


def _pdfminer(path: Path) -> str:
    from pdfminer.high_level import extract_text

    return extract_text(path)


def _pdftext(path: Path) -> str:
    from pdftext.extraction import plain_text_output

    return plain_text_output(path, sort=True)


PDF_READERS = {
    "onggi": _ours,
    "pypdfium2": text_layer,
    "pdfplumber": _pdfplumber,
    "pdfminer.six": _pdfminer,
    "pdftext": _pdftext,
}


def kinds(data: Path = DATA) -> dict[str, Kind]:
    """Return the formats to measure.

    Raises
    ------
    Absent
        There are no files.
    """
    pdf = tuple(sorted([*(data / "public-pdf").glob("*.pdf"), *(data / "pdf").glob("*.pdf")]))
    folder = data / "public-hwp"
    if not pdf or not folder.is_dir():
        raise Absent(f"{data} has no real documents")
    hwp = tuple(folder / "files" / name for name in sorted(_prints(folder)))
    return {
        "pdf": Kind(pdf, text_layer, body_layer, _pages, PDF_READERS),
        "hwp": Kind(hwp, printed, printed, _printed_pages, {"onggi": _ours, "syhwp": _syhwp}),
    }


@dataclass(frozen=True, slots=True)
class Result:
    """What one reader does with the files of a format: scores by file, pages a second of CPU, peak memory in MB."""

    scores: dict[str, Score]
    speed: float
    memory: float


def result(kind: str, name: str) -> Result | None:
    """Return what a reader does in a process of its own; None where it is not installed."""
    command = [sys.executable, "-m", "benchmarks.reading", kind, name]
    done = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parents[1])
    if done.returncode:
        return None
    *rows, last = (line.split("\t") for line in done.stdout.splitlines())
    return Result({row[0]: Score(*map(float, row[1:])) for row in rows}, float(last[1]), float(last[2]))


def measure() -> Iterator[Measure]:
    """Yield the worst and mean scores, speed and peak memory of each reader that is installed."""
    for kind, name in ((kind, name) for kind, of in kinds().items() for name in of.readers):
        if (found := result(kind, name)) is None:
            continue
        scores, speed, memory = list(found.scores.values()), found.speed, found.memory
        for measured in ("recall", "precision", "order"):
            values = [getattr(one, measured) for one in scores]
            note = f"{len(values)} files"
            yield Measure(
                f"{kind}.{name}.{measured}", sum(values) / len(values), "", min(values), max(values), "", note
            )
        yield Measure(f"{kind}.{name}.speed", speed, "pages/s of CPU")
        yield Measure(f"{kind}.{name}.memory", memory, "MB")


def _peak_mb() -> float:
    """Return the peak memory of this process; ``getrusage`` counts that of the one it was started from too."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(re.search(r"VmHWM:\s*(\d+)", status)[1]) / 1000  # type: ignore[index]


def main(kind: str, name: str) -> None:
    """Print file and scores of one reader, and its pages a second and peak memory last."""
    of = kinds()[kind]
    texts: dict[Path, str] = {}
    of.readers[name](of.files[0])  # what is loaded at first use is not counted
    start = time.process_time()
    for path in of.files:
        texts[path] = of.readers[name](path)
    taken = time.process_time() - start
    memory = _peak_mb()
    for path, text in texts.items():
        found = score(text, of.reference(path), of.body(path))
        print(path.name, *(f"{value:.4f}" for value in dataclasses.astuple(found)), sep="\t")
    print("all", f"{sum(map(of.units, of.files)) / taken:.1f}", f"{memory:.0f}", sep="\t")


if __name__ == "__main__":
    main(*sys.argv[1:])
