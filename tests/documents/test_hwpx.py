from collections.abc import Callable

import pytest

from onggi.core.errors import DocumentError
from onggi.core.schema import Section
from onggi.documents import hwp
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
        "<hp:t>장<hp:tab leader='0'/>독<hp:lineBreak/>대<hp:fwSpace/>옆</hp:t></hp:run><hp:run><hp:t> 뒤"
        "<hp:deleteBegin/>지운 말<hp:deleteEnd/>남은 말</hp:t></hp:run><hp:run><hp:ctrl>"
        '<hp:footNote number="3" suffixChar="41"><hp:subList>' + p("각주")
        + "</hp:subList></hp:footNote></hp:ctrl></hp:run></hp:p>"
    )  # fmt: skip
    assert read(".hwpx", make_hwpx(body)).text == "장\t독\n대 옆 뒤남은 말3)\n\n각주"
    assert hwp.read(make_hwpx(body), "가.hwpx").removed == {"running heads and feet": 1, "tracked deletions": 1}


def test_tables_boxes_and_frames(make_hwpx: Make, read: Read) -> None:
    table = tbl(tc("요금", columns=2), tc("어른", rows=2) + tc("5"), tc("7"))
    box = f"<hp:rect><hp:drawText><hp:subList>{p('상자')}</hp:subList></hp:drawText></hp:rect>"
    frame = tbl(f"<hp:tc><hp:subList>{p('틀 하나')}{p('틀 둘')}</hp:subList></hp:tc>")
    body = f"<hp:p><hp:run><hp:t>앞</hp:t>{table}</hp:run></hp:p><hp:p><hp:run>{box}{frame}</hp:run></hp:p>"
    assert read(".hwpx", make_hwpx(body)).text == "앞\n\n요금\n어른 | 5\n7\n\n상자\n\n틀 하나\n\n틀 둘"


def runs(*parts: str) -> str:
    return "<hp:p>" + "".join(f"<hp:run>{part}</hp:run>" for part in parts) + "</hp:p>"


def sub(*texts: str) -> str:
    return f"<hp:subList>{''.join(map(p, texts))}</hp:subList>"


def test_numbers_are_counted(make_hwpx: Make, read: Read) -> None:
    items = [(4, "목적"), (5, "가"), (5, "나"), (4, ""), (4, "대상"), (5, "다"), (6, "부칙"), (6, "끝"), (7, "항목")]
    first = runs('<hp:secPr outlineShapeIDRef="2"/><hp:t>규약</hp:t>')
    data = make_hwpx(first + "".join(p(word, shape=shape) for shape, word in items))
    lines = ["규약", "제1조 목적", "1-가) 가", "1-나) 나", "제3조 대상", "3-가) 다", "Ⅲ. 부칙", "Ⅳ. 끝", "• 항목"]
    assert read(".hwpx", data).text.split("\n\n") == lines


def test_size_and_weight_are_those_of_most_letters(make_hwpx: Make) -> None:
    box, word = '<hp:run charPrIDRef="0"><hp:t>□ </hp:t></hp:run>', '<hp:run charPrIDRef="1"><hp:t>장독</hp:t></hp:run>'
    body = f"<hp:p>{box}{word}</hp:p>"
    blocks = list(hwp.read(make_hwpx(body + '<hp:p><hp:run charPrIDRef="1"/></hp:p>'), "가.hwpx").blocks)
    assert [(block.size, block.bold) for block in blocks] == [(16.5, True), (None, False)]


def test_notes_captions_and_numbers(make_hwpx: Make, read: Read) -> None:
    number = '<hp:autoNum num="{}" numType="{}"><hp:autoNumFormat type="DIGIT" suffixChar="{}"/></hp:autoNum>'
    note = f"<hp:ctrl>{number.format(2, 'FOOTNOTE', ')')}</hp:ctrl><hp:t> 흙으로 빚은 것</hp:t>"
    cited = (
        f'<hp:ctrl><hp:endNote number="2" suffixChar="41"><hp:subList>{runs(note)}</hp:subList></hp:endNote></hp:ctrl>'
    )
    label = runs(f"<hp:t>표 </hp:t><hp:ctrl>{number.format(1, 'TABLE', '')}</hp:ctrl><hp:t> 요금</hp:t>")
    caption = f'<hp:caption side="BOTTOM"><hp:subList>{label}</hp:subList></hp:caption>'
    table = tbl(tc("가") + tc("나"), tc("다") + tc("라")).replace("<hp:tbl>", f"<hp:tbl>{caption}")
    page = f"<hp:ctrl>{number.format(9, 'PAGE', '')}</hp:ctrl>"
    body = runs("<hp:t>옹기</hp:t>", cited, "<hp:t>는 숨을 쉰다</hp:t>", table, page)
    expected = "옹기2)는 숨을 쉰다\n\n가 | 나\n다 | 라\n\n표 1 요금\n\n2) 흙으로 빚은 것"
    assert read(".hwpx", make_hwpx(body)).text == expected


