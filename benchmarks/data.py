"""Real Korean data, for measuring only; it lies beside the project and is not part of it."""

import json
from pathlib import Path

SHARED = Path(__file__).parents[2] / "shared" / "data"


def beir(name: str) -> tuple[list[str], list[str]] | None:
    """Return the documents and the questions of a BEIR folder, None where it is absent."""
    folder = SHARED / name
    if not folder.is_dir():
        return None
    lines = [(folder / f"{part}.jsonl").read_text("utf-8").splitlines() for part in ("corpus", "queries")]
    documents, queries = ([json.loads(line)["text"] for line in part] for part in lines)
    return documents, queries
