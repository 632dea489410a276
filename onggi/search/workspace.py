"""The parts of systems as a build leaves them: folders of models and indexes, runs, chunks and questions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from onggi.core import tables
from onggi.core.schema import Question
from onggi.index.passages import Passages
from onggi.llm.backends import open_llm
from onggi.llm.prompts import Prompts
from onggi.models.joined import Embeds, open_embedder
from onggi.models.params import EmbedParams, RerankerParams
from onggi.models.reranker import Reranker, load_reranker
from onggi.search.indexes import open_index
from onggi.search.inputs import Inputs
from onggi.search.question_types import Centroids
from onggi.search.retriever import Retriever, RunRetriever
from onggi.search.rewriter import Rewriter, RewriterParams
from onggi.search.spec import Choose, Rerank, Transform
from onggi.search.transforms import TRANSFORMS


@dataclass
class Workspace:
    """What one system is built of (see `onggi.search.system.Parts`).

    Parameters
    ----------
    models, indexes, runs, prompts
        Folders.
    chunks, questions
        Tables.
    described
        The system, and how its models are run.
    """

    models: Path
    indexes: Path
    runs: Path
    chunks: Path
    questions: Path
    prompts: Path
    described: Inputs

    def retriever(self, index: str, *, live: bool) -> Retriever:
        """Return the run of an index, or the index itself."""
        if live:
            return open_index(self.indexes / index, self.models, self.described.depth)
        return RunRetriever(self.runs / f"{index}.parquet")

    def reranker(self, spec: Rerank) -> Reranker:
        """Return the reranker in a folder below ``models``."""
        folder = self.models / spec.model
        if spec.label is not None:
            from onggi.models.classifier import ClassifierReranker

            return ClassifierReranker(folder, spec.max_length, spec.label)
        params = RerankerParams(kind=spec.by, model=spec.model, max_length=spec.max_length)
        return load_reranker(params, folder, EmbedParams.model_validate(self.described.settings[spec.model]))

    def embedder(self, model: str) -> Embeds:
        """Return the encoder in a folder below ``models``."""
        return open_embedder(self.models / model, EmbedParams.model_validate(self.described.settings[model]))

    def transform(self, spec: Transform) -> Callable[[Sequence[str]], Sequence[str]]:
        """Return what makes other queries of those that are asked."""
        return TRANSFORMS[spec.by] if spec.prompt is None else self.rewriter.transform(spec.prompt)

    def types(self, spec: Choose) -> Callable[[Sequence[str]], Sequence[str]]:
        """Return what tells the types of queries; the encoder's examples are the train questions."""
        if spec.model is None:
            return self.rewriter.types
        known = [(q.text, q.type) for q in tables.read(self.questions, Question) if q.split == "train" and q.type]
        return Centroids(self.embedder(spec.model), known, self.questions).types

    @cached_property
    def rewriter(self) -> Rewriter:
        """The language model that reads queries."""
        params = RewriterParams.model_validate(self.described.rewriter)
        return Rewriter(open_llm(params, self.models), Prompts(self.prompts))

    @cached_property
    def passages(self) -> Passages:
        """The passages of all chunks."""
        return Passages(self.chunks)
