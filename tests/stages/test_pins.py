"""What depends on the CPU is pinned before any library loads, and the libraries obey."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ASK = """
import json, os
import stages
import faiss, torch, threadpoolctl
from numpy.lib.introspect import opt_func_info
kernels = opt_func_info(func_name="^(add|exp|log)$").values()
print(json.dumps({
    "numpy": sorted({kernel["current"] for types in kernels for kernel in types.values()}),
    "torch": torch.backends.cpu.get_cpu_capability(),
    "faiss": faiss.get_compile_options().split()[-1],
    "threads": torch.get_num_threads(),
    "openblas": sorted({pool["architecture"] for pool in threadpoolctl.threadpool_info() if "architecture" in pool}),
    "kiwi": os.environ["KIWI_ARCH_TYPE"],
}))
"""


def test_every_library_computes_as_on_a_machine_with_avx2() -> None:
    if " avx2 " not in Path("/proc/cpuinfo").read_text("utf-8"):
        pytest.skip("this CPU has no AVX2")
    found = json.loads(subprocess.run([sys.executable, "-c", ASK], cwd=ROOT, check=True, capture_output=True).stdout)
    assert found == {
        "numpy": ["X86_V3", "baseline(X86_V2)"],
        "torch": "AVX2",
        "faiss": "AVX2",
        "threads": 2,
        "openblas": ["Haswell"],
        "kiwi": "avx2",
    }
