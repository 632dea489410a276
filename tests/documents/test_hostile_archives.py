"""Archives and packages that mean harm, each in a corpus of which the rest is read."""

import io
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from onggi.core.schema import Document
from onggi.documents import IngestParams, Problem, read_corpus

Make = Callable[..., bytes]
Member = tuple[str | zipfile.ZipInfo, bytes]
MILLION = 1_000_000


def packed(*members: Member) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return out.getvalue()


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Path]:
    """A folder with a good file before and behind; what lies beside it is as it was."""
    folder = tmp_path / "말뭉치"
    folder.mkdir()
    (folder / "ㄱ.md").write_text("장독")
    (folder / "하.md").write_text("간장")
    (tmp_path / "비밀.txt").write_text("비밀")
    yield folder
    assert {path.name for path in tmp_path.iterdir()} == {"말뭉치", "비밀.txt"}


def read(corpus: Path, max_mb: int = 5, max_memory_mb: int = 300) -> tuple[dict[str, str], dict[str, str]]:
    """Return the texts and the problems of a corpus; the good files are always read, what is outside never."""
    settings = IngestParams(on_error="skip", max_mb=max_mb, max_memory_mb=max_memory_mb, max_seconds=60)
    items = list(read_corpus(corpus, settings))
    texts = {item.doc_id: item.text for item in items if isinstance(item, Document)}
    assert (texts.pop("ㄱ.md"), texts.pop("하.md")) == ("장독", "간장")
    assert "비밀" not in "".join(texts.values())
    return texts, {item.source: item.problem for item in items if isinstance(item, Problem)}


def test_a_member_that_unpacks_to_many_times_its_size(corpus: Path) -> None:
    (corpus / "모음.zip").write_bytes(packed(("가.txt", b"0" * 2 * MILLION), ("나.txt", b"y")))
    texts, problems = read(corpus)
    assert texts == {"모음.zip/나.txt": "y"}
    ratio = 2 * MILLION // zipfile.ZipFile(corpus / "모음.zip").getinfo("가.txt").compress_size
    said = f"unpacks to {ratio} times its size, as bombs do; unpack it, if you trust it"
    assert problems == {"모음.zip/가.txt": said}


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ([(f"{n}.txt", b"x") for n in range(10_001)], "holds 10001 files, more than 10000; unpack it, if you trust it"),
        (
            [(f"{n}.txt", b"0" * (MILLION - 1)) for n in range(6)],
            "unpacks to 6.0 MB, more than ingest.max_mb = 5; raise ingest.max_mb if you trust the file, or unpack it",
        ),
    ],
)
def test_too_many_members_or_bytes_in_all(corpus: Path, members: list[Member], said: str) -> None:
    (corpus / "모음.zip").write_bytes(packed(*members))
    assert read(corpus) == ({}, {"모음.zip": said})


def test_archives_in_archives(corpus: Path) -> None:
    deep = packed(("끝.txt", b"x"))
    for depth in range(40):
        deep = packed((f"{depth}.zip", deep), ("곁.txt", b"y"))
    (corpus / "모음.zip").write_bytes(deep)
    texts, problems = read(corpus)
    assert texts == {"모음.zip/곁.txt": "y", "모음.zip/39.zip/곁.txt": "y"}
    assert problems == {"모음.zip/39.zip/38.zip": "lies more than 2 containers deep; unpack it"}


def test_archives_that_are_small_alone_and_large_together(corpus: Path) -> None:
    inner = packed(("글.txt", b"0" * 900_000))
    (corpus / "모음.zip").write_bytes(packed(*[(f"{n:02}.zip", inner) for n in range(99)]))
    texts, problems = read(corpus)
    assert list(texts) == [f"모음.zip/{n:02}.zip/글.txt" for n in range(5)]
    assert problems == {"모음.zip": "unpacks to more than ingest.max_mb = 5 in all; unpack it, if you trust it"}


def test_archives_with_few_members_alone_and_many_together(corpus: Path) -> None:
    inner = packed(*[(f"{n}.txt", b" ") for n in range(3400)], ("x.txt", b"x"))
    (corpus / "모음.zip").write_bytes(packed(*[(f"{n}.zip", inner) for n in range(9)]))
    texts, problems = read(corpus)
    assert list(texts) == ["모음.zip/0.zip/x.txt", "모음.zip/1.zip/x.txt"]
    assert problems.pop("모음.zip") == "holds more than 10000 files in all; unpack it, if you trust it"
    read_members = 10_000 - 3  # without the archives themselves
    assert len(problems) == read_members - len(texts) and set(problems.values()) == {"is empty; fill it or remove it"}


