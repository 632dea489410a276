import dataclasses
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onggi.chunking import ChunkParams, chunk, chunks_of
from onggi.core.schema import Chunk, Document, Origin, Section, Table
from onggi.korean.kiwi import analyze


def document(*sections: str, title: str = "독", headings: Sequence[list[str]] = ()) -> Document:
    """Return a document of these sections, parted by a line that belongs to none."""
    text, spans = "", []
    for n, section in enumerate(sections):
        spans.append(Section(headings[n] if headings else [], len(text), len(text) + len(section)))
        text += section + "\n"
    return Document("독.md", "독.md", title, "md", text, spans)


def params(strategy: str = "sentence", max_tokens: int = 8, overlap_tokens: int = 0) -> ChunkParams:
    return ChunkParams.model_validate(
        {"strategy": strategy, "max_tokens": max_tokens, "overlap_tokens": overlap_tokens}
    )


def texts(chunks: list[Chunk]) -> list[str]:
    return [piece.text for piece in chunks]


# Five morphemes each: 독 을 닦 는다 . / 물 을 붓 는다 . / 콩 을 삶 는다 .
THREE = "독을 닦는다. 물을 붓는다. 콩을 삶는다."


def test_the_sample_has_five_morphemes_a_sentence() -> None:
    assert [len(analyze(sentence)) for sentence in ("독을 닦는다.", "물을 붓는다.", "콩을 삶는다.")] == [5, 5, 5]


def test_sentences_are_packed_to_the_budget() -> None:
    assert texts(chunk(document(THREE), params(max_tokens=9))) == ["독을 닦는다.", "물을 붓는다.", "콩을 삶는다."]
    assert texts(chunk(document(THREE), params(max_tokens=10))) == ["독을 닦는다. 물을 붓는다.", "콩을 삶는다."]
    assert texts(chunk(document(THREE), params(max_tokens=15))) == [THREE]


def test_chunks_of_many_documents_are_those_of_each() -> None:
    documents = [document(THREE, "", "물을 붓는다."), document(), document("", THREE, title="물")]
    found = chunks_of(iter(documents), params(max_tokens=10))
    assert list(found) == [piece for one in documents for piece in chunk(one, params(max_tokens=10))]


def test_sentences_that_fit_the_overlap_are_repeated() -> None:
    pieces = chunk(document(THREE), params(max_tokens=10, overlap_tokens=5))
    assert texts(pieces) == ["독을 닦는다. 물을 붓는다.", "물을 붓는다. 콩을 삶는다."]
    assert [piece.n_tokens for piece in pieces] == [10, 10]
    assert texts(chunk(document(THREE), params(max_tokens=10, overlap_tokens=4)))[1] == "콩을 삶는다."


def test_nothing_is_repeated_where_the_next_sentence_would_not_fit() -> None:
    text = "물을 붓는다. 뚜껑을 덮고 끈으로 묶는다."
    assert texts(chunk(document(text), params(max_tokens=10, overlap_tokens=5))) == [
        "물을 붓는다.",
        "뚜껑을 덮고 끈으로 묶는다.",
    ]


def test_a_sentence_over_the_budget_is_cut_between_morphemes() -> None:
    text = "독과 물과 콩과 쌀과 팥과 깨를 산다."
    pieces = chunk(document(text), params(max_tokens=8))
    assert texts(pieces) == ["독과 물과 콩과 쌀과 ", "팥과 깨를 산다."]
    assert [piece.n_tokens for piece in pieces] == [8, len(analyze(text)) - 8]


def test_fixed_cuts_through_sentences() -> None:
    pieces = chunk(document(THREE), params("fixed", 8))
    assert texts(pieces) == ["독을 닦는다. 물을 붓", "는다. 콩을 삶는다."]
    assert [(piece.start, piece.end, piece.n_tokens) for piece in pieces] == [(0, 12, 8), (12, 23, 7)]


def test_fixed_repeats_morphemes() -> None:
    assert texts(chunk(document(THREE), params("fixed", 8, 3))) == [
        "독을 닦는다. 물을 붓",
        "물을 붓는다. 콩을 삶",
        "콩을 삶는다.",
    ]


def test_fixed_does_not_cut_a_contraction() -> None:
    # 했 and 됐 are two morphemes each: 일 을 하 었 다 . 일 이 되 었 다 .
    pieces = chunk(document("일을 했다. 일이 됐다."), params("fixed", 9))
    assert texts(pieces) == ["일을 했다. 일이 ", "됐다."]
    assert [piece.n_tokens for piece in pieces] == [8, 4]


