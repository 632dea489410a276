import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

TASK = """
import atexit, gc, sys
from onggi.work.process import of_one_task

class Jar:
    def __del__(self):
        print("taken apart")

jar, before = Jar(), gc.get_threshold()[0]
atexit.register(print, "at exit")
with of_one_task():
    print("rarer" if gc.get_threshold()[0] > before else "as before")
    {ends}
"""


def task(ends: str) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, "-c", TASK.format(ends=ends)], env=environment, capture_output=True, text=True
    )


@pytest.mark.parametrize("ends", ["pass", "sys.exit()", "sys.exit(0)"])
def test_what_succeeds_is_not_taken_apart_and_loses_nothing(ends: str) -> None:
    done = task(ends)
    assert (done.returncode, done.stdout, done.stderr) == (0, "rarer\nat exit\n", "")


@pytest.mark.parametrize(("ends", "code"), [("sys.exit(3)", 3), ("1 / 0", 1), ("raise KeyboardInterrupt", -2)])
def test_what_fails_ends_as_ever(ends: str, code: int) -> None:
    done = task(ends)
    assert (done.returncode, done.stdout) == (code, "rarer\nat exit\ntaken apart\n")
    assert ("ZeroDivisionError" in done.stderr) == (ends == "1 / 0")
