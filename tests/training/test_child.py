import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).parents[2]
WAIT = 900
"""Seconds after which a process that still lives counts as left behind."""

CHILD = "import sys, time; print('trains', sys.argv[1:], flush=True); time.sleep(3600)"

STAGE = """
import subprocess, sys
from onggi.training import child
command = child.command(*sys.argv[1:])
running = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
print(running.pid, running.stdout.readline().strip(), flush=True)
running.wait()
"""

SHELLED = "import subprocess, sys; subprocess.run(['sh', '-c', '\"$@\"; exit', 'sh', *sys.argv[1:]])"


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., "subprocess.Popen[str]"]]:
    """Start a process that is killed at the end at the latest; modules of ``tmp_path`` can be run."""
    (tmp_path / "sleeps.py").write_text(CHILD, "utf-8")
    (tmp_path / "agent.py").write_text(
        "import subprocess, sys\n"
        "from onggi.training import child\n"
        "subprocess.run([sys.executable, *child.of_child('sleeps', 'below')])\n",
        "utf-8",
    )
    started: list[subprocess.Popen[str]] = []

    def run(*command: str, **environment: str) -> "subprocess.Popen[str]":
        path = os.pathsep.join([str(ROOT), str(tmp_path)])
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": path, **environment}
        )
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.communicate()


def said(process: "subprocess.Popen[str]") -> tuple[int, str]:
    assert process.stdout is not None
    pid, words = process.stdout.readline().strip().split(" ", 1)
    return int(pid), words


def ends(pid: int) -> bool:
    """Tell whether a process ends, be it as one that nobody has waited for."""
    for _ in range(10 * WAIT):
        try:
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.1)
    return False


def test_a_child_dies_with_who_started_it(start: Callable[..., "subprocess.Popen[str]"]) -> None:
    stage = start(sys.executable, "-c", STAGE, "sleeps", "one", "2")
    pid, words = said(stage)
    assert words == "trains ['one', '2']" and psutil.pid_exists(pid)
    stage.send_signal(signal.SIGKILL)
    assert ends(pid)


def test_a_child_of_a_child_dies_too(start: Callable[..., "subprocess.Popen[str]"]) -> None:
    """As a GPU's process below torchrun."""
    stage = start(sys.executable, "-c", STAGE, "agent")
    pid, words = said(stage)
    assert words == "trains ['below']"
    (below,) = psutil.Process(pid).children()
    stage.send_signal(signal.SIGKILL)
    assert ends(pid) and ends(below.pid)


def test_a_child_dies_with_the_dvc_above_the_shell(start: Callable[..., "subprocess.Popen[str]"]) -> None:
    """DVC runs a stage through a shell, which outlives it when it is killed alone."""
    dvc = start(
        sys.executable, "-c", SHELLED, sys.executable, "-c", STAGE, "sleeps", DVC_STAGE="finetune",
    )  # fmt: skip
    pid, _ = said(dvc)
    stage = psutil.Process(pid).parent()
    assert stage is not None
    shell = stage.parent()
    assert shell is not None and shell.name() == "sh" and shell.ppid() == dvc.pid
    dvc.send_signal(signal.SIGKILL)
    assert ends(pid)
    assert ends(stage.pid) and ends(shell.pid)  # they waited for it alone


NOISY = """
import logging
from tqdm import tqdm
logging.basicConfig(level=logging.INFO)
logging.getLogger("trainer").info("all arguments")
logging.getLogger("trainer").warning("no GPU")
print(sum(tqdm(range(3))))
"""


def test_of_what_a_child_says_a_log_has_warnings_and_no_bars(tmp_path: Path) -> None:
    (tmp_path / "noisy.py").write_text(NOISY, "utf-8")
    path = os.pathsep.join([str(ROOT), str(tmp_path)])
    stage = [sys.executable, "-c", "import subprocess, sys; from onggi.training import child; "
             "subprocess.run(child.command('noisy'))"]  # fmt: skip
    said = subprocess.run(stage, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": path})
    assert (said.stdout, said.stderr) == ("3\n", "WARNING: trainer: no GPU\n")


def test_a_child_of_nobody_does_not_begin(start: Callable[..., "subprocess.Popen[str]"]) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    child = start(sys.executable, "-m", "onggi.training.child", str(gone.pid), "lines", "sleeps")
    assert child.communicate(timeout=WAIT)[0] == "" and child.returncode == -signal.SIGKILL
