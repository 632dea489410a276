"""The questions to train on: what candidates are asked for and what is mined are the same, and nothing held out."""

from pathlib import Path

from onggi.core import tables
from onggi.core.schema import Question
from onggi.negatives.params import QuestionsParams
from onggi.truth.leaks import alike


def training_questions(gold: Path, synthetic: Path, params: QuestionsParams, similar: float) -> list[Question]:
    """Return the questions of the train split that are no near-duplicate of a held-out one, ordered by id.

    Parameters
    ----------
    gold, synthetic
        The questions tables. Gold is always read: its dev and test questions are held out.
    params
        Which of the two is trained on.
    similar
        Jaccard of character 2-grams from which two questions count as the same (``split.near_duplicate``).

    Raises
    ------
    TableError
        A table cannot be read.
    """
    sources = {"gold": [gold], "synthetic": [synthetic], "both": [gold, synthetic]}[params.source]
    train = [
        question
        for source in sources
        for question in tables.read(source, Question)
        if question.split == "train" and question.evidence
    ]
    leaks = alike([question.text for question in train], [question.text for question in held_out(gold)], similar)
    kept = [question for place, question in enumerate(train) if place not in leaks]
    return sorted(kept, key=lambda question: question.query_id)


def held_out(gold: Path) -> list[Question]:
    """Return the gold questions that training may not see: those of dev and test."""
    return [question for question in tables.read(gold, Question) if question.split != "train"]
