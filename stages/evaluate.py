"""evaluate: the run of every system against the gold questions of dev and test."""

from pathlib import Path

from stages import Opt, run


def main(
    runs: Opt[Path], documents: Opt[Path], chunks: Opt[Path], questions: Opt[Path], truths: Opt[Path],
    guarded: Opt[Path], metrics: Opt[Path],
) -> None:  # fmt: skip
    """Measure the runs of all indexes and systems that params.yaml declares, in its order, by every ground truth."""
    from onggi.core import tables
    from onggi.core.outs import write_csv, write_json
    from onggi.core.schema import Chunk, Question
    from onggi.evaluation import curve, facts, guard, intervals, per_query, side_by_side, summary, texts
    from onggi.evaluation import truths as by_truth
    from onggi.evaluation.failures import failures
    from onggi.evaluation.measured import Measured
    from onggi.evaluation.params import EvaluateParams
    from onggi.index.params import Indexes
    from onggi.search.retriever import SearchParams
    from onggi.search.spec import Systems
    from onggi.truth.relevance import ChunkIndex
    from onggi.truth.truths import read_truths

    params, depth = EvaluateParams.load(), SearchParams.load().depth
    systems = Systems.load()
    depths = dict.fromkeys(Indexes.load(), depth) | systems.depths(depth)
    for problem in params.unknown(depths):
        raise problem
    index = ChunkIndex.of(tables.read(chunks, Chunk))
    gold = [question for question in tables.read(questions, Question) if question.origin == "gold"]
    beside, least, budget = read_truths(truths), params.min_relevance, params.token_budget
    dev, test = (Measured.of(gold, split, depths, runs, index, budget, least=least) for split in ("dev", "test"))
    measured = [test] + [
        Measured.of(
            each.questions, "test", depths, runs, index, budget, truth=each.name, least=least, about=test.clusters
        )
        for each in beside
    ]
    kept = guard.Guarded.of(guarded, depths, budget, least)
    every = measured if kept.measured is None else [*measured, kept.measured]

    write_json(metrics / "dev.json", summary.averages(dev))
    write_json(metrics / "retrieval.json", summary.averages(test))
    write_json(metrics / "significance.json", summary.differences(test, params))
    write_json(metrics / intervals.NAME, intervals.intervals(test, params))
    write_json(metrics / "coverage.json", summary.coverage(test, params) | {"dev": summary.coverage(dev, params)})
    write_csv(metrics / "per_type.csv", summary.PER_TYPE_HEADER, summary.per_type(test))
    write_csv(metrics / per_query.NAME, per_query.header(every), per_query.rows(every))
    write_json(metrics / by_truth.NAME, by_truth.truths(measured, beside, index, params))
    write_json(metrics / guard.NAME, kept.summary(params))
    write_csv(metrics / "recall_curve.csv", summary.CURVE_HEADER, summary.curves(test, index, params))
    points = curve.curve(params.curve, systems, runs, (dev, test), index, budget)
    write_csv(metrics / curve.NAME, curve.HEADER, points)
    told = texts.documents_of(documents, {e.doc_id for question in test.questions for e in question.evidence})
    words = facts.words(test.questions, told)
    known = {q.query_id: facts.facts(q, told, words[q.query_id], params.domain) for q in test.questions if q.evidence}
    write_csv(metrics / "breakdown.csv", summary.BREAKDOWN_HEADER, summary.breakdown(test, known))
    failed = failures(test, params.failures_of, systems, index, words, told, chunks)
    write_json(metrics / "failures.json", failed)
    named = [query_id for cause in failed["causes"].values() for query_id in cause["examples"]]
    named += [failure["query_id"] for failure in failed["failures"]]
    write_json(metrics / side_by_side.NAME, side_by_side.side_by_side(test, named, index, told, chunks))


if __name__ == "__main__":
    run(main)
