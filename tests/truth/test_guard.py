import json
from pathlib import Path

import pytest

from onggi.core.errors import GoldError, OnggiError
from onggi.core.schema import Evidence
from onggi.truth import guard
from onggi.truth.guard import GuardParams
from tests.structure.modules import ROOT
from tests.truth.test_beir import beir

SHIPPED = ROOT / "data" / "guard"


def refusal(path: Path) -> str:
    with pytest.raises(OnggiError) as caught:
        _ = GuardParams(path=str(path)).folder
    return str(caught.value).replace(f"{path.parent}/", "")


def test_an_empty_file_names_no_set(tmp_path: Path) -> None:
    (tmp_path / "none.jsonl").touch()
    assert GuardParams(path=str(tmp_path / "none.jsonl")).folder is None
    (tmp_path / "none.jsonl").write_text("{}")
    fix = "set evaluate.guard.path to a BEIR folder, or to data/gold/none.jsonl for no guard"
    assert refusal(tmp_path / "none.jsonl") == f"none.jsonl: is no folder; {fix}"
    assert refusal(tmp_path / "nothing") == f"nothing: no such folder; {fix}"


def test_a_set_without_documents(tmp_path: Path) -> None:
    folder = tmp_path / "guard"
    folder.mkdir()
    fix = "write the documents into it, one object a line (the BEIR layout)"
    assert refusal(folder) == f"guard/corpus.jsonl: no such file; {fix}"
    (folder / "corpus.jsonl").touch()
    assert refusal(folder) == f"guard/corpus.jsonl: is empty; {fix}"
    (folder / "corpus.jsonl").write_text('{"_id": "d1", "text": "독"}')
    assert GuardParams(path=str(folder)).folder == folder


def test_its_questions_are_all_asked_where_it_has_no_splits(tmp_path: Path) -> None:
    first, second = guard.questions(beir(tmp_path, dev="q2\td1\t2\nq1\td2\t1\n"), {"d1", "d2"})
    assert (first.query_id, first.text, first.split, first.evidence) == ("q1", "독은 어디?", "test", [Evidence("d2")])
    assert (second.type, second.evidence) == ("규정", [Evidence("d1", grade=2)])


def test_of_a_set_with_splits_those_of_test_are_asked(tmp_path: Path) -> None:
    (only,) = guard.questions(beir(tmp_path, train="q1\td1\t1\n", test="q2\td1\t1\n"), {"d1"})
    assert only.query_id == "q2"


def test_a_set_with_splits_and_nothing_of_test(tmp_path: Path) -> None:
    with pytest.raises(GoldError, match=r"qrels: holds no question of test; a guard set is asked what test.tsv holds"):
        guard.questions(beir(tmp_path, train="q1\td1\t1\n", dev="q2\td1\t1\n"), {"d1"})


def test_a_qrel_of_an_unknown_document(tmp_path: Path) -> None:
    folder = beir(tmp_path, test="q1\td1\t1\nq2\td9\t1\n")
    with pytest.raises(GoldError) as caught:
        guard.questions(folder, {"d1"})
    said = f"{folder}/qrels/test.tsv:3: unknown document 'd9'; add it to {folder}/corpus.jsonl or remove the line"
    assert str(caught.value) == said


LONG = "옹기는 흙으로 빚어 가마에서 구운 그릇이다. " + " ".join(
    f"{n}번 가마의 불은 {n * 7}도에서 끈다." for n in range(30)
)


def test_what_stands_in_the_corpus_too_is_known_by_its_own_id() -> None:
    own = [("a", LONG), ("b:1", f"{LONG} 한 줄 더."), ("c", "박새는 쯔쯔삐 하고 운다. " * 9), ("d", LONG[60:400])]
    corpus = [("a", "참개구리는 논에 산다. " * 9), ("x", LONG)]
    assert guard.known(own, corpus, 0.8) == ["a", "b:1", "d"]  # d is a part of x
    assert guard.known(own[2:3], corpus, 0.8) == []
    assert guard.known(own, [], 0.8) == []  # a and b are twins of each other, which is no matter


def test_the_card() -> None:
    sizes = {"queries": 2, "documents": 3, "chunks": 4}
    assert guard.card(sizes, [], {}) == {**sizes, "in_corpus": 0}
    told = guard.card(sizes, ["a"], {"imagined": "no model"})
    assert (told["in_corpus"], told["left_out"]) == (1, {"imagined": "no model"})
    assert told["warning"].startswith("1 of 3 documents stand in the corpus too, such as 'a'")


def test_the_shipped_set_has_one_right_document_a_question() -> None:
    lines = [json.loads(line) for line in (SHIPPED / "corpus.jsonl").read_text("utf-8").splitlines()]
    documents = {line["_id"]: line["text"] for line in lines}
    asked = guard.questions(SHIPPED, documents)
    assert len(documents) == len(lines) >= 40 and len(asked) >= 80
    assert all(len(question.evidence) == 1 and question.type for question in asked)
    assert {question.evidence[0].doc_id for question in asked} == documents.keys()
    assert len({question.text for question in asked}) == len(asked)
    assert all(400 <= len(text) <= 1500 for text in documents.values())
    said = (SHIPPED / "README.md").read_text("utf-8")
    assert f"{len(documents)} documents and {len(asked)} questions" in said
