"""gold: anchor the evidence of gold questions and what was judged, and split the corpus into train, dev and test."""

from collections.abc import Iterator
from pathlib import Path

from stages import Opt, run


def main(documents: Opt[Path], questions: Opt[Path], splits: Opt[Path], metrics: Opt[Path]) -> None:
    """Resolve quotes to spans, give documents and questions their split, and count."""
    from onggi.core import tables
    from onggi.core.outs import write_json
    from onggi.core.schema import Document, Question, SplitRow
    from onggi.korean.duplicates import inseparable
    from onggi.truth.gold import GoldParams, anchor, anchored, read_gold
    from onggi.truth.judgments import judged, quotes, read_judgments
    from onggi.truth.questions import as_questions, prescribed, summary
    from onggi.truth.split import SplitParams, assign

    def texts() -> Iterator[tuple[str, str]]:
        return ((doc_id, text) for doc_id, text in tables.columns(documents, Document, "doc_id", "text"))

    params, gold = SplitParams.load(), GoldParams.load()
    labelled = read_gold(Path(gold.path))
    judgments = read_judgments(Path(gold.judgments), {question.query_id for question in labelled})
    paged = {quote.doc_id for question in labelled for quote in question.quotes if quote.page is not None}
    origins = (
        {row.doc_id: row.origins for row in tables.read(documents, Document) if row.doc_id in paged} if paged else {}
    )
    evidence = anchor(labelled, texts(), origins)
    spans = [span for (span, *_) in anchored(quotes(judgments), texts())] if judgments else []
    answering, rejected = judged(evidence, judgments, spans)
    twins, contained = inseparable(texts(), params.near_duplicate)
    joined = [[quote.doc_id for quote in question.quotes] for question in labelled if question.quotes]
    doc_ids = tables.column(documents, Document, "doc_id")
    rows = assign(doc_ids, [*twins, *contained, *joined], params, prescribed(labelled))
    asked = as_questions(labelled, answering, rows, rejected)
    tables.write(splits, SplitRow, rows)
    tables.write(questions, Question, asked)
    pairs = {"near_duplicate_pairs": len(twins), "contained_pairs": len(contained)}
    write_json(metrics, summary(asked, rows) | pairs)


if __name__ == "__main__":
    run(main)
