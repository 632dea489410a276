import pytest

from onggi.cleaning.spacing import fault, repairs
from onggi.cleaning.spacing import respaced as with_repairs
from onggi.core.schema import Document
from onggi.documents.blocks import Block, Place
from tests.cleaning.samples import check, document

SOUND = "장독대는 해가 잘 드는 곳에 두고, 뚜껑은 맑은 날 아침에 열어 저녁에 닫는다. 비가 오는 날에는 열지 않는다."
SPLIT = " ".join("장독대는해가잘드는곳에두고뚜껑은맑은날아침에열어저녁에닫는다비가오는날에는열지않는다")
GLUED = "장독대는해가잘드는곳에두고뚜껑은맑은날아침에열어저녁에닫는다 비가오는날에는열지않는다"
MENDED = "장독대는 해가 잘 드는 곳에 두고 뚜껑은 맑은 날 아침에 열어 저녁에 닫는다"


def respaced(document: Document) -> tuple[Document, int]:
    return with_repairs(document, repairs(document))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (SOUND * 2, None),
        (SPLIT * 2, "split"),
        (GLUED * 2, "glued"),
        ("판 결 주 문", None),  # too short to say
        ("줮 " * 80 + SOUND * 2, None),
        ("가 나 다 라 마 " * 20 + SOUND * 9, None),
        ("12 3 4 abc " * 80, None),
    ],
)
def test_what_is_wrong_with_a_text(text: str, expected: str | None) -> None:
    assert fault(text) == expected


@pytest.mark.parametrize("broken", [SPLIT * 2, GLUED * 2])
def test_broken_lines_are_mended_and_others_left(broken: str) -> None:
    after, lines = respaced(document("가", SOUND, broken, SOUND))
    check(after)
    assert lines == 1
    assert after.text.startswith(SOUND) and after.text.endswith(SOUND)
    assert MENDED in after.text
    assert "".join(after.text.split()) == "".join(f"{SOUND}{broken}{SOUND}".split())


def test_short_lines_are_mended_on_a_broken_page_only() -> None:
    pages = [(0, Place("page", 1))], [(0, Place("page", 2))]
    made = document(
        "가",
        Block("판 결 선 고", places=tuple(pages[0])),
        SPLIT,
        SPLIT,
        Block("판 결 선 고", places=tuple(pages[1])),
        SOUND * 2,
    )
    after, _ = respaced(made)
    assert after.text.split("\n")[0] == "판결 선고"
    assert "판 결 선 고" in after.text


def test_rows_are_no_prose() -> None:
    cells = Block(SPLIT.replace(" ", " | ") * 2, row="body")
    rows = [Block(SPLIT * 2, row="body")]
    for made in (document("가", cells), document("가", *rows)):
        assert respaced(made) == (made, 0)


def test_only_spaces_between_syllables_change() -> None:
    made = document("가", SPLIT + " 2 0 2 5 년 A B C " + SPLIT)
    assert " 2 0 2 5 년 A B C " in respaced(made)[0].text


def test_a_heading_is_mended_with_its_line() -> None:
    after, _ = respaced(document("가", f"# {SPLIT}", SPLIT * 2))
    assert after.sections[0].heading == [after.text.split("\n")[0]]
    assert after.sections[0].heading[0].startswith(MENDED)


def test_a_sound_document_is_returned_as_it_is() -> None:
    made = document("가", "# 제목", SOUND * 3)
    assert respaced(made)[0] is made
