"""The folder of a local model in memory: quantised as asked, on the devices there are."""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch

from onggi.core.errors import LlmError
from onggi.llm.chat import Chat
from onggi.llm.masking import Mask
from onggi.llm.messages import Request
from onggi.llm.params import LocalSettings
from onggi.llm.scripts import Writing
from onggi.llm.vocabulary import free, pieces, spelled, unspoken
from onggi.models import onednn
from onggi.models.auto import AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig, GenerationConfig
from onggi.models.loading import load, reading
from onggi.models.network import DTYPES, device

EXTRAS = {"gptq": ("gptqmodel", "optimum"), "awq": ("gptqmodel",), "gguf": ("gguf",)}
"""What transformers reads such a checkpoint with, under the name of onggi's extra that installs it."""


@dataclass(frozen=True)
class Checkpoint:
    """A model that is ready to write.

    Parameters
    ----------
    folder
        Where its files are.
    network
        A causal language model of transformers.
    tokenizer
        Its tokenizer, which pads on the left.
    chat
        What writes conversations for it.
    mask
        What keeps pieces out of replies.
    ends
        Ids that end a reply.
    longest
        Tokens of a prompt and its reply, at most.
    """

    folder: Path
    network: Any
    tokenizer: Any
    chat: Chat
    mask: Mask
    ends: frozenset[int]
    longest: int

    @property
    def device(self) -> torch.device:
        """Where tokens go in."""
        return torch.device(self.network.device)

    @property
    def on_one_gpu(self) -> bool:
        """Whether all of the model lies on one GPU, as continuous batching wants it."""
        places = set(getattr(self.network, "hf_device_map", {}).values())
        return self.device.type == "cuda" and len(places) <= 1

    def plain(self, most: int) -> Any:
        """Return the settings of a greedy search of at most so many tokens."""
        ends = sorted(self.ends) or None
        return GenerationConfig(
            do_sample=False, max_new_tokens=most, eos_token_id=ends, pad_token_id=self.tokenizer.pad_token_id
        )

    def ended(self, tokens: list[int], request: Request) -> list[int]:
        """Return a reply up to the token that ends it, that one too, or as many as the request allows."""
        end = next((place + 1 for place, token in enumerate(tokens) if token in self.ends), len(tokens))
        return tokens[: min(end, request.max_tokens)]


def load_checkpoint(folder: Path, settings: LocalSettings) -> Checkpoint:
    """Load a model for generation.

    Raises
    ------
    LlmError
        A package is missing that reads it, it is quantised already, or it has no chat template.
    ModelError
        It cannot be loaded (see `onggi.models.loading`).
    """
    config = _config(folder)
    check_extras(folder, config, settings)
    source = {"gguf_file": settings.gguf_file} if settings.gguf_file else {}
    own_tokenizer = source if not (folder / "tokenizer.json").exists() else {}
    with reading(folder):
        tokenizer = AutoTokenizer.from_pretrained(folder, padding_side="left", **own_tokenizer)
    chat = Chat(folder, tokenizer)
    dtype = "auto" if settings.dtype == "auto" else DTYPES[settings.dtype]
    safe = {} if settings.gguf_file else {"use_safetensors": True}
    network = load(
        AutoModelForCausalLM, folder, dtype=dtype, **source, **safe, **placed(settings), **quantized(settings)
    )
    network = network.eval().requires_grad_(False)
    plain = settings.quantization == "none" and "quantization_config" not in config
    if device() == "cpu" and plain and network.dtype == torch.float32 and onednn.available():
        onednn.linear_layers(network)
    text = network.config.get_text_config()
    ends = _ends(network, tokenizer)
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token_id = min(ends, default=0)
    # Else transformers takes top_k, repetition_penalty and the like of generation_config.json, which no request names.
    network.generation_config = GenerationConfig()
    silent = unspoken(tokenizer, network.config.to_dict(), ends, text.vocab_size)
    if settings.scripts is None:
        rules = free(silent, ends)
    else:
        rules = spelled(pieces(tokenizer), silent, ends, Writing(settings.scripts))
    longest = getattr(text, "max_position_embeddings", None) or 1 << 30
    return Checkpoint(folder, network, tokenizer, chat, Mask(rules, network.device), ends, longest)


