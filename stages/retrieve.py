"""retrieve: one run per system, over the dev and test questions."""

from pathlib import Path
from typing import TYPE_CHECKING

from stages import run

if TYPE_CHECKING:
    from onggi.core.schema import Question


def bm25(index: Path, user_dictionary: Path, questions: Path, out: Path) -> None:
    """Ask a BM25 index, which reads queries with the USER_DICTIONARY it was built with."""
    from onggi.core import tables
    from onggi.core.schema import Hit
    from onggi.index.bm25 import Bm25Index
    from onggi.search.runs import RetrieveParams, bm25_run

    params = RetrieveParams.load()
    tables.write(out, Hit, bm25_run(_asked(questions), Bm25Index.load(index), params))


def dense(index: Path, model: Path, questions: Path, out: Path) -> None:
    """Ask a dense index through the encoder it was built with."""
    from onggi.core import tables
    from onggi.core.schema import Hit
    from onggi.index.dense import DenseIndex
    from onggi.models.embedder import Embedder
    from onggi.models.params import EmbedParams
    from onggi.search.runs import RetrieveParams, dense_run

    params = RetrieveParams.load()
    loaded = DenseIndex.load(index)
    embedder = Embedder(model, EmbedParams.model_validate(loaded.settings))
    tables.write(out, Hit, dense_run(_asked(questions), loaded, embedder, params))


def fuse(lexical: Path, dense: Path, questions: Path, out: Path) -> None:
    """Make one run of a lexical and a dense one; the QUESTIONS are those that both were asked."""
    from onggi.core import tables
    from onggi.core.schema import Hit
    from onggi.search.fusion import FusionParams
    from onggi.search.fusion import fuse as fused

    runs = tables.read(lexical, Hit), tables.read(dense, Hit)
    tables.write(out, Hit, fused(*runs, (lexical.stem, dense.stem), FusionParams.load()))


def _asked(questions: Path) -> "list[Question]":
    from onggi.core import tables
    from onggi.core.schema import Question

    return [question for question in tables.read(questions, Question) if question.split != "train"]


if __name__ == "__main__":
    run(bm25, dense, fuse)
