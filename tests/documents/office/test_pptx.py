import io
from collections.abc import Callable

import pytest

from onggi.documents.blocks import Joined
from onggi.documents.office import pptx as reader

pptx = pytest.importorskip("pptx", reason="python-pptx makes the slides of these tests")

Read = Callable[[str, bytes], Joined]


def saved(fill: Callable[[object], None]) -> bytes:
    deck = pptx.Presentation()
    fill(deck)
    out = io.BytesIO()
    deck.save(out)
    return out.getvalue()


def slides(deck: object) -> None:
    first = deck.slides.add_slide(deck.slide_layouts[1])  # type: ignore[attr-defined]
    first.placeholders[1].text = "사흘 빌린다.\n뚜껑도 빌린다."
    first.shapes.title.text = "독 빌리기"
    first.notes_slide.notes_text_frame.text = "천천히 말한다."
    second = deck.slides.add_slide(deck.slide_layouts[5])  # type: ignore[attr-defined]
    second.shapes.title.text = "요금"
    table = second.shapes.add_table(2, 2, 0, 0, 9_000_000, 9_000_000).table
    for at, text in enumerate(["구분", "값", "독", "3"]):
        table.cell(at // 2, at % 2).text = text
    group = second.shapes.add_group_shape()
    group.shapes.add_textbox(0, 0, 9, 9).text_frame.text = "묶음 안"


def test_titles_are_headings_and_slides_are_places(read: Read) -> None:
    joined = read(".pptx", saved(slides))
    assert joined.text == (
        "독 빌리기\n\n사흘 빌린다.\n뚜껑도 빌린다.\n\n천천히 말한다.\n\n요금\n\n구분 | 값\n독 | 3\n\n묶음 안"
    )
    assert [section.heading for section in joined.sections] == [["독 빌리기"], ["요금"]]
    start = joined.text.index("요금")
    assert {(o.start < start, o.unit, o.number) for o in joined.origins} == {(True, "slide", 1), (False, "slide", 2)}


def test_hidden_slides_are_counted() -> None:
    def fill(deck: object) -> None:
        slides(deck)
        deck.slides[0]._element.set("show", "0")  # type: ignore[attr-defined]

    content = reader.read(saved(fill), "가.pptx")
    assert next(block.text for block in content.blocks) == "요금"
    assert content.removed["hidden slides"] == 1


def test_size_and_weight_are_told() -> None:
    def fill(deck: object) -> None:
        slide = deck.slides.add_slide(deck.slide_layouts[6])  # type: ignore[attr-defined]
        run = slide.shapes.add_textbox(0, 0, 9, 9).text_frame.paragraphs[0].add_run()
        run.text, run.font.bold, run.font.size = "큰 글", True, pptx.util.Pt(28)

    [block] = reader.read(saved(fill), "가.pptx").blocks
    assert (block.text, block.size, block.bold) == ("큰 글", 28.0, True)


def charted(deck: object) -> None:
    from pptx.chart.data import CategoryChartData
    from pptx.enum.chart import XL_CHART_TYPE

    data = CategoryChartData(number_format="#,##0")
    data.categories = ["봄", "가을"]
    data.add_series("큰 독", (1200, 3))
    data.add_series("작은 독", (None, 7))
    slide = deck.slides.add_slide(deck.slide_layouts[5])  # type: ignore[attr-defined]
    slide.shapes.title.text = "빌린 독"
    frame = slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, 0, 0, 9_000_000, 9_000_000, data)
    frame.chart.has_title = True
    frame.chart.chart_title.text_frame.text = "철마다"


def test_charts_are_tables(read: Read) -> None:
    joined = read(".pptx", saved(charted))
    assert joined.text == "빌린 독\n\n철마다\n\n| 큰 독 | 작은 독\n봄 | 1,200\n가을 | 3 | 7"
    [table] = joined.tables
    assert joined.text[table.start : table.body] == "| 큰 독 | 작은 독"


def test_a_chart_that_is_not_there_is_counted() -> None:
    import zipfile

    data = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(saved(charted))) as whole, zipfile.ZipFile(data, "w") as broken:
        for name in whole.namelist():
            if "charts/chart" not in name:
                broken.writestr(name, whole.read(name))
    content = reader.read(data.getvalue(), "가.pptx")
    assert [block.text for block in content.blocks] == ["빌린 독"]
    assert content.removed["charts"] == 1
