"""The batches that FlagEmbedding's trainer forms, through its own classes."""

import json
import random
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from FlagEmbedding.finetune.embedder.encoder_only.base import EncoderOnlyEmbedderDataArguments as Arguments

from onggi.training.trainer import Dataset

QUESTIONS = 50
GROUP = 4


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three questions a passage, whose negatives are the passages of the questions beside them."""
    rows = []
    for n in range(QUESTIONS):
        positives = [f"독 {n // 3}", f"{n}번 독"] if n % 10 == 0 else [f"독 {n // 3}"]
        negatives = [f"독 {(n // 3 + step) % 17}" for step in (1, 2, 3, 5)]
        rows.append(
            {"query": f"질문 {n}", "pos": positives, "neg": negatives, "pos_scores": [1.0], "neg_scores": [0.5]}
        )
    path = tmp_path_factory.mktemp("data") / "train.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def dataset(file: Path, index: int = 0, processes: int = 1, query: str = "", passage: str = "") -> Dataset:
    arguments = Arguments(
        train_data=[str(file)],
        cache_path=str(file.parent / "cache"),
        train_group_size=GROUP,
        query_instruction_for_retrieval=query,
        passage_instruction_for_retrieval=passage,
        same_dataset_within_batch=True,
    )
    random.seed(7)
    return Dataset(arguments, 8, 42, None, index, processes)


Batch = tuple[list[str], list[str]]


def epoch(of: Dataset, processes: int = 1) -> list[Batch]:
    """Take the items as a loader does: as many as the data set is long, shared among the processes."""
    assert len(of) % processes == 0
    found = []
    for place in range(len(of) // processes):
        queries, passages, scores, alone = of[place]
        assert scores is None and not alone
        found.append((queries, passages))
    of.refresh_epoch()
    return found


def check(batches: list[Batch], file: Path) -> None:
    """In no batch does a passage that is right for a question stand among those of another, or its own negatives."""
    right = {row["query"]: set(row["pos"]) for row in map(json.loads, file.read_text("utf-8").splitlines())}
    for queries, passages in batches:
        assert 0 < len(queries) <= 8 and len(passages) == GROUP * len(queries)
        for place, query in enumerate(queries):
            assert passages[GROUP * place] in right[query]
            others = [*passages[: GROUP * place], *passages[GROUP * place + 1 :]]
            assert not right[query] & set(others)


def test_no_passage_is_pushed_away_from_its_question(file: Path) -> None:
    of = dataset(file)
    epochs = [epoch(of) for _ in range(4)]
    for batches in epochs:
        check(batches, file)
        assert Counter(q for queries, _ in batches for q in queries) == {f"질문 {n}": 1 for n in range(QUESTIONS)}
        assert len(batches) == len(epochs[0]) <= 9
    together = [{frozenset(queries) for queries, _ in batches} for batches in epochs]
    assert all(one != other for one, other in pairwise(together))


def test_the_same_batches_every_time(file: Path) -> None:
    one, other = dataset(file), dataset(file)
    random.seed(1)
    first = [epoch(one) for _ in range(2)]
    random.seed(1)
    assert [epoch(other) for _ in range(2)] == first


def test_processes_share_the_questions_and_each_takes_as_many_steps(file: Path) -> None:
    parts = [dataset(file, index, 3) for index in range(3)]
    for _ in range(2):
        steps = [epoch(part, 3) for part in parts]
        assert len({len(batches) for batches in steps}) == 1
        batches = [batch for part in steps for batch in part]
        check(batches, file)
        assert Counter(q for queries, _ in batches for q in queries) == {f"질문 {n}": 1 for n in range(QUESTIONS)}


def test_prefixes_stand_in_front_and_none_is_none(file: Path) -> None:
    assert all(query.startswith("질문 ") for query in dataset(file)[0][0])
    queries, passages, *_ = dataset(file, query="물음: ", passage="글: ")[0]
    assert all(query.startswith("물음: 질문 ") for query in queries)
    assert all(text.startswith("글: ") for text in passages)
