"""The demo build from nothing, in a temporary clone of the last commit."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.timing import Measure, seconds

ROOT = Path(__file__).parents[1]


def measure() -> Iterator[Measure]:
    """Yield the seconds of `dvc repro` with an empty cache."""
    with TemporaryDirectory() as work:
        clone = Path(work) / "clone"
        subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
        command = [sys.executable, "-m", "dvc", "repro", "--no-run-cache", "-f"]
        took = seconds(lambda: subprocess.run(command, cwd=clone, check=True, stdout=sys.stderr))
    yield Measure("build.demo", took, "s", target="<= 240", note="the demo corpus, with an empty cache")
