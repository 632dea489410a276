"""synthesize: questions written from the chunks of train documents."""

from pathlib import Path

from stages import Opt, run


def main(
    chunks: Opt[Path], splits: Opt[Path], gold: Opt[Path], indexes: Opt[Path], models: Opt[Path], out: Opt[Path],
    metrics: Opt[Path],
) -> None:  # fmt: skip
    """Write and filter synthetic questions; GOLD holds the test questions that must not come out again."""
    from onggi.core import tables
    from onggi.core.outs import write_json
    from onggi.core.schema import Chunk, Question, SplitRow
    from onggi.search.indexes import open_index
    from onggi.search.retriever import finder
    from onggi.synthesis.synthesize import SynthesizeParams, synthesize
    from onggi.truth.split import SplitParams

    params = SynthesizeParams.load()
    synthesis_from = SplitParams.load().synthesis_from
    readable = {row.doc_id for row in tables.read(splits, SplitRow) if synthesis_from == "all" or row.split == "train"}
    sources = (chunk for chunk in tables.read(chunks, Chunk) if chunk.doc_id in readable)
    unwanted = [question.text for question in tables.read(gold, Question) if question.split == "test"]
    find = finder(open_index(indexes / params.index, models, max(1, params.round_trip_k)))
    result = synthesize(sources, params, unwanted, find)
    tables.write(out, Question, result.questions)
    write_json(metrics, {**result.metrics(), "synthesis_from": synthesis_from})


if __name__ == "__main__":
    run(main)
