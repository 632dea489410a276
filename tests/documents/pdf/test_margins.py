"""Running heads, feet and page numbers: what repeats is dropped, what only looks like it stays."""

from collections import Counter

import pytest

from onggi.documents.pdf.lines import Run
from onggi.documents.pdf.margins import HEADS, NUMBERS, without_margins
from onggi.documents.pdf.pages import Page


def page(number: int, *texts: tuple[float, str]) -> Page:
    runs = tuple(Run(text, 50, 50 + 10 * len(text), y, 10, order=at) for at, (y, text) in enumerate(texts))
    return Page(number, 400, 600, runs, {}, {}, Counter())


def kept(*pages: Page) -> list[list[str]]:
    return [[run.text for run in one.runs] for one in without_margins(pages)[0]]


@pytest.mark.parametrize(
    "texts",
    [
        ["총계 794명", "총계 132명", "총계 783명", "총계 12명"],
        ["62%", "63%", "71%", "12%"],
        ["2023년", "2024년", "2025년", "2027년"],
        ["합계 12건", "합계 15건", "합계 11건", "합계 2건"],
        ["2024", "2022", "1998", "2024"],
        ["civil", "mix", "livid", "mild"],
    ],
)
def test_content_that_differs_in_digits_stays(texts: list[str]) -> None:
    pages = [page(at + 1, (300, f"본문 {at}"), (20, text)) for at, text in enumerate(texts)]
    assert [runs[-1] for runs in kept(*pages)] == texts


@pytest.mark.parametrize("form", ["{}", "- {} -", "{} / 25", "p. {}", "〈 {} 〉", "{} 쪽"])
@pytest.mark.parametrize("first", [1, 58])
def test_a_number_that_counts_up_with_the_pages_goes(form: str, first: int) -> None:
    pages = [page(at + 1, (300, f"본문 {at}"), (20, form.format(first + at))) for at in range(25)]
    assert kept(*pages) == [[f"본문 {at}"] for at in range(25)]
    assert without_margins(pages)[1] == {NUMBERS: 25, HEADS: 0}


def test_roman_numbers_count_too() -> None:
    pages = [page(at + 1, (300, "본문"), (20, number)) for at, number in enumerate(("i", "ii", "iii", "iv"))]
    assert kept(*pages) == [["본문"]] * 4


def test_a_number_that_counts_inside_the_page_stays() -> None:
    assert kept(*[page(at + 1, (300, str(at + 1))) for at in range(5)]) == [[str(at + 1)] for at in range(5)]


def test_a_running_head_is_told_once() -> None:
    pages = [page(at + 1, (580, f"장독 조례 {at + 7}"), (300, f"본문 {at}")) for at in range(4)]
    assert kept(*pages) == [["장독 조례 7", "본문 0"], ["본문 1"], ["본문 2"], ["본문 3"]]
    assert without_margins(pages)[1][HEADS] == 3


def test_heads_of_chapters_are_told_once_each() -> None:
    names = ["총칙"] * 3 + ["대여"] * 3 + ["벌칙"] * 3
    pages = [page(at + 1, (580, name), (300, f"본문 {at}")) for at, name in enumerate(names)]
    assert [runs[0] for runs in kept(*pages) if len(runs) == 2] == ["총칙", "대여", "벌칙"]


def test_a_line_that_repeats_on_few_pages_stays() -> None:
    pages = [
        page(at + 1, (580, "붙임" if at < 3 else f"제목 {chr(0xAC00 + 28 * at)}"), (300, "본문")) for at in range(12)
    ]
    assert sum(runs[0] == "붙임" for runs in kept(*pages)) == 3


def test_the_same_words_at_other_places_stay() -> None:
    pages = [page(at + 1, (600 - 15 * at, "소계"), (300, "본문")) for at in range(5)]
    assert sum(runs[0] == "소계" for runs in kept(*pages)) == 5
