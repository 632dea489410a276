import random
import struct
from collections import Counter
from collections.abc import Callable

import pytest

from onggi.core.errors import DocumentError
from onggi.core.schema import Origin, Section
from onggi.documents import hwp
from onggi.documents.blocks import Joined
from onggi.documents.hwp import equation, owpml, records, tables
from onggi.documents.parsed import Limits, Parsed
from onggi.documents.reading import read_file
from tests.documents import hwp_files as make
from tests.documents.hwp_files import Node, cell, control, listed, paragraph, table

Read = Callable[[str, bytes], Joined]
Make = Callable[..., bytes]


@pytest.fixture
def said(read: Read) -> Callable[..., str]:
    """The text of a file of one section, given its paragraphs."""

    def join(*paragraphs: Node | str, info: tuple[Node, ...] = ()) -> str:
        found = [paragraph(item) if isinstance(item, str) else item for item in paragraphs]
        return read(".hwp", make.hwp(found, info=info)).text

    return join


Said = Callable[..., str]


def test_paragraphs_of_all_sections_have_their_places(read: Read) -> None:
    joined = read(".hwp", make.hwp([paragraph("장독"), paragraph("뚜껑")], [paragraph("대여")]))
    assert joined.text == "장독\n\n뚜껑\n\n대여"
    assert joined.origins == [Origin(*span, "paragraph", n) for n, span in enumerate([(0, 2), (4, 6), (8, 10)], 1)]


def test_sections_are_read_in_the_order_of_their_numbers(read: Read) -> None:
    data = make.hwp(*[[paragraph(str(n))] for n in range(11)])
    assert read(".hwp", data).text.split() == [str(n) for n in range(11)]


@pytest.mark.parametrize("flags", [0, make.COMPRESSED])
def test_signs_in_the_line(read: Read, flags: int) -> None:
    parts = "장\t\0\0\u0100\0\0\0\t독\n대\x1e옆\x1f뒤\x18𠮷\t\0\0\u0103\0\0\0\t7"
    assert read(".hwp", make.hwp([paragraph(parts)], flags=flags)).text == "장\t독\n대 옆 뒤-𠮷 ····· 7"


def test_outlines_styles_and_long_paragraphs(read: Read) -> None:
    info = (make.shape(), make.shape(1, 1), make.style("바탕글"), make.style("개요 1"))
    body = [paragraph("모집", style=1), paragraph("대상", shape=1), paragraph("가" * 151, shape=1)]
    joined = read(".hwp", make.hwp(body, info=info))
    assert joined.sections == [Section(["모집", "대상"], 0, 159)]


def test_size_and_weight_are_those_of_most_letters() -> None:
    info = (make.letter(10, False), make.letter(16.5, True))
    body = [paragraph("□ 장독을 빌립니다", letters=[(0, 0), (2, 1)]), paragraph(" ")]
    blocks = list(hwp.read(make.hwp(body, info=info), "가.hwp").blocks)
    assert [(block.size, block.bold) for block in blocks] == [(16.5, True), (None, False)]


def test_numbers_are_counted(said: Said) -> None:
    info = (
        make.shape(),
        make.shape(2, 0, 1),
        make.shape(2, 1, 1),
        make.shape(1, 0),
        make.shape(3, 0, 1),
        make.numbering(("제^1조", 0), ("^1-^2)", 8)),
        make.numbering(("^1.", 2), start=3),
        make.bullet("\uf0a7"),
    )
    items = [(1, "목적"), (2, "가"), (2, "나"), (1, ""), (1, "대상"), (2, "다"), (3, "부칙"), (3, "끝"), (4, "항목")]
    first = paragraph(make.section(2), "규약")
    lines = said(first, *[paragraph(word, shape=number) for number, word in items], info=info).split("\n\n")
    assert lines == [
        "규약",
        "제1조 목적",
        "1-가) 가",
        "1-나) 나",
        "제3조 대상",
        "3-가) 다",
        "Ⅲ. 부칙",
        "Ⅳ. 끝",
        "• 항목",
    ]


