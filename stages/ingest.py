"""Stage ingest: a folder of documents, or a BEIR corpus → data/documents.parquet."""

from pathlib import Path
from typing import Annotated

import typer

from stages import run


def main(
    documents: Annotated[Path, typer.Option(help="The table of documents to write.")],
    metrics: Annotated[Path, typer.Option(help="The counts and problems to write, as JSON.")],
) -> None:
    """Read every document of `corpus.path` as plain text with its sections."""
    from onggi.cleaning import Cleaning, CleanParams
    from onggi.core import outs, tables
    from onggi.core.schema import Document
    from onggi.documents import CorpusParams, IngestParams, Summary, read_corpus

    corpus, summary, cleaning = Path(CorpusParams.load().path), Summary(), Cleaning(CleanParams.load())
    read = read_corpus(corpus, IngestParams.load())
    tables.write(documents, Document, summary.counting(cleaning.cleaned(read)))
    outs.write_json(metrics, summary.metrics() | {"clean": cleaning.metrics()})


if __name__ == "__main__":
    run(main)
