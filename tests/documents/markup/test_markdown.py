from collections.abc import Callable

import pytest

from onggi.core.errors import DocumentError
from onggi.core.schema import Section
from onggi.documents.blocks import Joined
from onggi.documents.markup import markdown

Read = Callable[[str, bytes], Joined]


def text_of(read: Read, source: str) -> str:
    return read(".md", source.encode()).text


def test_visible_text_stays_and_markup_goes(read: Read) -> None:
    source = (
        '# 장독대 *안내*\n\n**두레** 회원은 [신청서](http://a.b/c "제목")를\n`양식 1`로 냅니다.  \n'
        "~~예전~~ 새 줄 ![그림](x.png)\n\n"
        "> 인용한 말\n\n---\n\n```\n코드 한 줄\n```\n<!-- 숨은 말 -->\n\n끝&nbsp;말 &amp; <b>굵게</b><br>다음\n"
    )
    joined = read(".md", source.encode())
    assert joined.text == (
        "장독대 안내\n\n두레 회원은 신청서를 양식 1로 냅니다.\n예전 새 줄\n\n"
        "인용한 말\n\n코드 한 줄\n\n끝 말 & 굵게\n다음"
    )
    assert joined.sections == [Section(["장독대 안내"], 0, len(joined.text))]


def test_lists_keep_their_numbers_but_not_their_bullets(read: Read) -> None:
    source = "순서:\n\n3. 쓰기\n   - 연필\n   - 붓\n4. 내기\n\n* 하나\n\n* 둘\n\n  이어서\n\n끝\n"
    assert text_of(read, source) == "순서:\n\n3. 쓰기\n연필\n붓\n4. 내기\n\n하나\n둘\n이어서\n\n끝"


def test_a_table_is_a_line_a_row(read: Read) -> None:
    source = "앞\n\n| 구분 | **요금** |\n|---|--:|\n| 어른<br>(19세부터) | 1,500 |\n| 아이 | `0` \\| 없음 |\n\n뒤\n"
    assert text_of(read, source) == "앞\n\n구분 | 요금\n어른 (19세부터) | 1,500\n아이 | 0 | 없음\n\n뒤"


def test_two_tables_are_parted(read: Read) -> None:
    table = "| 가 | 나 |\n|---|---|\n| 1 | 2 |\n"
    assert text_of(read, f"{table}\n{table}") == "가 | 나\n1 | 2\n\n가 | 나\n1 | 2"


def test_heading_levels_give_the_path(read: Read) -> None:
    joined = read(".md", "앞말\n\n제목\n====\n\n하나\n\n## 갑\n\n둘\n\n#### 을\n\n셋\n".encode())
    assert [(s.heading, joined.text[s.start : s.end]) for s in joined.sections] == [
        ([], "앞말"),
        (["제목"], "제목\n\n하나"),
        (["제목", "갑"], "갑\n\n둘"),
        (["제목", "갑", "을"], "을\n\n셋"),
    ]


def test_bold_that_commonmark_leaves_open_before_a_particle_is_closed(read: Read) -> None:
    assert text_of(read, "**'독 신청'**은 **3월(첫 주)**까지, `**코드**`\n\n**(필수)**를 2 ** 3\n") == (
        "**'독 신청'**은 **3월(첫 주)**까지, **코드**\n\n(필수)를 2 ** 3"
    )


def test_front_matter_gives_title_and_meta() -> None:
    source = "---\ntitle: 갯머리 소식\ndate: 2027-03-01\nencoding: x\ntags: [가, 나]\n---\n본문\n"
    content = markdown.read(source.encode(), "소식.md")
    assert (content.title, content.meta) == ("갯머리 소식", {"encoding": "utf-8", "date": "2027-03-01"})
    assert [block.text for block in content.blocks] == ["본문"]


def test_rules_around_text_are_no_front_matter(read: Read) -> None:
    assert text_of(read, "---\n알림\n---\n본문\n") == "알림\n\n본문"
    assert text_of(read, "---\n가: [\n---\n본문\n") == "가: [\n\n본문"


def test_html_inside_is_read_as_html(read: Read) -> None:
    source = "앞\n\n<table><tr><td>가</td><td>나</td></tr></table>\n\n<script>\nx()\n</script>\n\n뒤\n"
    assert text_of(read, source) == "앞\n\n가 | 나\n\n뒤"


def test_deep_lists_lose_nothing(read: Read) -> None:
    source = "\n".join("  " * depth + f"- 깊이{depth}" for depth in range(40))
    assert text_of(read, source).splitlines() == [f"깊이{depth}" for depth in range(40)]


def test_text_that_is_nested_too_deep_is_not_lost_without_a_word(read: Read) -> None:
    assert text_of(read, f"처음\n\n{'>' * 99} 깊은 곳") == "처음\n\n깊은 곳"
    for deep in (">" * 150, "- " * 60):
        with pytest.raises(DocumentError, match=r"nested more than 100 deep; "):
            text_of(read, f"처음\n\n{deep} 깊은 곳")


def test_a_line_break_is_kept_where_a_sentence_ends(read: Read) -> None:
    source = "**Q. 서류가 겹치나요?**\n두 가지는 겹칩니다.\n\n신청 기간 안에 접수\n  ※ 마감 뒤에는 받지 않음\n\n"
    source += "**문의**: \n두레과\n"
    assert text_of(read, source) == (
        "Q. 서류가 겹치나요?\n두 가지는 겹칩니다.\n\n신청 기간 안에 접수\n※ 마감 뒤에는 받지 않음\n\n문의:\n두레과"
    )


def test_lines_that_an_editor_wrapped_are_joined(read: Read) -> None:
    words = [f"장독{number:03d}번은" for number in range(60)]
    lines = [" ".join(words[at : at + 6]) for at in range(0, 60, 6)]
    assert text_of(read, "\n".join(lines)) == " ".join(words)
    assert text_of(read, "\n".join([*lines[:8], "※ " + lines[8]])) == " ".join(words[:48]) + "\n※ " + lines[8]


def test_every_block_knows_its_line(read: Read) -> None:
    source = "---\ntitle: 독\n---\n# 장독\n\n글\n\n| 가 | 나 |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |\n\n"
    source += "- 하나\n- 둘\n\n<p>끝</p>\n"
    joined = read(".md", source.encode())
    assert [(joined.text[o.start : o.end], o.unit, o.number) for o in joined.origins] == [
        ("장독", "line", 4), ("글", "line", 6), ("가 | 나", "line", 8), ("1 | 2", "line", 10), ("3 | 4", "line", 11),
        ("하나", "line", 13), ("둘", "line", 14), ("끝", "line", 16),
    ]  # fmt: skip


def test_a_front_matter_too_large_for_yaml_is_read_by_its_lines() -> None:
    """A parser of YAML takes seconds for the first, and libyaml ends the process at the second."""
    for value in ("x, " * 30_000, "[{" * 30_000):
        content = markdown.read(f"---\ntitle: 소식\nlist: {value}\n---\n본문".encode(), "소식.md")
        assert (content.title, [block.text for block in content.blocks]) == ("소식", ["본문"])
