"""What a row of the memo costs: against computing it on the bootstrap encoder, and rows read and written a second."""

from collections.abc import Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.data import beir
from benchmarks.encoders import bootstrapped, embed_params
from benchmarks.timing import Measure, faster, seconds
from onggi.models.embedder import Embedder
from onggi.work import memo
from onggi.work.store import Store

VECTORS, DIMENSIONS = 20_000, 1024


def measure() -> Iterator[Measure]:
    """Yield how many times as fast a held row is as a computed one, and rates with long vectors."""
    texts = beir("korquad-a").texts
    with TemporaryDirectory() as work, bootstrapped(texts) as folder:
        embedder = Embedder(folder, embed_params())

        def ask(held: bool) -> None:
            with memo.using(memo.Memo(Store(Path(work) / "memo.sqlite") if held else None)):
                embedder.passages(texts)

        ask(held=True)
        note = f"{len(texts)} rows from the memo and from the encoder"
        yield faster("memo.hit", lambda: ask(held=True), lambda: ask(held=False), 5, ">= 200", note)
        yield from _rates(Path(work) / "vectors.sqlite")


def _rates(path: Path) -> Iterator[Measure]:
    """Yield rows written and read a second, of vectors that no cache of SQLite's holds yet."""
    vectors = np.random.default_rng(0).standard_normal((VECTORS, DIMENSIONS)).astype(np.float16)
    texts = [f"{place}번 항아리에 담근 장을 언제 뜨는지 적어 둔 쪽지" for place in range(VECTORS)]
    space = memo.space("embeddings", {"measured": "vectors"}, "much")

    def compute(missing: list[str]) -> Iterator[tuple[int, bytes]]:
        return ((place, vectors[int(text.partition("번")[0])].tobytes()) for place, text in enumerate(missing))

    def ask() -> None:
        with memo.using(memo.Memo(Store(path))) as opened:
            for _ in opened.rows(space, texts, compute):
                pass

    note = f"vectors of {DIMENSIONS} float16"
    yield Measure("memo.written", VECTORS / seconds(ask), "/s", note=note)
    times = [seconds(ask) for _ in range(3)]
    rates = sorted(VECTORS / took for took in times)
    yield Measure("memo.read", VECTORS / median(times), "/s", rates[0], rates[-1], ">= 20000", note)
