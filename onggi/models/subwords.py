"""The pieces of a Hugging Face tokenizer as terms: of any encoder or language model, without its weights."""

from collections.abc import Iterable, Iterator
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

from onggi.core.errors import ModelError
from onggi.korean.words import plain

FILE = "tokenizer.json"

TEXTS_A_CALL = 1024


def store_pieces(source: Path, folder: Path, trust_remote_code: bool, where: str) -> None:
    """Write the tokenizer of the model in ``source`` into ``folder``; errors name ``where`` it comes from.

    Raises
    ------
    ModelError
        There is none, or it is one that has no pieces of its own in a file (such as one written in Python).
    """
    from onggi.models.auto import AutoTokenizer
    from onggi.models.loading import reading
    from onggi.models.storing import saving

    with reading(where):
        tokenizer = AutoTokenizer.from_pretrained(source, trust_remote_code=trust_remote_code)
    if not tokenizer.is_fast:
        raise ModelError(where, f"has no {FILE} and none can be made of it", "choose a model with a fast tokenizer")
    with saving(folder):
        tokenizer.backend_tokenizer.save(str(folder / FILE))


def pieces_of(texts: Iterable[str], folder: Path) -> Iterator[list[str]]:
    """Yield the pieces of each text in lower case, in the order of the texts, without special ones.

    A piece that begins a word is another term than the same within one, as the tokenizer has it.

    Raises
    ------
    ModelError
        The folder holds no tokenizer.
    """
    tokenizer, unknown = _tokenizer(folder)
    waiting = (plain(text).lower() for text in texts)
    while block := list(islice(waiting, TEXTS_A_CALL)):
        for encoded in tokenizer.encode_batch(block, add_special_tokens=False):
            yield [piece for piece in encoded.tokens if piece != unknown]


@cache
def _tokenizer(folder: Path) -> tuple[Any, str | None]:
    try:
        tokenizer = Tokenizer.from_file(str(folder / FILE))
    except Exception as error:  # the library raises no class of its own
        raise ModelError(folder, f"holds no {FILE} that can be read ({error})", "fetch or adopt it again") from None
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer, getattr(tokenizer.model, "unk_token", None)
