"""Training encoders on mined questions, in child processes."""

from onggi.training.checkpoint import finetune
from onggi.training.params import FinetuneParams

__all__ = ["FinetuneParams", "finetune"]
