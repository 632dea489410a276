"""compose: the run of one composition of indexes: fused, reranked, asked otherwise."""

from pathlib import Path

from stages import Name, Opt, run


def main(
    name: Name, inputs: Opt[Path], runs: Opt[Path], indexes: Opt[Path], models: Opt[Path],
    chunks: Opt[Path], questions: Opt[Path], prompts: Opt[Path],
) -> None:  # fmt: skip
    """Write the run of the system NAME, as its inputs describe it, over the dev and test questions."""
    from onggi.core import tables
    from onggi.core.schema import Hit, Question
    from onggi.search.inputs import Inputs
    from onggi.search.retriever import Query, run
    from onggi.search.system import build
    from onggi.search.workspace import Workspace

    described = Inputs.read(inputs / f"{name}.json")
    parts = Workspace(models, indexes, runs, chunks, questions, prompts, described)
    asked = [Query(q.query_id, q.text) for q in tables.read(questions, Question) if q.split != "train"]
    tables.write(runs / f"{name}.parquet", Hit, run(build(described.spec, parts, described.depth), asked))


if __name__ == "__main__":
    run(main)
