"""gold: anchor the evidence of gold questions, and split the corpus into train, dev and test."""

from pathlib import Path

from stages import run


def main(gold: Path, documents: Path, questions: Path, splits: Path, metrics: Path) -> None:
    """Resolve quotes to spans, give documents and questions their split, and count."""
    from collections import Counter

    from onggi.core import tables
    from onggi.core.outs import write_json
    from onggi.core.schema import Document, Question, SplitRow
    from onggi.truth.gold import anchor, read_gold
    from onggi.truth.split import SplitParams, assign, near_duplicates

    params = SplitParams.load()
    labelled = read_gold(gold)
    texts = {document.doc_id: document.text for document in tables.read(documents, Document)}
    anchored = [(question, anchor(question, texts)) for question in labelled]

    twins = near_duplicates(texts, params.near_duplicate)
    joined = [[item.doc_id for item in evidence] for _, evidence in anchored if evidence]
    # A document with questions in several splits is in the last of them: what a test question needs is not trained on.
    fixed = {
        item.doc_id: split
        for split in ("train", "dev", "test")
        for question, evidence in anchored
        for item in evidence
        if question.split == split
    }
    rows = assign(texts, [*twins, *joined], params, fixed)
    split_of = {row.doc_id: row.split for row in rows}
    anchored_rows = [
        Question(
            query_id=question.query_id,
            text=question.text,
            type=question.type,
            answers=question.answers,
            evidence=evidence,
            origin="gold",
            split=question.split or (split_of[evidence[0].doc_id] if evidence else "test"),
        )
        for question, evidence in anchored
    ]
    tables.write(splits, SplitRow, rows)
    tables.write(questions, Question, anchored_rows)
    by_split = Counter(row.split for row in anchored_rows)
    documents_by_split = Counter(row.split for row in rows)
    write_json(
        metrics,
        {
            "questions": {split: by_split[split] for split in ("train", "dev", "test")},
            "unanswerable": sum(not row.evidence for row in anchored_rows),
            "two_or_more_evidence_spans": sum(len(row.evidence) > 1 for row in anchored_rows),
            "documents": {split: documents_by_split[split] for split in ("train", "dev", "test")},
            "groups": len({row.group for row in rows}),
            "near_duplicate_pairs": len(twins),
        },
    )


if __name__ == "__main__":
    run(main)
