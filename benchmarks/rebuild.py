"""What a change costs: builds from ingest to retrieve after a document was added, and after all were renamed.

The encoder is a fixed one: one that is made from the corpus changes with it, and then every vector does.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

from ruamel.yaml import YAML

from benchmarks.corpora import Corpus, mixed, welfare
from benchmarks.encoders import bootstrapped
from benchmarks.timing import Measure, seconds
from onggi.core.journal import Entry, entries

ROOT = Path(__file__).parents[1]
TARGETS = ("retrieve@bm25", "retrieve@dense-base")
INDEX = {
    "chunk": None,
    "embed@base": "base",
    "index_bm25": "bm25",
    "retrieve@bm25": "bm25",
    "retrieve@dense-base": "base",
}
"""The stages whose memory is not to grow with the corpus, and the index that each makes or asks."""
LARGE, SMALL = 2500, 250
"""Documents of the mixed corpora: about 20,000 chunks, and a tenth of them."""


def measure() -> Iterator[Measure]:
    """Yield, per corpus, a rebuild's share of the full build, and how peak memory grows with the corpus."""
    yield from _changes("welfare", welfare())[0]
    _, before = _changes("small", mixed(SMALL))
    measures, after = _changes("large", mixed(LARGE))
    yield from measures
    for stage in INDEX:
        note = f"{before[stage]:.0f} to {after[stage]:.0f} MB without the index, {SMALL} to {LARGE} documents"
        yield Measure(f"memory.{stage}", after[stage] / before[stage], "x", target="<= 1.3", note=note)


def _changes(name: str, corpus: Corpus) -> tuple[list[Measure], dict[str, float]]:
    """Return the measures of one corpus, and the peak memory of the stages of its full build in MB."""
    with _workspace(corpus) as folder:
        full = seconds(lambda: _repro(folder))
        build = _journal(folder)
        peaks = {stage: build[stage].peak_mb - _size(folder, index) for stage, index in INDEX.items()}
        chunks = build["chunk"].rows_out["data/chunks.parquet"]
        corpus.with_one_more().write(folder / "corpus")
        added = seconds(lambda: _repro(folder))
        work = _journal(folder)["embed@base"].works["embeddings"]
        note = f"{chunks} chunks: {added:.1f} s of {full:.1f} s, {work.computed} embeddings"
        first = Measure(f"rebuild.{name}.added", added / full, "", target="<= 0.15", note=note)
        corpus.renamed().write(folder / "corpus")
        renamed = seconds(lambda: _repro(folder))
        computed = sum(entry.work("embeddings").computed for entry in _journal(folder).values())
        note = f"embeddings after every document was renamed: {renamed:.1f} s of {full:.1f} s"
        return [first, Measure(f"rebuild.{name}.renamed", computed, "", target="= 0", note=note)], peaks


@contextmanager
def _workspace(corpus: Corpus) -> Iterator[Path]:
    """Yield a clone of the last commit that builds ``corpus`` with a fixed encoder and a memo of its own."""
    with TemporaryDirectory() as work, bootstrapped(list(corpus.documents.values())) as encoder:
        folder = Path(work) / "clone"
        subprocess.run(["git", "clone", "-q", str(ROOT), str(folder)], check=True)
        corpus.write(folder / "corpus")
        settings = {
            "corpus.path": "corpus/corpus.jsonl", "gold.path": "corpus",
            "base_model.kind": "hub", "base_model.hub.name": str(encoder), "base_model.hub.revision": "local",
        }  # fmt: skip
        params = folder / "params.yaml"
        params.write_text(_edited(params.read_text("utf-8"), settings), "utf-8")
        yield folder


def _edited(text: str, settings: dict[str, str]) -> str:
    """Return params with other values, by dotted keys."""
    yaml = YAML()
    params = yaml.load(text)
    for key, value in settings.items():
        *path, last = key.split(".")
        section = params
        for name in path:
            section = section[name]
        section[last] = value
    out = StringIO()
    yaml.dump(params, out)
    return out.getvalue()


def _repro(folder: Path) -> None:
    environment = {**os.environ, "ONGGI_MEMO": str(folder.parent / "memo")}
    command = [sys.executable, "-m", "dvc", "repro", "-q", *TARGETS]
    subprocess.run(command, cwd=folder, check=True, stdout=sys.stderr, env=environment)


def _journal(folder: Path) -> dict[str, Entry]:
    """Return the last entry of each stage."""
    return {entry.stage: entry for entry in entries(folder.parent / "memo" / "journal.jsonl")}


def _size(folder: Path, index: str | None) -> float:
    """Return the size of an index in MB."""
    return sum(file.stat().st_size for file in (folder / f"data/index/{index}").glob("*")) / 2**20
