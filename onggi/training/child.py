"""A child process that does not outlive who started it.

``python -m onggi.training.child PIDS SHOWN MODULE ARGUMENT…``, where SHOWN is ``bars`` or ``lines``.
"""

import logging
import os
import runpy
import select
import signal
import sys
import threading
from collections.abc import Sequence

from onggi.work import process

SHELLS = {"sh", "bash", "dash", "zsh", "fish", "ksh"}

LINES = {"TQDM_DISABLE": "1", "HF_HUB_DISABLE_PROGRESS_BARS": "1", "HF_DATASETS_DISABLE_PROGRESS_BARS": "1"}
"""Where there is no terminal, libraries draw no bars: in a log a bar is a line of a hundred states of itself."""


def command(module: str, *arguments: object) -> list[str]:
    """Return the command that runs a module as long as this process lives, and the `dvc repro` that started it."""
    pids = [os.getpid(), *_dvc()]
    return [sys.executable, "-m", __name__, ",".join(map(str, pids)), _shown(), module, *map(str, arguments)]


def of_child(module: str, *arguments: object) -> list[str]:
    """Return the arguments of a Python that runs a module as long as the process lives that starts it."""
    return ["-m", __name__, "parent", _shown(), module, *map(str, arguments)]


def _shown() -> str:
    return "bars" if sys.stderr.isatty() else "lines"


def _dvc() -> list[int]:
    """Return the process of DVC that runs this stage, if one does; killed alone, it leaves the shell between them."""
    if "DVC_STAGE" not in os.environ:
        return []
    import psutil

    try:
        above = psutil.Process().parents()
    except psutil.Error:
        return []
    return [process.pid for process in above if process.name() not in SHELLS][:1]


def end_with(pids: Sequence[int]) -> None:
    """Kill this process at the moment one of others ends; does nothing where the system cannot tell (not Linux)."""
    if sys.platform != "linux":
        return
    waiting = select.poll()
    for pid in pids:
        try:
            waiting.register(os.pidfd_open(pid), select.POLLIN)
        except ProcessLookupError:
            os.kill(os.getpid(), signal.SIGKILL)

    def watch() -> None:
        waiting.poll()
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=watch, daemon=True).start()


def main() -> None:
    """Run a module under the watch; of what its libraries log it shows warnings and errors."""
    _, pids, shown, module, *arguments = sys.argv
    end_with([os.getppid()] if pids == "parent" else [int(pid) for pid in pids.split(",")])
    if shown == "lines":
        os.environ.update(LINES)
    # A library that sets logging up itself, as FlagEmbedding does to print all its arguments, comes too late.
    logging.basicConfig(format="%(levelname)s: %(name)s: %(message)s", level=logging.WARNING)
    sys.argv = [module, *arguments]
    with process.of_one_task():
        runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
