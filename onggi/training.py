"""Fine-tuning an encoder with FlagEmbedding's own trainer, in a child process."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections import deque
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import ClassVar, Literal

import torch
from pydantic import Field

from onggi.core.errors import TrainingError
from onggi.core.outs import replacing
from onggi.core.params import Params
from onggi.models.config import read_encoder_config
from onggi.models.params import EmbedParams
from onggi.work import memo

TRAINER = "FlagEmbedding.finetune.embedder.encoder_only.base"

EXCEPTION = re.compile(r"[\w.]+(Error|Exception)\b")
"""The last line of a traceback."""


class FinetuneParams(Params):
    """Hyperparameters, by the names that FlagEmbedding and transformers give them."""

    key: ClassVar[str] = "finetune"

    learning_rate: float = Field(gt=0, lt=1, description="peak of the learning rate")
    temperature: float = Field(gt=0, le=1, description="divides the similarities")
    train_group_size: int = Field(ge=2, le=64, description="one positive and this less one negatives a question")
    num_train_epochs: float = Field(gt=0, le=1000, description="passes over the training file")
    per_device_train_batch_size: int = Field(ge=1, le=4096, description="questions a step and device")
    gradient_accumulation_steps: int = Field(ge=1, le=4096, description="steps before the weights change")
    warmup_ratio: float = Field(ge=0, lt=1, description="share of steps in which the learning rate rises")
    weight_decay: float = Field(ge=0, lt=1, description="AdamW's")
    query_max_len: int = Field(ge=8, le=32768, description="longest query in tokens")
    passage_max_len: int = Field(ge=8, le=32768, description="longest passage in tokens")
    precision: Literal["fp32", "bf16", "fp16"] = Field(description="fp32, or bf16 and fp16 on a GPU")
    gradient_checkpointing: bool = Field(description="less memory for more time")
    seed: int = Field(ge=0, description="seed of shuffling and of what the trainer draws")


Loss = tuple[int, float, float]
"""Step, epoch and mean loss since the last entry."""


def finetune(base: Path, data: Path, folder: Path, params: FinetuneParams, embed: EmbedParams) -> list[Loss]:
    """Train the encoder in ``base`` on a file of FlagEmbedding's and save it in ``folder``; return the loss curve.

    Tokenizer and configuration are the base's. Several GPUs train together through ``torchrun``.

    Raises
    ------
    TrainingError
        The training file is empty, or the trainer fails; its last line is in the message.
    """
    if not data.exists() or data.stat().st_size == 0:
        raise TrainingError(data, "holds no training question", "add documents, or set questions.source")
    encoder = read_encoder_config(base)
    with data.open("rb") as lines:
        examples = sum(1 for _ in lines)
    with memo.active().aside("training", examples), TemporaryDirectory() as work:
        out = Path(work) / "out"
        _run([*_launcher(), *_arguments(base, data, out, Path(work), params, embed, encoder.pooling)], Path(work))
        states = sorted(out.glob("checkpoint-*/trainer_state.json"))
        if not states or not any(out.glob("*.safetensors")):
            raise TrainingError("finetune", "the trainer left no checkpoint", "see its output above")
        history = json.loads(states[-1].read_text(encoding="utf-8"))["log_history"]
        with replacing(folder) as temporary:
            shutil.copytree(base, temporary, ignore=shutil.ignore_patterns("*.safetensors*"))
            for weights in sorted(out.glob("*.safetensors*")):
                shutil.copy(weights, temporary / weights.name)
    return [(entry["step"], round(entry["epoch"], 4), round(entry["loss"], 4)) for entry in history if "loss" in entry]


def _launcher() -> list[str]:
    gpus = torch.cuda.device_count()
    if gpus > 1:
        return [sys.executable, "-m", "torch.distributed.run", "--nproc_per_node", str(gpus), "-m", TRAINER]
    return [sys.executable, "-m", TRAINER]


def _arguments(
    base: Path, data: Path, out: Path, work: Path, params: FinetuneParams, embed: EmbedParams, pooling: str
) -> list[str]:
    with data.open(encoding="utf-8") as file:
        questions = sum(1 for _ in file)
    batch = params.per_device_train_batch_size * params.gradient_accumulation_steps * max(1, torch.cuda.device_count())
    steps = max(1, round(questions / batch * params.num_train_epochs))
    settings = {
        "model_name_or_path": base,
        "train_data": data,
        "cache_path": work / "datasets",
        "output_dir": out,
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
        "use_cpu": not torch.cuda.is_available(),
        "dataloader_num_workers": 0,
        "full_determinism": torch.cuda.is_available(),
        "bf16": params.precision == "bf16",
        "fp16": params.precision == "fp16",
        **params.model_dump(exclude={"warmup_ratio", "precision"}),
    }
    if embed.query_prefix:
        settings["query_instruction_for_retrieval"] = embed.query_prefix
    if embed.passage_prefix:
        settings["passage_instruction_for_retrieval"] = embed.passage_prefix
    return [part for name, value in settings.items() for part in (f"--{name}", str(value))]


def _run(command: list[str], work: Path) -> None:
    """Run the trainer, show what it prints on stderr, and raise its last line where it fails."""
    environment = {
        **os.environ,
        "HF_HUB_OFFLINE": "1",
        "HF_DATASETS_CACHE": str(work / "datasets"),
        "PYTHONHASHSEED": "0",
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
