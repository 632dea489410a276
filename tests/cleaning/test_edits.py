import pytest
from hypothesis import given
from hypothesis import strategies as st

from onggi.cleaning.edits import Edit, edited, renamed
from onggi.core.schema import Document, Origin, Section, Table
from tests.cleaning.samples import BLOCKS, check, document

DOCUMENTS = BLOCKS.map(lambda blocks: document("가.md", *blocks))


@st.composite
def documents_and_edits(draw: st.DrawFn) -> tuple[Document, list[Edit]]:
    made = draw(DOCUMENTS)
    bounds = sorted(draw(st.lists(st.integers(0, len(made.text)), max_size=8)))
    edits = []
    for start, end in zip(bounds[::2], bounds[1::2], strict=False):
        text = draw(st.text("바 ", max_size=3)) if made.text[start:end].strip() else draw(st.sampled_from(["", " "]))
        edits.append(Edit(start, end, text))
    return made, edits


@given(documents_and_edits())
def test_what_a_document_promises_holds_after_edits(case: tuple[Document, list[Edit]]) -> None:
    check(edited(*case))


@given(documents_and_edits())
def test_text_outside_of_edits_is_as_it_was(case: tuple[Document, list[Edit]]) -> None:
    before, edits = case
    expected = before.text
    for edit in reversed(edits):
        expected = expected[: edit.start] + edit.text + expected[edit.end :]
    assert edited(before, edits).text == expected


@given(documents_and_edits())
def test_a_stretch_outside_of_edits_says_what_it_said(case: tuple[Document, list[Edit]]) -> None:
    before, edits = case
    after = edited(before, edits)

    def untouched(start: int, end: int) -> bool:
        return all(edit.end <= start or end <= edit.start for edit in edits)

    said = [(s.heading, after.text[s.start : s.end]) for s in after.sections]
    for section in before.sections:
        if untouched(section.start, section.end):
            assert (section.heading, before.text[section.start : section.end]) in said
    heads = [(after.text[t.start : t.body], after.text[t.body : t.end]) for t in after.tables]
    for table in before.tables:
        if untouched(table.start, table.end):
            assert (before.text[table.start : table.body], before.text[table.body : table.end]) in heads
    places = [(o.number, after.text[o.start : o.end]) for o in after.origins]
    for origin in before.origins:
        if untouched(origin.start, origin.end):
            assert (origin.number, before.text[origin.start : origin.end]) in places


@given(DOCUMENTS)
def test_no_edit_and_an_edit_of_all(made: Document) -> None:
    assert edited(made, []) == made
    gone = edited(made, [Edit(0, len(made.text))])
    assert (gone.text, gone.sections, gone.origins, gone.tables) == ("", [], [], [])


def test_sections_tables_and_places_that_are_cut_vanish_and_the_rest_moves() -> None:
    made = Document(
        *("가", "가", "가", "md", "가\n\n하나 둘\n나 | 다\n1 | 2\n\n라"),
        [Section([], 0, 1), Section(["가"], 3, 19), Section(["라"], 21, 22)],
        origins=[Origin(0, 1, "page", 1), Origin(3, 22, "page", 2)],
        tables=[Table(8, 13, 19)],
    )
    cut = edited(made, [Edit(0, 3), Edit(4, 5), Edit(8, 14)])
    assert cut.text == "하 둘\n1 | 2\n\n라"
    assert cut.sections == [Section(["가"], 0, 9), Section(["라"], 11, 12)]
    assert cut.origins == [Origin(0, 12, "page", 2)]
    assert cut.tables == [Table(4, 4, 9)]
    assert edited(made, [Edit(7, 19)]).tables == []


def test_sections_that_meet_within_an_edit_do_not_overlap() -> None:
    made = Document("가", "가", "가", "md", "가나\n\n다라", [Section([], 0, 2), Section(["다라"], 4, 6)])
    after = edited(made, [Edit(1, 5, "바바")])
    assert after.text == "가바바라"
    assert after.sections == [Section([], 0, 3), Section(["다라"], 3, 4)]


@pytest.mark.parametrize("edits", [[Edit(2, 1)], [Edit(0, 2), Edit(1, 3)], [Edit(3, 4), Edit(0, 1)], [Edit(0, 99)]])
def test_edits_out_of_order_are_refused(edits: list[Edit]) -> None:
    with pytest.raises(ValueError, match="out of order or outside"):
        edited(document("가.md", "하나 둘 셋"), edits)


def test_title_and_headings_are_renamed() -> None:
    made = renamed(document("가.md", "# 하나", "둘", title="셋"), lambda name: name + "!")
    assert (made.title, [section.heading for section in made.sections]) == ("셋!", [["하나!"]])
