"""evaluate: every system's run against the gold test questions."""

from pathlib import Path

from stages import run


def main(
    documents: Path,
    chunks: Path,
    questions: Path,
    retrieval: Path,
    significance: Path,
    coverage: Path,
    per_type: Path,
    recall_curve: Path,
    failures: Path,
    runs: list[Path],
) -> None:
    """Measure RUNS, in the order of the table; a system is named after its file."""
    import json

    from onggi.core import tables
    from onggi.core.outs import write_csv, write_json, write_text
    from onggi.core.schema import Chunk, Question
    from onggi.evaluation import runs as ranked
    from onggi.evaluation import summary, texts
    from onggi.evaluation.measures import EvaluateParams, score
    from onggi.truth.relevance import ChunkIndex, targets

    params = EvaluateParams.load()
    index = ChunkIndex.of(tables.read(chunks, Chunk))
    asked = [q for q in tables.read(questions, Question) if q.origin == "gold" and q.split == "test"]
    wanted = targets(asked, index)
    systems = {path.stem: ranked.read(path, {t.query_id for t in wanted}, index) for path in runs}
    scores = {system: score(wanted, found, index, params.token_budget) for system, found in systems.items()}

    write_json(retrieval, summary.averages(scores))
    write_json(significance, summary.differences(scores, params))
    write_json(coverage, summary.coverage(asked, wanted, systems))
    write_csv(per_type, summary.PER_TYPE_HEADER, summary.per_type(scores, asked))
    write_csv(recall_curve, summary.CURVE_HEADER, summary.curves(wanted, systems, index))

    last = systems[runs[-1].stem]
    worst = summary.worst(wanted, last, index)
    by_id = {question.query_id: question for question in asked}
    shown = {chunk_id for t, _ in worst for chunk_id, _ in last.get(t.query_id, ())[: summary.SHOWN_CHUNKS]}
    quoted = {evidence.doc_id for t, _ in worst for evidence in by_id[t.query_id].evidence}
    listed = summary.failures(worst, by_id, last, texts.of_chunks(chunks, shown), texts.of_documents(documents, quoted))
    write_text(failures, json.dumps(listed, ensure_ascii=False, indent=2, allow_nan=False) + "\n")


if __name__ == "__main__":
    run(main)
