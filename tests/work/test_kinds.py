import json
import struct

import numpy as np
import pytest

from onggi.korean import kiwi
from onggi.work.kinds import CHECKS, wrong


def vector(*numbers: float) -> bytes:
    return np.array(numbers, np.float32).tobytes()


RIGHT = {
    "embeddings": [vector(1), vector(0.6, 0.8), vector(0.6003, -0.8), vector(0, 0, 0)],
    "scores": [struct.pack("<f", score) for score in (0.0, -12.5, 1e30)],
    "morphemes": [b"[[],[],[],[]]", '[["독"],["NNG"],[0],[1]]'.encode()],
    "sentences": [b"[]", b"[[0,4,[0,2]],[5,6,[]]]"],
}
WRONG = {
    "embeddings": [
        b"", b"abc", vector(3, 4), vector(0.9, 0), vector(float("nan"), 1), vector(float("inf"), 0),
        vector(3e38, 3e38), vector(0, float("nan")),
    ],
    "scores": [b"", b"abc", bytes(8), struct.pack("<f", float("nan")), struct.pack("<f", float("-inf"))],
    "morphemes": [
        b"", b"[]", b"null", b"{}", b"\xff", b"[" * 100_000, b"[[],[],[]]", b'[["a"],[],[0],[1]]',
        b'[["a"],["b"],[0],["1"]]', b'[["a"],["b"],[0],[1.5]]',
    ],
    "sentences": [b"", b"{}", b"[1]", b"[[0,4]]", b'[[0,"4",[]]]', b"[[0,4,[null]]]", b"[[0,true,[1.0]]]"],
}  # fmt: skip


@pytest.mark.parametrize("kind", CHECKS)
def test_rows_that_no_model_returned_are_found_among_others(kind: str) -> None:
    rows = {f"{number}".encode(): row for number, row in enumerate([*RIGHT[kind], *WRONG[kind]])}
    assert wrong(kind, rows) == {key for key, row in rows.items() if row in WRONG[kind]}
    assert wrong(kind, {}) == set()


def test_a_kind_that_is_not_known_may_be_anything() -> None:
    assert wrong("replies", {b"key": b"\xff"}) == set()


def test_what_kiwi_returned_is_right() -> None:
    text = "장독대의 된장을 옮겼다. 간장도 \U0001f600 옮겼다."
    parts = [[*part] for part in kiwi.counted_sentences(text)]
    columns = list(map(list, zip(*kiwi.analyze(text), strict=True)))
    for kind, row in (("sentences", parts), ("morphemes", columns)):
        assert wrong(kind, {b"key": json.dumps(row, ensure_ascii=False).encode()}) == set()
