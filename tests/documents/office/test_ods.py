from collections.abc import Callable

from onggi.documents.blocks import Joined
from onggi.documents.office import ods as reader
from tests.documents.office.opendocument_files import opendocument

Read = Callable[[str, bytes], Joined]


def cell(said: str = "", **more: object) -> str:
    attributes = " ".join(f'table:{name.replace("_", "-")}="{value}"' for name, value in more.items())
    inside = f"<text:p>{said}</text:p>" if said else ""
    return f"<table:table-cell {attributes}>{inside}</table:table-cell>"


def row(*cells: str, repeated: int = 1) -> str:
    return f'<table:table-row table:number-rows-repeated="{repeated}">{"".join(cells)}</table:table-row>'


def sheet(name: str, *rows: str, style: str = "") -> str:
    return f'<table:table table:name="{name}" table:style-name="{style}">{"".join(rows)}</table:table>'


def book(*sheets: str, styles: str = "") -> bytes:
    return opendocument("spreadsheet", "".join(sheets), styles)


def test_sheets_are_headings_and_rows_know_their_cells(read: Read) -> None:
    joined = read(
        ".ods",
        book(
            sheet(
                "요금", row(cell("구분"), cell("값")), row(cell("독"), cell("1,200"), cell(number_columns_repeated=900))
            ),
            sheet("때", row(cell("봄"))),
        ),
    )
    assert joined.text == "요금\n\n구분 | 값\n독 | 1,200\n\n때\n\n봄"
    assert [(o.number, o.name) for o in joined.origins] == [
        (1, "요금"),
        (1, "요금!A1:B1"),
        (1, "요금!A2:B2"),
        (2, "때"),
        (2, "때!A1"),
    ]


def test_repeated_rows_and_cells_are_told_and_empty_ones_passed_over(read: Read) -> None:
    data = book(
        sheet(
            "Sheet1",
            row(cell("가", number_columns_repeated=3), cell(), cell("나")),
            row(cell(), repeated=1_048_000),
            row(cell("다"), repeated=2),
        )
    )
    joined = read(".ods", data)
    assert joined.text == "가 | 가 | 가 |  | 나\n\n다\n다"
    assert [o.name for o in joined.origins] == ["Sheet1!A1:E1", "Sheet1!A1048002", "Sheet1!A1048003"]


def test_merged_cells_hold_their_value_in_each(read: Read) -> None:
    covered = "<table:covered-table-cell/>"
    rows = (
        row(cell("넓다", number_columns_spanned=2, number_rows_spanned=2), covered, cell("가")),
        row(covered, covered, cell("나")),
    )
    assert read(".ods", book(sheet("Sheet1", *rows))).text == "넓다 | 넓다 | 가\n넓다 | 넓다 | 나"


def test_values_without_text_comments_and_hidden_sheets() -> None:
    hidden = '<style:table-properties table:display="false"/>'
    styles = f'<style:style style:name="ta2" style:family="table">{hidden}</style:style>'
    valued = '<table:table-cell office:value-type="float" office:value="3.5"/>'
    note = "<office:annotation><text:p>메모</text:p></office:annotation>"
    noted = f"<table:table-cell>{note}<text:p>독</text:p></table:table-cell>"
    content = reader.read(
        book(sheet("Sheet1", row(valued, noted)), sheet("숨은", row(cell("x")), style="ta2"), styles=styles), "가.ods"
    )
    assert [block.text for block in content.blocks] == ["3.5 | 독"]
    assert content.removed["hidden sheets"] == 1


def test_what_is_repeated_without_end_is_told_some_thousand_times(read: Read) -> None:
    wide = row(cell("가", number_columns_repeated=16384), repeated=1_048_576)
    text = read(".ods", book(sheet("Sheet1", *[wide] * 300))).text
    assert 1000 < text.count("가") < 1_000_000
