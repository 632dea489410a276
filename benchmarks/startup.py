"""How long commands take to say what they do."""

import subprocess
import sys
from pathlib import Path
from time import perf_counter

STAGES = sorted(path.stem for path in (Path(__file__).parents[1] / "stages").glob("[a-z]*.py"))


def run() -> list[str]:
    """Return one line: the command whose --help takes longest, each by the best of three tries."""
    commands = {name: ["-m", f"stages.{name}", "--help"] for name in STAGES}
    commands["onggi"] = ["-c", "from onggi.cli import main; main()", "--help"]
    seconds = {name: min(_seconds(command) for _ in range(3)) for name, command in commands.items()}
    slowest = max(seconds, key=lambda name: seconds[name])
    return [f"startup: {slowest} --help is the slowest of {len(seconds)} with {seconds[slowest]:.2f} s (target 0.5)"]


def _seconds(command: list[str]) -> float:
    start = perf_counter()
    subprocess.run([sys.executable, *command], check=True, capture_output=True)
    return perf_counter() - start
