"""What BM25 counts: morphemes or words of an analyser, a model's subwords, character bigrams, what is between spaces.

A tokenizer is a model like any other: a folder below ``models/`` that holds all that decides its terms.
"""

import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from onggi.core.errors import ModelError, ParamsError
from onggi.core.outs import replacing
from onggi.korean import mecab, okt
from onggi.korean.kiwi import kiwi, morphemes_of
from onggi.models.subwords import pieces_of, store_pieces

MANIFEST, DICTIONARY = "tokenizer-onggi.json", "user_dictionary.tsv"


class Terms(BaseModel):
    """How texts become terms."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: Literal["kiwi", "okt", "mecab", "char_bigram", "whitespace", "subwords"] = Field(
        description="kiwi, okt, mecab, char_bigram or whitespace"
    )
    pos: Literal["content", "full"] = Field(
        default="content", description="what kiwi, okt and mecab keep: content or full"
    )


class TokenizerParams(Terms):
    """A tokenizer to be made."""

    name: Literal["kiwi", "okt", "mecab", "char_bigram", "whitespace"] = Field(
        description="kiwi, okt, mecab, char_bigram or whitespace"
    )
    user_dictionary: str = Field(min_length=1, description="path of a user dictionary, which kiwi alone reads")


class Tokenizer:
    """A tokenizer folder at work."""

    def __init__(self, folder: Path, terms: Terms) -> None:
        self.folder, self.params = folder, terms

    @classmethod
    def make(cls, params: TokenizerParams, folder: Path) -> None:
        """Write a tokenizer folder: the settings, and a copy of the user dictionary.

        Raises
        ------
        ParamsError
            The dictionary is missing or not in Kiwi's format.
        ModelError
            What the tokenizer needs is not installed.
        """
        with replacing(folder) as temporary:
            temporary.mkdir()
            try:
                shutil.copyfile(params.user_dictionary, temporary / DICTIONARY)
            except OSError as error:
                problem = f"not a user dictionary ({error.strerror})"
                raise ParamsError(params.user_dictionary, problem, "write `form<TAB>tag<TAB>score` lines") from None
            terms = Terms(name=params.name, pos=params.pos)
            (temporary / MANIFEST).write_text(terms.model_dump_json(indent=2) + "\n", "utf-8")
            match params.name:  # a dictionary that Kiwi cannot read is named here, and what is not installed
                case "kiwi":
                    kiwi(temporary / DICTIONARY)
                case "okt":
                    okt.identity()
                case "mecab":
                    mecab.tagger()

    @classmethod
    def take(cls, source: Path, folder: Path, trust_remote_code: bool, where: str) -> None:
        """Make of the tokenizer of a Hugging Face model a tokenizer folder; errors name ``where`` it is from.

        Raises
        ------
        ModelError
            It has none that can be taken.
        """
        store_pieces(source, folder, trust_remote_code, where)
        (folder / MANIFEST).write_text(Terms(name="subwords").model_dump_json(indent=2) + "\n", "utf-8")

    @classmethod
    def load(cls, folder: Path) -> "Tokenizer":
        """Open a tokenizer folder.

        Raises
        ------
        ModelError
            It is none.
        """
        try:
            return cls(folder, Terms.model_validate_json((folder / MANIFEST).read_text("utf-8"), strict=True))
        except (OSError, ValidationError) as error:
            problem = " ".join(str(error).split())
            raise ModelError(folder, f"not a tokenizer ({problem})", "run `dvc repro tokenizer`") from None

    def terms(self, texts: Iterable[str]) -> Iterator[list[str]]:
        """Yield the terms of each text, in order."""
        return TOKENIZERS[self.params.name](self, texts)


TOKENIZERS: dict[str, Callable[[Tokenizer, Iterable[str]], Iterator[list[str]]]] = {
    "kiwi": lambda own, texts: morphemes_of(texts, own.params.pos, own.folder / DICTIONARY),
    "okt": lambda own, texts: okt.words_of(texts, own.params.pos),
    "mecab": lambda own, texts: mecab.words_of(texts, own.params.pos),
    "char_bigram": lambda _, texts: (
        [gram for word in text.lower().split() for gram in bigrams(word)] for text in texts
    ),
    "subwords": lambda own, texts: pieces_of(texts, own.folder),
    "whitespace": lambda _, texts: (text.lower().split() for text in texts),
}
"""What each name in params.yaml makes of texts."""


def bigrams(word: str) -> list[str]:
    """Return the pairs of neighbouring characters of a word, itself where it is shorter.

    Examples
    --------
    >>> bigrams("된장독"), bigrams("독")
    (['된장', '장독'], ['독'])
    """
    return [word[i : i + 2] for i in range(max(1, len(word) - 1))]
