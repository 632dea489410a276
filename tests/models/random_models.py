"""Models with random weights, in which every layer shapes the result, and models as others store them."""

import shutil
from pathlib import Path

import torch
from safetensors.torch import load_file
from transformers import AutoTokenizer, XLMRobertaConfig, XLMRobertaForSequenceClassification, XLMRobertaModel

from onggi.models.config import EncoderConfig, write_encoder_config


def save_encoder(folder: Path, model: Path) -> Path:
    """Write a random encoder with the tokenizer of ``model``."""
    torch.manual_seed(3)
    config = XLMRobertaConfig(
        vocab_size=300, hidden_size=48, num_hidden_layers=2, num_attention_heads=3, intermediate_size=100,
        max_position_embeddings=66, pad_token_id=1, bos_token_id=0, eos_token_id=2, initializer_range=0.2,
    )  # fmt: skip
    XLMRobertaModel(config).save_pretrained(folder)
    AutoTokenizer.from_pretrained(model).save_pretrained(folder)
    write_encoder_config(folder, EncoderConfig("mean", 64))
    return folder


def save_cross_encoder(folder: Path, model: Path, labels: int) -> Path:
    """Write a random cross-encoder with the tokenizer of ``model``."""
    torch.manual_seed(5)
    config = XLMRobertaConfig(
        vocab_size=300, hidden_size=24, num_hidden_layers=2, num_attention_heads=2, intermediate_size=40,
        max_position_embeddings=70, pad_token_id=1, bos_token_id=0, eos_token_id=2, num_labels=labels,
        initializer_range=0.5,
    )  # fmt: skip
    XLMRobertaForSequenceClassification(config).save_pretrained(folder)
    AutoTokenizer.from_pretrained(model).save_pretrained(folder)
    return folder


def as_pickle(model: Path, folder: Path) -> Path:
    """Copy a model folder, its weights as ``pytorch_model.bin``."""
    shutil.copytree(model, folder)
    torch.save(load_file(folder / "model.safetensors"), folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()
    return folder
