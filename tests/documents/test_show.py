import io
from collections.abc import Callable
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image, ImageChops

from onggi.chunking import ChunkParams, chunks_of
from onggi.core import tables
from onggi.core.errors import DocumentError, TableError
from onggi.core.schema import Chunk, Document
from onggi.documents import IngestParams, read_corpus, show
from onggi.documents.picture import LONGEST_SIDE, marked_page
from onggi.documents.sandbox import Budget

Make = Callable[..., bytes]
BUDGET = Budget(memory_mb=1000, seconds=60)


@pytest.fixture
def project(tmp_path: Path, make_pdf: Make, fail: IngestParams) -> Path:
    """A folder with a corpus, its documents and its chunks."""
    corpus = tmp_path / "raw"
    corpus.mkdir()
    first, second = [(50, 500, "장독을 닦는다.")], [(50, 500, "물을 붓는다."), (50, 300, "간장을 담근다.")]
    (corpus / "안내.pdf").write_bytes(make_pdf(first, second, title="장 담그기"))
    (corpus / "글.md").write_text("# 장독\n\n간장을 담근다.")
    found = [item for item in read_corpus(corpus, fail) if isinstance(item, Document)]
    tables.write(tmp_path / "documents", Document, found)
    params = ChunkParams(strategy="sentence", max_tokens=8, overlap_tokens=0)
    tables.write(tmp_path / "chunks", Chunk, chunks_of(found, params))
    return tmp_path


def chunk(project: Path, text: str, kind: str) -> Chunk:
    rows = tables.read(project / "chunks", Chunk)
    return next(row for row in rows if text in row.text and row.doc_id.endswith(kind))


def drawn(project: Path, row: Chunk) -> bytes:
    return show.picture(row, project / "documents", project / "raw", BUDGET)


def marked(png: bytes) -> tuple[int, int, int, int]:
    """Return the box of what is marked yellow, in pixels."""
    red, _, blue = Image.open(io.BytesIO(png)).split()
    yellow = ImageChops.multiply(
        red.point(lambda value: 255 * (value > 200)), blue.point(lambda value: 255 * (value < 200))
    )
    box = yellow.getbbox()
    assert box is not None
    return box


def test_a_chunk_is_shown_with_its_place(project: Path) -> None:
    row = chunk(project, "간장", ".pdf")
    assert show.shown(show.find(project / "chunks", row.chunk_id)) == f"안내.pdf, p. 2\n\n장 담그기\n\n{row.text}"
    assert show.shown(chunk(project, "간장", ".md")).startswith("글.md, lines 1–3\n\n장독\n\n")


def test_columns_of_a_table_are_shown() -> None:
    row = Chunk("a#20-27", "a", 20, 27, "주말 | 쉼", 4, "개장", "요일 | 시간", "p. 3")
    assert show.shown(row) == "a, p. 3\n\n개장\n요일 | 시간\n\n주말 | 쉼"


def test_no_such_chunk(project: Path) -> None:
    with pytest.raises(TableError, match=r"chunks: there is no chunk '안내\.pdf#1-2'; copy one from the report"):
        show.find(project / "chunks", "안내.pdf#1-2")


def test_the_text_is_marked_on_its_page(project: Path) -> None:
    png = drawn(project, chunk(project, "간장", ".pdf"))
    picture = Image.open(io.BytesIO(png))
    assert picture.format == "PNG" and max(picture.size) == LONGEST_SIDE
    left, top, right, bottom = (value * 600 / LONGEST_SIDE for value in marked(png))
    assert (left, right) == pytest.approx((50, 50 + 7 * 10), abs=12)
    assert 600 - 300 - 12 < top < bottom < 600 - 300 + 5


def test_other_formats_have_no_page(project: Path) -> None:
    with pytest.raises(
        DocumentError, match=r"글\.md: has no page to show; pictures are made of PDF files of the corpus"
    ):
        drawn(project, chunk(project, "간장", ".md"))


def test_a_file_that_has_changed_since_is_named(project: Path, make_pdf: Make) -> None:
    row = chunk(project, "간장", ".pdf")
    (project / "raw" / "안내.pdf").write_bytes(make_pdf([(50, 500, "다른 글")], [(50, 500, "다른 글")]))
    with pytest.raises(
        DocumentError, match=r"안내\.pdf: page 2 does not hold the text as the chunk has it; look it up"
    ):
        drawn(project, row)
    (project / "raw" / "안내.pdf").unlink()
    with pytest.raises(DocumentError, match="has no page to show"):
        drawn(project, row)


def test_a_page_on_its_side(make_pdf: Make) -> None:
    pdf = pypdfium2.PdfDocument(make_pdf([(50, 500, "간장")]))
    pdf[0].set_rotation(90)
    out = io.BytesIO()
    pdf.save(out)
    left, top, right, bottom = (value * 600 / LONGEST_SIDE for value in marked(marked_page(out.getvalue(), 1, "간장")))
    assert 490 < left < right < 520  # what was up is right now
    assert 45 < top < bottom < 75


def test_cells_and_lines_are_marked_each(make_pdf: Make) -> None:
    data = make_pdf([(50, 500, "요 금"), (200, 500, "무료"), (50, 100, "독")])
    left, top, right, bottom = (value * 600 / LONGEST_SIDE for value in marked(marked_page(data, 1, "요금 | 무료\n독")))
    assert left < 60 and right > 200 and top < 110 and bottom > 490
    assert marked_page(data, 1, "없는 글") == b""
