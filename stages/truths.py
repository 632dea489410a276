"""truths: ground truths beside the hand labels."""

from pathlib import Path

from stages import Opt, run


def main(
    documents: Opt[Path], chunks: Opt[Path], questions: Opt[Path], runs: Opt[Path], models: Opt[Path],
    prompts: Opt[Path], out: Opt[Path],
) -> None:  # fmt: skip
    """Write what each truth that params.yaml names calls right, as questions with graded evidence."""
    from onggi.assessment.intersection import intersection
    from onggi.assessment.params import TruthsParams
    from onggi.core import tables
    from onggi.core.schema import Document, Question
    from onggi.evaluation.language.params import JudgeParams
    from onggi.index.params import Indexes
    from onggi.search.spec import Systems
    from onggi.truth.truths import GOLD, Truth, write_truths

    params, judge, systems = TruthsParams.load(), JudgeParams.load(), [*Indexes.load(), *Systems.load()]
    for problem in params.problems(systems, judge.backend):
        raise problem
    gold = [question for question in tables.read(questions, Question) if question.origin == "gold"]
    made = {GOLD: Truth(GOLD, [question for question in gold if question.evidence], complete=False)}
    if "lexical" in params.names:
        from onggi.assessment.lexical import lexical

        made["lexical"] = lexical(gold, lambda: tables.read(documents, Document), params.lexical)
    if "qrels" in params.names:
        from onggi.assessment.qrels import qrels

        sizes = {doc_id: len(text) for doc_id, text in tables.columns(documents, Document, "doc_id", "text")}
        made["qrels"] = qrels(Path(params.qrels.path), gold, sizes)
    if "llm" in params.names:
        from onggi.assessment.graded import graded, pooled
        from onggi.llm.backends import open_llm
        from onggi.llm.prompts import Prompts

        asked = [question for question in gold if question.split != "train"]
        paths = [runs / f"{name}.parquet" for name in params.llm.systems or systems]
        pool = pooled(paths, [question.query_id for question in asked], params.llm.k, chunks)
        made["llm"] = graded(asked, pool, open_llm(judge, models), Prompts(prompts), params.llm)
    if "intersection" in params.names:
        first, second = params.intersection.of
        made["intersection"] = intersection(made[first], made[second])
    write_truths(out, [made[name] for name in params.names])


if __name__ == "__main__":
    run(main)