def test_names_that_lead_out_and_links(corpus: Path) -> None:
    link = zipfile.ZipInfo("길.txt")
    link.external_attr = 0o120777 << 16
    outside = str(corpus.parent / "비밀.txt")
    names = ["../비밀.txt", outside, "속/../../비밀.txt", "..\\비밀.txt", "C:\\비밀.txt", "\\\\곳\\비밀.txt"]
    data = packed(*[(name, b"x") for name in names], (link, outside.encode()), ("성한.txt", b"y"), ("NUL_.txt", b"z"))
    (corpus / "모음.zip").write_bytes(data.replace(b"NUL_.txt", b"NUL\0.txt"))
    texts, problems = read(corpus)
    assert texts.pop("모음.zip/성한.txt") == "y"
    assert problems.pop("모음.zip/길.txt") == "is a link, which is not followed; put the file itself into the archive"
    leads = "its name leads out of the archive; rename it, or remove it"
    paths = ["../비밀.txt", outside, "속/../../비밀.txt", "C:/비밀.txt", "//곳/비밀.txt"]
    twin = "the archive holds two files of this name; rename one"
    assert problems.pop("모음.zip/NUL\\x00.txt") == "its name holds control characters; rename it"
    assert (texts, problems) == ({}, {f"모음.zip/{path}": leads for path in paths} | {"모음.zip/../비밀.txt": twin})


def test_names_in_cp949(corpus: Path) -> None:
    data = packed(("AAAAAAAA.txt", b"x")).replace(b"AAAAAAAA", "똠방각하".encode("cp949"))
    (corpus / "모음.zip").write_bytes(data)
    assert read(corpus) == ({"모음.zip/똠방각하.txt": "x"}, {})


def test_names_that_are_one_after_nfc(corpus: Path) -> None:
    names = [unicodedata.normalize(form, "안내.txt") for form in ("NFC", "NFD")]
    (corpus / "모음.zip").write_bytes(packed(*[(name, b"x") for name in names]))
    twin = "the archive holds two files of this name; rename one"
    assert read(corpus) == ({"모음.zip/안내.txt": "x"}, {"모음.zip/안내.txt": twin})


def test_a_message_with_a_bomb(corpus: Path) -> None:
    mail = EmailMessage()
    mail["Subject"] = "안내"
    mail.set_content("독은 사흘 빌립니다.")
    bombs = {"많은.zip": packed(*[(f"{n}.txt", b"0" * (MILLION - 1)) for n in range(6)])}
    bombs["큰.docx"] = packed(("word/document.xml", b" " * 6 * MILLION))
    for name, data in bombs.items():
        mail.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    mail.add_attachment("구분,값\n".encode(), maintype="text", subtype="csv", filename="../../비밀.csv")
    (corpus / "편지.eml").write_bytes(mail.as_bytes())
    texts, problems = read(corpus)
    assert texts == {"편지.eml": "안내\n\n독은 사흘 빌립니다.", "편지.eml/비밀.csv": "구분 | 값"}
    more = "unpacks to 6.0 MB, more than ingest.max_mb = 5; raise ingest.max_mb if you trust the file, or {} it"
    assert problems == {"편지.eml/많은.zip": more.format("unpack"), "편지.eml/큰.docx": more.format("split")}


def test_a_docx_that_unpacks_to_more_than_it_may(corpus: Path, make_docx: Make) -> None:
    data = make_docx(lambda document: document.add_paragraph("장독"))
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    parts["word/document.xml"] = parts["word/document.xml"].replace("장독".encode(), "독".encode() * 2 * MILLION)
    (corpus / "글.docx").write_bytes(packed(*parts.items()))
    size = sum(map(len, parts.values())) / MILLION
    texts, problems = read(corpus)
    assert not texts
    more = f"unpacks to {size:.1f} MB, more than ingest.max_mb = 5; raise ingest.max_mb if you trust the file, or "
    assert problems == {"글.docx": f"{more}split it"}


def test_a_table_of_a_million_short_lines_under_little_memory(corpus: Path) -> None:
    (corpus / "표.csv").write_bytes(b"a,b\n" * MILLION)
    texts, problems = read(corpus, max_memory_mb=64)
    said = "takes more memory to read than ingest.max_memory_mb = 64; raise it if you trust the file, or remove it"
    assert (texts, problems) == ({}, {"표.csv": said})


def test_a_sheet_of_a_million_empty_rows_with_a_look(corpus: Path, make_xlsx: Make) -> None:
    with zipfile.ZipFile(io.BytesIO(make_xlsx({"표": [["구분", "값"], ["독", 3]]}))) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"]
    empty = b'<row s="1" customFormat="1"><c s="0"/><c s="0"/></row>' * (1_048_576 - 2)
    parts["xl/worksheets/sheet1.xml"] = sheet.replace(b"</sheetData>", empty + b"</sheetData>")
    (corpus / "표.xlsx").write_bytes(packed(*parts.items()))
    assert read(corpus, max_mb=80) == ({"표.xlsx": "표\n\n구분 | 값\n독 | 3"}, {})
