import pytest

from onggi.core.places import cited, on_page, place
from onggi.core.schema import Origin, Unit


def pages(*numbers: int, unit: Unit = "page", name: str = "") -> list[Origin]:
    """Return stretches of nine characters, one on each page, with one character between two."""
    return [Origin(10 * n, 10 * n + 9, unit, number, name) for n, number in enumerate(numbers)]


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (0, 9, "p. 4"),
        (8, 9, "p. 4"),
        (9, 10, ""),
        (9, 11, "p. 5"),
        (0, 11, "pp. 4–5"),
        (0, 29, "pp. 3–5"),
        (40, 50, ""),
    ],
)
def test_a_stretch_stands_where_it_touches(start: int, end: int, expected: str) -> None:
    assert place(pages(4, 5, 3), start, end) == expected


@pytest.mark.parametrize(
    ("origins", "expected"),
    [
        (pages(3, name="iii"), "p. 3 (iii)"),
        (pages(3, name="3"), "p. 3"),
        (pages(2, unit="slide"), "slide 2"),
        (pages(2, 3, unit="slide"), "slides 2–3"),
        (pages(7, unit="paragraph"), "¶ 7"),
        (pages(7, 9, unit="line"), "lines 7–9"),
        (pages(1, unit="record"), "record 1"),
        (pages(1, unit="sheet"), "sheet 1"),
        (pages(1, unit="sheet", name="요금!A1:B2"), "요금!A1:B2"),
        ([Origin(0, 9, "sheet", 1, "가!A1"), Origin(9, 20, "sheet", 2, "나!B2")], "가!A1–나!B2"),
        ([*pages(1), Origin(10, 20, "line", 8)], "p. 1, line 8"),
        ([], ""),
    ],
)
def test_each_unit_is_cited_as_people_do(origins: list[Origin], expected: str) -> None:
    assert place(origins, 0, 100) == expected
    assert cited("안내", place(origins, 0, 100)) == (f"안내, {expected}" if expected else "안내")


def test_a_page_may_stand_in_several_stretches() -> None:
    assert on_page(pages(4, 5, 4), 4) == [(0, 9), (20, 29)]
    assert on_page(pages(4, unit="slide"), 4) == [(0, 9)]
    assert on_page(pages(4, unit="paragraph"), 4) == on_page(pages(4), 1) == []
