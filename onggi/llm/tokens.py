"""How many tokens a prompt has: by the model's tokenizer, or by a stated estimate."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

from onggi.core.errors import LlmError
from onggi.llm.messages import Request

Count = Callable[[Request], int]

PER_MESSAGE = 6
"""Tokens that mark a turn: a role and its brackets."""

PER_ASCII = 0.3
PER_OTHER = 1.0
"""Tokens of a character, by the estimate: rather too many, so that a budget holds."""


def estimate(request: Request) -> int:
    """Return about how many tokens a prompt has, rather too many for Korean than too few."""
    texts = [message.content for message in request.messages] + ([request.schema] if request.schema else [])
    plain = sum(sum(map(str.isascii, text)) for text in texts)
    total = sum(map(len, texts))
    return round(PER_ASCII * plain + PER_OTHER * (total - plain)) + PER_MESSAGE * len(request.messages)


def by_tokenizer(folder: Path) -> Count:
    """Return what counts with the ``tokenizer.json`` of a model folder, without the model's chat template.

    Raises
    ------
    LlmError
        There is none.
    """
    file = folder / "tokenizer.json"
    if not file.exists():
        raise LlmError(file, "no such file", "name a folder with a tokenizer, or tokenizer: null for an estimate")

    @cache
    def tokenizer() -> object:
        from tokenizers import Tokenizer

        return Tokenizer.from_file(str(file))

    def count(request: Request) -> int:
        texts = [message.content for message in request.messages] + ([request.schema] if request.schema else [])
        lengths = (len(tokenizer().encode(text, add_special_tokens=False).ids) for text in texts)  # type: ignore[attr-defined]
        return sum(lengths) + PER_MESSAGE * len(request.messages)

    return count
