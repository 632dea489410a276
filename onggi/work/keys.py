"""The keys of the memo: all that decides a row, and nothing else."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Space:
    """All inputs to one model in one configuration.

    Parameters
    ----------
    kind
        What its rows are: ``embeddings``, ``scores``, ``morphemes``, ``words``, ``sentences``.
    state
        The digest of a row's key so far: of all that decides the row beside its input (see `space`).
    cost
        ``little``: a plan may compute such rows. ``much``: it only counts them. ``paid``: each is kept by a commit of
        its own; the others are kept once a second, so that a crash costs at most a second.
    width
        Bytes of every row; None where they differ or nobody knows. A row of another width counts as missing.
    """

    kind: str
    state: hashlib.blake2b
    cost: Literal["little", "much", "paid"]
    width: int | None = None

    def key(self, item: str | tuple[str, str]) -> bytes:
        """Return the key of a text, or of a pair of texts."""
        text = f":{item}" if isinstance(item, str) else f"{len(item[0])}:{item[0]}{item[1]}"
        state = self.state.copy()
        state.update(text.encode("utf-8", "surrogatepass"))
        return state.digest()


def space(
    kind: str, decided_by: Mapping[str, object], cost: Literal["little", "much", "paid"], width: int | None = None
) -> Space:
    """Return the space of a model (see `Space`).

    Parameters
    ----------
    decided_by
        All that decides a row beside its input, as JSON values: digests of weights, tokenizer and code, versions,
        settings. Never a path, and never the mere name of what can change.
    """
    text = json.dumps([kind, decided_by], sort_keys=True)
    return Space(kind, hashlib.blake2b(f"{text}\n".encode(), digest_size=16), cost, width)
