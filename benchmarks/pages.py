"""Retrieval on real PDFs, page as the unit: BM25 over what the reader makes of each page, and over its text layer."""

import json
import math
from collections.abc import Callable, Iterator
from pathlib import Path

import pypdfium2

from benchmarks import reading
from benchmarks.data import Absent
from benchmarks.reading import DATA
from benchmarks.timing import Measure
from onggi.index.base import IndexCard
from onggi.index.bm25 import Bm25Index
from onggi.index.params import Bm25Params
from onggi.korean.kiwi import morphemes_of

_TOP = 10


def measure() -> Iterator[Measure]:
    """Yield nDCG@10 over the text layer, and over what the reader gives."""
    folder = DATA / "public-pdf"
    if not folder.is_dir():
        raise Absent(f"{folder} has no real documents")
    files = sorted(folder.glob("*.pdf"))
    questions = [json.loads(line) for line in (folder / "questions.jsonl").read_text(encoding="utf-8").splitlines()]
    names = {path.name for path in files}
    questions = [question for question in questions if question["source"] in names]
    plain, ours = (_mean(files, questions, pages) for pages in (text_layer, read))
    note = f"{len(questions)} questions on {len(files)} files"
    yield Measure("pages.text_layer.ndcg", plain, "", note=note)
    yield Measure("pages.onggi.ndcg", ours, "", target=f">= {plain - 0.02:.3f}", note=note)


def text_layer(path: Path) -> dict[int, str]:
    """Return the text layer of each page, by number."""
    document = pypdfium2.PdfDocument(path)
    return {at: page.get_textpage().get_text_range() for at, page in enumerate(document, 1)}


def read(path: Path) -> dict[int, str]:
    """Return what the reader gives of each page, by number."""
    joined = reading.read(path)
    pages: dict[int, str] = {}
    for origin in joined.origins:
        pages[origin.number] = pages.get(origin.number, "") + joined.text[origin.start : origin.end] + "\n"
    return pages


def _mean(files: list[Path], questions: list[dict[str, str]], pages: Callable[[Path], dict[int, str]]) -> float:
    """Return the mean nDCG@10; each question has one page that answers it."""
    texts = {f"{path.name}#{number}": text for path in files for number, text in pages(path).items()}
    params = Bm25Params(encoder="kiwi", kind="bm25")
    index = Bm25Index.of(morphemes_of(texts.values()), list(texts), params, IndexCard({}, "kiwi", {}, ""))
    rows, _ = index.search(list(morphemes_of(question["question"] for question in questions)), _TOP)
    gains = 0.0
    for question, found in zip(questions, rows, strict=True):
        ranking = [index.chunk_ids[row] for row in found if row >= 0]
        right = f"{question['source']}#{question['page']}"
        gains += 1 / math.log2(ranking.index(right) + 2) if right in ranking else 0.0
    return gains / len(questions)
