from pathlib import Path

import pytest

from onggi.core import tables
from onggi.core.schema import Question
from onggi.negatives.params import QuestionsParams
from onggi.negatives.questions import held_out, training_questions
from tests.negatives.samples import question

HELD_OUT = question("t1", "장독 뚜껑은 어디에서 새로 살 수 있나요?", split="test")


def trained(folder: Path, gold: list[Question], synthetic: list[Question], source: str = "both") -> list[str]:
    for name, rows in (("gold", gold), ("synthetic", synthetic)):
        tables.write(folder / f"{name}.parquet", Question, sorted(rows, key=lambda row: row.query_id))
    params = QuestionsParams.model_validate({"source": source})
    kept = training_questions(folder / "gold.parquet", folder / "synthetic.parquet", params, 0.8)
    return [each.query_id for each in kept]


def test_questions_to_train_on_are_those_of_the_train_split_with_evidence_by_id(tmp_path: Path) -> None:
    empty = Question("q0", "모르는 것은?", "정의", [], [], "gold", "train")
    assert trained(tmp_path, [empty, HELD_OUT, question("q3")], [question("q2", "물은 언제 붓나요")]) == ["q2", "q3"]
    assert held_out(tmp_path / "gold.parquet") == [HELD_OUT]


@pytest.mark.parametrize(("source", "ids"), [("gold", ["g"]), ("synthetic", ["s"]), ("both", ["g", "s"])])
def test_the_source_decides_what_is_trained_on(tmp_path: Path, source: str, ids: list[str]) -> None:
    assert trained(tmp_path, [question("g")], [question("s", "물은 언제 붓나요")], source) == ids


@pytest.mark.parametrize("source", ["synthetic", "both"])
@pytest.mark.parametrize(
    ("text", "stays"),
    [
        (HELD_OUT.text, False),
        ("장독뚜껑은 어디에서 새로 살 수 있나요", False),  # no spacing, no question mark
        ("그런데 장독 뚜껑은 어디에서 새로 살 수 있나요?", False),
        ("장독 뚜껑은 얼마나 무겁나요?", True),
    ],
)
def test_a_question_nearly_like_a_held_out_one_leaves_training(
    tmp_path: Path, text: str, stays: bool, source: str
) -> None:
    assert trained(tmp_path, [HELD_OUT], [question("s1", text), question("s2")], source) == ["s1", "s2"][1 - stays :]


def test_questions_of_training_may_be_alike(tmp_path: Path) -> None:
    assert trained(tmp_path, [HELD_OUT], [question("s1"), question("s2")]) == ["s1", "s2"]


def test_a_held_out_question_with_the_id_of_a_training_one(tmp_path: Path) -> None:
    assert trained(tmp_path, [HELD_OUT], [question("t1", "물은 언제 붓나요")]) == ["t1"]
