"""Encoders to measure with: the bootstrap one, and a deeper one with random weights."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from transformers import AutoTokenizer, XLMRobertaConfig, XLMRobertaModel

from onggi.models.bootstrap import bootstrap
from onggi.models.config import EncoderConfig, write_encoder_config
from onggi.models.params import BootstrapParams, EmbedParams

SHAPE = BootstrapParams(vocab_size=8000, dimensions=256, layers=1, heads=4, window=128, max_length=512, seed=0)


def embed_params(runtime: str = "torch") -> EmbedParams:
    """Return the settings of the build, but for queries that are not cut."""
    return EmbedParams.model_validate(
        {
            "query_max_length": 512, "passage_max_length": 512, "query_prefix": "", "passage_prefix": "",
            "precision": "fp32", "runtime": runtime, "trust_remote_code": False,
        }
    )  # fmt: skip


@contextmanager
def bootstrapped(texts: Sequence[str]) -> Iterator[Path]:
    """Yield the folder of a bootstrap encoder of the build's shape over ``texts``."""
    with TemporaryDirectory() as work:
        folder = Path(work) / "bootstrap"
        bootstrap(lambda: texts, SHAPE, folder)
        yield folder


@contextmanager
def deep(tokenizer: Path, layers: int = 6, dimensions: int = 384) -> Iterator[Path]:
    """Yield the folder of an encoder with random weights and the tokenizer of another."""
    with TemporaryDirectory() as work:
        folder = Path(work) / "deep"
        torch.manual_seed(0)
        config = XLMRobertaConfig(
            vocab_size=SHAPE.vocab_size, hidden_size=dimensions, num_hidden_layers=layers,
            num_attention_heads=12,
            intermediate_size=4 * dimensions, max_position_embeddings=514, pad_token_id=1, bos_token_id=0,
            eos_token_id=2,
        )  # fmt: skip
        XLMRobertaModel(config).save_pretrained(folder)
        AutoTokenizer.from_pretrained(tokenizer).save_pretrained(folder)
        write_encoder_config(folder, EncoderConfig("mean", 512))
        yield folder
