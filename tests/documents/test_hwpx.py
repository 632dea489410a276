from collections.abc import Callable

import pytest

from onggi.core.errors import DocumentError
from onggi.core.schema import Section
from onggi.documents import hwpx
from onggi.documents.blocks import Joined

Read = Callable[[str, bytes], Joined]
Make = Callable[..., bytes]


def p(text: str, style: int = 0, shape: int = 0) -> str:
    return f'<hp:p styleIDRef="{style}" paraPrIDRef="{shape}"><hp:run><hp:t>{text}</hp:t></hp:run></hp:p>'


def tc(text: str, columns: int = 1, rows: int = 1) -> str:
    span = f'<hp:cellSpan colSpan="{columns}" rowSpan="{rows}"/>'
    return f"<hp:tc><hp:subList>{p(text)}</hp:subList>{span}</hp:tc>"


def tbl(*rows: str) -> str:
    return "<hp:tbl>" + "".join(f"<hp:tr>{row}</hp:tr>" for row in rows) + "</hp:tbl>"


def test_outline_styles_and_shapes_are_headings(make_hwpx: Make, read: Read) -> None:
    data = make_hwpx(
        p("앞말") + p("모집", 1) + p("독을 빌립니다.") + p("대상", 2), p("누구나") + p("기간", 0, 3) + p("봄")
    )
    joined = read(".hwpx", data)
    assert joined.text == "앞말\n\n모집\n\n독을 빌립니다.\n\n대상\n\n누구나\n\n기간\n\n봄"
    assert joined.sections == [
        Section([], 0, 2),
        Section(["모집"], 4, 16),
        Section(["모집", "대상"], 18, 25),
        Section(["모집", "기간"], 27, 32),
    ]


def test_sections_are_read_in_the_order_of_their_numbers(make_hwpx: Make, read: Read) -> None:
    assert read(".hwpx", make_hwpx(*[p(str(n)) for n in range(11)])).text.split() == [str(n) for n in range(11)]


def test_runs_breaks_and_marks(make_hwpx: Make, read: Read) -> None:
    body = (
        "<hp:p><hp:run><hp:secPr><hp:t>쪽 모양</hp:t></hp:secPr>"
        "<hp:ctrl><hp:header><hp:subList>" + p("머리말") + "</hp:subList></hp:header></hp:ctrl>"
        "<hp:t>장<hp:tab/>독<hp:lineBreak/>대<hp:fwSpace/>옆</hp:t></hp:run><hp:run><hp:t> 뒤"
        "<hp:deleteBegin/>지운 말<hp:deleteEnd/>남은 말</hp:t></hp:run><hp:run><hp:ctrl><hp:footNote><hp:subList>"
        + p("각주") + "</hp:subList></hp:footNote></hp:ctrl></hp:run></hp:p>"
    )  # fmt: skip
    assert read(".hwpx", make_hwpx(body)).text == "장\t독\n대 옆 뒤남은 말"


def test_tables_boxes_and_frames(make_hwpx: Make, read: Read) -> None:
    table = tbl(tc("요금", columns=2), tc("어른", rows=2) + tc("5"), tc("7"))
    box = f"<hp:rect><hp:drawText><hp:subList>{p('상자')}</hp:subList></hp:drawText></hp:rect>"
    frame = tbl(f"<hp:tc><hp:subList>{p('틀 하나')}{p('틀 둘')}</hp:subList></hp:tc>")
    body = f"<hp:p><hp:run><hp:t>앞</hp:t>{table}</hp:run></hp:p><hp:p><hp:run>{box}{frame}</hp:run></hp:p>"
    assert read(".hwpx", make_hwpx(body)).text == "앞\n\n요금\n어른 | 5\n어른 | 7\n\n상자\n\n틀 하나\n\n틀 둘"


def test_other_namespaces_read_the_same(make_hwpx: Make, read: Read) -> None:
    names = 'xmlns:hp="http://www.owpml.org/owpml/2024/paragraph" xmlns:hs="http://www.owpml.org/owpml/2024/section"'
    data = make_hwpx(extra={"Contents/section0.xml": f"<hs:sec {names}>{p('장독')}</hs:sec>"})
    assert read(".hwpx", data).text == "장독"


def test_title(make_hwpx: Make) -> None:
    assert hwpx.read(make_hwpx(p("가"), title="모집 공고"), "공고.hwpx").title == "모집 공고"


def test_entities_are_not_resolved(make_hwpx: Make, read: Read) -> None:
    names = 'xmlns:hp="http://www.hancom.co.kr/hwpml/2011/paragraph"'
    evil = f'<!DOCTYPE s [<!ENTITY x SYSTEM "file:///etc/hostname"><!ENTITY y "yy">]><s {names}>{p("가&x;&y;나")}</s>'
    assert read(".hwpx", make_hwpx(extra={"Contents/section0.xml": evil})).text == "가나"


def test_encrypted(make_hwpx: Make) -> None:
    manifest = {"META-INF/manifest.xml": "<odf:manifest><odf:encryption-data/></odf:manifest>"}
    with pytest.raises(DocumentError, match=r"^가\.hwpx: is encrypted; save it without a password$"):
        hwpx.read(make_hwpx(p("가"), extra=manifest), "가.hwpx")


def test_without_a_section(make_hwpx: Make) -> None:
    with pytest.raises(DocumentError, match=r"is no HWPX document \(it has no Contents/section0\.xml\)"):
        hwpx.read(make_hwpx(), "가.hwpx")
