import json
import unicodedata
from pathlib import Path

import pytest

from onggi.core.errors import GoldError
from onggi.core.schema import Evidence
from onggi.truth.gold import anchor, read_gold
from onggi.truth.labels import GoldQuestion, Quote

SHARED = Path(__file__).parents[2].parent / "shared" / "data"

QUERIES = ({"_id": "q1", "text": "독은 어디?"}, {"_id": "q2", "text": "물은 얼마?", "metadata": {"type": "규정"}})


def beir(folder: Path, *queries: object, answers: list[object] | None = None, **qrels: str | bytes) -> Path:
    """Write a BEIR folder; each of ``qrels`` is a split with the lines below its header, or all bytes of the file."""
    (folder / "qrels").mkdir()
    (folder / "queries.jsonl").write_text("\n".join(map(json.dumps, queries or QUERIES)), "utf-8")
    if answers is not None:
        (folder / "answers.jsonl").write_text("\n".join(map(json.dumps, answers)), "utf-8")
    for split, lines in qrels.items():
        content = lines if isinstance(lines, bytes) else f"query-id\tcorpus-id\tscore\n{lines}".encode()
        (folder / "qrels" / f"{split}.tsv").write_bytes(content)
    return folder


def refusal(folder: Path) -> str:
    with pytest.raises(GoldError) as caught:
        read_gold(folder)
    return str(caught.value).removeprefix(f"{folder}/")


def test_qrels_name_whole_documents(tmp_path: Path) -> None:
    folder = beir(
        tmp_path, answers=[{"_id": "q2", "answers": ["한 말", "두 말"]}], test="q2\td1\t1\nq1\td2\t2\nq2\td3\t1\n"
    )
    where = f"{folder}/qrels/test.tsv"
    assert read_gold(folder) == [
        GoldQuestion(f"{where}:3", "q1", "독은 어디?", "", [], [Quote(f"{where}:3", "d2", None, 2)]),
        GoldQuestion(
            f"{where}:2",
            "q2",
            "물은 얼마?",
            "규정",
            ["한 말", "두 말"],
            [Quote(f"{where}:2", "d1", None), Quote(f"{where}:4", "d3", None)],
        ),
    ]


def test_evidence_is_the_document(tmp_path: Path) -> None:
    (asked,) = read_gold(beir(tmp_path, test="q1\td1\t1\nq1\td0\t3"))
    texts = [("d0", "물"), ("d1", "독은 뒤뜰에 있다.")]
    assert anchor([asked], texts) == {"q1": [Evidence("d1"), Evidence("d0", grade=3)]}


def test_queries_without_a_relevant_document_are_left_out(tmp_path: Path) -> None:
    assert [asked.query_id for asked in read_gold(beir(tmp_path, test="q1\td1\t0\nq2\td1\t1\nq2\td2\t-1\n"))] == ["q2"]


def test_a_pair_that_stands_twice_counts_once(tmp_path: Path) -> None:
    (asked,) = read_gold(beir(tmp_path, test="q1\td1\t1\nq1\td1\t1\n"))
    assert [quote.doc_id for quote in asked.quotes] == ["d1"]


def test_a_pair_of_two_grades(tmp_path: Path) -> None:
    folder = beir(tmp_path, test="q1\td1\t1\nq1\td1\t2\n")
    expected = f"qrels/test.tsv:3: grades 'q1' and 'd1' 2, {folder}/qrels/test.tsv:2 1; remove one of the two"
    assert refusal(folder) == expected


@pytest.mark.parametrize(("score", "grade"), [("1", 1), ("3", 3), ("007", 7), ("100", 100), ("0" * 5000 + "2", 2)])
def test_grades_are_kept(tmp_path: Path, score: str, grade: int) -> None:
    (asked,) = read_gold(beir(tmp_path, test=f"q1\td1\t{score}\n"))
    assert [quote.grade for quote in asked.quotes] == [grade]


@pytest.mark.parametrize("score", ["0", "-1", "-0", "-" + "9" * 5000, "0" * 5000])
def test_a_score_of_nothing_or_less_is_not_relevant(tmp_path: Path, score: str) -> None:
    assert read_gold(beir(tmp_path, test=f"q1\td1\t{score}\n")) == []