def note(name: str, number: int, *words: str) -> Node:
    data = struct.pack("<IHHI", number, 0, ord(")"), 0)
    sign = control("atno", struct.pack("<I5H", 1, number, 0, 0, ord(")"), 0))
    return control(name, data, *listed(paragraph(sign, f" {words[0]}"), *words[1:]))


def test_notes_follow_what_cites_them(said: Said) -> None:
    body = paragraph("옹기", note("fn  ", 1, "흙으로 빚은 것"), "는 숨을 쉰다", note("en  ", 2, "국어사전", "둘째 줄"))
    cited = table(
        cell(0, 0, paragraph("독", note("fn  ", 3, "큰 것"))), cell(1, 0, "3"), cell(0, 1, "합"), cell(1, 1, "3")
    )
    assert said(body, paragraph(cited), "끝") == (
        "옹기1)는 숨을 쉰다2)\n\n1) 흙으로 빚은 것\n\n2) 국어사전\n\n둘째 줄\n\n독3) | 3\n합 | 3\n\n3) 큰 것\n\n끝"
    )


def test_what_is_no_body_is_left_out_and_counted() -> None:
    hidden = [control(name, bytes(8), *listed("숨은 말")) for name in ("head", "foot", "tcmt", "%%me")]
    memo = Node(records.MEMO_LIST, bytes(4), listed("쪽지"))
    page = control("atno", struct.pack("<I5H", 0, 7, 0, 0, 0, 0))
    last = paragraph("끝", page)
    content = hwp.read(make.hwp([paragraph(*hidden, "본문"), Node(last.tag, last.data, (*last.below, memo))]), "가.hwp")
    assert [block.text for block in content.blocks] == ["본문", "끝"]
    assert content.removed == Counter({"running heads and feet": 2, "comments": 2})


def test_tracked_deletions_are_left_out_and_counted() -> None:
    inner = control("gso ", bytes(42), Node(records.SHAPE_COMPONENT, bytes(8), (*listed("상자"),)))
    body = paragraph("남은 지운", inner, " 말과 새 말")
    data = make.hwp([make.marked(body, (3, 17, 0x11), (0, 2, 0x02))])  # 0x02: a highlighter
    content = hwp.read(data, "가.hwp")
    assert [block.text for block in content.blocks if block.text] == ["남은 새 말", "상자"]
    assert content.removed == {"tracked deletions": 1}


def test_boxes_captions_and_drawn_letters(said: Said) -> None:
    art = Node(records.TEXTART, bytes(32) + make.text("옹기 축제"))
    inner = Node(records.SHAPE_COMPONENT, bytes(8), (*listed("안쪽 상자"),))
    drawing = Node(records.SHAPE_COMPONENT, bytes(8), (*listed("상자", "둘째"), inner, art))
    figure = control("atno", struct.pack("<I5H", 3, 2, 0, 0, 0, 0))
    caption = listed(paragraph("그림 ", figure, " 장독대"))
    body = paragraph("앞", control("gso ", bytes(42), *caption, drawing), "뒤")
    assert said(body) == "앞뒤\n\n그림 2 장독대\n\n상자\n\n둘째\n\n안쪽 상자\n\n옹기 축제"


