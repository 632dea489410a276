"""The most rows a stage can need when its input is not known yet: the one place that knows what a stage asks models."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

from onggi.core import tables
from onggi.core.schema import Chunk, Document, Question

Most = dict[str, int | None]
"""The most rows of each kind, in the order a stage asks for them; None where nobody can say."""

Params = Mapping[str, Mapping[str, object]]
"""All sections of params.yaml."""

CHEAP = ("sentences", "morphemes")
"""Kinds that a plan computes itself and does not keep: stages that ask for the same rows each count them."""


class Files(Protocol):
    """What is known of the files that a stage reads."""

    def known(self, path: str) -> Path | None:
        """Return where a file lies as it will be; None where nobody knows its content."""
        ...

    def most_rows(self, path: str) -> int | None:
        """Return the most rows of a file that is not known; None where nobody can say."""
        ...


def most(command: str, files: Files, params: Params) -> Most:
    """Return the most rows of each kind that the command of a stage asks of models.

    Parameters
    ----------
    command
        As dvc.yaml has it: ``python -m stages.embed data/chunks.parquet …``.
    params
        All sections of params.yaml.
    """
    stage, arguments = _parse(command)
    return STAGES[stage](arguments, files, params) if stage in STAGES else {}


def most_out(command: str, files: Files, params: Params) -> dict[str, int | None]:
    """Return the most rows of outs that other bounds are made of, by path."""
    stage, arguments = _parse(command)
    if stage != "mine":
        return {}
    return {arguments[arguments.index("--train") + 1]: _training_questions(arguments, files, params)}


def unread(command: str, params: Params) -> set[str]:
    """Return the inputs of a stage that decide nothing of its outs.

    A model of the Hub, pinned to a commit, is the same whatever the documents are. A local folder may have changed.
    """
    stage, arguments = _parse(command)
    settings: Any = params["base_model"] if stage == "base_model" else {"kind": ""}
    pinned = settings["kind"] == "hub" and settings["hub"]["revision"] != "local"
    return {arguments[0]} if pinned else set()


def _parse(command: str) -> tuple[str, list[str]]:
    words = command.split()
    place = next((i for i, word in enumerate(words) if word.startswith("stages.")), None)
    if place is None:
        return "", []
    stage, arguments = words[place].removeprefix("stages."), words[place + 1 :]
    return (f"retrieve {arguments[0]}", arguments[1:]) if stage == "retrieve" and arguments else (stage, arguments)


def _nothing(arguments: list[str], files: Files, params: Params) -> Most:
    return {}


def _rows(kind: str, row_type: type) -> Callable[..., Most]:
    """A stage that asks once for each row of the table it is given first."""

    def of(arguments: list[str], files: Files, params: Params) -> Most:
        path = files.known(arguments[0])
        return {kind: None if path is None else tables.count(path, row_type)}

    return of


def _asked(kind: str) -> Callable[..., Most]:
    """A stage that asks once for each question of dev and test."""

    def of(arguments: list[str], files: Files, params: Params) -> Most:
        path = files.known(arguments[2])
        return {kind: None if path is None else sum(q.split != "train" for q in tables.read(path, Question))}

    return of


def _unbounded(*kinds: str) -> Callable[..., Most]:
    def of(arguments: list[str], files: Files, params: Params) -> Most:
        return dict.fromkeys(kinds)

    return of


def _base_model(arguments: list[str], files: Files, params: Params) -> Most:
    path = files.known(arguments[0])
    return {str(params["base_model"]["kind"]): None if path is None else tables.count(path, Document)}


def _finetune(arguments: list[str], files: Files, params: Params) -> Most:
    path = files.known(arguments[1])
    if path is None:
        return {"training": files.most_rows(arguments[1])}
    with path.open("rb") as lines:
        return {"training": sum(1 for _ in lines)}


def _mine(arguments: list[str], files: Files, params: Params) -> Most:
    questions = _training_questions(arguments, files, params)
    positives = _positives(arguments, files, params)
    if questions is None or positives is None:
        return {"embeddings": questions, "scores": None, "morphemes": None}
    candidates = int(str(params["mine"]["bm25_top"])) + int(str(params["mine"]["dense_top"]))
    # Morphemes of a question: for BM25 with the user dictionary, for late interaction without.
    return {"embeddings": questions, "scores": questions * candidates + positives, "morphemes": 2 * questions}


def _training_questions(arguments: list[str], files: Files, params: Params) -> int | None:
    found = list(_trained_on(arguments, files, params))
    return None if None in found else len(found)


def _trained_on(arguments: list[str], files: Files, params: Params) -> Iterator[Question | None]:
    """Yield the questions of the train split; None where their file is not known."""
    gold, synthetic = arguments[2:4]
    for name in {"gold": [gold], "synthetic": [synthetic]}.get(str(params["questions"]["source"]), [gold, synthetic]):
        path = files.known(name)
        if path is None:
            yield None
        else:
            yield from (q for q in tables.read(path, Question) if q.split == "train" and q.evidence)


def _positives(arguments: list[str], files: Files, params: Params) -> int | None:
    """Return how many pairs of a question and a chunk that answers it there are at most."""
    from onggi.truth.relevance import ChunkIndex

    path = files.known(arguments[0])
    questions = list(_trained_on(arguments, files, params))
    if path is None or None in questions:
        return None
    index = ChunkIndex.of(tables.read(path, Chunk))
    pairs = 0
    for question in questions:
        for evidence in question.evidence if question else ():
            pairs += (
                # Each chunk of a whole document is scored to find the best.
                len(index.spans.get(evidence.doc_id, []))
                if evidence.start is None or evidence.end is None
                else len(index.answering(evidence.doc_id, evidence.start, evidence.end))
            )
    return pairs


STAGES: dict[str, Callable[..., Most]] = {
    "ingest": _nothing,
    "gold": _nothing,
    "chunk": _unbounded("sentences"),
    "index_bm25": _rows("morphemes", Chunk),
    "base_model": _base_model,
    "embed": _rows("embeddings", Chunk),
    "synthesize": _unbounded("morphemes"),
    "mine": _mine,
    "finetune": _finetune,
    "retrieve bm25": _asked("morphemes"),
    "retrieve dense": _asked("embeddings"),
    "retrieve fuse": _nothing,
    "evaluate": _nothing,
    "answer": _unbounded("morphemes"),
    "judge": _unbounded("morphemes"),
    "report": _nothing,
}
"""By the module that a stage runs. A stage that is not named here is one whose rows are not known."""