def test_forms_equations_and_small_signs(make_hwpx: Make, read: Read) -> None:
    parts = [
        '<hp:checkBtn caption="동의함" value="CHECKED"/>',
        '<hp:radioBtn caption="거절" value="UNCHECKED"/>',
        "<hp:edit><hp:text>홍 씨</hp:text></hp:edit>",
        '<hp:comboBox selectedValue="봄"><hp:listItem displayText="여름"/></hp:comboBox>',
        "<hp:t>넓이 </hp:t><hp:equation><hp:shapeComment>수식입니다.</hp:shapeComment>"
        "<hp:script>S = pi r^2</hp:script></hp:equation>",
        '<hp:t>서명 </hp:t><hp:compose composeText="(인)"/><hp:dutmal><hp:mainText>본말</hp:mainText>'
        "<hp:subText>덧말</hp:subText></hp:dutmal>",
        '<hp:rect><hp:textart text="옹기 축제"/></hp:rect>',
        f"<hp:switch><hp:case><hp:rect>{sub('새 상자')}</hp:rect></hp:case>"
        f"<hp:default>{sub('옛 상자')}</hp:default></hp:switch>",
    ]
    assert read(".hwpx", make_hwpx("".join(map(runs, parts)))).text.split("\n\n") == [
        "☑ 동의함", "○ 거절", "홍 씨", "봄", "넓이 S = π r^2", "서명 (인)본말", "옹기 축제", "새 상자"
    ]  # fmt: skip


def test_a_filled_tab_is_a_leader(make_hwpx: Make, read: Read) -> None:
    body = runs('<hp:t>개요<hp:tab width="4000" leader="3" type="2"/>7</hp:t>')
    assert read(".hwpx", make_hwpx(body)).text == "개요 ····· 7"


def test_comments_are_left_out_and_counted(make_hwpx: Make) -> None:
    memo = f'<hp:ctrl><hp:fieldBegin type="MEMO"><hp:parameters/>{sub("쪽지")}</hp:fieldBegin></hp:ctrl>'
    address = "<hp:parameters><hp:stringParam>http</hp:stringParam></hp:parameters>"
    link = f'<hp:ctrl><hp:fieldBegin type="HYPERLINK">{address}</hp:fieldBegin></hp:ctrl>'
    hidden = f"<hp:ctrl><hp:hiddenComment>{sub('숨은 설명')}</hp:hiddenComment></hp:ctrl>"
    content = hwp.read(make_hwpx(runs(memo, hidden, link, "<hp:t>본문</hp:t>")), "가.hwpx")
    assert [block.text for block in content.blocks] == ["본문"]
    assert content.removed == {"comments": 2}


def test_other_namespaces_read_the_same(make_hwpx: Make, read: Read) -> None:
    names = 'xmlns:hp="http://www.owpml.org/owpml/2024/paragraph" xmlns:hs="http://www.owpml.org/owpml/2024/section"'
    data = make_hwpx(extra={"Contents/section0.xml": f"<hs:sec {names}>{p('장독')}</hs:sec>"})
    assert read(".hwpx", data).text == "장독"


@pytest.mark.parametrize(
    ("title", "kept"),
    [("모집 공고", "모집 공고"), ("장독 대여 신청서", ""), ("1111", ""), ("홍길동", ""), ("", "")],
)
def test_a_title_is_kept_where_the_document_begins_with_it(make_hwpx: Make, title: str, kept: str) -> None:
    data = make_hwpx(p("장독 대여자") + p("모집  공고") + p("1111"), title=title)
    assert hwp.read(data, "공고.hwpx").title == kept


def test_entities_are_not_resolved(make_hwpx: Make, read: Read) -> None:
    names = 'xmlns:hp="http://www.hancom.co.kr/hwpml/2011/paragraph"'
    evil = f'<!DOCTYPE s [<!ENTITY x SYSTEM "file:///etc/hostname"><!ENTITY y "yy">]><s {names}>{p("가&x;&y;나")}</s>'
    assert read(".hwpx", make_hwpx(extra={"Contents/section0.xml": evil})).text == "가나"


def test_encrypted(make_hwpx: Make) -> None:
    manifest = {"META-INF/manifest.xml": "<odf:manifest><odf:encryption-data/></odf:manifest>"}
    with pytest.raises(DocumentError, match=r"^가\.hwpx: is encrypted; save it without a password$"):
        hwp.read(make_hwpx(p("가"), extra=manifest), "가.hwpx")


def test_without_a_section(make_hwpx: Make) -> None:
    with pytest.raises(DocumentError, match=r"is no HWPX document \(it has no Contents/section0\.xml\)"):
        hwp.read(make_hwpx(), "가.hwpx")