def test_forms_equations_and_small_signs(said: Said) -> None:
    def field(kind: str, settings: str) -> Node:
        return control(
            "form", bytes(42), Node(records.FORM_OBJECT, kind.encode()[::-1] * 2 + bytes(4) + make.text(settings))
        )

    script = control("eqed", bytes(42), Node(records.EQEDIT, bytes(4) + make.text("S = pi r^2")))
    fields = [
        field("tbc+", "ButtonSet:set:40:Caption:wstring:3:동의함 Value:int:1 "),
        field("tbr+", "ButtonSet:set:40:Caption:wstring:2:거절 Value:int:0 "),
        field("tde+", "EditSet:set:40:Text:wstring:3:홍 씨 MaxLength:int:1 "),
    ]
    both = control("tcps", make.text("(인)"))
    assert said(*map(paragraph, fields), paragraph("넓이 ", script), paragraph("서명 ", both)) == (
        "☑ 동의함\n\n○ 거절\n\n홍 씨\n\n넓이 S = π r^2\n\n서명 (인)"
    )


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("{a+b} over {2}", "(a+b)/2"),
        ("SUM from {i=1} to n {x_i ^2}", "Σ from (i=1) to n (x_i^2)"),
        ("left ( {1} over {x} right ) times 100 `%", "( 1/x ) × 100 %"),
        ("matrix {1 & 2 # 3 & 4}", "(1 2 , 3 4)"),
        ('rm "이자" = OMEGA }', "이자 = Ω"),
        ("{" * 20_000, "{" * 20_000),
    ],
)
def test_equations(script: str, said: str) -> None:
    assert equation.text(script) == said


def test_values_stand_below_both_levels_of_a_head(said: Said) -> None:
    years = [cell(0, 0, "구분", rows=2), cell(1, 0, "2023년", columns=2), cell(3, 0, "2024년", columns=2)]
    quarters = [cell(n, 1, f"{(n - 1) % 2 + 1}분기") for n in range(1, 5)]
    values = [cell(0, 2, "투자"), *[cell(n, 2, str(n)) for n in range(1, 4)], cell(4, 2, "150.9")]
    total = [cell(0, 3, "계"), cell(1, 3, "3", columns=2), cell(3, 3, "154.9", columns=2)]
    assert said(paragraph(table(*years, *quarters, *values, *total))) == (
        "구분 | 2023년 |  | 2024년\n| 1분기 | 2분기 | 1분기 | 2분기\n투자 | 1 | 2 | 3 | 150.9\n계 | 3 |  | 154.9"
    )


def test_rows_that_are_marked_as_heads_are_one_line(said: Said) -> None:
    heads = [cell(0, 0, "요금", columns=2, head=True), cell(0, 1, "어른", head=True), cell(1, 1, "아이", head=True)]
    assert said(paragraph(table(*heads, cell(0, 2, "5"), cell(1, 2, "3")))) == "요금\n어른 | 아이\n5 | 3"


def test_rows_say_whether_they_are_heads() -> None:
    marked = table(cell(0, 0, "1월", head=True), cell(1, 0, "2월", head=True), cell(0, 1, "가" * 60, "나" * 60))
    plain = table(cell(0, 0, "요금"), cell(1, 0, "기간"), cell(0, 1, "5"), cell(1, 1, "봄"))
    forms = table(cell(0, 0, "이름"), cell(1, 0, "1"), cell(0, 1, "주소"), cell(1, 1, "2"))
    blocks = hwp.read(make.hwp([paragraph(marked), paragraph(plain), paragraph(forms)]), "가.hwp").blocks
    assert [block.row for block in blocks if block.text] == ["head", "body", "body", "head", "body", "body", "body"]


def test_a_form_with_a_tall_cell_is_no_head(said: Said) -> None:
    first = [cell(0, 0, "기본 정보", rows=2), cell(1, 0, "이름"), cell(2, 0, "홍길동", columns=2)]
    rest = [cell(1, 1, "주소"), cell(2, 1, "항아리골", columns=2), cell(0, 2, "비고"), cell(1, 2, "없음", columns=3)]
    rows = ["기본 정보 | 이름 | 홍길동", "기본 정보 | 주소 | 항아리골", "비고 | 없음"]
    assert said(paragraph(table(*first, *rest))) == "\n".join(rows)


def test_a_row_that_stands_alone_has_the_size_of_its_words() -> None:
    row = paragraph(table(cell(0, 0, "Ⅰ"), cell(1, 0, paragraph("모집 개요", letters=[(0, 1)]))))
    rows = paragraph(table(cell(0, 0, "가"), cell(0, 1, "나")))
    data = make.hwp([row, rows], info=(make.letter(10, False), make.letter(16, True)))
    told = [block for block in hwp.read(data, "가.hwp").blocks if block.text]
    assert [(block.text, block.size, block.bold) for block in told] == [
        ("Ⅰ | 모집 개요", 16.0, True),
        ("가", None, False),
        ("나", None, False),
    ]


