"""What a change costs: builds from ingest to search after a document was added, and after all were renamed.

The encoder is frozen after the full build: one made from the corpus would change with it, and with it every vector.
Beside the seconds stand CPU seconds, of DVC and all stages: they hardly change when others use the machine.
"""

import os
import resource
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray
from ruamel.yaml import YAML

from benchmarks.corpora import Corpus, mixed, welfare
from benchmarks.encoders import bootstrapped, deep
from benchmarks.timing import Measure, seconds
from onggi.index.passages import passages
from onggi.models.config import dimensions
from onggi.models.embedder import Embedder
from onggi.models.params import EmbedParams
from onggi.work.journal import Entry, entries
from onggi.work.memo import Memo, using
from onggi.work.store import Store, location

ROOT = Path(__file__).parents[1]
DVC = [sys.executable, "-m", "dvc"]
TARGETS = ("search@bm25", "search@dense-base")
INDEX = {
    "chunk": None,
    "encode@kiwi": None,
    "encode@base": "dense-base",
    "index@bm25": "bm25",
    "search@bm25": "bm25",
    "search@dense-base": "dense-base",
}
"""The stages whose memory is not to grow with the corpus, and the index that each makes or asks."""
HUGE, LARGE, SMALL = 17_000, 3400, 340
"""Documents of the mixed corpora: about 100,000 chunks, 20,000 and 2,000."""
TIMED = 64
"""Passages by which the time of an encoder is measured that is too slow for all of them."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a build took: seconds, CPU seconds, and the seconds of its stages."""

    seconds: float
    cpu: float
    stages: dict[str, float]

    def share(self, name: str, full: "Cost", note: str) -> Iterator[Measure]:
        """Yield this cost as a share of that of the full build, and what each of its stages took."""
        of = f"{self.seconds:.1f} s of {full.seconds:.1f} s"
        yield Measure(name, self.seconds / full.seconds, "", target="<= 0.05", note=f"{note}: {of}")
        yield Measure(f"{name}.cpu", self.cpu / full.cpu, "", note=f"{self.cpu:.1f} of {full.cpu:.1f} CPU seconds")
        for stage, took in self.stages.items():
            before = f"{full.stages[stage]:.1f} s in the full build" if stage in full.stages else ""
            yield Measure(f"{name}.{stage}", took, "s", note=before)


def measure() -> Iterator[Measure]:
    """Yield, per corpus, a rebuild's share of the full build, and how peak memory grows with the corpus."""
    yield from _changes("welfare", welfare())
    with bootstrapped([text for _, text in welfare().documents.values()]) as folder, deep(folder, 12, 768) as encoder:
        yield from _changes("welfare.base-size", welfare(), encoder)
    yield from _memory(mixed(SMALL), mixed(LARGE))
    yield from _hundred_thousand(mixed(HUGE))


def _changes(name: str, corpus: Corpus, encoder: Path | None = None) -> Iterator[Measure]:
    """Yield the measures of one corpus: a document added, and every document renamed."""
    with _workspace(corpus, encoder) as folder:
        full = _repro(folder)
        if encoder is None:
            freeze(folder)
        yield from _added(name, folder, corpus, full)
        corpus.renamed().write(folder / "corpus")
        renamed = _repro(folder)
        computed = sum(entry.work("embeddings").computed for entry in _journal(folder).values())
        note = f"embeddings after every document was renamed: {renamed.seconds:.1f} s of {full.seconds:.1f} s"
        yield Measure(f"rebuild.{name}.renamed", computed, "", target="= 0", note=note)


def _added(name: str, folder: Path, corpus: Corpus, full: Cost) -> Iterator[Measure]:
    """Yield what one document more costs a workspace that was built."""
    corpus.with_one_more().write(folder / "corpus")
    added = _repro(folder)
    last = _journal(folder)
    chunks, computed = last["chunk"].rows_out["data/chunks.parquet"], last["encode@base"].works["embeddings"].computed
    yield from added.share(f"rebuild.{name}.added", full, f"{chunks} chunks, {computed} embeddings")


def _memory(small: Corpus, large: Corpus) -> Iterator[Measure]:
    """Yield how peak memory grows from a small corpus to a large one, and what a rebuild of that costs."""
    peaks = []
    for corpus in (small, large):
        with _workspace(corpus) as folder:
            full = _repro(folder)
            build = _journal(folder)
            peaks.append({stage: build[stage].peak_mb - _size(folder, index) for stage, index in INDEX.items()})
            if corpus is large:
                freeze(folder)
                yield from _added("large", folder, corpus, full)
    before, after = peaks
    for stage in INDEX:
        sizes = f"{len(small.documents)} to {len(large.documents)} documents"
        note = f"{before[stage]:.0f} to {after[stage]:.0f} MB without the index, {sizes}"
        yield Measure(f"memory.{stage}", after[stage] / before[stage], "x", target="<= 1.3", note=note)


