from pathlib import Path

import pytest

from onggi.core import tables
from onggi.core.schema import Chunk
from onggi.index.passages import passage, passages


def chunk(text: str, heading: str, start: int = 0) -> Chunk:
    return Chunk(f"a#{start}", "a", start, start + len(text), text, 1, heading)


@pytest.mark.parametrize(
    ("text", "heading", "expected"),
    [
        ("닷새 걸린다", "", "닷새 걸린다"),
        ("닷새 걸린다", "메주", "메주\n닷새 걸린다"),
        ("닷새 걸린다", "메주 > 띄우기", "메주 > 띄우기\n닷새 걸린다"),
        ("띄우기\n닷새 걸린다", "메주 > 띄우기", "메주\n띄우기\n닷새 걸린다"),
        ("메주", "메주", "메주"),
        ("메주는 콩이다", "메주 > 띄우기", "띄우기\n메주는 콩이다"),
    ],
)
def test_headings_stand_in_front_unless_the_text_begins_with_them(text: str, heading: str, expected: str) -> None:
    assert passage(chunk(text, heading)) == expected


def test_the_passages_of_a_table_in_its_order(tmp_path: Path) -> None:
    tables.write(tmp_path / "t", Chunk, [chunk("콩", "메주", 0), chunk("물", "", 5)])
    assert list(passages(tmp_path / "t")) == ["메주\n콩", "물"]
