import io
import json
import os
import unicodedata
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from onggi.core.errors import DocumentError, ParamsError
from onggi.core.schema import Document, Origin, Section, Table
from onggi.documents import IngestParams, Problem, incremental, read_corpus

Make = Callable[..., bytes]
OLE = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504)


def put(folder: Path, name: str, data: bytes | str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def test_a_folder_gives_documents_in_the_order_of_their_ids(tmp_path: Path, fail: IngestParams) -> None:
    decomposed = unicodedata.normalize("NFD", "도서관")
    put(tmp_path, f"{decomposed}/꼬마회원증.MD", "# 꼬마회원증\n\n열 권까지.")
    put(tmp_path, "가/공고.txt", "공고문입니다.".encode("cp949"))
    put(tmp_path, "Z.csv", "가,나")
    put(tmp_path, "가.markdown", "글")
    for ignored in (".숨김.md", "~$약관.docx", "Thumbs.db", ".git/x.md"):
        put(tmp_path, ignored, "x")
    found = list(read_corpus(tmp_path, fail))
    utf8 = {"encoding": "utf-8"}
    assert found == [
        Document(
            *("Z.csv", "Z.csv", "Z", "csv", "가 | 나", [Section([], 0, 5)], utf8),
            *([Origin(0, 5, "line", 1)], [Table(0, 5, 5)]),
        ),
        Document(
            *("가.markdown", "가.markdown", "가", "md", "글", [Section([], 0, 1)], utf8),
            [Origin(0, 1, "line", 1)],
        ),
        Document(
            *("가/공고.txt", "가/공고.txt", "공고", "txt", "공고문입니다.", [Section([], 0, 7)], {"encoding": "cp949"}),
            [Origin(0, 7, "line", 1)],
        ),
        Document(
            *("도서관/꼬마회원증.MD", "도서관/꼬마회원증.MD", "꼬마회원증", "md", "꼬마회원증\n\n열 권까지."),
            *([Section(["꼬마회원증"], 0, 13)], utf8, [Origin(0, 5, "line", 1), Origin(7, 13, "line", 3)]),
        ),
    ]
    assert [item.doc_id for item in found if isinstance(item, Document)] == sorted(item.doc_id for item in found)  # type: ignore[union-attr]


def test_every_format_is_read(
    tmp_path: Path, fail: IngestParams, make_docx: Make, make_xlsx: Make, make_hwpx: Make, make_pdf: Make
) -> None:
    paragraph = "<hp:p><hp:run><hp:t>한글 문서</hp:t></hp:run></hp:p>"
    put(tmp_path, "a.docx", make_docx(lambda document: document.add_paragraph("워드 문서"), title="약관"))
    put(tmp_path, "b.hwpx", make_hwpx(paragraph))
    put(tmp_path, "c.xlsx", make_xlsx({"요금": [["표", "값"]]}))
    put(tmp_path, "d.pdf", make_pdf([(50, 500, "쪽 문서")], [(50, 500, "둘째 쪽")], title="Microsoft Word - d.doc"))
    put(tmp_path, "e.htm", "<title>무제</title><h2>누리집</h2>")
    found = [item for item in read_corpus(tmp_path, fail) if isinstance(item, Document)]
    assert [(item.format, item.title, item.text, item.meta) for item in found] == [
        ("docx", "약관", "워드 문서", {}),
        ("hwpx", "b", "한글 문서", {}),
        ("xlsx", "요금", "요금\n\n표 | 값", {}),
        ("pdf", "d", "쪽 문서\n\n둘째 쪽", {}),
        ("html", "누리집", "누리집", {"encoding": "utf-8"}),
    ]


def zipped(*members: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return out.getvalue()


BAD = {
    "표.hwt": (OLE, r"unsupported format \.hwt; convert or remove it \(supported: \.md, .*\.zip\)"),
    "README": (b"x", r"unsupported file without an extension"),
    "낡은.hwp": (OLE, "is a truncated or broken HWP file"),
    "빈.md": (b"", "is empty; fill it or remove it"),
    "빈칸.txt": (b" \n\n", "is empty; fill it or remove it"),
    "깨진.txt": ("안내".encode() + b"\xff\xff", r"byte 6 is not UTF-8 or CP949; convert it"),
    "그림.txt": (b"\x89PNG\r\n\x1a\n\x00\x00", "holds NUL bytes|is not UTF-8 or CP949"),
    "잠긴.docx": (OLE, "is encrypted, or in the old binary format; save it without a password in the present format"),
    "잠긴.xlsx": (OLE, "is encrypted, or in the old binary format"),
    "잘린.docx": (zipped(("word/document.xml", b"<a/>"))[:60], "is truncated, or no office file"),
    "다른.docx": (zipped(("a.txt", b"a")), r"is a broken docx file \(.*\); open it in its program and save it again"),
    "다른.xlsx": (zipped(("a.txt", b"a")), r"is a broken xlsx file"),
    "깨진.hwpx": (zipped(("Contents/section0.xml", b"<a><b>")), r"is a broken hwpx file \(XMLSyntaxError"),
    "폭탄.hwpx": (
        zipped(("Contents/section0.xml", b" " * 10_000_001)),
        r"unpacks to 10\.0 MB, more than ingest\.max_mb = 10",
    ),
    "큰.txt": (b"x" * 10_000_001, r"has 10\.0 MB, more than ingest\.max_mb = 10; raise ingest\.max_mb, or split it"),
    "글없음.html": (b"<html><body><img src='a.png'></body></html>", "has no text; it may be scanned: run OCR first"),
    "가짜.pdf": (b"not a pdf", "is no PDF"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_files_are_named_or_skipped(tmp_path: Path, fail: IngestParams, skip: IngestParams, name: str) -> None:
    data, problem = BAD[name]
    path = put(tmp_path, f"폴더/{name}", data)
    put(tmp_path, "가.md", "성한 글")
    with pytest.raises(DocumentError, match=problem) as caught:
        list(read_corpus(tmp_path, fail))
    assert str(caught.value).startswith(f"{path}: ")
    assert "\n" not in str(caught.value)
    documents, problems = [], []
    for item in read_corpus(tmp_path, skip):
        (problems if isinstance(item, Problem) else documents).append(item)
    assert [item.doc_id for item in documents if isinstance(item, Document)] == ["가.md"]
    assert [item.source for item in problems] == [f"폴더/{name}"]
    assert str(tmp_path) not in problems[0].problem


def test_an_image_only_pdf_needs_ocr(tmp_path: Path, fail: IngestParams, make_pdf: Make) -> None:
    put(tmp_path, "사진.pdf", make_pdf([]))
    with pytest.raises(DocumentError, match=r"사진\.pdf: has no text; it may be scanned: run OCR first, or remove it$"):
        list(read_corpus(tmp_path, fail))


def test_an_encrypted_zip_is_named(tmp_path: Path, fail: IngestParams) -> None:
    data = bytearray(zipped(("word/document.xml", b"<a/>")))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    put(tmp_path, "가.docx", bytes(data))
    with pytest.raises(DocumentError, match=r"가\.docx: is encrypted; save it without a password$"):
        list(read_corpus(tmp_path, fail))


def test_text_that_swells_beyond_the_limit_is_named(tmp_path: Path, fail: IngestParams) -> None:
    cell = f"<td rowspan=9999>{'독' * 1000}</td>"  # told in each of the rows below
    put(tmp_path, "가.html", f"<table><tr>{cell}<td>1</td></tr>{'<tr><td>1</td></tr>' * 1000}</table>")
    with pytest.raises(DocumentError, match=r"has more than 1 million characters; raise ingest\.max_mb, or split it"):
        list(read_corpus(tmp_path, fail.model_copy(update={"max_mb": 1})))


def test_of_names_that_are_one_after_normalisation_one_is_read(
    tmp_path: Path, fail: IngestParams, skip: IngestParams
) -> None:
    composed, decomposed = (unicodedata.normalize(form, "안내.md") for form in ("NFC", "NFD"))
    put(tmp_path, composed, "하나")
    put(tmp_path, decomposed, "둘")
    if len(os.listdir(tmp_path)) < 2:
        pytest.skip("this file system normalises names itself")
    with pytest.raises(
        DocumentError, match=r"another file has this name in another Unicode form \(NFC, NFD\); rename one"
    ):
        list(read_corpus(tmp_path, fail))
    documents, problems = parted(read_corpus(tmp_path, skip))
    assert [(item.doc_id, item.text) for item in documents] == [("안내.md", "둘")]
    assert [item.source for item in problems] == ["안내.md"]


def test_missing_path(tmp_path: Path, fail: IngestParams) -> None:
    with pytest.raises(DocumentError, match=r"없음: no such file or folder; set corpus\.path to a folder"):
        list(read_corpus(tmp_path / "없음", fail))


def test_a_lone_file_is_no_corpus(tmp_path: Path, fail: IngestParams) -> None:
    with pytest.raises(DocumentError, match=r"가\.md: is neither a folder nor a \.jsonl file"):
        list(read_corpus(put(tmp_path, "가.md", "글"), fail))


def test_empty_folder(tmp_path: Path, fail: IngestParams, skip: IngestParams) -> None:
    with pytest.raises(DocumentError, match=r"holds no document; put files in it \(\.md, "):
        list(read_corpus(tmp_path, fail))
    put(tmp_path, "가.hwp", "x")
    with pytest.raises(DocumentError, match=r"holds no document that can be read \(1 were left out\)"):
        list(read_corpus(tmp_path, skip))


def test_unreadable_file(tmp_path: Path, fail: IngestParams, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "가.md", "글")

    def refuse(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)  # root reads everything, so no mode bit would do
    with pytest.raises(DocumentError, match=r"가\.md: cannot be read \(Permission denied\); check its permissions$"):
        list(read_corpus(tmp_path, fail))


def test_unreadable_folder(tmp_path: Path, fail: IngestParams, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> list[str]:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "listdir", refuse)
    with pytest.raises(DocumentError, match=r"cannot be read \(Permission denied\); check its permissions$"):
        list(read_corpus(tmp_path, fail))


def test_a_link_to_a_file_of_the_corpus_is_another_document(tmp_path: Path, fail: IngestParams) -> None:
    put(tmp_path, "말뭉치/가/글.md", "글")
    (tmp_path / "말뭉치" / "다.md").symlink_to("가/글.md")
    (tmp_path / "이름").symlink_to("말뭉치")  # the corpus itself may be a link: DVC follows that one
    for corpus in (tmp_path / "말뭉치", tmp_path / "이름"):
        assert [item.doc_id for item in read_corpus(corpus, fail) if isinstance(item, Document)] == [
            "가/글.md",
            "다.md",
        ]


def test_a_link_to_a_folder_is_refused_because_dvc_does_not_hash_what_it_holds(
    tmp_path: Path, fail: IngestParams, skip: IngestParams
) -> None:
    put(tmp_path, "말뭉치/가/글.md", "글")
    put(tmp_path, "밖/글.md", "밖의 글")
    corpus = tmp_path / "말뭉치"
    for target in (tmp_path / "밖", corpus / "가", corpus):
        (corpus / "나").symlink_to(target)
        with pytest.raises(
            DocumentError,
            match=r"나: is a link to a folder, which DVC does not look into; put the folder itself there, or remove",
        ):
            list(read_corpus(corpus, fail))
        documents, problems = parted(read_corpus(corpus, skip))
        assert ([item.doc_id for item in documents], [item.source for item in problems]) == (["가/글.md"], ["나"])
        (corpus / "나").unlink()


def test_a_link_to_a_file_outside_is_refused(tmp_path: Path, fail: IngestParams, skip: IngestParams) -> None:
    put(tmp_path, "말뭉치/가.md", "글")
    secret = put(tmp_path, "비밀.txt", "비밀")
    corpus = tmp_path / "말뭉치"
    (corpus / "나.txt").symlink_to(secret)
    with pytest.raises(DocumentError, match=r"나\.txt: is a link to a file outside of the corpus; put the file itself"):
        list(read_corpus(corpus, fail))
    documents, problems = parted(read_corpus(corpus, skip))
    assert ([item.doc_id for item in documents], [item.source for item in problems]) == (["가.md"], ["나.txt"])
    assert str(tmp_path) not in problems[0].problem


def test_a_link_into_the_cache_of_dvc_is_a_file(tmp_path: Path, fail: IngestParams) -> None:
    """`dvc config cache.type symlink` makes such ones of all data it tracks; their content is hashed."""
    cached = put(tmp_path, f".dvc/cache/files/md5/ab/{'0' * 30}", "글")
    (tmp_path / "말뭉치").mkdir()
    (tmp_path / "말뭉치" / "가.md").symlink_to(cached)
    assert [item.text for item in read_corpus(tmp_path / "말뭉치", fail) if isinstance(item, Document)] == ["글"]


def parted(items: Iterable[Document | Problem]) -> tuple[list[Document], list[Problem]]:
    documents, problems = [], []
    for item in items:
        (problems if isinstance(item, Problem) else documents).append(item)  # type: ignore[attr-defined]
    return documents, problems


BEIR = json.dumps({"_id": "가", "title": "독", "text": "글"}, ensure_ascii=False)


def test_a_folder_of_beir_is_its_corpus(tmp_path: Path, fail: IngestParams) -> None:
    for name in (
        "corpus.jsonl",
        "queries.jsonl",
        "answers.jsonl",
        "qrels/test.tsv",
        "info.json",
        "README.md",
        ".git/x",
    ):
        put(tmp_path, name, BEIR)
    assert [item.doc_id for item in read_corpus(tmp_path, fail) if isinstance(item, Document)] == ["가"]


@pytest.mark.parametrize("other", ["안내.md", "폴더/안내.md", "corpus.csv"])
def test_documents_beside_a_corpus_jsonl_are_not_passed_over(
    tmp_path: Path, fail: IngestParams, skip: IngestParams, other: str
) -> None:
    put(tmp_path, "corpus.jsonl", BEIR)
    put(tmp_path, other, "글")
    for settings in (fail, skip):
        with pytest.raises(
            DocumentError,
            match=rf"{other.split('/')[0]}: lies beside a corpus\.jsonl, and would not be read; set corpus\.path to",
        ):
            list(read_corpus(tmp_path, settings))
    assert len(list(read_corpus(tmp_path / "corpus.jsonl", fail))) == 1


def test_a_corpus_jsonl_that_leaves_its_folder_is_refused(tmp_path: Path, fail: IngestParams) -> None:
    (tmp_path / "말뭉치").mkdir()
    (tmp_path / "말뭉치" / "corpus.jsonl").symlink_to(put(tmp_path, "밖.jsonl", BEIR))
    with pytest.raises(DocumentError, match=r"corpus\.jsonl: is a link to a file outside of the corpus"):
        list(read_corpus(tmp_path / "말뭉치", fail))


@pytest.mark.parametrize("target", ["없음.md", "제자리.md"])
def test_links_to_nothing_and_to_themselves(tmp_path: Path, fail: IngestParams, target: str) -> None:
    (tmp_path / "제자리.md").symlink_to(tmp_path / target)
    with pytest.raises(
        DocumentError, match=r"제자리\.md: is a link (to nothing|that cannot be followed \(Too many levels)"
    ):
        list(read_corpus(tmp_path, fail))


def test_a_pipe_is_not_waited_for(tmp_path: Path, fail: IngestParams) -> None:
    os.mkfifo(tmp_path / "관.txt")
    with pytest.raises(DocumentError, match=r"관\.txt: is a pipe, not a regular file; remove it$"):
        list(read_corpus(tmp_path, fail))


def test_a_name_in_another_encoding_is_named(tmp_path: Path, fail: IngestParams) -> None:
    with open(os.fsencode(tmp_path) + b"/\xb0\xa1.md", "wb") as file:
        file.write(b"x")
    with pytest.raises(DocumentError, match=r"\\xb0\\xa1\.md: the name is not UTF-8; rename it"):
        list(read_corpus(tmp_path, fail))


def test_documents_are_streamed(tmp_path: Path, fail: IngestParams, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(incremental, "FILES_AT_ONCE", 1)
    monkeypatch.setattr(incremental, "FILES_AHEAD", 1)
    for name in ("가.md", "나.md", "다.md", "라.md"):
        put(tmp_path, name, "글")
    stream = read_corpus(tmp_path, fail)
    next(stream)
    put(tmp_path, "라.md", "바뀐 글")  # seen, because no more are read ahead
    assert [item.text for item in stream if isinstance(item, Document)] == ["글", "글", "바뀐 글"]


SETTINGS = {"on_error": "fail", "max_mb": 1, "max_memory_mb": 1000, "max_seconds": 60}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"on_error": "stop"}, "ingest.on_error: got 'stop'"),
        ({"max_mb": 0}, "ingest.max_mb: got 0"),
        ({"max_memory_mb": 1}, "ingest.max_memory_mb: got 1"),
        ({"max_seconds": 0}, "ingest.max_seconds: got 0"),
        ({"ocr": {"use": "always"}}, "ingest.ocr.use: got 'always'; input should be 'off' or 'auto'"),
        ({"ocr": {"languages": "kor eng"}}, "ingest.ocr.languages: got 'kor eng'"),
        ({"ocr": {"dpi": 10**5}}, "ingest.ocr.dpi: got 100000"),
        (
            {"tesseract": True},
            "ingest.tesseract: unknown key; known here: on_error, max_mb, columns, ocr, max_memory_mb",
        ),
    ],
)
def test_wrong_settings_are_named(change: dict[str, object], message: str) -> None:
    with pytest.raises(ParamsError, match=message):
        IngestParams.parse({"ingest": SETTINGS | change})


@pytest.mark.parametrize("key", SETTINGS)
def test_every_setting_is_required(key: str) -> None:
    with pytest.raises(ParamsError, match=f"ingest.{key}: the key is missing"):
        IngestParams.parse({"ingest": {name: value for name, value in SETTINGS.items() if name != key}})


def test_a_file_without_an_outline_has_the_headings_that_its_signs_show(tmp_path: Path, fail: IngestParams) -> None:
    put(tmp_path, "독 안내.txt", "○ 여는 날\n월요일부터 연다.\n\n○ 예약\n전화로 받는다.")
    (found,) = read_corpus(tmp_path, fail)
    assert isinstance(found, Document)
    assert [section.heading for section in found.sections] == [["○ 여는 날"], ["○ 예약"]]
    assert found.title == "독 안내"
