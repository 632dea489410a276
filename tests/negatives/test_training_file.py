import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from onggi.core import tables
from onggi.core.errors import LeakError
from onggi.core.schema import Candidate
from onggi.negatives.mining import Example
from onggi.negatives.training_file import as_flag_embedding, check_leaks, write
from tests.negatives.samples import corpus, question

HELD_OUT = question("t1", "장독 뚜껑은 어디에서 새로 살 수 있나요?", split="test")
CHUNKS = corpus("가", "나", "다", held_out=[2])


def example(
    positive: str = "c00", negative: str = "c01", text: str = "메주는 며칠 띄우나요", of: str = "q1"
) -> Example:
    kept = Candidate(of, negative, [], 0.25, 0.5, "kept")
    return Example(question(of, text), [(positive, 0.5)], [(negative, 0.25)], [kept])


def test_a_line_of_flag_embedding() -> None:
    scored = Example(question(), [("c00", 0.75)], [("c02", 0.123456789), ("c01", 1 / 3)], [])
    assert as_flag_embedding(scored, corpus("답", "가", "나")) == {
        "query": "메주는 며칠 띄우나요",
        "pos": ["답"],
        "neg": ["나", "가"],
        "pos_scores": [0.75],
        "neg_scores": [0.123457, 0.333333],
    }


def test_examples_with_a_negative_are_written_and_all_are_audited(tmp_path: Path) -> None:
    bare = Example(question("q2"), [("c00", 0.5)], [], [Candidate("q2", "c01", [], 0.5, 1.0, "above_ratio")])
    train, audit = tmp_path / "train.jsonl", tmp_path / "audit.parquet"
    examples = [example(), bare, example("c01", "c00", "물은 언제 붓나요", "q3")]
    counted = write(train, audit, iter(examples), CHUNKS, [HELD_OUT], 0.8)
    lines = [json.loads(line) for line in train.read_text("utf-8").splitlines()]
    assert [(line["query"], line["pos"], line["neg"]) for line in lines] == [
        ("메주는 며칠 띄우나요", ["가"], ["나"]),
        ("물은 언제 붓나요", ["나"], ["가"]),
    ]
    rows = [(row.query_id, row.chunk_id, row.rule) for row in tables.read(audit, Candidate)]
    assert rows == [("q1", "c01", "kept"), ("q2", "c01", "above_ratio"), ("q3", "c00", "kept")]
    rules = counted.pop("candidates")
    assert counted == {"questions": 3, "without_negatives": 1, "positives": 2}
    assert {rule: count for rule, count in rules.items() if count} == {"kept": 2, "above_ratio": 1}


def test_examples_are_written_as_they_come(tmp_path: Path) -> None:
    waiting: list[str] = []

    def examples() -> Iterator[Example]:
        for number in range(3 * tables.ROWS_PER_GROUP):
            waiting.append(f"q{number:05}")
            made = example(of=waiting[-1])
            yield made
            assert waiting.pop() == made.question.query_id
            assert not waiting

    write(tmp_path / "train.jsonl", tmp_path / "audit.parquet", examples(), CHUNKS, [], 0.8)
    assert tables.count(tmp_path / "audit.parquet", Candidate) == 3 * tables.ROWS_PER_GROUP


def test_examples_that_leak_nothing_pass() -> None:
    assert list(check_leaks([example()], CHUNKS, [HELD_OUT], 0.8)) == [example()]
    assert list(check_leaks([], CHUNKS, [], 0.8)) == []


@pytest.mark.parametrize("leak", [example(positive="c02"), example(negative="c02")])
def test_a_held_out_chunk_is_a_leak_and_nothing_is_written(tmp_path: Path, leak: Example) -> None:
    with pytest.raises(LeakError) as caught:
        write(tmp_path / "train.jsonl", tmp_path / "audit.parquet", [example(of="q0"), leak], CHUNKS, [HELD_OUT], 0.8)
    assert str(caught.value) == "mine: q1: c02 is held out of training; report this as a bug"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", [HELD_OUT.text, "장독뚜껑은 어디에서새로 살 수 있나요"])
def test_a_held_out_question_is_a_leak(text: str) -> None:
    with pytest.raises(LeakError) as caught:
        list(check_leaks([example(text=text)], CHUNKS, [HELD_OUT], 0.8))
    assert str(caught.value) == (
        "mine: q1: is a question of the dev or test split; remove it from the training questions"
    )


def test_a_near_duplicate_of_a_held_out_question_is_a_leak_and_nothing_is_written(tmp_path: Path) -> None:
    leak = example(text="장독 뚜껑은 어디에서 새로 살 수 있죠?", of="q2")
    paths = tmp_path / "train.jsonl", tmp_path / "audit.parquet"
    with pytest.raises(LeakError) as caught:
        write(*paths, [example(), leak], CHUNKS, [HELD_OUT], 0.8)
    assert str(caught.value).startswith("mine: q2: is a near-duplicate of a question of the dev or test split")
    assert list(tmp_path.iterdir()) == []
    assert write(*paths, [example(), leak], CHUNKS, [HELD_OUT], 1.0)["questions"] == 2
