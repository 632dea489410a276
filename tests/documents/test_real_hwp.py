"""Public HWP and HWPX documents beside the text of Hancom's own print, where they are at hand.

The print repeats running heads, page numbers and head rows on each page, and draws floating tables after the text of
their page. So running lines are left out of it, and order is that of pages.
"""

import bisect
import csv
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from onggi.core.errors import DocumentError
from onggi.documents import hwp
from onggi.documents.blocks import Block, join
from onggi.documents.hwp import tables

_ORDERED = 6
"""Length of the pieces that are looked for in order, each of which stands once in the print and once in the text."""


def hangul(text: str) -> str:
    return "".join(re.findall("[가-힣]", text))


def grams(text: str, length: int) -> list[str]:
    said = hangul(text)
    return [said[start : start + length] for start in range(len(said) - length + 1)]


def once(pieces: list[str]) -> dict[str, int]:
    counted = Counter(pieces)
    return {piece: place for place, piece in enumerate(pieces) if counted[piece] == 1}


def pages(print_: str) -> list[str]:
    """Return the pages without the lines that open or end half of them, digits aside."""
    found = [[line for line in page.split("\n") if line.strip()] for page in print_.split("\f")]
    keys = [{re.sub(r"[\d\s]", "", line) for line in page[:2] + page[-2:]} for page in found]
    counted = Counter(key for page in keys for key in page)
    running = {key for key, times in counted.items() if len(found) > 2 and times * 2 >= len(found)}
    return ["\n".join(line for line in page if re.sub(r"[\d\s]", "", line) not in running) for page in found]


def ordered(text: str, print_: list[str]) -> float:
    """Return the largest share of pieces whose pages do not go back."""
    places = once(grams(text, _ORDERED))
    counted = Counter(piece for page in print_ for piece in set(grams(page, _ORDERED)))
    page_of = {
        places[piece]: number
        for number, page in enumerate(print_)
        for piece in grams(page, _ORDERED)
        if counted[piece] == 1 and piece in places
    }
    rising: list[int] = []
    for _, number in sorted(page_of.items()):
        at = bisect.bisect_right(rising, number)
        rising[at : at + 1] = [number]
    return len(rising) / len(page_of)


@cache
def blocks(path: Path) -> list[Block]:
    return list(hwp.read(path.read_bytes(), path.name).blocks)


def test_public_documents_say_what_their_print_says(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A print tells a merged cell once; we tell it in each row, so here once too."""
    monkeypatch.setattr(tables, "_is_label", lambda _: False)
    folder = shared / "raw" / "public-hwp"
    rows = list(csv.DictReader((folder / "manifest.tsv").open(encoding="utf-8"), delimiter="\t"))
    assert len(rows) == 21
    for row in rows:
        file = folder / "files" / row["file"]
        text = join(list(hwp.read(file.read_bytes(), file.name).blocks), 10**7).text
        print_ = pages((folder / "text" / row["print"]).read_text(encoding="utf-8"))
        said, printed = Counter(grams(text, 3)), Counter(grams("".join(print_), 3))
        assert (said & printed).total() >= 0.97 * printed.total(), row["file"]
        assert (said & printed).total() >= 0.97 * said.total(), row["file"]
        assert ordered(text, print_) >= 0.97, row["file"]


def test_both_forms_of_a_document_are_the_same_blocks(shared: Path) -> None:
    folder = shared / "raw" / "public-hwp" / "files"
    pairs = [(path, path.with_suffix(".hwpx")) for path in folder.glob("*.hwp") if path.with_suffix(".hwpx").exists()]
    assert len(pairs) == 6
    for binary, package in pairs:
        assert blocks(binary) == blocks(package), binary.name


def test_fixtures_of_parsers_are_read_or_named(shared: Path) -> None:
    refused = {}
    for path in [*sorted((shared / "raw" / "hwp").glob("*.hwp")), shared / "raw/public-hwp/odd/hwp3-sample11.hwp"]:
        try:
            blocks(path)
        except DocumentError as error:
            refused[path.name] = error.what
    assert refused == {
        "sample_hwp_basic_ole.hwp": "is no HWP document (it has no BodyText/Section0)",
        "tests_hwp5_tests_fixtures_password-12345.hwp": "is protected by a password",
        "hwp3-sample11.hwp": "is an HWP 3 document, a format of before 2002",
    }


def test_a_value_stands_below_both_levels_of_its_head(shared: Path) -> None:
    path = shared / "raw" / "public-hwp" / "files" / "2025년_1분기_해외직접투자_보도자료f.hwp"
    rows = [f" {block.text}".split(" | ") for block in blocks(path) if block.row]
    start = next(place for place, row in enumerate(rows) if row[:2] == [" 구분", "2023년"])
    years, quarters, values = rows[start : start + 3]
    column = years.index("2024년")
    assert (quarters[column], values[0].strip(), values[column]) == ("1분기", "총투자", "166.0")
