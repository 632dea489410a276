"""Which reader params name."""

from collections.abc import Iterable
from pathlib import Path

from onggi.answers.reader import AnswerParams, Reader, ReaderParams
from onggi.models.params import EmbedParams


def load_reader(
    params: AnswerParams, role: ReaderParams, embed: EmbedParams, models: Path, prompts: Path, texts: Iterable[str]
) -> Reader:
    """Return the reader that ``role.backend`` names.

    Parameters
    ----------
    params, role, embed
        What is taken for an answer, the language model, how an encoder is run.
    models, prompts
        The folders of all models and of the prompts.
    texts
        The texts of all chunks; read only by a reader that weighs words by them.

    Raises
    ------
    LlmError
        There is no such model or record of replies.
    ModelError
        There is no such encoder.
    """
    if role.backend == "extractive":
        from onggi.answers.extractive import ExtractiveReader
        from onggi.models.embedder import Embedder

        return ExtractiveReader(texts, params, Embedder(models / params.encoder, embed))
    from onggi.answers.generative import GenerativeReader
    from onggi.llm.backends import open_llm
    from onggi.llm.prompts import Prompts

    return GenerativeReader(open_llm(role, models), role, Prompts(prompts))
