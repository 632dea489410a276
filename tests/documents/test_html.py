from collections.abc import Callable

import pytest

from onggi.core.errors import DocumentError
from onggi.core.schema import Section
from onggi.documents import html
from onggi.documents.blocks import Joined

Read = Callable[[str, bytes], Joined]


def text_of(read: Read, body: str) -> str:
    return read(".html", f"<html><body>{body}</body></html>".encode()).text


def test_a_page_is_what_a_browser_shows(read: Read) -> None:
    joined = read(
        ".html",
        """<!DOCTYPE html><html><head><title> 수영장
        안내 </title><style>p {}</style></head><body><nav><a>처음</a></nav>
        <h1>갯머리 <b>수영장</b></h1>
        <!-- 숨김 --><p>물은   맑고<br>
           <a href="x">따뜻</a>합니다.&nbsp;&#50504;내</p>
        <script>alert("x")</script><template>틀</template><p hidden>숨김</p><p style="display: none">숨김</p>
        <div>상자 <span>하나</span><div>안쪽</div>꼬리</div><img alt="그림">
        <h2>요금</h2>어른 <i>5</i>천 원
        </body></html>""".encode(),
    )
    assert (
        joined.text
        == "갯머리 수영장\n\n물은 맑고\n따뜻합니다. 안내\n\n상자 하나\n\n안쪽\n\n꼬리\n\n요금\n\n어른 5천 원"
    )
    start = joined.text.index("요금")
    assert joined.sections == [
        Section(["갯머리 수영장"], 0, start - 2),
        Section(["갯머리 수영장", "요금"], start, len(joined.text)),
    ]


def test_title_is_the_title_tag_or_else_the_first_h1() -> None:
    assert html.read(b"<title> A\n B </title><h1>C</h1>", "a.html").title == "A B"
    assert html.read(b"<title></title><h2>B</h2><h1>C</h1>", "a.html").title == "C"
    assert html.read(b"<p>C</p>", "a.html").title == ""


def test_lists_keep_their_numbers(read: Read) -> None:
    body = (
        "<p>순서</p><ol start='2'><li>쓰기<ul><li>연필</li><li><p>붓</p><p>먹</p></li></ul></li><li>내기</li>"
        "<li value='9'>끝</li></ol><ol><li>다시</li></ol><dl><dt>독</dt><dd>큰 항아리</dd></dl>"
    )
    assert text_of(read, body) == "순서\n\n2. 쓰기\n연필\n붓\n먹\n3. 내기\n9. 끝\n\n1. 다시\n\n독\n큰 항아리"


def test_tables_with_merged_cells(read: Read) -> None:
    body = (
        "<table><caption>요금</caption><thead><tr><th>구분</th><th colspan='2'>값</th></tr></thead>"
        "<tr><td rowspan='2'>어른<br>(일반)</td><td>평일</td><td>5</td></tr>"
        "<tr><td>주말</td><td><ul><li>7</li><li>8</li></ul></td></tr><tr hidden><td>가</td><td>나</td></tr></table>"
    )
    assert text_of(read, body) == "요금\n\n구분 | 값\n어른 (일반) | 평일 | 5\n어른 (일반) | 주말 | 7 8"


def test_layout_tables_are_transparent(read: Read) -> None:
    body = "<table><tr><td><h2>제목</h2><p>하나</p></td><td><p>둘</p></td></tr></table>"
    body += "<table><tr><td><p>셋</p><p>넷</p></td></tr></table>"
    assert text_of(read, body) == "제목\n\n하나\n\n둘\n\n셋\n\n넷"


def test_preformatted_text_keeps_its_lines(read: Read) -> None:
    assert text_of(read, "<pre>가\n  나   다\n</pre><p>라\n마</p>") == "가\n  나   다\n\n라 마"


def test_the_frame_of_a_site_is_dropped_but_headings_and_notes_are_not(read: Read) -> None:
    frame = "<header><a>시청</a></header><aside><input><p>찾기</p></aside>"
    assert text_of(read, f"{frame}<p>본문</p>") == "본문"
    assert text_of(read, "<header><h1>제목</h1></header><aside><p>곁말</p></aside>") == "제목\n\n곁말"


@pytest.mark.parametrize(
    ("declared", "encoding", "found"),
    [
        ("euc-kr", "cp949", "cp949"),
        ("utf-8", "utf-8", "utf-8"),
        ("euc-kr", "utf-8", "utf-8"),
        ("utf-8", "cp949", "cp949"),
    ],
)
def test_the_charset_is_declared_or_found(declared: str, encoding: str, found: str, read: Read) -> None:
    data = f'<meta charset="{declared}"><p>장독대 똠 안내</p>'.encode(encoding)
    assert html.read(data, "a.html").meta == {"encoding": found}
    assert read(".html", data).text == "장독대 똠 안내"


def test_xhtml_with_a_declaration_is_read(read: Read) -> None:
    data = '<?xml version="1.0" encoding="euc-kr"?><html xmlns="http://www.w3.org/1999/xhtml"><body><p>장독</p></body></html>'
    assert read(".html", data.encode()).text == "장독"


@pytest.mark.parametrize("body", ["", "<html></html>", "<!-- 말 -->", "<p> &nbsp; </p>", "<nav>처음</nav>"])
def test_a_page_without_text_gives_no_blocks(body: str, read: Read) -> None:
    assert read(".html", body.encode()).text == ""


def test_deeply_nested_and_broken_pages_do_not_crash(read: Read) -> None:
    assert read(".html", ("<div>" * 1500 + "깊은 곳").encode()).text == "깊은 곳"
    assert read(".html", "<p>열린 <b>문단<table><tr>셋<td>넷</p></div></td>".encode()).text != ""
    assert "끝" in read(".html", ("<ul><li>" * 300 + "끝").encode()).text


def test_a_page_too_deep_to_be_read_whole_is_named(read: Read) -> None:
    with pytest.raises(DocumentError, match="its elements nest too deep; remove it"):
        read(".html", ("앞" + "<div>" * 5000 + "깊은 곳").encode())


def test_entities_are_not_fetched(read: Read) -> None:
    data = b'<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/hostname">]><p>a&x;b</p>'
    assert "a" in read(".html", data).text
    assert read(".html", data).text in ("a&x;b", "]>\n\na&x;b", "]>\na&x;b", "]>a&x;b")
