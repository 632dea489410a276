from collections.abc import Callable

from onggi.documents.blocks import Joined
from onggi.documents.office import odp as reader
from tests.documents.office.opendocument_files import opendocument, part

Read = Callable[[str, bytes], Joined]


def frame(*said: str, kind: str = "outline") -> str:
    inside = "".join(f"<text:p>{one}</text:p>" for one in said)
    return f'<draw:frame presentation:class="{kind}"><draw:text-box>{inside}</draw:text-box></draw:frame>'


def page(*shapes: str, style: str = "") -> str:
    return f'<draw:page draw:style-name="{style}">{"".join(shapes)}</draw:page>'


def test_titles_are_headings_and_slides_are_places(read: Read) -> None:
    listed = "<text:list><text:list-item><text:p>점</text:p></text:list-item></text:list>"
    items = f"<draw:frame><draw:text-box>{listed}</draw:text-box></draw:frame>"
    notes = f"<presentation:notes><draw:page-thumbnail/>{frame('천천히 말한다.', kind='notes')}</presentation:notes>"
    table = (
        "<draw:frame><table:table><table:table-row><table:table-cell><text:p>구분</text:p></table:table-cell>"
        "<table:table-cell><text:p>값</text:p></table:table-cell></table:table-row></table:table></draw:frame>"
    )
    group = "<draw:g><draw:custom-shape><text:p>묶음 안</text:p></draw:custom-shape></draw:g>"
    data = opendocument(
        "presentation",
        page(frame("사흘 빌린다.", "뚜껑도."), items, frame("빌리기", kind="title"), notes)
        + page(frame("요금", kind="title"), table, group, frame("3", kind="page-number")),
    )
    joined = read(".odp", data)
    assert joined.text == ("빌리기\n\n사흘 빌린다.\n뚜껑도.\n\n점\n\n천천히 말한다.\n\n요금\n\n구분 | 값\n\n묶음 안")
    assert [section.heading for section in joined.sections] == [["빌리기"], ["요금"]]
    assert {origin.number for origin in joined.origins} == {1, 2}


def test_hidden_slides_and_feet_are_counted() -> None:
    hidden = (
        '<style:style style:name="dp2" style:family="drawing-page">'
        '<style:drawing-page-properties presentation:visibility="hidden"/></style:style>'
    )
    body = page(frame("숨음"), style="dp2") + page(frame("보임"), frame("3", kind="page-number"))
    content = reader.read(opendocument("presentation", body, hidden), "가.odp")
    assert [block.text for block in content.blocks] == ["보임"]
    assert content.removed == {"hidden slides": 1, "slide numbers, dates and feet": 1}


def test_charts_are_tables(read: Read) -> None:
    def cells(*texts: str) -> str:
        inside = "".join(f"<table:table-cell><text:p>{one}</text:p></table:table-cell>" for one in texts)
        return f"<table:table-row>{inside}</table:table-row>"

    table = (
        f"<table:table><table:table-header-rows>{cells('', '큰 독', '작은 독')}</table:table-header-rows>"
        f"<table:table-rows>{cells('봄', '3')}</table:table-rows></table:table>"
    )
    chart = part(
        "<office:body><office:chart><chart:chart><chart:title><text:p>철마다</text:p></chart:title>"
        f"{table}</chart:chart></office:chart></office:body>"
    )
    shown = '<draw:frame><draw:object xlink:href="./Object 1"/></draw:frame>'
    data = opendocument("presentation", page(shown) + page(shown), **{"Object 1__content.xml": chart})
    assert read(".odp", data).text == "철마다\n\n| 큰 독 | 작은 독\n봄 | 3"
