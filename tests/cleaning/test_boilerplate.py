import pytest
from hypothesis import given
from hypothesis import strategies as st

from onggi.cleaning.boilerplate import EDGE, Boilerplate
from onggi.cleaning.edits import edited
from onggi.cleaning.params import BoilerplateParams
from onggi.core.schema import Document
from onggi.documents.blocks import Block
from tests.cleaning.samples import BLOCKS, check, document

TWO = BoilerplateParams(min_documents=2, min_share=0.5)


def cut(documents: list[Document], settings: BoilerplateParams = TWO) -> tuple[list[str], list[dict[str, str | int]]]:
    boilerplate = Boilerplate(settings)
    for item in documents:
        boilerplate.learn(item)
    after = [edited(item, boilerplate.edits(item)) for item in documents]
    for item in after:
        check(item)
    return [item.text for item in after], boilerplate.metrics()


def test_lines_at_the_ends_of_many_documents_go() -> None:
    texts, lines = cut(
        [
            document("가", "홈 | 메뉴", "장독을 씻는다.", "저작권 옹기회\n가온로 1"),
            document("나", "홈 | 메뉴", "된장을 담근다.", "저작권 옹기회\n가온로 1"),
        ]
    )
    assert texts == ["장독을 씻는다.", "된장을 담근다."]
    assert lines == [
        {"line": "가온로 1", "documents": 2},
        {"line": "저작권 옹기회", "documents": 2},
        {"line": "홈 | 메뉴", "documents": 2},
    ]


def test_a_line_between_others_stays() -> None:
    documents = [document(name, name, "대상:", name * 2, "문의", name * 3) for name in "가나"]
    assert cut(documents)[0] == [item.text for item in documents]


def test_another_digit_is_another_line() -> None:
    documents = [document(name, name * 9, f"합계 {count}건") for name, count in (("가", 12), ("나", 15))]
    assert cut(documents)[0] == [item.text for item in documents]


def test_rows_of_tables_and_headings_stay() -> None:
    rows = [Block("구분 | 금액", tight=True, row="head"), Block("계 | 5", tight=True, row="body")]
    documents = [document(name, "# 문의", name * 5, *rows) for name in "가나"]
    assert cut(documents)[0] == [item.text for item in documents]


def test_what_alone_stands_below_a_heading_stays() -> None:
    documents = [document(name, name * 9, "# 문의", "상담센터 129") for name in "가나"]
    assert cut(documents)[0] == [item.text for item in documents]


def test_lines_in_the_middle_stay() -> None:
    middle = [f"{place}번" for place in range(EDGE)]
    documents = [
        document(name, *(name + line for line in middle), "같은 줄", *(line + name for line in middle))
        for name in "가나"
    ]
    assert cut(documents)[0] == [item.text for item in documents]


@pytest.mark.parametrize("settings", [(3, 0.1), (2, 0.7)])
def test_it_takes_enough_documents_by_number_and_by_share(settings: tuple[int, float]) -> None:
    documents = [document(name, name * 9, "같은 줄") for name in "가나"] + [document("다", "다")]
    assert cut(documents, BoilerplateParams(min_documents=settings[0], min_share=settings[1]))[1] == []


def test_a_document_of_nothing_else_is_left_as_it_is() -> None:
    documents = [document(name, "같은 줄") for name in "가나"] + [document("다", "다", "같은 줄")]
    assert cut(documents)[0] == ["같은 줄", "같은 줄", "다"]


@given(st.lists(BLOCKS.filter(bool), min_size=2, max_size=5))
def test_what_is_left_is_what_was_there_in_its_order(made: list[list[Block]]) -> None:
    documents = [document(f"{place}", *blocks) for place, blocks in enumerate(made)]
    for before, after in zip(documents, cut(documents)[0], strict=True):
        left = iter(before.text.split("\n"))
        assert all(line in left for line in after.split("\n"))
        assert after == after.strip() and "\n\n\n" not in after
