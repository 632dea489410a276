"""search: what one index returns for the dev and test questions."""

from pathlib import Path

from stages import Opt, run


def main(index: Opt[Path], models: Opt[Path], questions: Opt[Path], out: Opt[Path], card: Opt[Path]) -> None:
    """Write the run of an index, and a card with the run's digest for the systems that are made of it."""
    from onggi.core import tables
    from onggi.core.outs import write_json
    from onggi.core.schema import Hit, Question
    from onggi.search.inputs import DIGEST
    from onggi.search.retriever import Query, SearchParams, run
    from onggi.search.workspace import open_index
    from onggi.work.memo import files_digest

    asked = [Query(q.query_id, q.text) for q in tables.read(questions, Question) if q.split != "train"]
    tables.write(out, Hit, run(open_index(index, models, SearchParams.load().depth), asked))
    write_json(card, {DIGEST: files_digest(out)})


if __name__ == "__main__":
    run(main)
