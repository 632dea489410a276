import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import numpy as np
import psutil
import pytest
from FlagEmbedding import FlagModel

from onggi.core.errors import TrainingError
from onggi.models.bootstrap import bootstrap
from onggi.models.config import read_encoder_config
from onggi.models.embedder import Embedder
from onggi.models.params import BootstrapParams, EmbedParams
from onggi.training import checkpoint
from onggi.training.checkpoint import finetune
from onggi.training.params import FinetuneParams
from onggi.work import memo
from onggi.work.folders import Folders

pytestmark = pytest.mark.xdist_group("training")  # one process trains the folder that most look at

ROOT = Path(__file__).parents[2]
THINGS = ["된장", "간장", "고추장", "소금", "누룩", "식초", "젓갈", "조청"]
TEXTS = [
    f"{thing}{end}" for thing in THINGS for end in ("은 장독대 왼쪽 독에 둡니다.", "을 찾는 사람은 공방에 전화합니다.")
]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "base"
    shape = BootstrapParams(vocab_size=200, dimensions=32, layers=1, heads=2, window=32, max_length=64, seed=0)
    bootstrap(lambda: TEXTS, shape, folder)
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
    assert read_encoder_config(tuned[0]) == read_encoder_config(base)
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


def test_a_training_is_done_once(
    base: Path,
    data: Path,
    params: FinetuneParams,
    embed: EmbedParams,
    tuned: tuple[Path, list[tuple[int, float, float]]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with memo.using(memo.Memo(folders=Folders(tmp_path / "held"))):
        assert finetune(base, data, tmp_path / "first", params, embed) == tuned[1]
    monkeypatch.delattr(checkpoint, "_run")
    with memo.using(memo.Memo(folders=Folders(tmp_path / "held"))):
        assert finetune(base, data, tmp_path / "again", params, embed) == tuned[1]
    with memo.using(memo.Memo(folders=Folders(tmp_path / "held"), planning=True)):
        assert finetune(base, data, tmp_path / "planned", params, embed) == tuned[1]
    assert files(tmp_path / "again") == files(tmp_path / "planned") == files(tuned[0])


@pytest.fixture
def trainings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Fine-tune with a trainer that does nothing; return how many trainings there have been."""
    done: list[Path] = []

    def train(base: Path, data: Path, made: Path, settings: dict[str, object], gpus: int) -> list[object]:
        done.append(data)
        made.mkdir()
        return []

    monkeypatch.setattr(checkpoint, "_train", train)

    def trained(base: Path, data: Path, params: FinetuneParams, embed: EmbedParams) -> int:
        with memo.using(memo.Memo(folders=Folders(tmp_path / "held"))):
            finetune(base, data, tmp_path / "out", params, embed)
        return len(done)

    return trained


def test_what_does_not_decide_a_training_leaves_it_held(
    base: Path, data: Path, params: FinetuneParams, embed: EmbedParams, tmp_path: Path, trainings: Callable[..., int]
) -> None:
    """Where things lie and are called, and how the encoder is run afterwards."""
    assert trainings(base, data, params, embed) == 1
    shutil.copytree(base, tmp_path / "moved")
    shutil.copy(data, tmp_path / "other name.jsonl")
    assert trainings(tmp_path / "moved", tmp_path / "other name.jsonl", params, embed) == 1
    assert trainings(base, data, params.model_copy(update={"base": "other"}), embed) == 1
    run = {"query_max_length": 8, "passage_max_length": 8, "precision": "bf16", "runtime": "onnx"}
    assert trainings(base, data, params, embed.model_copy(update=run)) == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [("learning_rate", 0.02), ("seed", 7), ("num_train_epochs", 3.0), ("passage_max_len", 16), ("temperature", 0.1)],
)
def test_a_hyperparameter_decides_a_training(
    base: Path, data: Path, params: FinetuneParams, embed: EmbedParams, trainings: Callable[..., int],
    name: str, value: object,
) -> None:  # fmt: skip
    assert [trainings(base, data, changed, embed) for changed in (params, params.model_copy(update={name: value}))] == [
        1,
        2,
    ]


@pytest.mark.parametrize("update", [{"query_prefix": ""}, {"passage_prefix": "글: "}, {"trust_remote_code": True}])
def test_a_prefix_and_foreign_code_decide_a_training(
    base: Path, data: Path, params: FinetuneParams, embed: EmbedParams, trainings: Callable[..., int],
    update: dict[str, object],
) -> None:  # fmt: skip
    assert trainings(base, data, params, embed) == 1
    assert trainings(base, data, params, embed.model_copy(update=update)) == 2


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json", "config.json", "1_Pooling/config.json"])
def test_every_file_of_the_base_decides_a_training(
    base: Path, data: Path, params: FinetuneParams, embed: EmbedParams, tmp_path: Path, trainings: Callable[..., int],
    name: str,
) -> None:  # fmt: skip
    assert trainings(base, data, params, embed) == 1
    other = shutil.copytree(base, tmp_path / "other")
    with (other / name).open("ab") as file:
        file.write(b"\n")
    assert trainings(other, data, params, embed) == 2


def test_the_questions_the_gpus_and_the_libraries_decide_a_training(
    base: Path, data: Path, params: FinetuneParams, embed: EmbedParams, tmp_path: Path, trainings: Callable[..., int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    assert trainings(base, data, params, embed) == 1
    lines = data.read_text("utf-8").splitlines(keepends=True)
    (tmp_path / "turned.jsonl").write_text("".join(reversed(lines)), "utf-8")
    assert trainings(base, tmp_path / "turned.jsonl", params, embed) == 2
    with monkeypatch.context() as patch:
        patch.setattr(checkpoint, "_gpus", lambda: 2)
        assert trainings(base, data, params, embed) == 3
    with monkeypatch.context() as patch:
        patch.setattr(checkpoint, "version", lambda name: "9.9" if name == "accelerate" else "2.13.0+cpu")
        assert trainings(base, data, params, embed) == 4
    with monkeypatch.context() as patch:
        patch.setenv("OMP_NUM_THREADS", "7")
        assert trainings(base, data, params, embed) == 5
    assert trainings(base, data, params, embed) == 5


def test_a_damaged_checkpoint_is_trained_again(
    base: Path, data: Path, params: FinetuneParams, embed: EmbedParams, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    def train(base: Path, data: Path, made: Path, settings: dict[str, object], gpus: int) -> list[object]:
        made.mkdir()
        (made / "model.safetensors").write_bytes(b"weights")
        return [(1, 0.5, 2.0)]

    monkeypatch.setattr(checkpoint, "_train", train)
    for damaged in (False, True):
        held = Folders(tmp_path / "held")
        for key in held.kept() if damaged else ():
            (held.path / key / "files" / "model.safetensors").write_bytes(b"veights")
        with memo.using(memo.Memo(folders=held)):
            assert finetune(base, data, tmp_path / "out", params, embed) == [(1, 0.5, 2.0)]
        assert (tmp_path / "out" / "model.safetensors").read_bytes() == b"weights"
        assert capfd.readouterr().err.count("warning: ") == damaged


KILLED = """
import json, sys
from pathlib import Path
import stages
from onggi.models.params import EmbedParams
from onggi.training.checkpoint import finetune
from onggi.training.params import FinetuneParams
base, data, out, params, embed = json.loads(sys.argv[1])
finetune(Path(base), Path(data), Path(out), FinetuneParams(**params), EmbedParams(**embed))
"""


def test_a_kill_leaves_no_trainer_and_no_folder(
    base: Path, data: Path, params: FinetuneParams, embed: EmbedParams, tmp_path: Path, trainings: Callable[..., int]
) -> None:
    """It kills the stage alone while the trainer is at work; what it left is removed by the next run."""
    (tmp_path / "tmp").mkdir()
    long = params.model_copy(update={"num_train_epochs": 1000.0})
    given = json.dumps([str(base), str(data), str(tmp_path / "out"), long.model_dump(), embed.model_dump()])
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path / "tmp")}
    environment.pop("PYTHONUNBUFFERED", None)  # the trainer shows its losses all the same
    with (tmp_path / "said").open("wb") as said:
        stage = subprocess.Popen([sys.executable, "-c", KILLED, given], env=environment, stdout=said, stderr=said)
    while b"'loss'" not in (tmp_path / "said").read_bytes():
        assert stage.poll() is None, (tmp_path / "said").read_text()
        time.sleep(0.1)
    log = (tmp_path / "said").read_bytes()
    assert b"warning" in log.lower() and not [noise for noise in (b"\r", b"INFO", b"runpy") if noise in log]
    assert b"train_runtime" not in log  # a loss is seen when it is known, not when all is over
    (trainer,) = psutil.Process(stage.pid).children()
    stage.kill()
    stage.wait()
    assert psutil.wait_procs([trainer], timeout=900)[1] == []
    assert list(tmp_path.glob(".out.*")) and not list((tmp_path / "tmp").iterdir())
    assert trainings(base, data, params, embed) == 1
    assert not list(tmp_path.glob(".out.*"))
