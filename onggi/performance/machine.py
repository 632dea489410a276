"""The machine that times are of: what decides them, and nothing that names it."""

import os
import platform
from pathlib import Path
from typing import Any

from onggi.core.arithmetic import PINS
from onggi.core.workers import workers


def machine() -> dict[str, Any]:
    """Return the CPU's model, its cores, the threads for items and for one sum, the GPU (or None), and the load.

    The load is how many processes wanted a core in the last minute; well above 0, times are those of a busy machine.
    """
    from onggi.models.identity import arithmetic

    device = str(arithmetic()["device"])
    return {
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "threads": workers(),
        "threads_of_a_sum": int(PINS["OMP_NUM_THREADS"]),
        "gpu": None if device == "cpu" else device,
        "load_before": round(os.getloadavg()[0], 2),
    }


def peak_mb() -> float | None:
    """Return the most memory that this process has held, in MB; None where the system does not say (not Linux).

    `getrusage` would count what the process held that started this one.
    """
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith("VmHWM:")), None)


def device_peak_mb() -> float | None:
    """Return the most memory that tensors of this process have held on all GPUs, in MB; None where there is none."""
    import sys

    torch = sys.modules.get("torch")  # where no model has loaded it, nothing is on a GPU
    if torch is None or not torch.cuda.is_available():
        return None
    return sum(torch.cuda.max_memory_allocated(place) for place in range(torch.cuda.device_count())) / 1e6  # type: ignore[no-any-return]


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())
