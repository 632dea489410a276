"""The whole of params.yaml: every section onggi knows, and all that is wrong with a file."""

from pathlib import Path
from typing import ClassVar

from pydantic import Field

from onggi.answers.extractive import AnswerParams
from onggi.chunking import ChunkParams
from onggi.core import params
from onggi.core.errors import OnggiError, ParamsError
from onggi.core.params import Params
from onggi.documents.corpus import IngestParams
from onggi.evaluation.measures import EvaluateParams
from onggi.index.bm25 import Bm25Params
from onggi.models.base import BaseModelParams
from onggi.models.params import EmbedParams, RerankerParams
from onggi.negatives import MineParams, QuestionsParams
from onggi.search.fusion import FusionParams
from onggi.search.runs import RetrieveParams
from onggi.synthesis.extractive import SynthesizeParams
from onggi.training import FinetuneParams
from onggi.truth.split import SplitParams


class CorpusParams(Params):
    """Where the documents are; dvc.yaml hands the path to the stages."""

    key: ClassVar[str] = "corpus"

    path: str = Field(min_length=1, description="folder of documents, or a BEIR corpus.jsonl")


class GoldParams(Params):
    """Where the gold questions are; dvc.yaml hands the path to the stages."""

    key: ClassVar[str] = "gold"

    path: str = Field(min_length=1, description="jsonl of gold questions, or a BEIR folder")


SECTIONS: tuple[type[Params], ...] = (
    CorpusParams,
    GoldParams,
    IngestParams,
    ChunkParams,
    SplitParams,
    Bm25Params,
    BaseModelParams,
    EmbedParams,
    SynthesizeParams,
    QuestionsParams,
    RerankerParams,
    MineParams,
    FinetuneParams,
    RetrieveParams,
    FusionParams,
    AnswerParams,
    EvaluateParams,
)
"""Every section of params.yaml in the order of the build; a new one is a line here and its import."""


def problems(path: Path) -> list[OnggiError]:
    """Return all that is wrong with a params file, in the order of `SECTIONS`, unknown sections last.

    Raises
    ------
    ParamsError
        The file is missing, or is not a YAML mapping.
    """
    loaded = params.read(path)
    found: list[OnggiError] = []
    for section in SECTIONS:
        found += params.problems(section, loaded, path)
    known = [section.key for section in SECTIONS]
    for key in loaded:
        if key not in known:
            found.append(ParamsError(f"{path}: {key}", "unknown section", f"known: {', '.join(known)}"))
    return found
