"""The parts of systems as a build leaves them: folders of models and indexes, runs, and the chunks table."""

from functools import cached_property
from pathlib import Path

from onggi.core.digests import files_digest
from onggi.core.errors import ModelError
from onggi.index import folder
from onggi.index.encode import query_encoder
from onggi.index.passages import Passages
from onggi.models.embedder import Embedder
from onggi.models.params import EmbedParams, RerankerParams
from onggi.models.reranker import Reranker, load_reranker
from onggi.search.inputs import Inputs
from onggi.search.retriever import IndexRetriever, Retriever, RunRetriever
from onggi.search.spec import Rerank


def open_index(index: Path, models: Path, depth: int) -> IndexRetriever:
    """Return an index on disk, asked through its encoder below ``models``.

    Raises
    ------
    ModelError
        The index or the encoder is missing or damaged, or the encoder is another one than the index was made with.
    """
    opened = folder.load(index)
    card = opened.card
    model = models / card.encoder
    if not model.is_dir():
        raise ModelError(model, f"no such model, and {index} needs it", "run `dvc repro`")
    if files_digest(model) != card.identity:
        raise ModelError(index, f"was made with another {model}", f"run `dvc repro index@{index.name}`")
    return IndexRetriever(opened, query_encoder(model, card.settings), depth)


class Workspace:
    """What one system is built of (see `onggi.search.system.Parts`)."""

    def __init__(self, models: Path, indexes: Path, runs: Path, chunks: Path, described: Inputs) -> None:
        self.models, self.indexes, self.runs, self.chunks = models, indexes, runs, chunks
        self.described = described

    def retriever(self, index: str, *, live: bool) -> Retriever:
        """Return the run of an index, or the index itself."""
        if live:
            return open_index(self.indexes / index, self.models, self.described.depth)
        return RunRetriever(self.runs / f"{index}.parquet")

    def reranker(self, spec: Rerank) -> Reranker:
        """Return the reranker in a folder below ``models``."""
        params = RerankerParams(kind=spec.by, model=spec.model, max_length=spec.max_length)
        settings = EmbedParams.model_validate(self.described.settings[spec.model])
        return load_reranker(params, self.models / spec.model, settings)

    def embedder(self, model: str) -> Embedder:
        """Return the encoder in a folder below ``models``."""
        return Embedder(self.models / model, EmbedParams.model_validate(self.described.settings[model]))

    @cached_property
    def passages(self) -> Passages:
        """The passages of all chunks."""
        return Passages(self.chunks)
