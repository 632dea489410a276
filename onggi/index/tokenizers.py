"""What BM25 counts: Kiwi morphemes, character bigrams or words."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from onggi.korean.kiwi import morphemes_of


class TokenizerParams(BaseModel):
    """How texts become terms."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: Literal["kiwi", "char_bigram", "whitespace"] = Field(description="kiwi, char_bigram or whitespace")
    pos: Literal["content", "full"] = Field(description="morphemes kiwi keeps: content or full")
    user_dictionary: str = Field(min_length=1, description="path of a Kiwi user dictionary")


def tokenize(texts: Iterable[str], params: TokenizerParams) -> Iterator[list[str]]:
    """Yield the terms of each text, in order.

    Examples
    --------
    >>> bigrams = TokenizerParams(name="char_bigram", pos="content", user_dictionary="-")
    >>> list(tokenize(["된장 독"], bigrams))
    [['된장', '독']]
    """
    if params.name == "kiwi":
        return morphemes_of(texts, params.pos, Path(params.user_dictionary))
    if params.name == "char_bigram":
        return ([gram for word in text.lower().split() for gram in _bigrams(word)] for text in texts)
    return (text.lower().split() for text in texts)


def _bigrams(word: str) -> list[str]:
    return [word[i : i + 2] for i in range(max(1, len(word) - 1))]
