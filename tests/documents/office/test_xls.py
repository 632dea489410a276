import datetime
import io
from collections.abc import Callable

import pytest

from onggi.core.errors import DocumentError
from onggi.documents.blocks import Joined
from onggi.documents.office import xls

xlwt = pytest.importorskip("xlwt", reason="xlwt makes the workbooks of these tests")

Read = Callable[[str, bytes], Joined]


def workbook() -> bytes:
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("요금")
    sheet.write_merge(0, 1, 0, 0, "어른")
    sheet.write(0, 1, 1500, xlwt.easyxf(num_format_str="#,##0"))
    sheet.write(1, 1, datetime.date(2027, 3, 1), xlwt.easyxf(num_format_str="yyyy-mm-dd"))
    sheet.write(3, 0, True)
    hidden = book.add_sheet("숨음")
    hidden.write(0, 0, "숨음")
    hidden.visibility = 1
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_values_merged_cells_and_places(read: Read) -> None:
    joined = read(".xls", workbook())
    assert joined.text == "요금\n\n어른 | 1,500\n어른 | 2027-03-01\n\nTRUE"
    assert [origin.name for origin in joined.origins] == ["요금", "요금!A1:B1", "요금!A2:B2", "요금!A4"]
    assert xls.read(workbook(), "가.xls").removed["hidden sheets"] == 1


def test_a_truncated_workbook_is_an_error_and_nothing_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Exception):  # noqa: B017 - whatever the library raises is named as a broken file
        list(xls.read(workbook()[:700], "가.xls").blocks)
    assert capfd.readouterr() == ("", "")


def test_an_encrypted_workbook_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(**_: object) -> None:
        raise xls.xlrd.XLRDError("Workbook is encrypted")

    monkeypatch.setattr(xls.xlrd, "open_workbook", locked)
    with pytest.raises(DocumentError, match="is encrypted"):
        xls.read(b"", "가.xls")
