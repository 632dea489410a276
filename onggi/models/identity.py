"""What decides the numbers of a model, beside its input: the memo's keys are made of it."""

import os
import platform
from functools import cache
from importlib.metadata import version
from pathlib import Path

from onggi.core.digests import code_digest, files_digest
from onggi.models.params import EmbedParams

KERNELS = ("ATEN_CPU_CAPABILITY", "ONEDNN_MAX_CPU_ISA", "MKL_CBWR")
"""Variables that choose the kernels of a CPU (see `onggi.core.arithmetic`)."""


@cache
def arithmetic() -> dict[str, object]:
    """Return what sums and rounds: libraries, processor and the kernels that were chosen."""
    libraries = {name: version(name) for name in ("torch", "transformers", "tokenizers")}
    return {
        **libraries, "device": _device(libraries["torch"]), "machine": platform.machine(),
        "kernels": {name: os.environ.get(name) for name in KERNELS},
    }  # fmt: skip


def _device(torch_version: str) -> str:
    """Return ``cpu`` or the name of the GPU; torch, which takes seconds to import, is asked only where it has CUDA."""
    if torch_version.endswith("+cpu"):
        return "cpu"
    import torch

    return torch.cuda.get_device_name() if torch.cuda.is_available() else "cpu"


def encoder_identity(folder: Path, params: EmbedParams) -> dict[str, object]:
    """Return what decides the token vectors of an encoder: its files, how it is run, and our code that runs it."""
    modules = ["config", "encoder", "loading", "network", "onednn", *(["onnx"] if params.runtime == "onnx" else [])]
    runtime = {"onnxruntime": version("onnxruntime")} if params.runtime == "onnx" else {}
    return {
        "files": folder_digest(folder), "precision": params.precision, "runtime": params.runtime, **runtime,
        "arithmetic": arithmetic(), "code": code_digest(*(f"onggi.models.{module}" for module in modules)),
    }  # fmt: skip


def folder_digest(folder: Path) -> str:
    """Return the digest of a folder, read again when a file of it is another one than the last time."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return _digest_of(folder, tuple((path, *_state(path)) for path in files))


def _state(path: Path) -> tuple[int, int, int]:
    found = path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns


@cache
def _digest_of(folder: Path, files: tuple[tuple[Path, int, int, int], ...]) -> str:
    return files_digest(folder)
