"""mine: hard negatives for every training question."""

from pathlib import Path

from stages import Opt, run


def main(
    chunks: Opt[Path], splits: Opt[Path], gold: Opt[Path], synthetic: Opt[Path], texts: Opt[Path],
    candidates: Opt[Path], models: Opt[Path], out: Opt[Path], audit: Opt[Path], metrics: Opt[Path],
) -> None:  # fmt: skip
    """Score and filter what the indexes found for every training question, and write the training file."""
    from onggi.core import tables
    from onggi.core.outs import write_json
    from onggi.core.schema import Chunk, SplitRow, WrittenText
    from onggi.models.params import EmbedParams, RerankerParams
    from onggi.models.reranker import load_reranker
    from onggi.negatives.candidates import named, pooled
    from onggi.negatives.corpus import Corpus
    from onggi.negatives.mining import mine
    from onggi.negatives.params import MineParams, QuestionsParams
    from onggi.negatives.positives import positives
    from onggi.negatives.questions import held_out, training_questions
    from onggi.negatives.training_file import write
    from onggi.negatives.written import added, scored
    from onggi.truth.split import SplitParams

    params, split, teacher = MineParams.load(), SplitParams.load(), RerankerParams.load()
    asked = training_questions(gold, synthetic, QuestionsParams.load(), split.near_duplicate)
    wanted = named(candidates, params.candidates)
    evidence = {each.doc_id for question in asked for each in question.evidence}
    trainable = {
        row.doc_id for row in tables.read(splits, SplitRow) if row.split == "train" or split.synthesis_from == "all"
    }
    rows = (row for row in tables.read(chunks, Chunk) if row.chunk_id in wanted or row.doc_id in evidence)
    corpus = Corpus(rows, trainable)
    reranker = load_reranker(teacher, models / teacher.model, EmbedParams.load())
    answering = positives(asked, corpus, reranker)
    asked = [question for question in asked if question.query_id in answering]
    given = pooled([question.query_id for question in asked], candidates, params.candidates, corpus)
    examples = mine(asked, answering, given, corpus, reranker, params)
    more = scored(asked, tables.read(texts, WrittenText), reranker)
    examples = added(examples, more, corpus, params)
    counted = write(out, audit, examples, corpus, held_out(gold), split.near_duplicate)
    write_json(metrics, {**counted, "synthesis_from": split.synthesis_from})


if __name__ == "__main__":
    run(main)
