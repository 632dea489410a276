import datetime
import io
import zipfile
from collections.abc import Callable

import openpyxl
import pytest

from onggi.core.errors import DocumentError
from onggi.core.schema import Section
from onggi.documents.blocks import Joined
from onggi.documents.office import xlsx
from onggi.documents.office.xlsx import shown

Read = Callable[[str, bytes], Joined]
Make = Callable[..., bytes]


def test_sheets_are_headings_and_rows_are_lines(make_xlsx: Make, read: Read) -> None:
    data = make_xlsx(
        {
            "요금": [["수영장 이용료"], [], ["구분", "값", None], ["어른", 1500, True], [], [], [None, "주말", 2]],
            "빈 시트": [[]],
            "할인": [["너울카드가 있으면 절반"]],
        },
        formats={"B4": "#,##0"},
    )
    joined = read(".xlsx", data)
    start = joined.text.index("할인")
    assert joined.text == (
        "요금\n\n수영장 이용료\n\n구분 | 값\n어른 | 1,500 | TRUE\n\n| 주말 | 2\n\n할인\n\n너울카드가 있으면 절반"
    )
    assert joined.sections == [Section(["요금"], 0, start - 2), Section(["할인"], start, len(joined.text))]


def test_a_lone_sheet_with_the_default_name_is_no_heading(make_xlsx: Make, read: Read) -> None:
    assert read(".xlsx", make_xlsx({"Sheet1": [["가", "나"]]})).text == "가 | 나"
    assert read(".xlsx", make_xlsx({"Sheet1": [["가"]], "Sheet2": [["나"]]})).text == "Sheet1\n\n가\n\nSheet2\n\n나"


def test_hidden_sheets_are_left_out(read: Read) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0]["A1"] = "보임"
    hidden = book.create_sheet("숨은 시트")
    hidden["A1"], hidden.sheet_state = "숨음", "hidden"
    out = io.BytesIO()
    book.save(out)
    assert read(".xlsx", out.getvalue()).text == "보임"


def test_title(make_xlsx: Make) -> None:
    assert xlsx.read(make_xlsx({"가": [["나"]]}, title="요금표"), "a.xlsx").title == "요금표"


def test_formulas_give_stored_values_only(make_xlsx: Make, read: Read) -> None:
    assert read(".xlsx", make_xlsx({"가": [["합", "=1+1", "끝"]]})).text == "가\n\n합 |  | 끝"


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (None, "General", ""),
        (1500, "General", "1500"),
        (1234567, "#,##0", "1,234,567"),
        (0.1, "General", "0.1"),
        (1 / 3, "General", "0.333333333333333"),
        (0.125, "0.0%", "12.5%"),
        (0.5, "0%", "50%"),
        (2.5, "0.00", "2.50"),
        (2.5, "#,##0.##", "2.5"),
        (3.0, "#,##0.##", "3"),
        (1500, '#,##0"원"', "1,500원"),
        (1500, '_-* #,##0_-;-* #,##0_-;_-* "-"_-;_-@_-', "1,500"),
        (7, "@", "7"),
        (datetime.datetime(2027, 3, 1), "yyyy-mm-dd", "2027-03-01"),
        (datetime.datetime(2027, 3, 1, 9, 30), "General", "2027-03-01 09:30"),
        (datetime.time(18, 0), "h:mm", "18:00"),
        ("글", "General", "글"),
        (False, "General", "FALSE"),
    ],
)
def test_values_are_shown_as_in_the_sheet(value: object, number_format: str, text: str) -> None:
    assert shown(value, number_format) == text


@pytest.mark.parametrize("before", ["", " " * 70_000], ids=["near", "across blocks"])
def test_a_row_beyond_the_last_one_is_named(make_xlsx: Make, before: str) -> None:
    """Its reader would go through all rows before it."""
    row = f'{before}<row spans="1:1" r="999999999"><c t="inlineStr"><is><t>x</t></is></c></row></sheetData>'
    damaged = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(make_xlsx({"표": [["가", "나"]]}))) as whole, zipfile.ZipFile(damaged, "w") as book:
        for name in whole.namelist():
            content = whole.read(name)
            if name == "xl/worksheets/sheet1.xml":
                content = content.replace(b"</sheetData>", row.encode())
            book.writestr(name, content)
    with pytest.raises(DocumentError, match=r"^표\.xlsx: has a row 999999999, and a sheet ends at 1048576; "):
        xlsx.read(damaged.getvalue(), "표.xlsx")


def merged(*ranges: str, rows: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "요금"
    for row in rows:
        sheet.append(row)
    for cells in ranges:
        sheet.merge_cells(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_merged_cells_hold_their_value_in_each(read: Read) -> None:
    data = merged(
        "A1:C1", "B2:C2", "A3:A4",
        rows=[["요금표", None, None], ["구분", "2024년", None], ["어른", 1, 2], [None, 3, 4]],
    )  # fmt: skip
    assert read(".xlsx", data).text == ("요금\n\n요금표\n구분 | 2024년 | 2024년\n어른 | 1 | 2\n어른 | 3 | 4")


def test_rows_know_their_cells(make_xlsx: Make, read: Read) -> None:
    joined = read(".xlsx", make_xlsx({"요금": [["가", "나"], [], [None, "다", 5]], "둘": [["라"]]}))
    assert [(joined.text[o.start : o.end], o.unit, o.number, o.name) for o in joined.origins] == [
        ("요금", "sheet", 1, "요금"),
        ("가 | 나", "sheet", 1, "요금!A1:B1"),
        ("| 다 | 5", "sheet", 1, "요금!B3:C3"),
        ("둘", "sheet", 2, "둘"),
        ("라", "sheet", 2, "둘!A1"),
    ]


def test_empty_formatted_rows_are_passed_over(read: Read) -> None:
    rows = b"".join(b'<row r="%d" s="1"><c r="A%d" s="0"/></row>' % (at, at) for at in range(3, 30_003))
    whole = merged(rows=[["가", "나"]])
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as book, zipfile.ZipFile(out, "w") as copy:
        for name in book.namelist():
            content = book.read(name)
            copy.writestr(
                name, content.replace(b"</sheetData>", rows + b"</sheetData>") if "sheet1" in name else content
            )
    joined = read(".xlsx", out.getvalue())
    assert (joined.text, len(joined.origins)) == ("요금\n\n가 | 나", 2)


def test_a_stray_cell_far_to_the_right_adds_no_bars(read: Read) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0]["A1"], book.worksheets[0]["XFD1"] = "가", "나"
    out = io.BytesIO()
    book.save(out)
    assert read(".xlsx", out.getvalue()).text == "가 | 나"


def test_dates_of_both_calendars_and_rich_text(read: Read) -> None:
    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    book.worksheets[0]["A1"] = datetime.date(2027, 3, 1)
    book.worksheets[0]["B1"] = datetime.time(9, 30)
    out = io.BytesIO()
    book.save(out)
    assert read(".xlsx", out.getvalue()).text == "2027-03-01 | 09:30"
