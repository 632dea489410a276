"""Who writes: the writer that params name."""

import json
from collections.abc import Container, Sequence
from pathlib import Path

from onggi.core.errors import ParamsError
from onggi.core.params import PARAMS
from onggi.llm.backends import open_llm
from onggi.llm.prompts import FOLDER, Prompts
from onggi.llm.role import Llm
from onggi.synthesis.drafts import Writer
from onggi.synthesis.extractive import ExtractiveWriter
from onggi.synthesis.params import SynthesizeParams, TeacherParams
from onggi.synthesis.recorded import RecordedWriter
from onggi.synthesis.teacher import Example, LlmWriter

PROMPTS = Prompts(FOLDER / "teacher")


def open_teacher(params: TeacherParams, models: Path) -> Llm | None:
    """Return the language model that writes; None where a file of questions or the rules do.

    Raises
    ------
    LlmError
        The model, or the file of its recorded replies, is not there.
    """
    if params.backend == "extractive" or (params.backend == "recorded" and not _holds_replies(Path(params.path))):
        return None
    return open_llm(params, models)


def open_writer(
    teacher: TeacherParams,
    params: SynthesizeParams,
    llm: Llm | None,
    doc_ids: Container[str],
    examples: Sequence[Example],
) -> Writer:
    """Return the writer of ``teacher.backend``.

    Parameters
    ----------
    teacher, params
        The sections.
    llm
        What `open_teacher` returned.
    doc_ids
        All documents of the corpus.
    examples
        Questions of people, which a language model is shown.

    Raises
    ------
    GoldError
        The file of recorded questions is missing, malformed, or of another corpus.
    ParamsError
        A language model is to write, and nothing says how much.
    """
    if llm is None:
        recorded = teacher.backend == "recorded"
        return RecordedWriter(Path(teacher.path), doc_ids) if recorded else ExtractiveWriter(teacher.seed)
    if params.per_type is params.per_chunk is params.per_document is None:
        where, what = f"{PARAMS}: synthesize", "nothing says how many questions a language model is to write"
        raise ParamsError(where, what, "set per_type, per_chunk or per_document")
    return LlmWriter(llm, PROMPTS, teacher, params, examples)


def _holds_replies(path: Path) -> bool:
    """Tell a file of replies (`onggi.llm.record`) from one of questions, by its first line."""
    try:
        with path.open(encoding="utf-8-sig") as lines:
            first = json.loads(next(lines, "{}"))
    except (OSError, ValueError):
        return False
    return isinstance(first, dict) and "request" in first
