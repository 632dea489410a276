"""synthesize: questions written from the chunks of train documents."""

from collections.abc import Sequence
from pathlib import Path

from stages import run


def main(chunks: Path, splits: Path, gold: Path, index: Path, questions: Path, metrics: Path) -> None:
    """Write and filter synthetic questions; GOLD holds the test questions that must not come out again.

    INDEX answers the round trip.
    """
    from onggi.core import tables
    from onggi.core.outs import write_json
    from onggi.core.schema import Chunk, Question, SplitRow
    from onggi.index.bm25 import Bm25Index
    from onggi.synthesis.extractive import SynthesizeParams, synthesize
    from onggi.truth.split import SplitParams

    params = SynthesizeParams.load()
    synthesis_from = SplitParams.load().synthesis_from
    readable = {row.doc_id for row in tables.read(splits, SplitRow) if synthesis_from == "all" or row.split == "train"}
    retriever = Bm25Index.load(index)

    def find(texts: Sequence[str], top_k: int) -> list[list[str]]:
        rows, _ = retriever.search(texts, top_k)
        return [[retriever.chunk_ids[row] for row in found if row >= 0] for found in rows.tolist()]

    sources = (chunk for chunk in tables.read(chunks, Chunk) if chunk.doc_id in readable)
    unwanted = [question.text for question in tables.read(gold, Question) if question.split == "test"]
    result = synthesize(sources, params, unwanted, find)
    tables.write(questions, Question, result.questions)
    write_json(metrics, {**result.metrics(), "synthesis_from": synthesis_from})


if __name__ == "__main__":
    run(main)
