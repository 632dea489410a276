from onggi.documents.grid import Cell, fill


def test_a_cell_over_rows_is_told_in_each_and_one_over_columns_once() -> None:
    rows = [
        [Cell("요금표", columns=3)],
        [Cell("어른", rows=2), Cell("평일"), Cell("5")],
        [Cell("주말"), Cell("7")],
        [Cell("아이"), Cell("늘", columns=2)],
    ]
    assert fill(rows) == [["요금표"], ["어른", "평일", "5"], ["어른", "주말", "7"], ["아이", "늘"]]


def test_spans_meet_in_the_middle_of_a_row() -> None:
    rows = [[Cell("가"), Cell("나", columns=2, rows=3), Cell("다")], [Cell("라"), Cell("마")], [Cell("바")]]
    assert fill(rows) == [["가", "나", "다"], ["라", "나", "마"], ["바", "나"]]


def test_a_span_beyond_the_table_ends_with_it() -> None:
    assert fill([[Cell("가", rows=65000, columns=10**9)], []]) == [["가"], ["가"]]


def test_spans_of_hostile_tables_end() -> None:
    """Without a bound, 20,000 rows of ten such cells give 10⁹."""
    rows = [[Cell("가", rows=100_000)] * 10] * 20_000
    filled = fill(rows)
    assert len(filled) == 20_000
    assert sum(map(len, filled)) < 420_000
    assert [len(row) for row in fill([[Cell("가", rows=65_534)], *[[] for _ in range(2000)]])] == [1] * 1000 + [
        0
    ] * 1001
