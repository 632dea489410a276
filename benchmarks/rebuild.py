"""What a change costs: builds from ingest to search after a document was added, and after all were renamed.

The encoder is frozen after the full build: one made from the corpus would change with it, and with it every vector.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from ruamel.yaml import YAML

from benchmarks.corpora import Corpus, mixed, welfare
from benchmarks.encoders import bootstrapped, deep
from benchmarks.timing import Measure, seconds
from onggi.work.journal import Entry, entries

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
LARGE, SMALL = 3400, 340
"""Documents of the mixed corpora: about 20,000 chunks, and a tenth of them."""


def measure() -> Iterator[Measure]:
    """Yield, per corpus, a rebuild's share of the full build, and how peak memory grows with the corpus."""
    yield from _changes("welfare", welfare())[0]
    with bootstrapped([text for _, text in welfare().documents.values()]) as folder, deep(folder, 12, 768) as encoder:
        yield from _changes("welfare.base-size", welfare(), encoder)[0]
    _, before = _changes("small", mixed(SMALL))
    measures, after = _changes("large", mixed(LARGE))
    yield from measures
    for stage in INDEX:
        note = f"{before[stage]:.0f} to {after[stage]:.0f} MB without the index, {SMALL} to {LARGE} documents"
        yield Measure(f"memory.{stage}", after[stage] / before[stage], "x", target="<= 1.3", note=note)


def _changes(name: str, corpus: Corpus, encoder: Path | None = None) -> tuple[list[Measure], dict[str, float]]:
    """Return the measures of one corpus, and the peak memory of the stages of its full build in MB."""
    with _workspace(corpus, encoder) as folder:
        full = seconds(lambda: _repro(folder))
        build = _journal(folder)
        peaks = {stage: build[stage].peak_mb - _size(folder, index) for stage, index in INDEX.items()}
        chunks = build["chunk"].rows_out["data/chunks.parquet"]
        if encoder is None:
            freeze(folder)
        corpus.with_one_more().write(folder / "corpus")
        added = seconds(lambda: _repro(folder))
        work = _journal(folder)["encode@base"].works["embeddings"]
        note = f"{chunks} chunks: {added:.1f} s of {full:.1f} s, {work.computed} embeddings"
        first = Measure(f"rebuild.{name}.added", added / full, "", target="<= 0.15", note=note)
        corpus.renamed().write(folder / "corpus")
        renamed = seconds(lambda: _repro(folder))
        computed = sum(entry.work("embeddings").computed for entry in _journal(folder).values())
        note = f"embeddings after every document was renamed: {renamed:.1f} s of {full:.1f} s"
        return [first, Measure(f"rebuild.{name}.renamed", computed, "", target="= 0", note=note)], peaks


@contextmanager
def _workspace(corpus: Corpus, encoder: Path | None) -> Iterator[Path]:
    """Yield a clone of the last commit, set to a corpus and, where one is given, an encoder, with a memo of its own."""
    with TemporaryDirectory() as work:
        folder = Path(work) / "clone"
        subprocess.run(["git", "clone", "-q", str(ROOT), str(folder)], check=True)
        corpus.write(folder / "corpus")
        yaml = YAML()
        params = yaml.load(folder / "params.yaml")
        params["corpus"]["path"], params["gold"]["path"] = "corpus/corpus.jsonl", "corpus"
        # All questions are asked, whatever the documents are called that the split goes by.
        params["split"].update(train=0.0, dev=0.0, test=1.0, synthesis_from="all")
        if encoder is not None:
            params["models"]["bootstrap"] = {}
            params["models"]["local"] = {"base": {"path": str(encoder)}}
        yaml.dump(params, folder / "params.yaml")
        yield folder


def freeze(folder: Path) -> None:
    """Freeze the encoders made from the corpus; `dvc freeze` does not take a stage of a ``foreach``."""
    yaml = YAML()
    declared = yaml.load(folder / "dvc.yaml")
    declared["stages"]["bootstrap"]["do"]["frozen"] = True
    yaml.dump(declared, folder / "dvc.yaml")


def _repro(folder: Path) -> None:
    environment = {**os.environ, "ONGGI_MEMO": str(folder.parent / "memo")}
    subprocess.run([*DVC, "repro", "-q", *TARGETS], cwd=folder, check=True, stdout=sys.stderr, env=environment)


def _journal(folder: Path) -> dict[str, Entry]:
    """Return the last entry of each stage."""
    return {entry.stage: entry for entry in entries(folder.parent / "memo" / "journal.jsonl")}


def _size(folder: Path, index: str | None) -> float:
    """Return the size of an index in MB."""
    return sum(file.stat().st_size for file in (folder / f"data/index/{index}").glob("*")) / 2**20