def test_a_short_cell_is_told_in_each_row_it_reaches_and_empty_columns_not_at_all(said: Said) -> None:
    cells = [cell(0, 0, "숙직", rows=3), cell(1, 0), cell(2, 0, "가"), cell(3, 0, "1"), cell(1, 1), cell(2, 1, "나")]
    assert said(paragraph(table(*cells, cell(3, 1, "2"), cell(1, 2), cell(2, 2, "다"), cell(3, 2, "3")))) == (
        "숙직 | 가 | 1\n숙직 | 나 | 2\n숙직 | 다 | 3"
    )


def test_a_cell_that_is_no_label_is_told_once(said: Said) -> None:
    rest = [cell(1, 0, "가"), cell(1, 1, "나")]
    assert said(paragraph(table(cell(0, 0, "말" * 31, rows=2), *rest))) == f"{'말' * 31} | 가\n나"
    assert said(paragraph(table(cell(0, 0, "말" * 30, rows=2), *rest))) == f"{'말' * 30} | 가\n{'말' * 30} | 나"


def test_cells_of_a_huge_table_are_not_kept_below_each_other(monkeypatch: pytest.MonkeyPatch, said: Said) -> None:
    """Else a table whose cells each have a row and a column of their own takes the square of their number."""
    tall = paragraph(table(cell(0, 0, "가", rows=2), cell(1, 1, "나"), cell(2, 1, "다")))
    assert said(tall) == "가\n가 | 나 | 다"
    monkeypatch.setattr(tables, "_MOST_PLACES", 5)
    assert said(tall) == "가\n나 | 다"


def test_a_long_cell_is_told_line_by_line(said: Said) -> None:
    long = ["가" * 60, "나" * 60]
    assert said(
        paragraph(
            table(cell(0, 0, "목", "적"), cell(1, 0, *long), cell(2, 0, "비고"), cell(0, 1, "끝"), cell(1, 1, "말"))
        )
    ) == (f"목 적 | {long[0]}\n{long[1]}\n비고\n끝 | 말")


def test_nested_tables_frames_and_captions(said: Said) -> None:
    inner = table(cell(0, 0, "안1"), cell(1, 0, "안2"), cell(0, 1, "안3"), cell(1, 1, "안4"))
    outer = table(cell(0, 0, "앞"), cell(1, 0, paragraph(inner, "본")), caption="표 1 요금", above=False)
    frame = table(cell(0, 0, "틀 하나", "틀 둘"), caption="위")
    assert said(paragraph(outer), paragraph(frame)) == (
        "앞 | 본\n안1 | 안2\n안3 | 안4\n\n표 1 요금\n\n위\n\n틀 하나\n\n틀 둘"
    )


def test_documents_for_distribution_are_read(read: Read) -> None:
    data = make.hwp([paragraph("배포하는 글")], flags=make.DISTRIBUTION | make.COMPRESSED)
    assert read(".hwp", data).text == "배포하는 글"


def test_content_decides_not_the_name(read: Read, make_hwpx: Make) -> None:
    assert read(".hwpx", make.hwp([paragraph("다섯")])).text == "다섯"
    assert read(".hwp", make_hwpx("<hp:p><hp:run><hp:t>엑스</hp:t></hp:run></hp:p>")).text == "엑스"


WHOLE = make.hwp([paragraph("장독")])


def looped(stream: str, size: int) -> bytes:
    """Return a file with a stream of ``size`` bytes whose last sector leads back to its first."""
    data = bytearray(WHOLE)
    entry = data.index(stream.encode("utf-16-le"))
    data[entry + 120 : entry + 124] = size.to_bytes(4, "little")
    first = int.from_bytes(data[entry + 116 : entry + 120], "little")
    last = 512 + 512 * int.from_bytes(data[76:80], "little") + 4 * (first + 7)
    data[last : last + 4] = first.to_bytes(4, "little")
    return bytes(data)


