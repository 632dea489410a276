"""Run benchmarks, print a line for each measure and keep them in results.json."""

import importlib
import os
from pathlib import Path
from typing import Annotated

import typer

import stages  # noqa: F401  (the same pinned arithmetic and threads as the build)
from benchmarks.data import Absent
from onggi.core.outs import write_json

DEFAULT = ("bm25", "embed", "mine", "memo", "significance", "startup", "reading", "pages")
BUILDS = ("build", "changes", "rebuild")
KNOWN = (*DEFAULT, *BUILDS, "cleaning", "headings", "ingest", "joins", "llm", "local_llm", "nulls")
RESULTS = Path(__file__).parent / "results.json"


def main(names: Annotated[list[str] | None, typer.Argument(help=f"Any of {', '.join(KNOWN)}.")] = None) -> None:
    """Measure speed against peers in one run, as ratios; without names all but those that build or wait."""
    os.environ |= {"HF_HUB_OFFLINE": "1", "TQDM_DISABLE": "1"}
    if unknown := sorted(set(names or ()) - set(KNOWN)):
        raise typer.BadParameter(f"{', '.join(unknown)}; known are {', '.join(KNOWN)}")
    measures = {}
    for name in names or DEFAULT:
        try:
            for measure in importlib.import_module(f"benchmarks.{name}").measure():
                print(measure.line(), flush=True)
                measures[measure.name] = measure.row()
        except Absent as error:
            print(f"{name}: skipped, {error}", flush=True)
    write_json(RESULTS, measures)


if __name__ == "__main__":
    typer.run(main)
