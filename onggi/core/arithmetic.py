"""What makes arithmetic depend on the CPU, pinned in one place: the same bits on every x86-64 machine.

Libraries read these variables once, when they load: call `pin` before any of them is imported.
"""

import os

PINS = {
    # The same instruction sets and kernels on all CPUs of the last ten years.
    "ATEN_CPU_CAPABILITY": "avx2",
    "ONEDNN_MAX_CPU_ISA": "AVX2",
    "OPENBLAS_CORETYPE": "Haswell",
    "NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL AVX512_SPR",
    "FAISS_SIMD_LEVEL": "AVX2",
    "KIWI_ARCH_TYPE": "avx2",
    "CUBLAS_WORKSPACE_CONFIG": ":4096:8",
    # The same number of threads, where they share one sum.
    "OMP_NUM_THREADS": "2",
    "MKL_NUM_THREADS": "2",
    "OPENBLAS_NUM_THREADS": "1",
    "TOKENIZERS_PARALLELISM": "false",
    # No bits: threads that spin while they wait starve each other on a busy machine.
    "OMP_WAIT_POLICY": "PASSIVE",
    # No bits: 1,024 kernels by default, one for each shape, take 300 MB.
    "ONEDNN_PRIMITIVE_CACHE_CAPACITY": "16",
}


def pin() -> None:
    """Set the pins for this process and its children; ``MKL_CBWR`` stays where it is set."""
    os.environ.update(PINS)
    os.environ.setdefault("MKL_CBWR", "COMPATIBLE")
