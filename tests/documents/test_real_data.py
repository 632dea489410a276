"""Real Korean documents, where they are at hand: nothing crashes, nothing is lost, sections hold."""

import re
from functools import cache
from pathlib import Path

import pytest

from onggi.core.schema import Document
from onggi.documents import IngestParams, read_corpus


@cache
def documents(path: Path) -> list[Document]:
    found = list(read_corpus(path, IngestParams(on_error="fail", max_mb=100, max_memory_mb=1000, max_seconds=60)))
    assert all(isinstance(item, Document) for item in found)
    return [item for item in found if isinstance(item, Document)]


def check_sections(document: Document) -> None:
    gaps, last = [], 0
    for section in document.sections:
        assert last <= section.start < section.end <= len(document.text), document.doc_id
        gaps.append(document.text[last : section.start])
        last = section.end
    assert not "".join([*gaps, document.text[last:]]).strip(), document.doc_id


@pytest.mark.parametrize(
    ("folder", "count"),
    [("raw/welfare-md", 464), ("raw/lo-help-ko", 300), ("raw/install-guide-ko", 83), ("welfare", 464), ("raw/pdf", 4)],
)
def test_real_corpora_are_read_whole(shared: Path, folder: str, count: int) -> None:
    found = documents(shared / folder)
    assert len(found) == count
    assert [item.doc_id for item in found] == sorted(item.doc_id for item in found)
    for item in found:
        check_sections(item)
        assert item.title
        assert not re.search(r"[\r\x00\ufeff\u00a0]|\n\n\n", item.text), item.doc_id


def test_no_hangul_of_the_markdown_is_lost(shared: Path) -> None:
    root = shared / "raw" / "welfare-md"
    for item in documents(root):
        source = (root / item.doc_id).read_text(encoding="utf-8-sig")
        source = re.sub(r"\]\([^)\s]*\)", "", source)  # addresses of links
        assert re.findall("[가-힣]", item.text) == re.findall("[가-힣]", source), item.doc_id


def test_the_manual_in_pdf_has_its_chapters_and_pages(shared: Path) -> None:
    manual = next(item for item in documents(shared / "raw" / "pdf") if item.doc_id == "install.ko.pdf")
    pages = [origin.number for origin in manual.origins]
    assert pages == sorted(set(pages))
    assert pages[-1] == 151
    assert len({section.heading[0] for section in manual.sections if section.heading}) >= 8
