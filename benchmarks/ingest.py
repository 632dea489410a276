"""Ingest of 10,000 made files of mixed formats: all of them, one file more, and nothing new; in CPU seconds."""

import ctypes
import io
import os
import random
import resource
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

import docx
import openpyxl

from benchmarks.timing import Measure

ROOT = Path(__file__).parents[1]
FILES = int(os.environ.get("ONGGI_BENCH_FILES", "10000"))
SHARES = {".md": 25, ".html": 20, ".hwpx": 17, ".pdf": 15, ".docx": 8, ".txt": 5, ".csv": 5, ".xlsx": 5}
"""How many of 100 files are of each format."""

MEDIANS = {
    ".md": 1500, ".html": 3000, ".hwpx": 5000, ".pdf": 12000, ".docx": 5000, ".txt": 1500, ".csv": 3000, ".xlsx": 5000,
}  # fmt: skip
"""Characters of the file in the middle: as in the shared public files (PDFs of 15 pages, HWPs of 5,000 characters)."""

SPREAD = 0.8
"""Of the lengths, which are log-normal."""

PARAMS = """corpus: {path: raw}
ingest: {on_error: fail, max_mb: 512, max_memory_mb: 1000, max_seconds: 60}
clean:
  {duplicates: keep, alike: 0.9, versions: keep, boilerplate: null, spacing: auto, mask: [resident_number, card]}
"""
_NAMES = 'xmlns:hp="http://www.hancom.co.kr/hwpml/2011/paragraph" xmlns:hs="http://www.hancom.co.kr/hwpml/2011/section"'
_SUBREAPER = 36  # of prctl(2): processes that outlive their parent are counted here


def measure() -> Iterator[Measure]:
    """Ingest the corpus into an empty memo, again with one file more, and again as it is."""
    ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        (folder / "params.yaml").write_text(PARAMS, "utf-8")
        make(folder / "raw", FILES)
        whole = cpu_seconds(folder)
        yield Measure("ingest: all", whole, "s", note=f"CPU seconds, {FILES:,} files of {len(SHARES)} formats")
        make(folder / "raw" / "새 글", FILES + 1, FILES)
        more = cpu_seconds(folder)
        yield Measure(
            "ingest: one more", 100 * more / whole, "%", target="<= 5", note=f"of all: {more:.3g} CPU seconds"
        )
        yield Measure("ingest: nothing new", cpu_seconds(folder), "s", note="CPU seconds")


def cpu_seconds(folder: Path) -> float:
    """Return the CPU seconds of one run of the stage, its children's among them."""
    before = _used()
    environment = os.environ | {"PYTHONPATH": str(ROOT), "ONGGI_MEMO": str(folder / "memo")}
    command = [sys.executable, "-m", "stages.ingest", "--documents", "documents.parquet", "--metrics", "ingest.json"]
    subprocess.run(command, cwd=folder, env=environment, check=True)
    while True:
        try:
            os.wait()
        except ChildProcessError:
            return _used() - before


def _used() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def make(folder: Path, count: int, first: int = 0) -> None:
    """Write so many files of sentences of the demo corpus, always the same; those before the first are left out."""
    chance = random.Random(0)
    sentences = [
        line.strip("#-*| ")
        for path in sorted((ROOT / "data" / "raw").rglob("*.md"))
        for line in path.read_text("utf-8").splitlines()
        if len(line) > 20
    ]
    makers = {
        ".md": _markdown, ".html": _html, ".txt": _text, ".docx": _word, ".hwpx": _hancom, ".pdf": _pdf(), ".csv": _csv,
        ".xlsx": _excel,
    }  # fmt: skip
    for number in range(count):
        extension = chance.choices(list(SHARES), list(SHARES.values()))[0]
        length, body = MEDIANS[extension] * chance.lognormvariate(0, SPREAD), [f"{number}번째 글"]
        while sum(map(len, body)) < length:
            body.append(chance.choice(sentences))
        if number < first:
            continue
        path = folder / f"{number // 100:03}" / f"{number:05} 안내{extension}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(makers[extension](body))


def _markdown(body: Sequence[str]) -> bytes:
    parts = [f"## {line[:20]}\n\n{line}" if place % 8 == 0 else line for place, line in enumerate(body)]
    return "\n\n".join(parts).encode()


def _html(body: Sequence[str]) -> bytes:
    told = map(escape, body)
    inner = "".join(
        f"<h2>{line[:20]}</h2><p>{line}" if place % 8 == 0 else f"<p>{line}" for place, line in enumerate(told)
    )
    return f"<!doctype html><html><head><title>{escape(body[0])}</title><body><main>{inner}</main>".encode()


def _text(body: Sequence[str]) -> bytes:
    return "\n".join(body).encode("cp949", "replace")


def _csv(body: Sequence[str]) -> bytes:
    return "\n".join(f'{place},"{line.replace(chr(34), "")}",{len(line)}' for place, line in enumerate(body)).encode()


def _word(body: Sequence[str]) -> bytes:
    document = docx.Document()
    for place, line in enumerate(body):
        if place % 8 == 0:
            document.add_heading(line[:20], 2)
        document.add_paragraph(line)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _hancom(body: Sequence[str]) -> bytes:
    inner = "".join(f"<hp:p><hp:run><hp:t>{escape(line)}</hp:t></hp:run></hp:p>" for line in body)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/hwp+zip")
        archive.writestr("Contents/section0.xml", f"<hs:sec {_NAMES}>{inner}</hs:sec>")
    return out.getvalue()


def _excel(body: Sequence[str]) -> bytes:
    book = openpyxl.Workbook()
    for place, line in enumerate(body):
        book.worksheets[0].append([place, line, len(line)])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _pdf() -> Callable[[Sequence[str]], bytes]:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(UnicodeCIDFont("HYSMyeongJo-Medium"))

    def make(body: Sequence[str]) -> bytes:
        out = io.BytesIO()
        canvas = Canvas(out, invariant=1)
        for place, line in enumerate(body):
            if place and place % 40 == 0:
                canvas.showPage()
            canvas.setFont("HYSMyeongJo-Medium", 10)
            canvas.drawString(50, 780 - 18 * (place % 40), line[:50])
        canvas.save()
        return out.getvalue()

    return make
