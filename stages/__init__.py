"""One thin command per stage of dvc.yaml: read params and paths, call the library, write the outs."""

import os
from collections.abc import Callable

from onggi.core import command
from onggi.core.session import session

# What makes arithmetic depend on the CPU, pinned in one place and before any library loads: the same
# instruction sets, kernels and thread counts on every x86-64 machine give the same bits.
os.environ.update(
    ATEN_CPU_CAPABILITY="avx2",
    ONEDNN_MAX_CPU_ISA="AVX2",
    OPENBLAS_CORETYPE="Haswell",
    NPY_DISABLE_CPU_FEATURES="X86_V4 AVX512_ICL AVX512_SPR",
    FAISS_SIMD_LEVEL="AVX2",
    KIWI_ARCH_TYPE="avx2",
    ONEDNN_PRIMITIVE_CACHE_CAPACITY="16",  # no bits: 1,024 kernels by default, one for each shape, take 300 MB
    MKL_CBWR=os.environ.get("MKL_CBWR", "COMPATIBLE"),
    OMP_NUM_THREADS="2",
    OMP_WAIT_POLICY="PASSIVE",  # no bits: threads that spin while they wait starve each other on a busy machine
    MKL_NUM_THREADS="2",
    OPENBLAS_NUM_THREADS="1",
    TOKENIZERS_PARALLELISM="false",
    CUBLAS_WORKSPACE_CONFIG=":4096:8",
)


def run(*functions: Callable[..., None]) -> None:
    """Run the function of a stage, or one of several, as a command at work (see `onggi.core.session`)."""
    command.run(*map(session, functions))
