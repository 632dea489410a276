import json
import struct
import zlib
from typing import Any

import numpy as np
import pytest

from onggi.korean import rows
from onggi.korean.kiwi import analyze, counted_sentences
from onggi.work.document_rows import packed as of_items
from onggi.work.kinds import CHECKS, wrong


def vector(*numbers: float) -> bytes:
    return np.array(numbers, np.float32).tobytes()


def numbers(*values: int) -> bytes:
    return np.array(values, np.uint32).tobytes()


def packed(*items: Any) -> bytes:
    return of_items(items)


DOCUMENT = [
    "md",
    "독",
    "장독",
    [[["독"]], [0], [2]],
    {"encoding": "utf-8"},
    [[0], [2], ["page"], [1], [""]],
    [[0], [1], [2]],
    {"running heads": 2},
    "",
]


def document(place: int, value: object) -> bytes:
    """Return a row of a document of which one part is another."""
    return packed([*DOCUMENT[:place], value, *DOCUMENT[place + 1 :]])


RIGHT = {
    "embeddings": [vector(1), vector(0.6, 0.8), vector(0.6003, -0.8), vector(0, 0, 0)],
    "scores": [struct.pack("<f", score) for score in (0.0, -12.5, 1e30)],
    "morphemes": [numbers(0), numbers(1, 0, 1) + "독\nNNG".encode(), numbers(2, 0, 1, 1, 1) + b"a\n\nb\nc"],
    "words": [b"", "독\tNoun".encode(), b"a\tAlpha\n#b\tHashtag"],
    "sentences": [numbers(0), numbers(2, 0, 5, 4, 6, 2, 0, 0, 2)],
    "documents": [packed(), packed(DOCUMENT), packed(DOCUMENT, ["", "is empty", "fill it", True])],
    "replies": [json.dumps({"text": "독", "prompt_tokens": 3, "completion_tokens": 1, "logprob": None}).encode()],
}
WRONG = {
    "embeddings": [
        b"", b"abc", vector(3, 4), vector(0.9, 0), vector(float("nan"), 1), vector(float("inf"), 0),
        vector(3e38, 3e38), vector(0, float("nan")),
    ],
    "scores": [b"", b"abc", bytes(8), struct.pack("<f", float("nan")), struct.pack("<f", float("-inf"))],
    "morphemes": [
        b"", b"[]", numbers(0) + b"a", numbers(1), numbers(1, 0, 1), numbers(1, 0, 1) + b"a",
        numbers(2, 0, 1) + b"a\nb", numbers(1, 0, 1) + b"a\nb\nc", numbers(1, 0, 1) + b"\xff\nb",
        numbers(1 << 31), b"[" * 100_000,
    ],
    "words": [b"a", b"a\tAlpha\n", b"a\tAlpha\nb", b"\xff\tAlpha"],
    "sentences": [
        b"", b"[]", b"abc", numbers(1), numbers(1, 0, 4, 2, 0), numbers(1, 0, 4, 1, 0, 0), numbers(0, 0),
        numbers(1 << 31), numbers(2, 0, 0, 0, 0),
    ],
    "documents": [
        b"", b"[]", zlib.compress(b"["), zlib.compress(b"{}"), packed(DOCUMENT)[:-1], packed("md"),
        zlib.compress(b"[false,[]]\ntext"), zlib.compress(b"[0,[]]\n"), zlib.compress(b"[]\n"),
        zlib.compress(zlib.decompress(packed(DOCUMENT)) + b"!"), zlib.compress(b"\xff"),
        zlib.compress(zlib.decompress(packed(DOCUMENT)).replace(b",2,[[[", b",null,[[[")),
        packed(DOCUMENT[:7]), packed(["", "is empty", "fill it", None]), packed([*DOCUMENT[:2], 2]),
        document(3, [[["독"]], [0], [3]]), document(3, [[[1]], [0], [1]]), document(3, [[["독"]], [2], [1]]),
        document(3, [[["독"]], [0], []]), document(3, [[["독"]], [-1], [2]]), document(3, [["독"], [0], [1]]),
        document(4, {"encoding": 8}), document(5, [[0], [3], ["page"], [1], [""]]), document(5, None),
        document(5, [[0], [1], ["page"], ["1"], [""]]), document(5, [[], [], []]), document(5, [0, 1, "page", 1, ""]),
        document(6, [[1], [0], [2]]), document(7, {"running heads": "2"}),
    ],
    "replies": [b"", b"[]", b"\xff", b'{"text": "a"}', b'{"text": 1, "prompt_tokens": 1, "completion_tokens": 1}'],
}  # fmt: skip


@pytest.mark.parametrize("kind", CHECKS)
def test_rows_that_no_model_returned_are_found_among_others(kind: str) -> None:
    held = {f"{number}".encode(): row for number, row in enumerate([*RIGHT[kind], *WRONG[kind]])}
    assert wrong(kind, held) == {key for key, row in held.items() if row in WRONG[kind]}
    assert wrong(kind, {}) == set()


def test_a_kind_that_is_not_known_may_be_anything() -> None:
    assert wrong("riddles", {b"key": b"\xff"}) == set()


def test_what_kiwi_returned_is_right() -> None:
    text = "장독대의 된장을 옮겼다. 간장도 \U0001f600 옮겼다.\n\n물을 붓는다."
    analysed = list(zip(*analyze(text), strict=True))
    columns = (list(analysed[0]), list(analysed[1]), list(analysed[2]), list(analysed[3]))
    for kind, row in (
        ("sentences", rows.pack_sentences(counted_sentences(text))),
        ("morphemes", rows.pack_morphemes(columns)),
    ):
        assert wrong(kind, {b"key": row}) == set()