def _config(folder: Path) -> Mapping[str, Any]:
    file = folder / "config.json"
    with reading(folder):
        content = json.loads(file.read_text("utf-8")) if file.exists() else {}
        return dict(content)


def check_extras(folder: Path, config: Mapping[str, Any], settings: LocalSettings) -> None:
    """Check that what reads a checkpoint is installed, and that it is quantised once at most.

    Raises
    ------
    LlmError
        It is not, or would be twice.
    """
    method = str((config.get("quantization_config") or {}).get("quant_method", "")).lower()
    asked = f"params.yaml: local.quantization: {settings.quantization}"
    if method and settings.quantization != "none":
        raise LlmError(asked, f"{folder} is quantised already ({method})", "set quantization: none")
    if settings.gguf_file and settings.quantization != "none":
        raise LlmError(asked, f"{settings.gguf_file} is quantised as it is", "set quantization: none")
    extra = "gguf" if settings.gguf_file else method
    missing = [name for name in EXTRAS.get(extra, ()) if find_spec(name) is None]
    if missing:
        problem = f"is a {extra.upper()} checkpoint, and {' and '.join(missing)} not installed"
        raise LlmError(folder, problem, f"install onggi[{extra}]")
    if settings.gguf_file and not (folder / settings.gguf_file).is_file():
        found = ", ".join(sorted(path.name for path in folder.glob("*.gguf"))) or "none"
        raise LlmError(
            folder / settings.gguf_file, "no such file", f"set local.gguf_file to one that is there ({found})"
        )


def placed(settings: LocalSettings) -> dict[str, Any]:
    """Return on which devices transformers puts the layers, as options of ``from_pretrained``."""
    if device() == "cpu" or settings.device_map == "cpu":
        return {"device_map": {"": "cpu"}}
    memory = {int(key) if key.isdigit() else key: size for key, size in settings.max_memory.items()}
    return {"device_map": "auto", **({"max_memory": memory} if memory else {})}


def quantized(settings: LocalSettings) -> dict[str, Any]:
    """Return how bitsandbytes quantises the linear layers, as options of ``from_pretrained``.

    Sources: Dettmers et al., "LLM.int8()", NeurIPS 2022, and "QLoRA", NeurIPS 2023.
    """
    if settings.quantization == "int8":
        logging.getLogger("bitsandbytes.autograd._functions").setLevel(logging.ERROR)  # a line a layer, of casts
        config = BitsAndBytesConfig(
            load_in_8bit=True,
            llm_int8_threshold=settings.llm_int8_threshold,
            llm_int8_enable_fp32_cpu_offload="cpu" in settings.max_memory,
        )
    elif settings.quantization == "nf4":
        config = BitsAndBytesConfig(
            load_in_4bit=True,
            bnb_4bit_quant_type="nf4",
            bnb_4bit_use_double_quant=settings.double_quant,
            bnb_4bit_compute_dtype=compute_dtype(settings),
            llm_int8_enable_fp32_cpu_offload="cpu" in settings.max_memory,
        )
    else:
        return {}
    return {"quantization_config": config}


def compute_dtype(settings: LocalSettings) -> torch.dtype:
    """Return in what nf4 multiplies: as ``dtype`` says, else bfloat16 on a GPU and float32 on a CPU."""
    if settings.dtype != "auto":
        return DTYPES[settings.dtype]
    return torch.bfloat16 if device() == "cuda" and settings.device_map == "auto" else torch.float32


def _ends(network: Any, tokenizer: Any) -> frozenset[int]:
    """Return the ids that end a reply: of generation_config.json, else of config.json, and the tokenizer's."""
    named = network.generation_config.eos_token_id
    if named is None:
        named = network.config.get_text_config().eos_token_id
    ends = {*(named if isinstance(named, list) else [named]), tokenizer.eos_token_id}
    return frozenset(place for place in ends if place is not None and place >= 0)
