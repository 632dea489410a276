"""Judgments: how their file is read, and what they add to the evidence of questions."""

import json
from pathlib import Path

import pytest

from onggi.core.errors import GoldError
from onggi.core.schema import Evidence
from onggi.truth.gold import read_gold
from onggi.truth.judgments import Judgment, judged, read_judgments

LINE = {"id": "q1", "source": "장/메주.md", "quote": "닷새 띄운다", "verdict": "1"}
TWO = [Evidence("a", 0, 5, 2), Evidence("b", 0, 5)]
SPAN = Evidence("c", 10, 20)


def written(path: Path, *lines: object) -> Path:
    file = path / "judgments.jsonl"
    file.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines), "utf-8")
    return file


def said(verdict: str, query_id: str = "q1", where: str = "judgments.jsonl:1") -> Judgment:
    return Judgment(where, query_id, "c", "말", verdict)


def test_a_line_is_read_with_its_place(tmp_path: Path) -> None:
    file = written(tmp_path, LINE, "", LINE | {"verdict": "p2", "source": "장/메주.md"})
    first, second = read_judgments(file, {"q1"})
    assert first == Judgment(f"{file}:1", "q1", "장/메주.md", "닷새 띄운다", "1")
    assert (second.where, second.verdict) == (f"{file}:3", "p2")
    assert first.as_line() == LINE


def test_none_is_none(tmp_path: Path) -> None:
    assert read_judgments(written(tmp_path), {"q1"}) == []


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ({**LINE, "more": 1}, "has the keys id, source, quote, verdict, more; give it id, source, quote, verdict"),
        ({}, "has the keys none"),
        (LINE | {"verdict": 1}, "verdict: got 1; must be a string"),
        (LINE | {"quote": " \n"}, "must be a string that is not blank"),
        (LINE | {"verdict": "2"}, "verdict: got '2'; write 0 (does not answer), 1"),
        (LINE | {"verdict": "p0"}, "verdict: got 'p0'"),
        (LINE | {"verdict": "10"}, "verdict: got '10'"),
        (LINE | {"id": "q9"}, "unknown question 'q9'; correct its id, or set gold.judgments to the file of these"),
        ("[]", "is a list"),
        ("{", "not JSON"),
    ],
)
def test_a_malformed_line_is_named(tmp_path: Path, line: object, message: str) -> None:
    file = written(tmp_path, LINE, line)
    with pytest.raises(GoldError) as raised:
        read_judgments(file, {"q1"})
    assert str(raised.value).startswith(f"{file}:2: ") and message in str(raised.value)


def test_a_missing_file_says_what_to_set(tmp_path: Path) -> None:
    with pytest.raises(GoldError, match=r"no such file; set gold\.judgments to a jsonl"):
        read_judgments(tmp_path / "gone.jsonl", {"q1"})


def test_a_span_that_answers_alone_stands_for_every_piece() -> None:
    answering, rejected = judged({"q1": TWO, "q2": []}, [said("1")], [SPAN])
    assert answering == {"q1": [*TWO, Evidence("c", 10, 20, part=0), Evidence("c", 10, 20, part=1)], "q2": []}
    assert rejected == {}


def test_a_span_that_says_one_piece_stands_for_that() -> None:
    answering, _ = judged({"q1": TWO}, [said("p2")], [SPAN])
    assert answering["q1"][2:] == [Evidence("c", 10, 20, part=1)]


def test_a_span_that_does_not_answer_is_known_as_read() -> None:
    assert judged({"q1": TWO}, [said("0")], [SPAN]) == ({"q1": TWO}, {"q1": [SPAN]})


def test_what_is_said_twice_counts_once() -> None:
    answering, rejected = judged({"q1": TWO}, [said("p1"), said("p1")], [SPAN, SPAN])
    assert len(answering["q1"]) == 3 and rejected == {}


def test_one_span_may_answer_one_question_and_not_another() -> None:
    answering, rejected = judged({"q1": TWO, "q2": TWO}, [said("1"), said("0", "q2")], [SPAN, SPAN])
    assert len(answering["q1"]) == 4 and rejected == {"q2": [SPAN]}


def test_what_does_not_answer_may_lie_in_what_does() -> None:
    inside = Evidence("c", 12, 14)
    answering, rejected = judged({"q1": TWO}, [said("0"), said("1")], [inside, SPAN])
    assert len(answering["q1"]) == 4 and rejected == {"q1": [inside]}


@pytest.mark.parametrize("inside", [SPAN, Evidence("c", 12, 14)])
def test_what_answers_may_not_lie_in_what_does_not(inside: Evidence) -> None:
    both = [said("0", where="x:1"), said("p1", where="x:2")]
    with pytest.raises(GoldError, match="x:2: judges p1 what lies in a span that x:1 judges 0; correct one"):
        judged({"q1": TWO}, both, [SPAN, inside])


@pytest.mark.parametrize(
    ("judgment", "message"),
    [
        (said("p3"), "the verdict is p3, and the evidence of 'q1' has pieces up to p2; write 0"),
        (said("1", "none"), "'none' is answered here, and has no evidence; give the question its answer"),
    ],
)
def test_a_judgment_of_what_is_not_there_is_named(judgment: Judgment, message: str) -> None:
    with pytest.raises(GoldError) as raised:
        judged({"q1": TWO, "none": []}, [judgment], [SPAN])
    assert message in str(raised.value)


def test_that_the_corpus_does_not_answer_may_be_confirmed() -> None:
    assert judged({"none": []}, [said("0", "none")], [SPAN]) == ({"none": []}, {"none": [SPAN]})


def test_the_judgments_of_the_demo_can_be_read() -> None:
    gold = Path(__file__).parents[2] / "data" / "gold"
    found = read_judgments(gold / "judgments.jsonl", {q.query_id for q in read_gold(gold / "questions.jsonl")})
    keys = {(each.query_id, each.doc_id, each.quote) for each in found}
    assert len(keys) == len(found) == 3858
    assert sum(each.verdict != "0" for each in found) == 24
