from collections.abc import Callable

import pytest

from onggi.core.errors import DocumentError
from onggi.documents.blocks import Joined
from onggi.documents.office import odt as reader
from onggi.documents.reading import Limits, Parsed, read_file
from tests.documents.office.opendocument_files import opendocument, part

Read = Callable[[str, bytes], Joined]


def text(body: str, styles: str = "", **parts: str) -> bytes:
    return opendocument("text", body, styles, **parts)


def test_headings_paragraphs_and_white_space(read: Read) -> None:
    joined = read(
        ".odt",
        text(
            '<text:h text:outline-level="1">빌리기</text:h>'
            "<text:p>독은 <text:span>사흘</text:span>\n   빌린다.<text:s text:c='2'/>끝"
            "<text:line-break/>둘째 줄</text:p>"
            '<text:h text:outline-level="2">요금</text:h><text:p>삼천 원<text:tab/>현금</text:p><text:p/>'
        ),
    )
    assert joined.text == "빌리기\n\n독은 사흘 빌린다.  끝\n둘째 줄\n\n요금\n\n삼천 원\t현금"
    assert [section.heading for section in joined.sections] == [["빌리기"], ["빌리기", "요금"]]
    assert [(origin.unit, origin.number) for origin in joined.origins] == [("paragraph", n) for n in range(1, 5)]


LISTS = (
    '<text:list-style style:name="L"><text:list-level-style-number text:level="1" style:num-suffix="." '
    'style:num-format="1" text:start-value="3"/><text:list-level-style-number text:level="2" style:num-suffix=")" '
    'style:num-format="가, 나, 다, ..."/></text:list-style><text:list-style style:name="B">'
    '<text:list-level-style-bullet text:level="1" text:bullet-char="•"/></text:list-style>'
)


def item(*children: str) -> str:
    return f"<text:list-item>{''.join(children)}</text:list-item>"


def p(said: str) -> str:
    return f"<text:p>{said}</text:p>"


def test_lists_are_counted_as_their_style_says(read: Read) -> None:
    inner = f"<text:list>{item(p('물'))}{item(p('숯'))}</text:list>"
    numbered = f'<text:list text:style-name="L">{item(p("독"))}{item(p("소금"), p("둘째 문단"), inner)}</text:list>'
    bullets = f'<text:list text:style-name="B">{item(p("점"))}</text:list>'
    again = f'<text:list text:style-name="L" text:continue-numbering="true">{item(p("메주"))}</text:list>'
    joined = read(".odt", text(numbered + p("사이") + again + bullets + numbered, LISTS))
    assert joined.text == (
        "3. 독\n4. 소금\n둘째 문단\n가) 물\n나) 숯\n\n사이\n\n5. 메주\n\n점\n\n"
        "3. 독\n4. 소금\n둘째 문단\n가) 물\n나) 숯"
    )


def test_headings_are_counted_as_the_outline_says(read: Read) -> None:
    outline = (
        '<text:outline-style><text:outline-level-style text:level="1" style:num-format="I" style:num-suffix="."/>'
        '<text:outline-level-style text:level="2" style:num-format="1" text:display-levels="2"/></text:outline-style>'
    )
    body = "".join(
        f'<text:h text:outline-level="{level}">{said}</text:h>' for level, said in [(1, "독"), (2, "값"), (1, "소금")]
    )
    styles = part(f"<office:styles>{outline}</office:styles>", "office:document-styles")
    content = reader.read(text(body, **{"styles.xml": styles}), "가.odt")
    assert [(block.level, block.text) for block in content.blocks] == [(1, "I. 독"), (2, "I.1 값"), (1, "II. 소금")]


