import json

import pytest

from onggi.core.schema import Origin
from onggi.documents.reading import Limits, Parsed, read_file


def read(data: object, name: str = "질문.json", **columns: str) -> list[tuple[str, str, str]]:
    """Return member, title and text of each record, and of errors where and what."""
    text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
    items = read_file(text.encode(), name, name, Limits(5, tuple(columns.items())))
    return [
        (item.member, item.title, item.text) if isinstance(item, Parsed) else (item.where, item.what, item.fix)
        for item in items
    ]


def test_each_record_is_a_document_with_the_usual_columns() -> None:
    assert read([{"id": "q1", "title": "독", "content": "사흘 빌린다."}, {"제목": "뚜껑", "내용": "함께 빌린다."}]) == [
        ("q1", "독", "독\n\n사흘 빌린다."),
        ("2", "뚜껑", "뚜껑\n\n함께 빌린다."),
    ]


def test_columns_are_named_by_params() -> None:
    record = {"번호": 7, "질의": "독은?", "회신": ["사흘", "빌린다."], "text": "다른 글"}
    assert read([record, {**record, "번호": "a/b"}], text="회신", title="질의", id="번호") == [
        ("7", "독은?", "독은?\n\n사흘\n빌린다."),
        ("a_b", "독은?", "독은?\n\n사흘\n빌린다."),
    ]


def test_lines_a_list_within_an_object_and_an_object_alone() -> None:
    assert read('{"text": "하나"}\n\n{"text": "둘"}\n', "글.jsonl") == [("1", "", "하나"), ("3", "", "둘")]
    assert read({"total": 2, "rows": [{"text": "하나"}, {"text": "둘"}]}) == [("1", "", "하나"), ("2", "", "둘")]
    assert read({"text": "하나", "tags": ["가"]}) == [("", "", "하나")]


def test_records_are_places() -> None:
    [first, second] = read_file(b'{"text": "a"}\n{"text": "b"}\n', "a.jsonl", "a.jsonl", Limits(5))
    assert isinstance(first, Parsed) and isinstance(second, Parsed)
    assert (first.origins, second.origins) == ([Origin(0, 1, "record", 1)], [Origin(0, 1, "record", 2)])


def test_without_a_column_of_text_the_setting_is_named() -> None:
    [(where, what, fix)] = read([{"질의": "독은?", "회신": "사흘"}])
    assert (where, what) == ("질문.json", "no record has a text (it has: 질의, 회신)")
    assert fix == "name its column: ingest.columns: {text: NAME, title: NAME, id: NAME}"
    assert read([{"text": "x"}], 본문="y")[0][1] == "ingest.columns names 본문"


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ('{"text": "a"}\n{"text": \n{"text": "b"}', "질문.json:2", "is no JSON"),
        ('[{"text": "a"}, 3]', "질문.json:2", "the record is no object"),
        ('[{"text": "a"}, {"text": " "}]', "질문.json:2", "the record has no text"),
        ('[{"id": 1, "text": "a"}, {"id": 1, "text": "b"}]', "질문.json:2", "another record has the id '1'"),
        ("{", "질문.json", "is no JSON"),
        ("[" * 100_000, "질문.json", "is no JSON (nested too deep)"),
        ('{"text": "a", "id": ' + "9" * 5000 + "}", "질문.json", "is no JSON (Exceeds the limit"),
    ],
)
def test_what_is_wrong_is_named_with_its_record(text: str, where: str, what: str) -> None:
    wrong = [item for item in read(text) if item[0].startswith("질문.json")]
    assert [item[0] for item in wrong] == [where]
    assert wrong[0][1].startswith(what)
