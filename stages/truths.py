"""truths: ground truths beside the hand labels."""

from pathlib import Path

from stages import Opt, run


def main(documents: Opt[Path], questions: Opt[Path], out: Opt[Path]) -> None:
    """Write what each truth that params.yaml names calls right, as questions with graded evidence."""
    from onggi.assessment.lexical import lexical
    from onggi.assessment.params import TruthsParams
    from onggi.core import tables
    from onggi.core.schema import Document, Question
    from onggi.truth.truths import Truth, write_truths

    params = TruthsParams.load()
    gold = list(tables.read(questions, Question))
    made: dict[str, Truth] = {}
    if "lexical" in params.names:
        made["lexical"] = lexical(gold, list(tables.read(documents, Document)), params.lexical)
    write_truths(out, [made[name] for name in params.names])


if __name__ == "__main__":
    run(main)
