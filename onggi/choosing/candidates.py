"""A declared language model as the reader it becomes."""

from collections.abc import Callable, Iterable
from pathlib import Path

from onggi.answers.backends import load_reader
from onggi.answers.reader import AnswerParams, Reader
from onggi.choosing.params import Candidate
from onggi.models.params import EmbedParams
from onggi.work import memo


def reader_of(
    candidate: Candidate, params: AnswerParams, embed: EmbedParams, models: Path, prompts: Path, texts: Iterable[str],
    fetched: Path,
) -> Callable[[], Reader]:  # fmt: skip
    """Return what makes the reader (see `onggi.answers.backends.load_reader`).

    It bears every request without a reply: how many there are is measured.

    Parameters
    ----------
    fetched
        An empty folder for a model that has to be fetched.
    """
    role = candidate.model_copy(update={"max_failed": 1.0})

    def make() -> Reader:
        if candidate.hub is None:
            return load_reader(params, role, embed, models, prompts, texts)
        from onggi.models.hub import fetch

        with memo.active().aside("fetch", 1):
            fetch(candidate.hub.params(), fetched)
        there = role.model_copy(update={"path": str(fetched)})
        return load_reader(params, there, embed, models, prompts, texts)

    return make
