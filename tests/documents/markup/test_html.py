from collections.abc import Callable

import pytest

from onggi.core.errors import DocumentError
from onggi.core.schema import Section
from onggi.documents.blocks import Joined
from onggi.documents.markup import html

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


@pytest.mark.parametrize(
    "around",
    [
        '<div id="skip_nav"><a href="#content">본문 바로가기</a></div>',
        '<p><a href="#main">주메뉴 바로가기</a></p>',
        '<div class="header"><a href="/">시청</a><a href="/login">로그인</a></div>',
        '<div id="gnb"><ul><li><a href="a">민원</a></li><li><a href="b">소식</a></li></ul></div>',
        '<ul><li><a href="a">민원</a></li><li><a href="b">소식</a></li><li><a href="c">시정</a></li></ul>',
        '<div class="location"><a href="/">홈</a> &gt; <a href="/a">민원</a> &gt; 독 빌리기</div>',
        '<p><a href="/">홈</a> › <a href="/a">민원</a> › 독 빌리기</p>',
        "<p>홈 &gt; 민원 &gt; 독 빌리기</p>",
        '<div class="breadCrumb"><a href="/">처음</a> / <a href="/a">민원</a></div>',
        '<div role="navigation"><a href="/">처음</a></div>',
    ],
)
def test_navigation_above_the_content_is_left_out_and_counted(around: str) -> None:
    content = html.read(f"<body>{around}<h1>독 빌리기</h1><p>독은 사흘 빌린다.</p></body>".encode(), "쪽.html")
    assert [block.text for block in content.blocks] == ["독 빌리기", "독은 사흘 빌린다."]
    assert content.removed["navigation"] >= 1


@pytest.mark.parametrize(
    "foot",
    [
        "<footer><p>12345 갯머리시 장독로 1</p><p>Copyright 갯머리시</p></footer>",
        '<div id="footer"><address>갯머리시 장독로 1</address><p>전화 123-4567</p></div>',
        '<div class="navfooter"><table><tr><td><a href="a">이전</a></td><td></td><td><a href="b">다음</a></td></tr>'
        "<tr><td>독 고르기</td><td></td><td>뚜껑</td></tr></table></div>",
    ],
)
def test_the_foot_of_a_page_is_left_out(foot: str) -> None:
    content = html.read(f"<h1>독</h1><p>{'독은 사흘 빌린다. ' * 9}</p>{foot}".encode(), "쪽.html")
    assert [block.text for block in content.blocks][-1].startswith("독은 사흘")
    assert content.removed["navigation"] == 1


@pytest.mark.parametrize(
    "body",
    [
        '<div class="header"><h1>독 빌리기</h1></div>',
        "<article><p>글</p><footer>지은이 말</footer></article>",
        '<h1>목록</h1><ul><li><a href="a">민원</a></li><li><a href="b">소식</a></li><li><a href="c">시정</a></li></ul>',
        '<div class="menu"><p>점심 차림은 된장찌개와 보리밥입니다.</p></div>',
        '<div id="nav"><a href="a">하나뿐인 글</a></div>',
        "<p>집 &gt; 논 &gt; 밭</p>",
    ],
)
def test_what_only_looks_like_navigation_stays(body: str) -> None:
    content = html.read(f"<body>{body}</body>".encode(), "쪽.html")
    assert list(content.blocks)
    assert not content.removed["navigation"]


def test_of_texts_that_a_script_switches_the_default_is_read(read: Read) -> None:
    keys = '<span class="switch"><span hidden id="MAC">Cmd</span><span hidden id="default1">Ctrl</span></span>'
    assert text_of(read, f"<p>{keys} + F3</p>") == "Ctrl + F3"
    assert text_of(read, '<div class="switch"><div hidden class="WRITER">글</div></div>') == "글"


@pytest.mark.parametrize(
    ("title", "found"),
    [
        ("독 빌리기 | 갯머리시청", "독 빌리기"),
        ("갯머리시청 - 독 빌리기", "독 빌리기"),
        ("독 빌리기와 요금", "독 빌리기와 요금"),
    ],
)
def test_the_heading_is_the_title_where_the_title_adds_the_name_of_the_site(title: str, found: str) -> None:
    assert html.read(f"<title>{title}</title><h1>독 빌리기</h1>".encode(), "a.html").title == found


def test_blocks_are_numbered_and_a_table_is_one(read: Read) -> None:
    joined = read(
        ".html", "<p>가</p><table><tr><td>1</td><td>2</td></tr><tr><td>3</td><td>4</td></tr></table><p>나".encode()
    )
    assert [(joined.text[o.start : o.end], o.number) for o in joined.origins] == [
        ("가", 1),
        ("1 | 2\n3 | 4", 2),
        ("나", 3),
    ]


def test_a_page_of_100_000_levels_ends() -> None:
    for tag in ("div", "b", "ul><li"):
        with pytest.raises(DocumentError, match="nest too deep"):
            html.read(b"<p>x</p>" + f"<{tag}>".encode() * 100_000, "깊이.html")
