"""``onggi gold pool`` and ``onggi gold merge``."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from onggi.pooling.pool import Pool

Questions = Annotated[Path, typer.Option(help="The table of gold questions.")]
Documents = Annotated[Path, typer.Option(help="The table of documents.")]


def gold_pool(
    k: Annotated[int, typer.Option("--k", min=1, help="How many hits of each system.")] = 10,
    out: Annotated[Path, typer.Option(help="Folder to write pool.html and pool.csv to.")] = Path("pool"),
    runs: Annotated[Path, typer.Option(help="The folder of the runs.")] = Path("data/runs"),
    questions: Questions = Path("data/questions/gold.parquet"),
    chunks: Annotated[Path, typer.Option(help="The table of chunks.")] = Path("data/chunks.parquet"),
    documents: Documents = Path("data/documents.parquet"),
) -> None:
    """Gather what systems found for the dev and test questions and nobody has judged: a page with keys, and a CSV."""
    from onggi.core.errors import GoldError
    from onggi.core.outs import write_text
    from onggi.evaluation.texts import of_documents
    from onggi.pooling import page, sheet

    table = out / "pool.csv"
    if table.exists() and any(row.verdict for row in sheet.read(table)):
        fix = f"`onggi gold merge {table}` and remove it, or name another --out"
        raise GoldError(table, "holds verdicts, which another pool would overwrite", fix)
    found = _found(k, runs, questions, chunks)
    needed = {e.doc_id for question, _ in found.unjudged for e in question.pieces}
    html = page.render(found, of_documents(documents, needed))
    sheet.write(
        table,
        (
            sheet.Row(question.query_id, chunk.doc_id, chunk.start, chunk.end, chunk.text)
            for question, of in found.unjudged
            for chunk in of
        ),
    )
    write_text(out / "pool.html", html)
    typer.echo(
        f"{found.spans:,} spans of {len(found.unjudged):,} questions to judge, {found.judged:,} judged before: "
        f"{out / 'pool.html'}, {table}"
    )


def gold_merge(
    file: Annotated[Path, typer.Argument(help="The CSV, filled in.")],
    questions: Questions = Path("data/questions/gold.parquet"),
    documents: Documents = Path("data/documents.parquet"),
) -> None:
    """Add the verdicts of a CSV to gold.judgments, and say how much the labels lacked."""
    import json

    from onggi import settings
    from onggi.core import tables
    from onggi.core.errors import GoldError
    from onggi.core.outs import write_text
    from onggi.core.params import PARAMS
    from onggi.core.schema import Document, Question
    from onggi.pooling import merge, sheet
    from onggi.truth.judgments import read_judgments

    path = Path(settings.gold(PARAMS).judgments)
    if path.name == "none.jsonl":
        raise GoldError(path, "stands for no judgments", "name a jsonl of your own in gold.judgments")
    rows = sheet.read(file)
    asked = {row.query_id: row for row in tables.read(questions, Question) if row.origin == "gold"}
    known = read_judgments(path, asked) if path.exists() else []
    named = {row.doc_id for row in rows} | {judgment.doc_id for judgment in known}
    every = tables.columns(documents, Document, "doc_id", "text")
    found = merge.merged(rows, asked, {doc_id: text for doc_id, text in every if doc_id in named}, known)
    if found.new:
        before = path.read_text(encoding="utf-8-sig") if path.exists() else ""
        lines = [json.dumps(judgment.as_line(), ensure_ascii=False) for judgment in found.new]
        write_text(path, "\n".join([*([before.rstrip("\n")] if before.strip() else []), *lines, ""]))
    typer.echo(
        f"{path}: {len(found.new):,} judgments added, {found.repeated:,} there before, {found.still_open:,} rows open"
    )
    typer.echo(f"answering spans that nobody had marked: {found.spans}")
    typer.echo(f"questions that have one: {found.questions}")


def _found(k: int, runs: Path, questions: Path, chunks: Path) -> "Pool":
    """Pool the runs of all indexes and systems that params.yaml declares."""
    from onggi import settings
    from onggi.core import tables
    from onggi.core.params import PARAMS
    from onggi.core.schema import Chunk, Question
    from onggi.evaluation.runs import read
    from onggi.pooling.pool import SPLITS, pool
    from onggi.truth.relevance import ChunkIndex, targets

    index = ChunkIndex.of(tables.read(chunks, Chunk))
    rows = tables.read(questions, Question)
    asked = {row.query_id: row for row in rows if row.origin == "gold" and row.split in SPLITS}
    every = [read(runs / f"{name}.parquet", asked, index) for name in settings.searchable(PARAMS)]
    return pool(asked, targets(asked.values(), index), every, index, k, chunks)
