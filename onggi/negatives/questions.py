"""The questions to train on: what candidates are asked for and what is mined are the same, and nothing held out."""

from pathlib import Path

from onggi.core import tables
from onggi.core.schema import Question
from onggi.korean.duplicates import near_duplicates
from onggi.negatives.params import QuestionsParams


def training_questions(gold: Path, synthetic: Path, params: QuestionsParams, similar: float) -> list[Question]:
    """Return the questions of the train split that are no near-duplicate of a held-out one, ordered by id.

    Parameters
    ----------
    gold, synthetic
        The questions tables. Gold is always read: its dev and test questions are held out.
    params
        Which of the two is trained on.
    similar
        Jaccard of character 5-grams from which two questions count as the same (``split.near_duplicate``).

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
    texts = {f"held:{question.query_id}": question.text for question in held_out(gold)}
    texts |= {f"train:{question.query_id}": question.text for question in train}
    # "held:" sorts before "train:", so a pair of both kinds has the held-out question first.
    leaks = {b for a, b in near_duplicates(texts, similar) if a.startswith("held:") and b.startswith("train:")}
    kept = [question for question in train if f"train:{question.query_id}" not in leaks]
    return sorted(kept, key=lambda question: question.query_id)


def held_out(gold: Path) -> list[Question]:
    """Return the gold questions that training may not see: those of dev and test."""
    return [question for question in tables.read(gold, Question) if question.split != "train"]