def _hundred_thousand(corpus: Corpus) -> Iterator[Measure]:
    """Yield what one document more costs about 100,000 chunks, by the bootstrap encoder and by one of 12 layers.

    The second would take hours for all chunks. It encodes some, which are timed, and the full build is charged that
    time for each; the memo gets random unit vectors for the others.
    """
    with _workspace(corpus) as folder:
        full = _repro(folder)
        freeze(folder)
        yield from _added("100k", folder, corpus, full)
        corpus.write(folder / "corpus")
        with deep(folder / "models" / "base", 12, 768) as encoder:
            _set_encoder(folder, encoder)
            _repro(folder, "adopt@base", "chunk")
            wall, cpu = _plant(folder)
            _repro(folder)
            made = ("bootstrap@base", "encode@base")  # by the bootstrap encoder: their CPU time is left in
            stages = {stage: took for stage, took in full.stages.items() if stage not in made}
            stages["encode@base"] = wall
            charged = Cost(full.seconds + wall - sum(full.stages[stage] for stage in made), full.cpu + cpu, stages)
            yield from _added("100k.base-size", folder, corpus, charged)


def _plant(folder: Path) -> tuple[float, float]:
    """Hold random vectors of all chunks in the memo; return what the encoder would take, in seconds and CPU seconds."""
    model = folder / "models" / "base"
    embed = EmbedParams.model_validate(YAML(typ="safe").load(folder / "params.yaml")["embed"])
    texts = list(passages(folder / "data" / "chunks.parquet"))
    some = [texts[row] for row in np.random.default_rng(0).choice(len(texts), TIMED, replace=False)]
    embedder = Embedder(model, embed)
    embedder.passages(some[:4])
    before = _cpu(resource.RUSAGE_SELF)
    wall = seconds(lambda: embedder.passages(some))
    cpu = _cpu(resource.RUSAGE_SELF) - before
    planter = Embedder(model, embed)
    planter.__dict__["encoder"] = _Random(dimensions(model) or 0)
    with using(Memo(Store(folder.parent / "memo" / location().name))):
        for _ in planter.passage_blocks(texts):
            pass
    return wall / TIMED * len(texts), cpu / TIMED * len(texts)


@dataclass(frozen=True, slots=True)
class _Random:
    """What stands in for an encoder that would take hours."""

    dimensions: int

    def batches(self, texts: Sequence[str], max_length: int) -> Iterator[tuple[list[int], NDArray[np.float32]]]:
        vectors = np.random.default_rng(len(texts)).standard_normal((len(texts), self.dimensions)).astype(np.float32)
        yield list(range(len(texts))), vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@contextmanager
def _workspace(corpus: Corpus, encoder: Path | None = None) -> Iterator[Path]:
    """Yield a clone of the last commit, set to a corpus and, where one is given, an encoder, with a memo of its own."""
    with TemporaryDirectory() as work:
        folder = Path(work) / "clone"
        subprocess.run(["git", "clone", "-q", str(ROOT), str(folder)], check=True)
        corpus.write(folder / "corpus")
        params = _yaml(folder / "params.yaml")
        params["corpus"]["path"], params["gold"]["path"] = "corpus/corpus.jsonl", "corpus"
        # All questions are asked, whatever the documents are called that the split goes by.
        params["split"].update(train=0.0, dev=0.0, test=1.0, synthesis_from="all")
        params["teacher"]["backend"], params["synthesize"]["round_trip_k"] = "extractive", 10
        YAML().dump(params, folder / "params.yaml")
        if encoder is not None:
            _set_encoder(folder, encoder)
        yield folder


def _set_encoder(folder: Path, encoder: Path) -> None:
    """Let an encoder of this machine stand in for the one made from the corpus."""
    params = _yaml(folder / "params.yaml")
    params["models"]["bootstrap"] = {}
    params["models"]["local"] = {"base": {"path": str(encoder)}}
    YAML().dump(params, folder / "params.yaml")


def freeze(folder: Path) -> None:
    """Freeze the encoders made from the corpus; `dvc freeze` does not take a stage of a ``foreach``."""
    declared = _yaml(folder / "dvc.yaml")
    declared["stages"]["bootstrap"]["do"]["frozen"] = True
    YAML().dump(declared, folder / "dvc.yaml")


def _yaml(path: Path) -> Any:
    return YAML().load(path)


def _repro(folder: Path, *targets: str) -> Cost:
    """Build a workspace; return what that took."""
    environment = {**os.environ, "ONGGI_MEMO": str(folder.parent / "memo")}
    command = [*DVC, "repro", "-q", *(targets or TARGETS)]
    known = len(_entries(folder))
    before = _cpu(resource.RUSAGE_CHILDREN)
    took = seconds(lambda: subprocess.run(command, cwd=folder, check=True, stdout=sys.stderr, env=environment))
    ran = _entries(folder)[known:]
    return Cost(took, _cpu(resource.RUSAGE_CHILDREN) - before, {entry.stage: entry.seconds for entry in ran})


def _cpu(of: int) -> float:
    """Return the CPU seconds of this process or of its children that have ended."""
    used = resource.getrusage(of)
    return used.ru_utime + used.ru_stime


def _entries(folder: Path) -> list[Entry]:
    return list(entries(folder.parent / "memo" / "journal.jsonl"))


def _journal(folder: Path) -> dict[str, Entry]:
    """Return the last entry of each stage."""
    return {entry.stage: entry for entry in _entries(folder)}


def _size(folder: Path, index: str | None) -> float:
    """Return the size of an index in MB."""
    return sum(file.stat().st_size for file in (folder / f"data/index/{index}").glob("*")) / 2**20
