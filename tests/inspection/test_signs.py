from dataclasses import replace

import pytest

from onggi.core.schema import Document, Origin, Section, Table
from onggi.inspection.signs import dropped, inspected, unread

TEXT = "장독대는 해가 잘 드는 곳에 둔다. " * 5


def document(text: str, **changes: object) -> Document:
    made = Document("가.pdf", "가.pdf", "가", "pdf", text, [Section(["가"], 0, len(text))])
    return replace(made, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("made", "name", "amount", "points"),
    [
        (document("가" * 99 + "\ufffd"), "replacement characters", 1, 25),
        (document("가" * 399 + "\ufffd"), "replacement characters", 1, 25 * 1 / 4),
        (document("가" * 399 + "\ue000"), "private-use characters", 1, 25 * 1 / 4),
        (document("가" * 99 + "줮"), "rare Hangul", 1, 25 * 0.01 / 0.05),
        (document("가" * 75, origins=[Origin(0, 75, "page", 1)]), "few characters a page", 75, 25 * 0.25),
        (
            document("가" * 200, origins=[Origin(0, 200, "page", 1)], removed={"pages without text": 1}),
            *("pages without text", 1, 12.5),
        ),
        (document("가 " * 36 + "나 | 다"), "bars outside of tables", 1, 15 * 1 / 3.9),
        (document("가" * 2001), "long lines", 2001, 10),
        (document("가나다라마\n" * 1000, sections=[Section([], 0, 6000)]), "no headings", 6000, 10),
        (document("a jar of jam, a lid, and a 뜰"), "little Hangul", 0.056, 5),
    ],
)
def test_a_sign_and_its_points(made: Document, name: str, amount: float, points: float) -> None:
    (sign,) = inspected(made).signs
    assert (sign.name, sign.amount, sign.points) == (name, amount, pytest.approx(points, abs=0.05))
    assert inspected(made).score == sign.points


def test_a_sound_document_has_no_signs() -> None:
    found = inspected(document(TEXT, removed={"running heads": 3}))
    assert (found.signs, found.score, found.hangul, found.sections) == ((), 0, 1.0, 1)
    assert found.removed == {"running heads": 3}


def test_bars_of_tables_are_none() -> None:
    text = "가 | 나\n다 | 라"
    assert inspected(document(text, tables=[Table(0, 5, len(text))])).signs == ()


def test_no_text_and_no_letters_are_no_errors() -> None:
    assert inspected(document("", sections=[])).hangul is None
    assert inspected(document("12 345 " * 9)).hangul is None


def test_what_is_no_document() -> None:
    assert (unread("가.hwp", "is broken").score, dropped("나.md", "copy of 가.md").score) == (100, 0)
