import json
import os
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from FlagEmbedding import FlagModel

from onggi.core.errors import TrainingError
from onggi.models.bootstrap import BootstrapParams, bootstrap
from onggi.models.embedder import Embedder
from onggi.models.layout import read_layout
from onggi.models.params import EmbedParams
from onggi.training import FinetuneParams, finetune

THINGS = ["된장", "간장", "고추장", "소금", "누룩", "식초", "젓갈", "조청"]
TEXTS = [
    f"{thing}{end}" for thing in THINGS for end in ("은 장독대 왼쪽 독에 둡니다.", "을 찾는 사람은 공방에 전화합니다.")
]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "base"
    folder.mkdir()
    shape = BootstrapParams(vocab_size=200, dimensions=32, layers=1, heads=2, window=32, max_length=64, seed=0)
    bootstrap(TEXTS, shape, folder)
    return folder


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixteen questions with one positive and three negatives each."""
    path = tmp_path_factory.mktemp("data") / "train.jsonl"
    rows = [
        {
            "query": f"{text[:3]} 어디 있나요",
            "pos": [text],
            "neg": [TEXTS[(place + step) % 16] for step in (3, 5, 9)],
            "pos_scores": [1.0],
            "neg_scores": [0.1, 0.2, 0.3],
        }
        for place, text in enumerate(TEXTS)
    ]
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def params() -> FinetuneParams:
    return FinetuneParams(
        base="base",
        learning_rate=0.01,
        temperature=0.02,
        train_group_size=4,
        num_train_epochs=2.0,
        per_device_train_batch_size=4,
        gradient_accumulation_steps=1,
        warmup_ratio=0.1,
        weight_decay=0.0,
        query_max_len=16,
        passage_max_len=32,
        precision="fp32",
        gradient_checkpointing=False,
        seed=42,
    )


@pytest.fixture(scope="module")
def embed() -> EmbedParams:
    return EmbedParams(
        query_max_length=16, passage_max_length=32, query_prefix="질문: ", passage_prefix="", precision="fp32",
        runtime="torch", trust_remote_code=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def tuned(
    base: Path, data: Path, params: FinetuneParams, embed: EmbedParams, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, list[tuple[int, float, float]]]:
    """A tuned folder and its loss curve."""
    folder = tmp_path_factory.mktemp("tuned") / "tuned"
    return folder, finetune(base, data, folder, params, embed)


def files(folder: Path) -> dict[str, str]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest() for path in paths}


def test_the_loss_curve_has_every_step_and_falls(tuned: tuple[Path, list[tuple[int, float, float]]]) -> None:
    _, curve = tuned
    assert [step for step, _, _ in curve] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert [epoch for _, epoch, _ in curve] == [step / 4 for step in range(1, 9)]
    assert curve[-1][2] < curve[0][2]


def test_the_tuned_folder_differs_from_the_base_in_its_weights_alone(
    base: Path, tuned: tuple[Path, list[tuple[int, float, float]]], embed: EmbedParams
) -> None:
    before, after = files(base), files(tuned[0])
    assert before.keys() == after.keys()
    assert [name for name in before if before[name] != after[name]] == ["model.safetensors"]
    assert read_layout(tuned[0]) == read_layout(base)
    ours = Embedder(tuned[0], embed).passages(TEXTS)
    theirs = FlagModel(str(tuned[0]), pooling_method="mean", use_fp16=False, devices="cpu").encode(TEXTS, max_length=32)
    assert np.abs(ours - theirs).max() < 1e-6
    assert np.abs(ours - Embedder(base, embed).passages(TEXTS)).max() > 0.01


def test_the_tuned_folder_holds_no_pickle_and_no_path(
    base: Path, data: Path, tuned: tuple[Path, list[tuple[int, float, float]]]
) -> None:
    for path in (path for path in tuned[0].rglob("*") if path.is_file()):
        assert path.suffix in {".json", ".safetensors"}
        content = path.read_bytes()
        for trace in ("/tmp", os.getcwd(), str(base), str(data), os.uname().nodename):
            assert trace.encode() not in content, (path, trace)


def test_twice_the_same_bytes_and_curve_in_another_folder(
    base: Path,
    data: Path,
    params: FinetuneParams,
    embed: EmbedParams,
    tuned: tuple[Path, list[tuple[int, float, float]]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PYTHONHASHSEED", "5")
    monkeypatch.setenv("LANG", "C")
    monkeypatch.chdir(tmp_path)
    assert finetune(base, data, tmp_path / "again", params, embed) == tuned[1]
    assert files(tmp_path / "again") == files(tuned[0])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["again"]


@pytest.mark.parametrize("content", [None, ""], ids=["missing", "empty"])
def test_no_question_is_refused(
    base: Path, params: FinetuneParams, embed: EmbedParams, tmp_path: Path, content: str | None
) -> None:
    data = tmp_path / "train.jsonl"
    if content is not None:
        data.write_text(content)
    with pytest.raises(TrainingError, match=r"train.jsonl: holds no question to train on: .*; metrics/negatives.json"):
        finetune(base, data, tmp_path / "tuned", params, embed)
    assert not (tmp_path / "tuned").exists()


def test_a_trainer_that_fails_is_one_line_and_leaves_nothing(
    base: Path, params: FinetuneParams, embed: EmbedParams, tmp_path: Path
) -> None:
    data = tmp_path / "train.jsonl"
    data.write_text('{"question": "열쇠 이름이 틀렸다"}\n', encoding="utf-8")
    with pytest.raises(
        TrainingError, match=r"finetune: the trainer failed \(ValueError: .*query.*\); see its output above"
    ) as error:
        finetune(base, data, tmp_path / "tuned", params, embed)
    assert "\n" not in str(error.value)
    assert [path.name for path in tmp_path.iterdir()] == ["train.jsonl"]
