"""candidates: what one index returns for the training questions; mining looks for hard negatives among it."""

from pathlib import Path

from stages import Name, Opt, run


def main(
    name: Name, indexes: Opt[Path], models: Opt[Path], gold: Opt[Path], synthetic: Opt[Path], out: Opt[Path]
) -> None:
    """Write the run of an index over the questions to train on, as deep as `mine.candidates` says under NAME."""
    from onggi.core import tables
    from onggi.core.schema import Hit
    from onggi.negatives.params import MineParams, QuestionsParams
    from onggi.negatives.questions import training_questions
    from onggi.search.indexes import open_index
    from onggi.search.retriever import Query, run
    from onggi.truth.split import SplitParams

    questions = training_questions(gold, synthetic, QuestionsParams.load(), SplitParams.load().near_duplicate)
    retriever = open_index(indexes / name, models, MineParams.load().candidates[name])
    asked = (Query(question.query_id, question.text) for question in questions)
    tables.write(out / f"{name}.parquet", Hit, run(retriever, asked))


if __name__ == "__main__":
    run(main)
