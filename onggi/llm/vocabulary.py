"""The pieces of a tokenizer: their bytes, and those that no reply is made of.

Never generated are special pieces but those that end a reply (marks of turns, of pictures, of sounds and of films,
reserved ones), ids that the model's configuration names as such, and ids without a piece. `Rules` tell, beside those,
which pieces may follow which where only some scripts are to be written.
"""

import json
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from onggi.llm.scripts import Writing, continues, length, split

THOUGHTS = frozenset(("<think>", "</think>"))
"""Special in some tokenizers; they mark what is no part of the answer, and whoever reads it drops them."""

TEXTUAL = ("bos_token_id", "eos_token_id", "pad_token_id", "sep_token_id", "decoder_start_token_id")
"""Keys of config.json that the tokenizer knows better."""


def pieces(tokenizer: Any) -> list[bytes | None]:
    """Return the bytes of each id, or None where it has no piece or one that was added to the vocabulary.

    Byte-level pieces spell bytes with letters of their own, SentencePiece's spell a space as U+2581 and lone bytes as
    ``<0xEA>``.
    """
    vocabulary: Mapping[str, int] = tokenizer.get_vocab()
    added = set(tokenizer.added_tokens_decoder)
    found: list[bytes | None] = [None] * (max(vocabulary.values()) + 1)
    spelling = _byte_letters() if _is_byte_level(tokenizer) else None
    for piece, place in vocabulary.items():
        if place in added:
            continue
        if spelling is not None:
            found[place] = bytes(spelling[letter] for letter in piece) if spelling.keys() >= set(piece) else None
        elif len(piece) == 6 and piece.startswith("<0x") and piece.endswith(">"):
            found[place] = bytes([int(piece[3:5], 16)])
        else:
            found[place] = piece.replace("▁", " ").encode("utf-8", "replace")
    return found


def _is_byte_level(tokenizer: Any) -> bool:
    backend = getattr(tokenizer, "backend_tokenizer", None)
    decoder = json.loads(backend.to_str()).get("decoder") if backend is not None else None
    parts = (decoder or {}).get("decoders", [decoder or {}])
    return any(part.get("type") == "ByteLevel" for part in parts)


@cache
def _byte_letters() -> dict[str, int]:
    """Return the byte of each letter of byte-level vocabularies, as GPT-2 chose them: visible ones are themselves."""
    visible = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    hidden = [byte for byte in range(0x100) if byte not in visible]
    return {chr(byte): byte for byte in visible} | {chr(0x100 + place): byte for place, byte in enumerate(hidden)}


def unspoken(tokenizer: Any, config: Mapping[str, Any], ends: AbstractSet[int], size: int) -> NDArray[np.bool_]:
    """Return which ids of a model of so many never stand in a reply.

    Parameters
    ----------
    tokenizer
        Of transformers.
    config
        The model's config.json: ids that it names, such as ``image_token_id``, are no text.
    ends
        Ids that end a reply.
    size
        How many ids the model gives scores to.
    """
    silent = np.ones(size, np.bool_)
    silent[[place for place in tokenizer.get_vocab().values() if place < size]] = False
    special = {place for place, token in tokenizer.added_tokens_decoder.items() if token.special}
    kept = {place for place, token in tokenizer.added_tokens_decoder.items() if token.content in THOUGHTS}
    for place in ((special | set(tokenizer.all_special_ids)) - kept) | _named(config):
        if 0 <= place < size:
            silent[place] = True
    silent[list(ends)] = False
    return silent


def _named(config: Mapping[str, Any]) -> set[int]:
    """Return ids that keys such as ``image_token_id``, ``video_token_index`` and ``boi_token_id`` name."""
    found: set[int] = set()
    for key, value in config.items():
        if isinstance(value, Mapping):
            found |= _named(value)
        elif isinstance(value, int) and str(key).endswith(("_token_id", "_token_index")) and key not in TEXTUAL:
            found.add(value)
    return found