def test_section_keeps_a_section_whole_or_cuts_it_evenly() -> None:
    pieces = chunk(document(THREE, f"{THREE} 쌀을 씻는다."), params("section", 15, 5))
    assert texts(pieces) == [THREE, "독을 닦는다. 물을 붓는다.", "콩을 삶는다. 쌀을 씻는다."]
    packed = chunk(document(f"{THREE} 쌀을 씻는다."), params("sentence", 15))
    assert texts(packed) == [THREE, "쌀을 씻는다."]


@pytest.mark.parametrize("strategy", ["sentence", "fixed", "section"])
def test_sections_are_never_joined(strategy: str) -> None:
    assert texts(chunk(document("독", "물", "콩"), params(strategy))) == ["독", "물", "콩"]


@pytest.mark.parametrize("strategy", ["sentence", "fixed", "section"])
@pytest.mark.parametrize("sections", [(), ("",), (" \n\t",)])
def test_where_there_is_no_text_there_is_no_chunk(strategy: str, sections: tuple[str, ...]) -> None:
    assert chunk(document(*sections), params(strategy)) == []


def test_text_outside_of_the_sections_is_in_no_chunk() -> None:
    assert chunk(Document("독.md", "독.md", "", "md", THREE, []), params()) == []


def test_what_a_chunk_says_of_itself() -> None:
    made = document("독을 닦는다.", "물을 붓는다.", title="장", headings=[["장"], ["장", "물"]])
    assert chunk(made, params()) == [
        Chunk("독.md#0-7", "독.md", 0, 7, "독을 닦는다.", 5, "장"),
        Chunk("독.md#8-15", "독.md", 8, 15, "물을 붓는다.", 5, "장 > 물"),
    ]


def test_a_chunk_tells_its_place_in_the_file() -> None:
    text = "독을 닦는다. 물을 붓는다."
    pages = [Origin(0, 7, "page", 3), Origin(8, 15, "page", 4)]
    made = Document("독.pdf", "독.pdf", "", "pdf", text, [Section([], 0, 15)], {}, pages)
    assert [piece.place for piece in chunk(made, params("sentence", 20))] == ["pp. 3–4"]
    assert [piece.place for piece in chunk(made, params("sentence", 8))] == ["p. 3", "p. 4"]


@pytest.mark.parametrize(
    ("title", "heading", "expected"),
    [("", [], ""), ("장", [], "장"), ("", ["물"], "물"), ("장", ["장", "물"], "장 > 물"), ("장", ["물"], "장 > 물")],
)
def test_the_heading_is_title_and_headings_each_once(title: str, heading: list[str], expected: str) -> None:
    (piece,) = chunk(document("독", title=title, headings=[heading]), params())
    assert piece.heading == expected


@pytest.mark.parametrize("strategy", ["sentence", "fixed", "section"])
def test_a_sentence_of_ten_thousand_characters(strategy: str) -> None:
    text = ("독과 " * 3_334)[:10_000]
    pieces = chunk(document(text), params(strategy, 100))
    assert "".join(texts(pieces)) == text.rstrip()
    assert max(piece.n_tokens for piece in pieces) == 100
    assert len(pieces) == -(-len(analyze(text)) // 100)


WORDS = [
    "장독대의",
    "된장을",
    "옮겼다.",
    "했습니다.",
    "됐어요!",
    "왔댔다",
    "담근다.",
    "신청하세요?",
    "①",
    "(주)",
    "😀",
    "10,000원",
]
PIECES = st.one_of(
    st.sampled_from(WORDS),
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]),
)
GAPS = st.sampled_from([" ", " ", " ", "", "\n", "\n\n", "\t", "\u3000"])
SECTIONS = st.lists(
    st.lists(st.tuples(PIECES, GAPS), max_size=40).map(lambda parts: "".join(map("".join, parts))), max_size=3
)


