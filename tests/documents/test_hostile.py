"""Files and folders that mean harm, or were unlucky: each is named, and the rest is read."""

import io
import os
import subprocess
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from onggi.core.schema import Document
from onggi.documents import IngestParams, Problem, incremental, read_corpus
from onggi.documents.corpus import obstacles
from tests.documents.office.opendocument_files import opendocument

Make = Callable[..., bytes]
OBEYING = "tests.documents.jobs:obeying"


@pytest.fixture
def tight() -> IngestParams:
    return IngestParams(on_error="skip", max_mb=50, max_memory_mb=64, max_seconds=2)


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "말뭉치"
    folder.mkdir()
    (folder / "성한 글.md").write_text("장독")
    yield folder
    subprocess.run(["rm", "-rf", folder], check=True)  # what Python cannot remove


def read(corpus: Path, settings: IngestParams) -> tuple[dict[str, str], dict[str, str]]:
    """Return the texts and the problems of a corpus; the good file is always read."""
    items = list(read_corpus(corpus, settings))
    texts = {item.doc_id: item.text for item in items if isinstance(item, Document)}
    assert texts.pop("성한 글.md") == "장독"
    return texts, {item.source: item.problem for item in items if isinstance(item, Problem)}


@pytest.mark.parametrize(
    ("order", "said"),
    [
        (
            "spin",
            "takes more CPU time to read than ingest.max_seconds = 2; raise it if you trust the file, or remove it",
        ),
        (
            "hoard",
            "takes more memory to read than ingest.max_memory_mb = 64; raise it if you trust the file, or remove it",
        ),
        ("allocate 200", "takes more memory to read than ingest.max_memory_mb = 64; raise it if you trust the file, "),
        ("crash", "crashed its reader (SIGSEGV), or took more than ingest.max_memory_mb = 64; open it in its program"),
        ("exit", "crashed its reader (exit code 3), or took more than ingest.max_memory_mb = 64; open it in its progr"),
    ],
)
def test_a_bomb_costs_its_file_alone(
    corpus: Path, tight: IngestParams, order: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a reader that does what a file says."""
    monkeypatch.setattr(incremental, "READ", OBEYING)
    for name in ("가", "나", "하"):
        (corpus / f"{name}.md").write_text("글" if name != "나" else order)
    texts, problems = read(corpus, tight)
    assert texts == {"가.md": "글", "하.md": "글"}
    assert list(problems) == ["나.md"] and problems["나.md"].startswith(said)


def test_text_over_the_memory_limit_names_itself(corpus: Path, tight: IngestParams) -> None:
    (corpus / "큰.txt").write_bytes("장독대의 된장\n".encode() * 2_000_000)
    texts, problems = read(corpus, tight)
    assert not texts
    assert problems["큰.txt"].startswith("takes more memory to read than ingest.max_memory_mb = 64; raise it")


def test_a_cell_of_ten_megabytes_is_read(corpus: Path, skip: IngestParams) -> None:
    (corpus / "표.csv").write_bytes(b"a," + b"x" * 9_900_000 + b"\n")
    texts, problems = read(corpus, skip)
    assert (len(texts["표.csv"]), problems) == (9_900_000 + len("a | "), {})


WORD = "장독".encode()
OFFICE = (".docx", ".hwpx", ".xlsx", ".odt", ".ods")


def zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


@pytest.fixture
def office(make_docx: Make, make_hwpx: Make, make_xlsx: Make) -> dict[str, bytes]:
    """A small file of each zipped format, with the word 장독 in one of its parts."""
    with zipfile.ZipFile(io.BytesIO(make_xlsx({"표": [["장독"]]}))) as book:
        parts = {name: book.read(name).replace(b"&#51109;&#46021;", WORD) for name in book.namelist()}
    assert sum(WORD in part for part in parts.values()) == 1
    return {
        ".docx": make_docx(lambda document: document.add_paragraph("장독")),
        ".hwpx": make_hwpx("<hp:p><hp:run><hp:t>장독</hp:t></hp:run></hp:p>"),
        ".xlsx": zipped(parts),
        ".odt": opendocument("text", "<text:p>장독</text:p>"),
        ".ods": opendocument(
            "spreadsheet",
            "<table:table><table:table-row><table:table-cell><text:p>장독</text:p></table:table-cell>"
            "</table:table-row></table:table>",
        ),
    }


def with_part(data: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """Return an archive of which the member that holds the word is another."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {member: archive.read(member) for member in archive.namelist()}
    return zipped({name: change(part) if WORD in part else part for name, part in members.items()})


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


@pytest.mark.parametrize("extension", OFFICE)
@pytest.mark.parametrize("entity", ["laughs", "file", "network"])
def test_no_entity_of_xml_is_expanded(
    corpus: Path, skip: IngestParams, office: dict[str, bytes], extension: str, entity: str, tmp_path: Path
) -> None:
    secret = tmp_path / "비밀.txt"
    secret.write_text("비밀")
    declared = {
        "laughs": f'<!ENTITY l0 "하">{LAUGHS}<!ENTITY e "&l9;">',
        "file": f'<!ENTITY e SYSTEM "{secret.as_uri()}">',
        "network": '<!ENTITY e SYSTEM "http://127.0.0.1:9/">',
    }[entity]

    def infected(part: bytes) -> bytes:
        start = part.index(b"?>") + 2 if part.startswith(b"<?xml") else 0
        declaration = f"<!DOCTYPE r [{declared}]>".encode()
        return part[:start] + declaration + part[start:].replace(WORD, "장독&e;".encode())

    (corpus / f"가{extension}").write_bytes(with_part(office[extension], infected))
    texts, problems = read(corpus, skip)
    assert len(texts) + len(problems) == 1
    assert "비밀" not in "".join(texts.values()) and "하하" not in "".join(texts.values())


@pytest.mark.parametrize("extension", OFFICE)
def test_a_header_that_lies_about_the_size_is_no_way_around_the_limits(
    corpus: Path, tight: IngestParams, office: dict[str, bytes], extension: str
) -> None:
    size = 300_000_000
    data = bytearray(with_part(office[extension], lambda part: part + b" " * size))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        real = max(member.file_size for member in archive.infolist())
    stated = data.count(real.to_bytes(4, "little"))
    assert stated == 2  # before the member and in the directory
    data = data.replace(real.to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    (corpus / f"가{extension}").write_bytes(data)
    texts, problems = read(corpus, tight)
    assert not texts and list(problems) == [f"가{extension}"]


def test_a_table_of_endless_spans_comes_to_a_limit(corpus: Path, tight: IngestParams) -> None:
    (corpus / "표.html").write_text(f"<table><tr>{'<td colspan=100000 rowspan=100000>독</td>' * 200}</tr></table>")
    texts, problems = read(corpus, tight)
    assert len(texts) + len(problems) == 1


def test_html_of_a_hundred_thousand_levels(corpus: Path, tight: IngestParams) -> None:
    (corpus / "깊은.html").write_text(f"{'<div>' * 100_000}장독")
    texts, problems = read(corpus, tight)
    assert len(texts) + len(problems) == 1


def test_names(corpus: Path, skip: IngestParams) -> None:
    long = "가" * 84 + ".md"
    for name in (long, "🍚👨‍👩‍👧.md", "줄\n바꿈.md", "벨\a.md", "\u2028.md", " .md"):
        (corpus / name).write_text("글")
    with open(os.fsencode(corpus) + b"/\xb0\xa1.md", "wb") as file:
        file.write("글".encode())
    texts, problems = read(corpus, skip)
    assert len(long.encode()) == 255
    assert sorted(texts) == sorted([long, "🍚👨‍👩‍👧.md", " .md"])
    control = "the name holds a line break or a control character; rename it"
    assert problems == {
        "줄\\n바꿈.md": control,
        "벨\\x07.md": control,
        "\\u2028.md": control,
        "\\xb0\\xa1.md": "the name is not UTF-8; rename it (convmv -f cp949 -t utf-8)",
    }


def test_bytes_that_are_no_text(corpus: Path, skip: IngestParams) -> None:
    (corpus / "영.txt").write_bytes("장\0독".encode())
    (corpus / "반쪽.txt").write_bytes("장".encode() + b"\xed\xa0\x80")
    texts, problems = read(corpus, skip)
    assert not texts and sorted(problems) == ["반쪽.txt", "영.txt"]
    assert problems["영.txt"].startswith("holds NUL bytes")


def test_links_and_special_files(corpus: Path, skip: IngestParams) -> None:
    os.mkfifo(corpus / "관.txt")
    (corpus / "끝없는.txt").symlink_to("/dev/zero")
    (corpus / "없는.md").symlink_to("nowhere")
    (corpus / "자신.md").symlink_to("자신.md")
    (corpus / "밖.md").symlink_to("/etc/passwd")
    for name in range(20):  # each of them holds links to all: 20ⁿ paths
        (corpus / f"{name}").mkdir()
        for other in range(20):
            (corpus / f"{name}" / f"{other}").symlink_to(f"../{other}")
    texts, problems = read(corpus, skip)
    assert not texts and len(problems) == 5 + 400
    assert problems["관.txt"] == "is a pipe, not a regular file; remove it"
    assert problems["끝없는.txt"] == "is a device, not a regular file; remove it"
    assert problems["없는.md"] == "is a link to nothing; mend or remove the link"
    assert problems["자신.md"].startswith("is a link that cannot be followed")
    assert problems["밖.md"].startswith("is a link to a file outside of the corpus")
    assert problems["3/7"].startswith("is a link to a folder")
    named = {error.where.removeprefix(f"{corpus}/") for error in obstacles(corpus)}
    assert named == {"관.txt", "끝없는.txt", "없는.md", "자신.md"}  # DVC itself fails at these


def test_folders_in_folders(corpus: Path, skip: IngestParams) -> None:
    here = os.open(corpus, os.O_RDONLY)
    for _ in range(1500):
        os.mkdir("깊이", dir_fd=here)
        below = os.open("깊이", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)
    texts, problems = read(corpus, skip)
    assert not texts
    assert problems == {"깊이/깊이/깊이/…": "folders are nested more than 100 deep; move them up"}
    assert [error.where for error in obstacles(corpus)] == [f"{corpus}/깊이/깊이/깊이/…"]


def test_what_is_in_order_is_no_obstacle(corpus: Path) -> None:
    (corpus / unicodedata.normalize("NFD", "한글")).mkdir()
    (corpus / "그림.png").write_bytes(b"")
    (corpus / "같은.md").symlink_to("성한 글.md")
    assert obstacles(corpus) == obstacles(corpus / "none") == []