@pytest.mark.parametrize(("score", "shown"), [("101", "101"), ("9" * 5000, "9" * 39 + "…")])
def test_a_grade_that_is_none(tmp_path: Path, score: str, shown: str) -> None:
    folder = beir(tmp_path, test=f"q1\td1\t{score}\n")
    assert refusal(folder) == f"qrels/test.tsv:2: the score is {shown}; grade from 0 (not relevant) to 100"


def test_a_linked_folder_of_qrels(tmp_path: Path) -> None:
    """DVC hashes what a linked file leads to, but not what a linked folder inside a dep holds."""
    folder = beir(tmp_path, test="q1\td1\t1\n")
    (folder / "qrels").rename(tmp_path / "elsewhere")
    (folder / "qrels").symlink_to(tmp_path / "elsewhere")
    expected = "qrels: is a link, and DVC does not see when what it leads to changes; put the folder itself there"
    assert refusal(folder) == expected
    (folder / "qrels").unlink()
    (folder / "qrels").mkdir()
    (folder / "qrels" / "test.tsv").symlink_to(tmp_path / "elsewhere" / "test.tsv")
    assert len(read_gold(folder)) == 1


def test_a_number_longer_than_python_reads(tmp_path: Path) -> None:
    folder = beir(tmp_path, test="")
    (folder / "queries.jsonl").write_text('{"_id": "q1", "text": "?", "n": ' + "9" * 5000 + "}", "utf-8")
    assert refusal(folder) == "queries.jsonl:1: a number has over 4,300 digits; write it as a string"


def test_no_questions(tmp_path: Path) -> None:
    assert read_gold(beir(tmp_path, test="")) == []


@pytest.mark.parametrize(
    ("qrels", "splits"),
    [
        ({"test": "q1\td\t1\nq2\td\t1"}, {"q1": None, "q2": None}),
        ({"train": "q2\td\t1", "test": "q1\td\t1"}, {"q1": "test", "q2": "train"}),
        ({"train": "q2\td\t1", "dev": "q1\td\t1"}, {"q1": "dev", "q2": "train"}),
        ({"dev": "q2\td\t1", "test": "q1\td\t1"}, {"q1": "test", "q2": "dev"}),
        ({"train": "q2\td\t1", "dev": "q1\td\t1", "test": ""}, {"q1": "dev", "q2": "train"}),
        ({"train": "q1\td\t1\nq2\td\t1"}, {"q1": "train", "q2": "train"}),
        ({"dev": "q1\td\t1\nq2\td\t1"}, {"q1": None, "q2": None}),
    ],
)
def test_splits_are_kept_where_there_is_more_than_one_or_one_to_train_on(
    tmp_path: Path, qrels: dict[str, str], splits: dict[str, str | None]
) -> None:
    assert {asked.query_id: asked.split for asked in read_gold(beir(tmp_path, **qrels))} == splits


def test_ids_and_text_are_read_in_nfc(tmp_path: Path) -> None:
    apart = unicodedata.normalize("NFD", "독")
    (asked,) = read_gold(beir(tmp_path, {"_id": "q1", "text": apart}, test=f"q1\t{apart}.md\t1"))
    assert (asked.text, asked.quotes[0].doc_id) == ("독", "독.md")


def test_windows_line_ends_a_byte_order_mark_and_odd_characters_in_ids(tmp_path: Path) -> None:
    qrels = "\ufeffquery-id\tcorpus-id\tscore\r\nq1\td\u2028x\t1\r\n\r\n".encode()
    (asked,) = read_gold(beir(tmp_path, test=qrels))
    assert (asked.quotes[0].doc_id, asked.where) == ("d\u2028x", f"{tmp_path}/qrels/test.tsv:2")


@pytest.mark.parametrize("metadata", [None, [], "규정", {"type": "역사"}, {"type": ["규정"]}, {}])
def test_metadata_of_another_kind_gives_no_type(tmp_path: Path, metadata: object) -> None:
    (asked,) = read_gold(beir(tmp_path, {"_id": "q1", "text": "?", "metadata": metadata}, test="q1\td\t1"))
    assert asked.type == ""