def test_tables_with_merged_cells_and_rows_that_head_them(read: Read) -> None:
    def cell(said: str, more: str = "") -> str:
        return f"<table:table-cell {more}>{p(said)}</table:table-cell>"

    covered, down, across = "<table:covered-table-cell/>", "number-rows-spanned", "number-columns-spanned"
    low, wide = cell("독", f'table:{down}="2"'), cell("가을 겨울", f'table:{across}="2"')
    table = (
        "<table:table><table:table-column/><table:table-header-rows><table:table-row>"
        f"{cell('구분')}{cell('때')}{cell('값')}</table:table-row></table:table-header-rows><table:table-row>"
        f"{low}{cell('봄')}{cell('3')}</table:table-row><table:table-row>"
        f"{covered}{wide}{covered}</table:table-row></table:table>"
    )
    joined = read(".odt", text(table))
    assert joined.text == "구분 | 때 | 값\n독 | 봄 | 3\n독 | 가을 겨울"
    assert joined.text[: joined.tables[0].body] == "구분 | 때 | 값"
    assert (
        read(".odt", text(f"<table:table><table:table-row>{cell('틀')}</table:table-row></table:table>")).tables == []
    )


def test_notes_and_boxes_follow_their_paragraph_and_what_is_not_said_is_left_out(read: Read) -> None:
    note = (
        f"<text:note><text:note-citation>1</text:note-citation><text:note-body>{p('각주')}</text:note-body></text:note>"
    )
    box = f"<draw:frame><draw:text-box>{p('상자')}</draw:text-box></draw:frame>"
    comment = f"<office:annotation>{p('메모')}</office:annotation>"
    deleted = f"<text:tracked-changes><text:changed-region>{p('지움')}</text:changed-region></text:tracked-changes>"
    contents = f"<text:table-of-content><text:index-body>{p('차례 1')}</text:index-body></text:table-of-content>"
    section = f"<text:section>{p('구역')}</text:section>"
    joined = read(".odt", text(deleted + contents + p(f"독{note}은{box} 크다{comment}.") + section))
    assert joined.text == "독은 크다.\n\n각주\n\n상자\n\n구역"


def test_size_and_weight_come_from_styles_and_what_they_are_based_on() -> None:
    styles = (
        '<style:style style:name="Base" style:family="paragraph"><style:text-properties fo:font-size="20pt"/>'
        '</style:style><style:style style:name="P1" style:family="paragraph" style:parent-style-name="Base"/>'
        '<style:style style:name="T1" style:family="text"><style:text-properties fo:font-weight="bold"/></style:style>'
        '<style:style style:name="P2" style:family="paragraph" style:parent-style-name="Title"/>'
    )
    body = (
        '<text:p text:style-name="P1"><text:span text:style-name="T1">굵고 큰 글</text:span></text:p>'
        '<text:p>보통</text:p><text:p text:style-name="P2">제목</text:p>'
    )
    blocks = list(reader.read(text(body, styles), "가.odt").blocks)
    assert [(block.size, block.bold, block.level) for block in blocks] == [
        (20.0, True, None),
        (None, False, None),
        (None, False, 0),
    ]


def test_title_and_headers() -> None:
    meta = part("<office:meta><dc:title>장독대</dc:title></office:meta>", "office:document-meta")
    master = f"<style:master-page><style:header>{p('머리')}</style:header><style:footer>{p('')}</style:footer>"
    styles = part(
        f"<office:master-styles>{master}</style:master-page></office:master-styles>", "office:document-styles"
    )
    content = reader.read(text(p("글"), **{"meta.xml": meta, "styles.xml": styles}), "가.odt")
    assert content.title == "장독대"
    assert content.removed["headers and footers"] == 1


def test_an_encrypted_file_is_named() -> None:
    manifest = "<manifest><file-entry><encryption-data/></file-entry></manifest>"
    with pytest.raises(DocumentError, match="is encrypted; save it without a password"):
        reader.read(text(p("글"), **{"META-INF__manifest.xml": manifest}), "가.odt")


def test_the_content_decides_and_another_body_is_broken() -> None:
    [item] = read_file(text(p("독")), "글.zip", "글.zip", Limits(5))
    assert isinstance(item, Parsed) and (item.format, item.text) == ("odt", "독")
    broken = opendocument("spreadsheet", p("독"), mime="text")
    [item] = read_file(broken, "글.odt", "글.odt", Limits(5))
    assert isinstance(item, DocumentError) and "is a broken odt file" in str(item)
