"""search: what one index returns for the dev and test questions."""

from pathlib import Path

from stages import Name, Opt, run


def main(
    name: Name, indexes: Opt[Path], models: Opt[Path], questions: Opt[Path], runs: Opt[Path], cards: Opt[Path]
) -> None:
    """Write the run of the index NAME, and a card with the run's digest for the systems that are made of it."""
    from onggi.core import tables
    from onggi.core.digests import files_digest
    from onggi.core.outs import write_json
    from onggi.core.schema import Hit, Question
    from onggi.search.indexes import open_index
    from onggi.search.inputs import DIGEST
    from onggi.search.retriever import Query, SearchParams, run

    asked = [Query(q.query_id, q.text) for q in tables.read(questions, Question) if q.split != "train"]
    out = runs / f"{name}.parquet"
    tables.write(out, Hit, run(open_index(indexes / name, models, SearchParams.load().depth), asked))
    write_json(cards / f"{name}.json", {DIGEST: files_digest(out)})


if __name__ == "__main__":
    run(main)
