"""Which reader params name."""

from collections.abc import Iterable

from onggi.answers.extractive import ExtractiveReader
from onggi.answers.reader import AnswerParams, Reader


def load_reader(params: AnswerParams, texts: Iterable[str]) -> Reader:
    """Return the reader that ``params.backend`` names.

    Parameters
    ----------
    texts
        The texts of all chunks; read only by a reader that weighs words by them.
    """
    return ExtractiveReader(texts, params)