@pytest.mark.parametrize("stream", ["FileHeader", "DocInfo", "Section0"])
def test_a_stream_is_read_no_further_than_the_file_is_long(read: Read, stream: str) -> None:
    assert read(".hwp", looped(stream, len(WHOLE))).text == "장독"
    with pytest.raises(DocumentError, match=rf"{stream}: claims 4,294,967,295 bytes"):
        hwp.read(looped(stream, 0xFFFFFFFF), "가.hwp")


def claimed(offset: int) -> bytes:
    """Return a file that claims four thousand million tables of sectors."""
    return WHOLE[:offset] + b"\xff\xff\xff\xff" + WHOLE[offset + 4 :]


DEEP = Node(records.PARA_HEADER)
for _ in range(120):
    DEEP = Node(records.CTRL_HEADER, b" osg", (DEEP,))

BROKEN = {
    "is protected by a password; save it without one": make.hwp([], flags=make.PASSWORD),
    "is locked by a rights management": make.hwp([], flags=make.DRM),
    r"is no HWP document, but another OLE file": make.ole({"WordDocument": b"x"}),
    r"is no HWP document \(it has no BodyText/Section0\)": make.hwp(),
    r"is a truncated or broken HWP file \(DocInfo: file not found\)": make.ole({"FileHeader": make.header(0)}),
    "is a truncated HWP file; copy": WHOLE[:300],
    "is a truncated or broken HWP file": WHOLE[:-512],
    r"its tables exceed it\)": claimed(44),
    r"tables exceed it": claimed(72),
    r"is a truncated HWP file \(Section0 ends early\)": make.hwp(make.packed(random.Random(1).randbytes(9000))[:5000]),
    r"is a broken HWP file \(Section0: ": make.hwp(b"\xff" * 5000),
    r"is broken \(a record reaches beyond its stream\)": make.hwp(struct.pack("<II", 0xFFF00042, 1 << 31), flags=0),
    "is nested too deep": make.hwp([DEEP]),
    "its key is missing": make.ole({"FileHeader": make.header(4), "DocInfo": b"", "ViewText/Section0": b"x"}),
    "is an HWP 3 document, a format of before 2002": b"HWP Document File V3.00",
    "is no HWP or HWPX document": b"plain",
    "is truncated, or no HWPX document": b"PK\3\4",
}  # fmt: skip


@pytest.mark.parametrize("problem", BROKEN)
def test_what_cannot_be_read_is_named(problem: str) -> None:
    with pytest.raises(DocumentError, match=rf"^가\.hwp: .*{problem}"):
        hwp.read(BROKEN[problem], "가.hwp")


def test_what_unpacks_to_more_than_is_read_is_refused(monkeypatch: pytest.MonkeyPatch, make_hwpx: Make) -> None:
    large = make.hwp([paragraph("가" * 600_000)])
    (refused,) = read_file(large, "가.hwp", "가.hwp", Limits(1))
    assert isinstance(refused, DocumentError)
    assert (refused.what, refused.fix) == (
        "unpacks to more than ingest.max_mb = 1 (Section0)",
        "raise ingest.max_mb if you trust the file, or split it",
    )
    assert [type(found) for found in read_file(large, "가.hwp", "가.hwp", Limits(2))] == [Parsed]
    monkeypatch.setattr(records, "_MOST", 3)
    with pytest.raises(DocumentError, match="has too many records"):
        hwp.read(make.hwp([paragraph(control("gso "))]), "가.hwp")
    monkeypatch.setattr(owpml, "_MOST_NODES", 100)
    with pytest.raises(DocumentError, match=r"million elements and attributes \(Contents/section0\.xml\)"):
        hwp.read(make_hwpx("<a/>" * 100), "가.hwpx")
    with pytest.raises(DocumentError, match=r"holds a part of more than ingest\.max_mb = 0"):
        hwp.read(make_hwpx("<a/>"), "가.hwpx", 10)
