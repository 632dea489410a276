"""Start-up: ``--help`` of every command, and a build with nothing to do."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from benchmarks.data import Absent
from benchmarks.timing import Measure, seconds

ROOT = Path(__file__).parents[1]
DVC = [sys.executable, "-m", "dvc"]


def measure() -> Iterator[Measure]:
    """Yield the slowest command's help and, where the checkout is built, the seconds of `dvc repro`."""
    stages = [f"stages.{path.stem}" for path in sorted((ROOT / "stages").glob("[a-z]*.py"))]
    times = {module: _times([sys.executable, "-m", module, "--help"], 3) for module in ["onggi.cli", *stages]}
    slowest = max(times, key=lambda module: median(times[module]))
    values = times[slowest]
    note = f"slowest of {len(times)} commands: {slowest}"
    yield Measure("startup.help", median(values), "s", min(values), max(values), "<= 0.5", note)
    status = subprocess.run([*DVC, "status", "-q"], cwd=ROOT, capture_output=True, text=True)
    if status.returncode:
        raise Absent("no-op dvc repro: this checkout is not built, or is being built")
    values = _times([*DVC, "repro", "-q"], 3)
    yield Measure(
        "startup.repro", median(values), "s", min(values), max(values), "<= 5", "dvc repro with nothing to do"
    )


def _times(command: list[str], repeats: int) -> list[float]:
    return [seconds(lambda: subprocess.run(command, cwd=ROOT, check=True, capture_output=True)) for _ in range(repeats)]
