"""mine: hard negatives for every training question."""

from pathlib import Path
from typing import Annotated

import typer

from stages import run

Out = Annotated[Path, typer.Option()]


def main(
    chunks: Path, splits: Path, gold: Path, synthetic: Path, bm25: Path, dense: Path, model: Path,
    train: Out, audit: Out, metrics: Out,
) -> None:  # fmt: skip
    """Pool candidates of BM25 and the base encoder, score and filter them, and write the training file."""
    from collections import Counter

    from onggi.core import tables
    from onggi.core.outs import write_json, write_jsonl
    from onggi.core.schema import Candidate, Chunk, Question, SplitRow
    from onggi.index.bm25 import Bm25Index
    from onggi.index.dense import DenseIndex
    from onggi.models.embedder import Embedder
    from onggi.models.params import EmbedParams, RerankerParams
    from onggi.models.reranker import load_reranker
    from onggi.negatives import (
        RULES,
        Corpus,
        MineParams,
        Pool,
        QuestionsParams,
        as_flag_embedding,
        check_leaks,
        mine,
        positives,
        training_questions,
    )
    from onggi.truth.relevance import ChunkIndex
    from onggi.truth.split import SplitParams

    params, split = MineParams.load(), SplitParams.load()
    sources = {"gold": [gold], "synthetic": [synthetic], "both": [gold, synthetic]}[QuestionsParams.load().source]
    held_out = [question for question in tables.read(gold, Question) if question.split != "train"]
    rows = list(tables.read(chunks, Chunk))
    split_of = {row.doc_id: row.split for row in tables.read(splits, SplitRow)}
    corpus = Corpus.of(rows, {d for d in split_of if split.synthesis_from == "all" or split_of[d] == "train"})

    asked = training_questions(
        (question for source in sources for question in tables.read(source, Question)), held_out, split.near_duplicate
    )
    index = DenseIndex.load(dense)
    embed = EmbedParams.model_validate(index.settings)
    reranker = load_reranker(RerankerParams.load(), model, embed)
    right = positives(asked, ChunkIndex.of(rows), corpus, reranker)
    asked = [question for question in asked if question.query_id in right]
    texts = [question.text for question in asked]
    vectors = Embedder(model, embed).queries(texts)
    pool = Pool(Bm25Index.load(bm25).search(texts, params.bm25_top)[0], index.search(vectors, params.dense_top)[0])

    examples = list(mine(asked, right, pool, corpus, reranker, params))
    check_leaks(examples, corpus, held_out)
    usable = [example for example in examples if example.negatives]
    write_jsonl(train, (as_flag_embedding(example, corpus) for example in usable))
    tables.write(audit, Candidate, (candidate for example in examples for candidate in example.audit))
    by_rule = Counter(candidate.rule for example in examples for candidate in example.audit)
    numbers = {
        "questions": len(examples),
        "without_negatives": len(examples) - len(usable),
        "positives": sum(len(example.positives) for example in usable),
        "candidates": {rule: by_rule[rule] for rule in RULES},
        "synthesis_from": split.synthesis_from,
    }
    write_json(metrics, numbers)


if __name__ == "__main__":
    run(main)