@settings(max_examples=150, deadline=None)
@given(SECTIONS, st.sampled_from(["sentence", "fixed", "section"]), st.integers(8, 30), st.data())
def test_what_holds_of_all_chunks(sections: list[str], strategy: str, size: int, data: st.DataObject) -> None:
    overlap = data.draw(st.integers(0, size // 2))
    made = document(*sections)
    pieces = chunk(made, params(strategy, size, overlap))
    assert pieces == chunk(made, params(strategy, size, overlap))
    for piece in pieces:
        assert made.text[piece.start : piece.end] == piece.text and piece.text.strip()
        assert piece.chunk_id == f"독.md#{piece.start}-{piece.end}"
        assert piece.n_tokens <= size
        assert sum(section.start <= piece.start and piece.end <= section.end for section in made.sections) == 1
    assert len({piece.chunk_id for piece in pieces}) == len(pieces)
    for before, after in pairwise(pieces):
        assert before.start < after.start and before.end < after.end
        if overlap == 0:
            assert before.end <= after.start
    covered = {place for piece in pieces for place in range(piece.start, piece.end)}
    for section in made.sections:
        assert all(made.text[place].isspace() for place in {*range(section.start, section.end)} - covered)


@settings(max_examples=60, deadline=None)
@given(SECTIONS, st.sampled_from(["sentence", "fixed"]), st.integers(8, 30), st.data())
def test_no_more_than_the_overlap_is_repeated(
    sections: list[str], strategy: str, size: int, data: st.DataObject
) -> None:
    overlap = data.draw(st.integers(0, size // 2))
    for section in sections:
        once = sum(piece.n_tokens for piece in chunk(document(section), params(strategy, size)))
        pieces = chunk(document(section), params(strategy, size, overlap))
        assert 0 <= sum(piece.n_tokens for piece in pieces) - once <= overlap * max(0, len(pieces) - 1)


@settings(max_examples=60, deadline=None)
@given(SECTIONS, st.integers(8, 30))
def test_section_makes_as_few_chunks_as_sentence_and_evener_ones(sections: list[str], size: int) -> None:
    for section in sections:
        packed = [piece.n_tokens for piece in chunk(document(section), params("sentence", size))]
        even = [piece.n_tokens for piece in chunk(document(section), params("section", size))]
        assert (len(even), sum(even)) == (len(packed), sum(packed))
        assert max(even, default=0) <= max(packed, default=0)


TABLE = "\n".join(["요일 | 시간", "월 | 아홉 시에 연다. 다섯 시에 닫는다.", "화 | 쉰다", "수 | 열 시에 연다"])


def with_table(before: str = "", after: str = "") -> Document:
    text = "\n\n".join(filter(None, [before, TABLE, after]))
    start = text.index("요일")
    table = Table(start, start + len("요일 | 시간"), start + len(TABLE))
    return Document("독.md", "독.md", "", "md", text, [Section([], 0, len(text))], tables=[table])


def test_a_row_is_never_parted_where_it_fits_and_its_columns_are_told() -> None:
    pieces = chunk(with_table("여는 때를 안내한다.", "명절에는 쉰다."), params(max_tokens=16))
    assert texts(pieces) == [
        "여는 때를 안내한다.\n\n요일 | 시간",
        "월 | 아홉 시에 연다. 다섯 시에 닫는다.",
        "화 | 쉰다\n수 | 열 시에 연다",
        "명절에는 쉰다.",
    ]
    assert [piece.columns for piece in pieces] == ["", "요일 | 시간", "요일 | 시간", ""]


def test_a_row_over_the_budget_is_cut_and_every_part_tells_the_columns() -> None:
    pieces = chunk(with_table(), params(max_tokens=8))
    assert "".join(texts(pieces)).replace("\n", "") == TABLE.replace("\n", "")
    assert {piece.columns for piece in pieces[1:]} == {"요일 | 시간"}


def test_columns_below_several_rows_of_heads_are_told_by_all_their_names() -> None:
    head = "구분 | 2023년 |  | 2024년 |  | 비고\n| 1분기 | 2분기 | 1분기 | 2분기"
    text = f"{head}\n수출 | 7 | 8 | 9 | 10 | 잠정\n수입 | 5 | 6 | 7 | 8 | 확정"
    whole = dataclasses.replace(with_table(), text=text, sections=[Section([], 0, len(text))])
    pieces = chunk(dataclasses.replace(whole, tables=[Table(0, len(head), len(text))]), params(max_tokens=12))
    told = "구분 | 2023년 1분기 | 2023년 2분기 | 2024년 1분기 | 2024년 2분기 | 비고"
    assert {piece.columns for piece in pieces if piece.start > len(head)} == {told}


def test_a_table_without_a_head_has_no_columns_to_tell() -> None:
    whole = with_table()
    bare = dataclasses.replace(whole, tables=[Table(0, 0, len(TABLE))])
    assert {piece.columns for piece in chunk(bare, params(max_tokens=12))} == {""}


def test_a_head_that_is_a_form_is_not_told() -> None:
    text = "가 " * 151 + "\n나 | 다"
    form = Document(
        "독.md", "독.md", "", "md", text, [Section([], 0, len(text))], tables=[Table(0, text.index("\n"), len(text))]
    )
    assert {piece.columns for piece in chunk(form, params(max_tokens=16))} == {""}
