"""``onggi compare-answers``: people choose between the answers of two models, not knowing whose they are."""

from pathlib import Path
from typing import Annotated

import typer

VERDICTS = "verdicts.csv"
WINS = "wins.csv"


def write_page(
    model: Annotated[str, typer.Argument(help="A model of benchmark_llm.models that was benchmarked.")],
    other: Annotated[str, typer.Argument(help="Another.")],
    out: Annotated[Path, typer.Option(help="File to write.")] = Path("compare-answers.html"),
    answers: Annotated[Path, typer.Option(help="Folder of the models' answers.")] = Path("data/benchmark"),
    questions: Annotated[Path, typer.Option(help="Table of gold questions.")] = Path("data/questions/gold.parquet"),
) -> None:
    """Write a page that shows two models' answers side by side, blind, and saves verdicts as a CSV."""
    from onggi.choosing.page import page
    from onggi.choosing.pairs import pairs
    from onggi.core import tables
    from onggi.core.errors import TableError
    from onggi.core.outs import write_text
    from onggi.core.schema import Answer, Question

    files = [answers / f"{name}.parquet" for name in (model, other)]
    for file in files:
        if not file.exists():
            fix = f"declare it below benchmark_llm.models and run `dvc repro benchmark_llm@{file.stem}`"
            raise TableError(file, "no such file", fix)
    if model == other:
        raise TableError(files[0], "would be compared with itself", "name two models")
    first, second = (tables.read(file, Answer) for file in files)
    shown = list(pairs(tables.read(questions, Question), first, second, (model, other)))
    write_text(out, page(shown, (model, other)))
    typer.echo(f"{out}: {len(shown):,} pairs of answers", err=True)


def merge(
    files: Annotated[list[Path], typer.Argument(help="CSV files that the page saved, the oldest first.")],
    metrics: Annotated[Path, typer.Option(help="Folder that keeps them, which the report reads.")] = Path(
        "metrics/llm"
    ),
) -> None:
    """Add verdicts to those that are kept, the later one counts, and count how often each model was preferred."""
    from onggi.choosing import verdicts
    from onggi.core.outs import write_csv
    from onggi.work.builds import lines

    kept = metrics / VERDICTS
    given = [verdict for file in ([kept] if kept.exists() else []) + files for verdict in verdicts.read(file)]
    found = verdicts.together(given)
    counted = list(verdicts.wins(found))
    write_csv(kept, verdicts.COLUMNS, verdicts.rows(found))
    write_csv(metrics / WINS, verdicts.HEADER, counted)
    typer.echo("\n".join(lines([verdicts.HEADER, *(tuple(map(str, line)) for line in counted)])))
