"""``onggi ingest report``."""

import json
from pathlib import Path
from typing import Annotated

import typer


def ingest_report(
    documents: Annotated[Path, typer.Option(help="The table of documents.")] = Path("data/documents.parquet"),
    metrics: Annotated[Path, typer.Option(help="The metrics of the stage ingest.")] = Path("metrics/ingest.json"),
    top: Annotated[int, typer.Option(min=1, help="How many files to show, the worst first.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, of all files.")] = False,
) -> None:
    """Show what became of each file: what was kept and left out, why, and signs that it was read badly."""
    from onggi.inspection import report
    from onggi.work.builds import lines

    found = report.inspect(documents, metrics)
    if as_json:
        typer.echo(json.dumps(report.as_json(found), ensure_ascii=False, indent=2))
        return
    typer.echo("\n".join(lines(list(report.rows(found[:top])))))
    suspicious = sum(bool(item.signs) for item in found)
    typer.echo(f"{len(found):,} files, {suspicious:,} of them with signs; the {min(top, len(found)):,} worst are shown")
