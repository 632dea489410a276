"""Fine-tuning an encoder with FlagEmbedding's own trainer, in a child process; a training is done once."""

import json
import os
import platform
import re
import shutil
import subprocess
import sys
from collections import deque
from importlib.metadata import version
from pathlib import Path

from onggi.core import arithmetic
from onggi.core.errors import TrainingError
from onggi.models import identity
from onggi.models.config import read_encoder_config
from onggi.models.params import EmbedParams
from onggi.training import child
from onggi.training.params import FinetuneParams
from onggi.work import memo

TRAINER = "onggi.training.trainer"
LIBRARIES = ("FlagEmbedding", "torch", "transformers", "tokenizers", "accelerate", "datasets", "safetensors", "numpy")

EXCEPTION = re.compile(r"[\w.]+(Error|Exception)\b")
"""The last line of a traceback."""

Loss = tuple[int, float, float]
"""Step, epoch and mean loss since the last entry."""


def finetune(base: Path, data: Path, folder: Path, params: FinetuneParams, embed: EmbedParams) -> list[Loss]:
    """Train the encoder in ``base`` on a file of FlagEmbedding's and save it in ``folder``; return the loss curve.

    Tokenizer and configuration are the base's. Several GPUs train together through ``torchrun``. A training that the
    memo holds is not done again: its key has every file of the base, the training file, the arguments of the trainer,
    the libraries, processor and GPUs that compute, and the code of ours that decides it.

    Raises
    ------
    TrainingError
        The training file is empty, or the trainer fails; its last line is in the message.
    """
    if not data.exists() or data.stat().st_size == 0:
        raise TrainingError(
            data,
            "holds no question to train on: no question of the train split has a positive, or none of them a negative",
            "metrics/negatives.json says which: where `questions` is 0, add documents or set questions.source; "
            "where it is `without_negatives`, raise mine.max_ratio or take more candidates of each index",
        )
    with data.open("rb") as lines:
        questions = sum(1 for _ in lines)
    gpus = _gpus()
    settings = _settings(params, embed, read_encoder_config(base).pooling, questions, gpus)
    decided_by = {
        "base": memo.files_digest(base), "settings": settings, "gpus": gpus,
        "libraries": {name: version(name) for name in LIBRARIES}, "python": platform.python_version(),
        "arithmetic": identity.arithmetic(), "pins": {name: os.environ.get(name) for name in arithmetic.PINS},
        "code": memo.code_digest(__name__), "trainer": memo.program_digest(TRAINER),
    }  # fmt: skip

    def make(made: Path) -> list[Loss]:
        return _train(base, data, made, settings, gpus)

    space = memo.space("training", decided_by, "much")
    curve = memo.active().folder(space, memo.files_digest(data), questions, folder, make)
    return [(step, epoch, loss) for step, epoch, loss in curve]


def _train(base: Path, data: Path, made: Path, settings: dict[str, object], gpus: int) -> list[Loss]:
    work = made.with_name("training")  # removed with what `made` lies in
    work.mkdir()
    out = work / "out"
    paths = {"model_name_or_path": base, "train_data": data, "cache_path": work / "datasets", "output_dir": out}
    arguments = [f"--{name}={value}" for name, value in (paths | settings).items()]
    if gpus > 1:
        several = ("--nproc_per_node", gpus, *child.of_child(TRAINER, *arguments))
        _run(child.command("torch.distributed.run", *several), work)
    else:
        _run(child.command(TRAINER, *arguments), work)
    states = sorted(out.glob("checkpoint-*/trainer_state.json"))
    if not states or not any(out.glob("*.safetensors")):
        raise TrainingError("finetune", "the trainer left no checkpoint", "see its output above")
    history = json.loads(states[-1].read_text(encoding="utf-8"))["log_history"]
    shutil.copytree(base, made, ignore=shutil.ignore_patterns("*.safetensors*"))
    for weights in sorted(out.glob("*.safetensors*")):
        shutil.move(weights, made / weights.name)
    return [(entry["step"], round(entry["epoch"], 4), round(entry["loss"], 4)) for entry in history if "loss" in entry]


def _gpus() -> int:
    """Return the number of GPUs; torch, which takes seconds to import, is asked only where it has CUDA."""
    if version("torch").endswith("+cpu"):
        return 0
    import torch

    return torch.cuda.device_count()


def _settings(params: FinetuneParams, embed: EmbedParams, pooling: str, questions: int, gpus: int) -> dict[str, object]:
    """Return the arguments of the trainer but for its paths."""
    batch = params.per_device_train_batch_size * params.gradient_accumulation_steps * max(1, gpus)
    steps = max(1, round(questions / batch * params.num_train_epochs))
    return {
        # Batches of one dataset: ours, which is all of the training file (see `onggi.training.trainer`).
        "same_dataset_within_batch": True,
        # FlagEmbedding writes a prefix that is not given as `None` in front of the query.
        "query_instruction_for_retrieval": embed.query_prefix,
        "passage_instruction_for_retrieval": embed.passage_prefix,
        "sentence_pooling_method": pooling,
        "normalize_embeddings": True,
        "trust_remote_code": embed.trust_remote_code,
        # transformers 5 reads a warm-up below 1 as a share of all steps.
        "warmup_steps": params.warmup_ratio,
        # About 50 points on the loss curve, however long the training is.
        "logging_steps": max(1, steps // 50),
        "save_strategy": "steps",
        "save_steps": 1_000_000_000,
        "save_only_model": True,
        "report_to": "none",
        "use_cpu": not gpus,
        "dataloader_num_workers": 0,
        "full_determinism": bool(gpus),
        "bf16": params.precision == "bf16",
        "fp16": params.precision == "fp16",
        **params.model_dump(exclude={"base", "warmup_ratio", "precision"}),
    }


def _run(command: list[str], work: Path) -> None:
    """Run the trainer, show what it prints on stderr, and raise its last line where it fails."""
    environment = {
        **os.environ,
        "HF_HUB_OFFLINE": "1",
        "HF_DATASETS_CACHE": str(work / "datasets"),
        "PYTHONHASHSEED": "0",
        "PYTHONUNBUFFERED": "1",  # what it says of its progress is seen at once
        # Ours, wherever this is run.
        "PYTHONPATH": os.pathsep.join(filter(None, [str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH")])),
        "TMPDIR": str(work),
    }
    last: deque[str] = deque(maxlen=20)
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment) as trainer:
        for line in trainer.stdout or ():
            sys.stderr.buffer.write(line)
            sys.stderr.flush()
            last.append(line.decode(errors="replace").rsplit("\r", 1)[-1].strip())
    if trainer.returncode:
        lines = [line for line in reversed(last) if line]
        # A progress bar may have the last word; the exception stands above it.
        problem = next(
            (line for line in lines if EXCEPTION.match(line)), [*lines, f"exit code {trainer.returncode}"][0]
        )
        raise TrainingError("finetune", f"the trainer failed ({problem})", "see its output above")
