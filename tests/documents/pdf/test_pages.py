"""What stands on a page: sizes, tables, order, turned text, fonts that cannot be read."""

from collections.abc import Callable
from typing import Any

import numpy as np

from onggi.documents import pdf
from onggi.documents.blocks import Joined
from onggi.documents.pdf.unreadable import unreadable

Read = Callable[[str, bytes], Joined]
Draw = Callable[..., bytes]
Canvas = Any
FONT = "HYSMyeongJo-Medium"


def lines(canvas: Canvas, *texts: str, x: float = 50, top: float = 500) -> None:
    for at, text in enumerate(texts):
        canvas.drawString(x, top - 15 * at, text)


def test_sizes_are_those_of_the_text_matrix(draw: Draw, read: Read) -> None:
    """A font of 1 point scaled to 10: its size alone would make a cell of each syllable."""

    def page(canvas: Canvas) -> None:
        canvas.setFont(FONT, 1)
        canvas.scale(10, 10)
        canvas.drawString(5, 50, "이커머스 급성장의 배경")

    data = draw(page)
    assert read(".pdf", data).text == "이커머스 급성장의 배경"
    assert [round(block.size or 0) for block in pdf.read(data, "가.pdf").blocks] == [10]


def grid(canvas: Canvas, xs: list[float], ys: list[float], outer: bool = True) -> None:
    for y in ys:
        canvas.line(xs[0], y, xs[-1], y)
    for x in xs if outer else xs[1:-1]:
        canvas.line(x, ys[0], x, ys[-1])


def test_a_table_with_rulings_is_rows(draw: Draw, read: Read) -> None:
    def page(canvas: Canvas) -> None:
        grid(canvas, [50, 110, 170], [500, 480, 440])
        lines(canvas, "교육기관", top=486, x=52)
        lines(canvas, "정원", top=486, x=112)  # less than a cell's gap right of the text before
        lines(canvas, "한국항공직", "업전문학교", top=465, x=52)
        lines(canvas, "30명", top=458, x=112)

    assert read(".pdf", draw(page)).text == "교육기관 | 정원\n한국항공직업전문학교 | 30명"