@dataclass(frozen=True)
class Rules:
    """Which pieces may come next, by the piece before.

    A piece can begin a character that another ends. After such a one, only pieces may come that make it a character
    that is allowed; `after` holds a row for each beginning. A piece of nothing but bytes from within a character tells
    not whether that is whole: after it may come whatever may come after some piece.

    Parameters
    ----------
    allowed
        (size,): what may come where no character is begun.
    continuing
        (k,): ids of the pieces that can end a character.
    state
        (size,): the row of `after` that a piece leads to; row 0: no character is begun.
    after
        (states, k): which of `continuing` may come.
    strict
        (states,): whether nothing else may come.
    ends
        (e,): ids that end a reply, which may always come.
    """

    allowed: NDArray[np.bool_]
    continuing: NDArray[np.int64]
    state: NDArray[np.int64]
    after: NDArray[np.bool_]
    strict: NDArray[np.bool_]
    ends: NDArray[np.int64]


def free(silent: NDArray[np.bool_], ends: AbstractSet[int]) -> Rules:
    """Return the rules of any script."""
    none = np.zeros(0, np.int64)
    state = np.zeros(len(silent), np.int64)
    return Rules(
        ~silent, none, state, np.zeros((1, 0), np.bool_), np.zeros(1, np.bool_), np.array(sorted(ends), np.int64)
    )


def spelled(
    known: Sequence[bytes | None], silent: NDArray[np.bool_], ends: AbstractSet[int], writing: Writing
) -> Rules:
    """Return the rules of some scripts; ``known`` are the bytes of each id (see `pieces`)."""
    size = len(silent)
    allowed = ~silent
    heads: dict[int, tuple[bytes, bool]] = {}
    fine: dict[int, bool] = {}
    tails: dict[int, bytes] = {}
    for place, piece in enumerate(known[:size]):
        if piece is None or silent[place]:
            continue
        text = _text(piece)
        if text is not None:
            allowed[place] = writing.allows(text)
            continue
        head, whole, tail = split(piece)
        middle = _text(whole)
        good = middle is not None and writing.allows(middle) and (not tail or writing.can_become(tail))
        allowed[place] = good and not head
        if head:
            heads[place], fine[place] = (head, head == piece), good
        tails[place] = head if head == piece else tail
    begun = sorted({tail for tail in tails.values() if tail and not continues(tail[0])})
    rows = {tail: row for row, tail in enumerate(begun, 1)}
    unknown = len(rows) + 1
    continuing = np.array(sorted(heads), np.int64)
    shapes = {shape: column for column, shape in enumerate(sorted(set(heads.values())))}
    ending = np.zeros((unknown + 1, len(shapes)), np.bool_)
    for tail, row in rows.items():
        missing = length(tail[0]) - len(tail)
        for (head, bare), column in shapes.items():
            if len(head) == missing or (bare and len(head) < missing):
                ending[row, column] = _goes_on(tail + head, writing)
    after = ending[:, [shapes[heads[place]] for place in continuing]]
    after &= np.array([fine[place] for place in continuing], np.bool_)
    after[unknown] = after.any(axis=0)
    state = np.zeros(size, np.int64)
    for place, tail in tails.items():
        if tail:
            state[place] = unknown if continues(tail[0]) else rows[tail]
    strict = np.ones(unknown + 1, np.bool_)
    strict[[0, unknown]] = False
    return Rules(allowed, continuing, state, after, strict, np.array(sorted(ends), np.int64))


def _text(piece: bytes) -> str | None:
    try:
        return piece.decode()
    except UnicodeDecodeError:
        return None


def _goes_on(begun: bytes, writing: Writing) -> bool:
    """Tell whether bytes are a character that is allowed, or can become one."""
    if len(begun) < length(begun[0]):
        return writing.can_become(begun)
    text = _text(begun)
    return text is not None and writing.allows(text)
