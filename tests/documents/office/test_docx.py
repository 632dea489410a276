import io
import zipfile
from collections.abc import Callable

import pytest
from docx.document import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Pt

from onggi.core.schema import Section
from onggi.documents import xml
from onggi.documents.blocks import Joined
from onggi.documents.office import docx

Read = Callable[[str, bytes], Joined]
Make = Callable[..., bytes]


def test_paragraphs_headings_and_tables_keep_their_order(make_docx: Make, read: Read) -> None:
    def fill(document: Document) -> None:
        document.add_paragraph("앞말")
        document.add_heading("제1조 목적", 1)
        document.add_paragraph("독을 빌린다.").add_run("\t이어서").add_break()
        table = document.add_table(rows=2, cols=2)
        for at, text in enumerate(["구분", "값", "독", "3개"]):
            table.cell(at // 2, at % 2).text = text
        document.add_paragraph("")
        document.add_heading("정의", 2)
        document.add_paragraph("끝")

    joined = read(".docx", make_docx(fill))
    assert joined.text == "앞말\n\n제1조 목적\n\n독을 빌린다.\t이어서\n\n구분 | 값\n독 | 3개\n\n정의\n\n끝"
    end, start = joined.text.index("\n\n정의"), joined.text.index("정의")
    assert joined.sections == [
        Section([], 0, 2),
        Section(["제1조 목적"], 4, end),
        Section(["제1조 목적", "정의"], start, len(joined.text)),
    ]


def test_title_property_and_title_style(make_docx: Make, read: Read) -> None:
    data = make_docx(
        lambda document: [document.add_heading("큰 제목", 0), document.add_heading("갑", 1)], title="이용 약관"
    )
    assert docx.read(data, "약관.docx").title == "이용 약관"
    assert read(".docx", data).sections == [Section(["큰 제목", "갑"], 0, 7)]


def test_styles_named_in_korean_and_outline_levels_are_headings(make_docx: Make, read: Read) -> None:
    def fill(document: Document) -> None:
        named = document.styles.add_style("제목 1", 1)
        based = document.styles.add_style("내 제목", 1)
        based.base_style = named
        document.add_paragraph("가", style=based)
        document.add_paragraph("본문")
        outlined = document.add_paragraph("나")
        outlined._p.get_or_add_pPr().append(parse_xml(f'<w:outlineLvl {nsdecls("w")} w:val="1"/>'))
        document.add_paragraph("본문")

    headings = [section.heading for section in read(".docx", make_docx(fill)).sections]
    assert headings == [["가"], ["가", "나"]]


def test_lists_are_numbered_as_word_shows_them(make_docx: Make, read: Read) -> None:
    def fill(document: Document) -> None:
        document.add_paragraph("순서")
        for text in ("쓰기", "내기"):
            document.add_paragraph(text, style="List Number")
        document.add_paragraph("점", style="List Bullet")
        document.add_paragraph("세기", style="List Number")
        document.add_paragraph("끝")

    assert read(".docx", make_docx(fill)).text == "순서\n\n1. 쓰기\n2. 내기\n점\n3. 세기\n\n끝"


def test_a_list_may_start_anew_and_number_articles(make_docx: Make, read: Read) -> None:
    def fill(document: Document) -> None:
        numbering = document.part.numbering_part.element
        abstract = parse_xml(
            f'<w:abstractNum {nsdecls("w")} w:abstractNumId="90">'
            '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="제%1조"/></w:lvl>'
            '<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="ganada"/><w:lvlText w:val="%2."/></w:lvl>'
            '<w:lvl w:ilvl="2"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1-%3)"/></w:lvl>'
            "</w:abstractNum>"
        )
        numbering.insert(0, abstract)
        lists = [numbering.add_num(90).numId, numbering.add_num(90)]
        lists[1].add_lvlOverride(ilvl=0).add_startOverride(7)
        for number, level, text in [
            (lists[0], 0, "목적"), (lists[0], 1, "하나"), (lists[0], 1, "둘"), (lists[0], 2, "셋"),
            (lists[0], 0, "정의"), (lists[0], 1, "넷"), (lists[1].numId, 0, "부칙"), (0, 0, "번호 없음"),
        ]:  # fmt: skip
            properties = document.add_paragraph(text)._p.get_or_add_pPr().get_or_add_numPr()
            properties.get_or_add_ilvl().val = level
            properties.get_or_add_numId().val = number

    assert read(".docx", make_docx(fill)).text.splitlines() == [
        "제1조 목적", "가. 하나", "나. 둘", "1-1) 셋", "제2조 정의", "가. 넷", "제7조 부칙", "", "번호 없음",
    ]  # fmt: skip


def test_merged_cells(make_docx: Make, read: Read) -> None:
    def fill(document: Document) -> None:
        table = document.add_table(rows=3, cols=3)
        for r, row in enumerate([["요금", "", ""], ["어른", "평일", "5"], ["", "주말", "7"]]):
            for c, text in enumerate(row):
                table.cell(r, c).text = text
        table.cell(0, 0).merge(table.cell(0, 2))
        table.cell(1, 0).merge(table.cell(2, 0))

    assert read(".docx", make_docx(fill)).text == "요금\n어른 | 평일 | 5\n어른 | 주말 | 7"


def test_a_table_of_one_cell_is_a_frame(make_docx: Make, read: Read) -> None:
    def fill(document: Document) -> None:
        cell = document.add_table(rows=1, cols=1).cell(0, 0)
        cell.text = "하나"
        cell.add_paragraph("둘")

    assert read(".docx", make_docx(fill)).text == "하나\n\n둘"


def test_tracked_changes_controls_boxes_and_contents(make_docx: Make, read: Read) -> None:
    def fill(document: Document) -> None:
        paragraph = document.add_paragraph("남은 ")
        names = nsdecls("w")
        paragraph._p.append(parse_xml(f"<w:ins {names}><w:r><w:t>넣은</w:t></w:r></w:ins>"))
        paragraph._p.append(parse_xml(f"<w:del {names}><w:r><w:delText>지운</w:delText></w:r></w:del>"))
        paragraph._p.append(parse_xml(f"<w:moveFrom {names}><w:r><w:t>옮긴</w:t></w:r></w:moveFrom>"))
        box = (
            f'<w:r {names} xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><mc:AlternateContent>'
            "<mc:Choice><w:txbxContent><w:p><w:r><w:t>상자</w:t></w:r></w:p></w:txbxContent></mc:Choice>"
            "<mc:Fallback><w:pict><w:txbxContent><w:p><w:r><w:t>상자</w:t></w:r></w:p></w:txbxContent></w:pict></mc:Fallback>"
            "</mc:AlternateContent></w:r>"
        )
        paragraph._p.append(parse_xml(box))
        control = f"<w:sdt {names}><w:sdtContent><w:p><w:r><w:t>칸</w:t></w:r></w:p></w:sdtContent></w:sdt>"
        document.element.body.insert(1, parse_xml(control))
        contents = document.styles.add_style("toc 1", 1)
        document.add_paragraph("차례 줄 3", style=contents)
        assert paragraph._p.find(qn("w:ins")) is not None

    assert read(".docx", make_docx(fill)).text == "남은 넣은\n\n상자\n\n칸"


def rewritten(data: bytes, part: str, old: bytes, new: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as whole, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as copy:
        for name in whole.namelist():
            content = whole.read(name)
            copy.writestr(name, content.replace(old, new, 1) if name == part else content)
    return out.getvalue()


def test_paragraphs_and_tables_are_numbered(make_docx: Make, read: Read) -> None:
    def fill(document: Document) -> None:
        document.add_paragraph("하나")
        document.add_paragraph("")
        table = document.add_table(rows=2, cols=2)
        for at, text in enumerate("가나다라"):
            table.cell(at // 2, at % 2).text = text
        document.add_paragraph("둘")

    joined = read(".docx", make_docx(fill))
    assert [(joined.text[o.start : o.end], o.number) for o in joined.origins] == [
        ("하나", 1),
        ("가 | 나\n다 | 라", 2),
        ("둘", 3),
    ]


def test_size_and_weight_are_those_of_most_letters(make_docx: Make) -> None:
    def fill(document: Document) -> None:
        paragraph = document.add_paragraph("가")
        run = paragraph.add_run("큰 제목")
        run.bold, run.font.size = True, Pt(16)
        document.add_heading("둘", 1)

    large, heading = docx.read(make_docx(fill), "가.docx").blocks
    assert (large.size, large.bold) == (16.0, True)
    assert (heading.level, heading.size, heading.bold) == (1, 14.0, True)


def test_headers_and_footers_are_counted(make_docx: Make) -> None:
    def fill(document: Document) -> None:
        document.add_paragraph("글")
        document.sections[0].header.paragraphs[0].text = "머리말"

    content = docx.read(make_docx(fill), "가.docx")
    assert [block.text for block in content.blocks] == ["글"]
    assert content.removed["headers and footers"] == 1


def test_notes_follow_the_paragraph_they_belong_to(make_docx: Make, read: Read) -> None:
    data = make_docx(lambda document: [document.add_paragraph("독은 사흘"), document.add_paragraph("끝")])
    mark = b'<w:r><w:footnoteReference w:id="2"/></w:r></w:p>'
    data = rewritten(data, "word/document.xml", b"</w:p>", mark)
    relation = (
        b'<Relationship Id="rId99" Target="footnotes.xml" '
        b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"/></Relationships>'
    )
    data = rewritten(data, "word/_rels/document.xml.rels", b"</Relationships>", relation)
    notes = (
        f"<w:footnotes {nsdecls('w')}>"
        '<w:footnote w:type="separator" w:id="0"><w:p><w:r><w:t>줄</w:t></w:r></w:p></w:footnote>'
        '<w:footnote w:id="2"><w:p><w:r><w:t>공휴일은 뺀다.</w:t></w:r></w:p></w:footnote></w:footnotes>'
    )
    out = io.BytesIO(data)
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("word/footnotes.xml", notes)
    assert read(".docx", out.getvalue()).text == "독은 사흘\n\n공휴일은 뺀다.\n\n끝"


def test_a_body_of_tiny_elements_is_refused_before_it_is_parsed(make_docx: Make) -> None:
    """A parser takes gigabytes for it."""
    data = make_docx(lambda document: document.add_paragraph("글"))
    data = rewritten(data, "word/document.xml", b"<w:sectPr", b"<w:p/>" * (xml.MOST_TAGS + 1) + b"<w:sectPr")
    with pytest.raises(xml.TooManyTags, match=r"tags, more than 4000000"):
        docx.read(data, "가.docx")


CHART = (
    '<c:chartSpace xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><c:chart><c:title><c:tx><c:rich><a:p><a:r>'
    "<a:t>철마다</a:t></a:r></a:p></c:rich></c:tx></c:title><c:plotArea><c:barChart><c:ser><c:tx><c:v>독</c:v></c:tx>"
    '<c:cat><c:multiLvlStrRef><c:multiLvlStrCache><c:lvl><c:pt idx="0"><c:v>봄</c:v></c:pt><c:pt idx="999999999999">'
    '<c:v>x</c:v></c:pt></c:lvl><c:lvl><c:pt idx="0"><c:v>2026</c:v></c:pt></c:lvl></c:multiLvlStrCache>'
    "</c:multiLvlStrRef></c:cat><c:val><c:numRef><c:numCache><c:formatCode>0.0%</c:formatCode>"
    '<c:pt idx="0"><c:v>0.125</c:v></c:pt></c:numCache></c:numRef></c:val></c:ser></c:barChart></c:plotArea></c:chart>'
    "</c:chartSpace>"
)
RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def test_a_chart_is_a_table_behind_its_paragraph(make_docx: Make, read: Read) -> None:
    plain = make_docx(lambda document: document.add_paragraph("그림 앞"))
    mark = (
        '<w:r><w:drawing><c:chart xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
        f'xmlns:r="{RELATED}" r:id="rId99"/></w:drawing></w:r></w:p>'
    )
    entry = f'<Relationship Id="rId99" Type="{RELATED}/chart" Target="charts/chart1.xml"/></Relationships>'
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(plain)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            part = old.read(name).decode("utf-8", "surrogateescape")
            if name == "word/document.xml":
                part = part.replace("</w:p>", mark, 1)
            if name == "word/_rels/document.xml.rels":
                part = part.replace("</Relationships>", entry)
            new.writestr(name, part.encode("utf-8", "surrogateescape"))
        new.writestr("word/charts/chart1.xml", CHART)
    joined = read(".docx", out.getvalue())
    assert joined.text == "그림 앞\n\n철마다\n\n독\n봄 | 12.5%"