@pytest.mark.parametrize(
    "bad", ["q1 d1 1", "q1\td1", "q1\td1\t1\t1", "q1\td1\thigh", "q1\td1\t1.0", "q1\td1\t²", "q1\td1\t--1", "q1\td1\t"]
)
def test_a_malformed_line_of_qrels(tmp_path: Path, bad: str) -> None:
    folder = beir(tmp_path, test=f"q1\td0\t1\n{bad}\n")
    assert refusal(folder) == f"qrels/test.tsv:3: got {bad!r}; write `query-id<TAB>corpus-id<TAB>score`"


def test_qrels_that_name_an_unknown_query(tmp_path: Path) -> None:
    folder = beir(tmp_path, test="q1\td1\t1\nq9\td1\t1\n")
    expected = f"qrels/test.tsv:3: unknown query 'q9'; add it to {folder}/queries.jsonl or remove the line"
    assert refusal(folder) == expected


def test_qrels_that_name_an_unknown_document(tmp_path: Path) -> None:
    (asked,) = read_gold(beir(tmp_path, test="q1\td1\t1\nq1\td9\t1\n"))
    with pytest.raises(GoldError) as caught:
        anchor([asked], [("d1", "")])
    assert str(caught.value) == f"{tmp_path}/qrels/test.tsv:3: unknown document 'd9'; name a document of corpus.path"


def test_a_query_in_two_splits(tmp_path: Path) -> None:
    folder = beir(tmp_path, train="q1\td1\t1\n", test="q1\td2\t1\n")
    other = f"{folder}/qrels/train.tsv:2"
    assert refusal(folder) == f"qrels/test.tsv:2: the query 'q1' is in two splits; remove it here or at {other}"


def test_two_queries_with_one_id(tmp_path: Path) -> None:
    folder = beir(tmp_path, *QUERIES, {"_id": "q1", "text": "또?"}, test="")
    expected = f"queries.jsonl:3: the id 'q1' appears twice; rename one; it is already used at {folder}/queries.jsonl:1"
    assert refusal(folder) == expected


@pytest.mark.parametrize("bad", [{"_id": 1, "text": "?"}, {"text": "?"}, {"_id": "q"}, {"_id": "q", "text": " "}])
def test_a_query_without_id_or_text(tmp_path: Path, bad: dict[str, object]) -> None:
    folder = beir(tmp_path, QUERIES[0], bad, test="")
    assert refusal(folder) == "queries.jsonl:2: a query needs a string _id and a text; see the BEIR layout"


@pytest.mark.parametrize(
    "bad", [{"_id": "q1", "answers": "한 말"}, {"_id": 1, "answers": []}, {"_id": "q1", "answers": [None]}]
)
def test_answers_of_another_kind(tmp_path: Path, bad: dict[str, object]) -> None:
    folder = beir(tmp_path, answers=[bad], test="")
    assert refusal(folder) == "answers.jsonl:1: answers need a string _id and a list of strings; see the BEIR layout"


def test_a_folder_without_qrels(tmp_path: Path) -> None:
    assert refusal(beir(tmp_path)) == "qrels: holds no train.tsv, dev.tsv or test.tsv; see the BEIR layout"


def test_a_folder_without_queries(tmp_path: Path) -> None:
    (beir(tmp_path, test="") / "queries.jsonl").unlink()
    assert refusal(tmp_path) == "queries.jsonl: no such file; put it there, or change gold.path"


def test_qrels_in_cp949(tmp_path: Path) -> None:
    folder = beir(tmp_path, test="q1\t독\t1".encode("cp949"))
    assert refusal(folder) == "qrels/test.tsv: not UTF-8 (byte 3); convert it to UTF-8"


@pytest.mark.parametrize("name", ["welfare", "korquad-a"])
def test_real_folders(name: str) -> None:
    folder = SHARED / name
    if not folder.is_dir():
        pytest.skip(f"{folder} is absent: no real questions to read")
    asked = read_gold(folder)
    pairs = (folder / "qrels" / "test.tsv").read_text("utf-8").split("\n")
    relevant = {tuple(pair.split("\t")[:2]) for pair in pairs[1:] if pair and pair.split("\t")[2] != "0"}
    assert {(question.query_id, quote.doc_id) for question in asked for quote in question.quotes} == relevant
    assert [question.query_id for question in asked] == sorted({query_id for query_id, _ in relevant})
