import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from onggi.core.errors import DocumentError
from onggi.core.schema import Document, Section
from onggi.documents import IngestParams, Problem, read_corpus
from onggi.documents.beir import read
from onggi.documents.blocks import join


def write(folder: Path, *rows: Mapping[str, object] | str) -> Path:
    path = folder / "corpus.jsonl"
    lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_documents_come_in_the_order_of_their_ids(tmp_path: Path, fail: IngestParams) -> None:
    path = write(
        tmp_path,
        {"_id": "나", "title": "장독", "text": "배가 부른 항아리.\n\n둘째 문단."},
        "",
        {"_id": "2", "text": "제목이 없는 글", "metadata": {"url": "x"}},
        {"_id": "10", "title": "", "text": "# 그대로 둔다"},
    )
    found = list(read_corpus(path, fail))
    assert found == [
        Document("10", "10", "10", "beir", "# 그대로 둔다", [Section([], 0, 8)]),
        Document("2", "2", "2", "beir", "제목이 없는 글", [Section([], 0, 8)]),
        Document("나", "장독", "장독", "beir", "장독\n\n배가 부른 항아리.\n\n둘째 문단.", [Section(["장독"], 0, 22)]),
    ]
    assert list(read_corpus(tmp_path, fail)) == found


@pytest.mark.parametrize("text", ["# 장독대\n\n본문", "장독대\n본문", "\n ## 장독대 \n본문"])
def test_a_title_that_opens_the_text_stands_there_once(text: str) -> None:
    content = read(json.dumps({"_id": "가", "title": "장독대", "text": text}).encode(), "x:1")
    assert join(content.blocks, 1000).text == "장독대\n\n본문"


def test_a_title_without_text_is_kept() -> None:
    content = read('{"_id": "가", "title": "장독대", "text": "장독대"}'.encode(), "x:1")
    assert join(content.blocks, 1000).text == "장독대"


GOOD = {"_id": "가", "title": "독", "text": "글"}


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("{", r"corpus\.jsonl:2: not JSON \(.*\); write one object a line"),
        (
            '{"_id": "나", "text": "글", "metadata": {"n": ' + "9" * 5000 + "}}",
            r"corpus\.jsonl:2: a number has over 4,300 digits; write it as a string",
        ),
        ("[1]", r"corpus\.jsonl:2: holds a list, not an object; write one object a line"),
        ({"_id": "나", "title": "독"}, r"corpus\.jsonl:2: the key 'text' is missing; add it"),
        ({"title": "독", "text": "글"}, r"corpus\.jsonl:2: the key '_id' is missing; add it"),
        (
            {**GOOD, "_id": "나", "body": ""},
            r"corpus\.jsonl:2: unknown key 'body'; known here: _id, title, text, metadata",
        ),
        ({**GOOD, "_id": 3}, r"corpus\.jsonl:2: '_id' is a int, not a string; quote it"),
        ({**GOOD, "_id": "나", "text": None}, r"corpus\.jsonl:2: 'text' is a NoneType, not a string; quote it"),
        ({**GOOD, "_id": " "}, r"corpus\.jsonl:2: _id is ' '; give each document an id of printable characters"),
        ({**GOOD, "_id": "나", "title": "", "text": " "}, r"corpus\.jsonl:2: has no text; it may be scanned.*"),
    ],
)
def test_bad_lines_are_named_or_skipped(
    tmp_path: Path, fail: IngestParams, skip: IngestParams, row: Mapping[str, object] | str, problem: str
) -> None:
    path = write(tmp_path, GOOD, row)
    with pytest.raises(DocumentError, match=problem):
        list(read_corpus(path, fail))
    kinds = [type(item) for item in read_corpus(path, skip)]
    assert sorted(kinds, key=lambda kind: kind.__name__) == [Document, Problem]


def test_bytes_that_are_not_utf8_are_named(tmp_path: Path, fail: IngestParams) -> None:
    path = tmp_path / "corpus.jsonl"
    path.write_bytes('{"_id": "가", "text": "글"}'.encode("cp949"))
    with pytest.raises(DocumentError, match=r"corpus\.jsonl:1: byte 9 is not UTF-8; save the file as UTF-8"):
        list(read_corpus(path, fail))


def test_two_lines_with_one_id_always_fail(tmp_path: Path, skip: IngestParams) -> None:
    path = write(tmp_path, GOOD, {**GOOD, "_id": "\u1100\u1161"})
    with pytest.raises(DocumentError, match=r"corpus\.jsonl:2: _id '가' is also in line 1; give each document its own"):
        list(read_corpus(path, skip))


def test_an_empty_corpus_fails(tmp_path: Path, skip: IngestParams) -> None:
    with pytest.raises(DocumentError, match="holds no document"):
        list(read_corpus(write(tmp_path), skip))