def test_a_table_open_at_its_sides_with_dotted_rulings(draw: Draw, read: Read) -> None:
    def page(canvas: Canvas) -> None:
        canvas.setDash(1, 1)
        grid(canvas, [50, 100, 150], [500, 480, 460], outer=False)
        for at, word in enumerate(("가격", "수량", "천원", "두개")):
            canvas.drawString(52 + 50 * (at % 2), 485 - 20 * (at // 2), word)

    assert read(".pdf", draw(page)).text == "가격 | 수량\n천원 | 두개"


def test_a_cell_over_several_rows_is_told_once_and_columns_stay(draw: Draw, read: Read) -> None:
    def page(canvas: Canvas) -> None:
        grid(canvas, [100, 150, 200], [500, 480, 460])
        for x in (50, 100):
            canvas.line(x, 460, x, 500)
        canvas.line(50, 500, 100, 500)
        canvas.line(50, 460, 100, 460)
        canvas.drawString(52, 477, "담당")
        for at, word in enumerate(("책임자", "과장", "담당자", "팀장")):
            canvas.drawString(102 + 50 * (at % 2), 485 - 20 * (at // 2), word)

    rows = read(".pdf", draw(page)).text.split("\n")
    assert rows[0] == "담당 | 책임자 | 과장"
    assert rows[1].endswith("담당자 | 팀장")


def test_a_box_around_prose_is_no_table(draw: Draw, read: Read) -> None:
    def page(canvas: Canvas) -> None:
        canvas.rect(45, 440, 200, 80)
        lines(canvas, "상자 안의 글은 표가 아니라", "글이므로 줄을 이어 가며", "읽습니다.")

    assert read(".pdf", draw(page)).text == "상자 안의 글은 표가 아니라 글이므로 줄을 이어 가며 읽습니다."


def test_a_number_and_a_heading_in_boxes_are_one_heading(draw: Draw, read: Read) -> None:
    def page(canvas: Canvas) -> None:
        grid(canvas, [50, 70, 200], [500, 480])
        canvas.drawString(55, 486, "1")
        canvas.drawString(80, 486, "업무추진 여건")
        canvas.drawString(50, 440, "본문입니다.")

    assert read(".pdf", draw(page)).text == "1 업무추진 여건\n\n본문입니다."


def test_what_stands_above_is_read_before_what_stands_below(draw: Draw, read: Read) -> None:
    def page(canvas: Canvas) -> None:
        canvas.drawString(50, 400, "아래 글")
        canvas.drawString(50, 500, "위의 글")

    assert read(".pdf", draw(page)).text == "위의 글\n\n아래 글"


def test_columns_drawn_line_by_line_are_read_one_after_the_other(draw: Draw, read: Read) -> None:
    left = [
        "왼쪽 단의 첫째 줄은 이러하며",
        "왼쪽 단의 둘째 줄은 저러하며",
        "왼쪽 단의 셋째 줄은 그러하며",
        "왼쪽에서 끝납니다 여기까지.",
    ]
    right = [
        "오른쪽의 첫째 줄은 이러하며",
        "오른쪽의 둘째 줄은 저러하며",
        "오른쪽의 셋째 줄은 그러하며",
        "오른쪽도 끝납니다 여기까지.",
    ]

    def page(canvas: Canvas) -> None:
        for at, (one, other) in enumerate(zip(left, right, strict=True)):
            canvas.drawString(30, 500 - 15 * at, one)
            canvas.drawString(220, 500 - 15 * at, other)

    assert read(".pdf", draw(page)).text == f"{' '.join(left)}\n\n{' '.join(right)}"


def test_a_note_number_stays_in_its_line(draw: Draw, read: Read) -> None:
    def page(canvas: Canvas) -> None:
        canvas.drawString(50, 500, "점차 커진다")
        canvas.setFont(FONT, 6)
        canvas.drawString(50 + canvas.stringWidth("점차 커진다", FONT, 10), 504, "12)")
        canvas.setFont(FONT, 10)
        canvas.drawString(122, 500, "고 본다.")

    assert read(".pdf", draw(page)).text == "점차 커진다12) 고 본다."


def test_letters_one_below_the_other_are_one_word(draw: Draw, read: Read) -> None:
    def page(canvas: Canvas) -> None:
        lines(canvas, "본문이 있습니다.")
        lines(canvas, *"통화정책", x=380)

    assert read(".pdf", draw(page)).text == "본문이 있습니다.\n\n통화정책"


def test_a_page_set_on_its_side_is_read_as_it_is_looked_at(draw: Draw, read: Read) -> None:
    def page(canvas: Canvas) -> None:
        canvas.rotate(90)
        lines(canvas, "옆으로 놓은 쪽의 글은 바로", "읽어야 합니다.", top=-100)

    assert read(".pdf", draw(page)).text == "옆으로 놓은 쪽의 글은 바로 읽어야 합니다."


def test_text_across_a_page_is_a_watermark(draw: Draw, read: Read) -> None:
    def page(canvas: Canvas) -> None:
        canvas.drawString(50, 500, "본문")
        canvas.translate(200, 300)
        canvas.rotate(45)
        canvas.drawString(0, 0, "대외비")

    data = draw(page)
    assert read(".pdf", data).text == "본문"
    assert pdf.read(data, "가.pdf").removed["watermarks"] == 1


def codes(text: str) -> np.ndarray:
    return np.array([ord(character) for character in text], np.uint32)


def test_fonts_that_write_nonsense_are_known_by_it() -> None:
    text = "정부는개선은⸬䑄ᷤ㐐ᤁ줮쥔쥅쥘줬쥁힝"
    fonts = np.array([1] * 6 + [2] * 5 + [3] * 7)
    assert unreadable(codes(text), fonts).tolist() == [False] * 6 + [True] * (len(text) - 6)


def test_a_rare_syllable_among_others_can_be_read() -> None:
    assert not unreadable(codes("똠방각하와 펲시맨이 뷁"), np.ones(12)).any()


def test_pages_without_text_are_counted(draw: Draw) -> None:
    data = draw(lambda canvas: canvas.drawString(50, 500, "글"), lambda canvas: canvas.rect(50, 50, 300, 500))
    assert pdf.read(data, "가.pdf").removed["pages without text"] == 1


def test_two_letters_far_apart_on_a_line_are_a_word(draw: Draw, read: Read) -> None:
    def page(canvas: Canvas) -> None:
        canvas.drawString(150, 500, "판")
        canvas.drawString(230, 500, "결")

    assert read(".pdf", draw(page)).text == "판결"


def test_words_that_justifying_stretched_apart_are_no_cells(draw: Draw, read: Read) -> None:
    words = ("가운데", "소금독과장독대·김칫독이", "의심되는", "때에")

    def page(canvas: Canvas, gaps: tuple[float, ...]) -> None:
        x = 20.0
        for word, gap in zip(words, gaps, strict=True):
            canvas.drawString(x, 500, word)
            x += canvas.stringWidth(word) + gap

    assert read(".pdf", draw(lambda canvas: page(canvas, (16, 16, 16, 0)))).text == " ".join(words)
    assert read(".pdf", draw(lambda canvas: page(canvas, (16, 40, 24, 0)))).text == " | ".join(words)


def test_cells_of_even_widths_are_cells(draw: Draw, read: Read) -> None:
    def page(canvas: Canvas) -> None:
        for at, year in enumerate(("2023", "2024", "2025", "2026")):
            canvas.drawString(50 + 60 * at, 500, year)

    assert read(".pdf", draw(page)).text == "2023 | 2024 | 2025 | 2026"


def test_dots_over_a_word_are_no_part_of_the_line(draw: Draw, read: Read) -> None:
    def page(canvas: Canvas) -> None:
        canvas.drawString(50, 500, "장독은")
        for x in (50, 60):
            canvas.drawString(x, 504, "\u0307")
        canvas.drawString(80, 500, "그늘에 둔다.")

    assert read(".pdf", draw(page)).text == "장독은그늘에 둔다."
