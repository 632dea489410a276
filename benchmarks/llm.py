"""Calls to an endpoint: the rate against the ideal one, a limit of calls a minute, and replies that the memo holds."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, ClassVar

from benchmarks.timing import Measure, seconds
from onggi.llm.backends import open_llm
from onggi.llm.messages import Message, Reply, Request
from onggi.llm.params import RoleParams
from onggi.work import memo
from onggi.work.store import Store

CALLS, TOGETHER, LATENCY = 2000, 16, 0.2
LIMITED, A_MINUTE = 1200, 600
HELD = 3000


class Asker(RoleParams):
    """The role that is measured."""

    key: ClassVar[str] = "asker"
    backend: str = "openai"


def measure() -> Iterator[Measure]:
    """Yield the shares of what is possible, and the seconds of a rerun."""
    with TemporaryDirectory() as work:
        with serving(LATENCY) as server:
            took = seconds(lambda: ask(server.url, CALLS, Path(work) / "rate.sqlite"))
        ideal = CALLS * LATENCY / TOGETHER
        note = f"of the ideal rate: {CALLS} calls of {LATENCY} s, {TOGETHER} at once, in {took:.1f} s"
        yield Measure("llm.rate", ideal / took, "", target=">= 0.95", note=note)

        with serving(LATENCY, A_MINUTE) as server:
            store = Path(work) / "limit.sqlite"
            took = seconds(lambda: ask(server.url, LIMITED, store, requests_per_minute=A_MINUTE))
        note = f"of {A_MINUTE} calls a minute used, {LIMITED} calls in {took:.1f} s"
        yield Measure("llm.limit", LIMITED / took * 60 / A_MINUTE, "", target=">= 0.95", note=note)
        yield Measure("llm.refused", server.refused, "", target="<= 0", note="calls that a 60 s window refused")

        with serving(0.0) as server:
            held = Path(work) / "held.sqlite"
            ask(server.url, HELD, held)
            times = [seconds(lambda: ask(server.url, HELD, held)) for _ in range(3)]
        again = server.answered - HELD
        note = f"{HELD} replies that the memo holds, {again} of them asked again"
        yield Measure("llm.held", median(times), "s", min(times), max(times), "<= 3", note)


def ask(url: str, calls: int, store: Path, **limits: int) -> None:
    """Ask for so many replies."""
    settings: dict[str, Any] = {"base_url": url, "concurrency": TOGETHER} | limits
    llm = open_llm(Asker.model_validate({"path": "unused", "model": "m", "endpoint": settings}), Path("models"))
    requests = [
        Request((Message("user", f"{place}번 항아리에 담근 장은 언제 뜨나요?"),), 0.0, 1.0, 128, 0)
        for place in range(calls)
    ]
    with memo.using(memo.Memo(Store(store))):
        if not all(isinstance(reply, Reply) for reply in llm.replies(requests)):
            raise RuntimeError("a request has no reply")


class Served:
    """A server of a process of its own; the counts are there when it has ended."""

    url = ""
    answered = refused = 0


@contextmanager
def serving(latency: float, limit: int = 0) -> Iterator[Served]:
    """Serve within the block."""
    command = [sys.executable, "-m", "benchmarks.llm_server", str(latency), str(limit)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    served = Served()
    try:
        served.url = f"http://127.0.0.1:{process.stdout.readline().strip()}/v1"  # type: ignore[union-attr]
        yield served
    finally:
        counts, _ = process.communicate()
        served.answered, served.refused = map(int, counts.split())
