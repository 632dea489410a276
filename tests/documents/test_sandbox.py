import errno
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from onggi.documents.sandbox import Budget, Sandbox, Stopped
from onggi.work import journal

ROOT = Path(__file__).parents[2]
BUDGET = Budget(memory_mb=300, seconds=1)
JOBS = "tests.documents.jobs"


@pytest.fixture(params=["1", "3"])
def workers(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setenv("ONGGI_WORKERS", request.param)
    return int(request.param)


@pytest.fixture
def sandbox(workers: int) -> Iterator[Sandbox]:
    with Sandbox(f"{JOBS}:told", BUDGET, (JOBS,)) as sandbox:
        yield sandbox


def test_each_job_has_its_answer(workers: int) -> None:
    with Sandbox(f"{JOBS}:echo", BUDGET) as sandbox:
        jobs = [sandbox.submit(bytes([number]) * number * 10_000, "독", str(number)) for number in range(20)]
        for number, job in reversed(list(enumerate(jobs))):
            assert sandbox.result(job) == bytes([number]) * number * 10_000 + f"|독|{number}".encode()
            assert job.data == b""


def test_no_more_children_than_workers_and_none_without_a_job(workers: int) -> None:
    with Sandbox(f"{JOBS}:process", BUDGET) as sandbox:
        assert not sandbox._children
        found = {sandbox.result(job) for job in [sandbox.submit(b"") for _ in range(20)]}
        assert 1 <= len(found) <= workers
        assert str(os.getpid()).encode() not in found
    assert not any(psutil.pid_exists(int(number)) for number in found)


@pytest.mark.parametrize(
    ("order", "cause"),
    [
        (b"spin", "time"),
        (b"allocate 400", "memory"),
        (b"hoard", "memory"),
        (b"crash", "SIGSEGV"),
        (b"exit", "exit code 3"),
    ],
)
def test_what_a_child_does_not_outlive_costs_its_job_alone(sandbox: Sandbox, order: bytes, cause: str) -> None:
    jobs = [sandbox.submit(data) for data in (b"one", order, b"two", order, b"three")]
    for job, expected in zip(jobs, (b"one", cause, b"two", cause, b"three"), strict=True):
        if isinstance(expected, bytes):
            assert sandbox.result(job) == expected
        else:
            with pytest.raises(Stopped) as caught:
                sandbox.result(job)
            assert caught.value.by == expected


def test_the_limits_are_of_each_job_not_of_all(workers: int) -> None:
    with Sandbox(f"{JOBS}:told", BUDGET) as sandbox:
        for _ in range(4):
            assert sandbox.result(sandbox.submit(b"allocate 200")) == b"200000000"


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the system does not say")
def test_the_memory_of_children_is_in_the_journal(tmp_path: Path) -> None:
    with journal.recording("ingest", tmp_path / "journal.jsonl") as entry:
        with Sandbox(f"{JOBS}:told", BUDGET) as sandbox:
            sandbox.result(sandbox.submit(b"allocate 250"))
        seen = entry.peak_mb
        assert 250_000_000 >> 20 <= seen < 450
    [found] = journal.entries(tmp_path / "journal.jsonl")
    assert found.peak_mb == entry.peak_mb >= seen


def test_a_child_that_has_grown_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONGGI_WORKERS", "1")
    with Sandbox(f"{JOBS}:keeping", BUDGET) as sandbox:
        first, second, third = (sandbox.result(sandbox.submit(size)) for size in (b"1", b"200", b"200"))
    assert first == second != third


@pytest.mark.parametrize("size", [b"200", b"290"])
def test_what_a_child_loads_for_all_jobs_is_at_nobodys_cost(monkeypatch: pytest.MonkeyPatch, size: bytes) -> None:
    """Kiwi takes 200 MB: its child was replaced after every PDF that asked for it, a second each."""
    monkeypatch.setenv("ONGGI_WORKERS", "1")
    with Sandbox(f"{JOBS}:loading", BUDGET) as sandbox:
        assert len({sandbox.result(sandbox.submit(size)) for _ in range(4)}) == 1


def test_what_hangs_without_using_the_cpu_is_ended(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Budget, "patience", 0.2)
    with pytest.raises(Stopped) as caught:
        sandbox.result(sandbox.submit(b"sleep"))
    assert caught.value.by == "patience"


def test_patience_is_generous() -> None:
    assert BUDGET.patience == 60 + 10 * 1


@pytest.mark.parametrize("scratch_mb", [0, 5])
def test_a_child_writes_no_file(workers: int, tmp_path: Path, scratch_mb: int) -> None:
    """Whether what it runs may or not."""
    with Sandbox(f"{JOBS}:failing", replace(BUDGET, scratch_mb=scratch_mb)) as sandbox:
        answer = sandbox.result(sandbox.submit(f"write {tmp_path / 'out'}".encode()))
    assert answer == f"OSError {errno.EFBIG}".encode()
    assert (tmp_path / "out").read_bytes() == b""


def test_a_child_has_no_network() -> None:
    if subprocess.run(["unshare", "--user", "--net", "true"], capture_output=True).returncode:
        pytest.skip("this system lets no user give up the network")
    with socket.create_server(("127.0.0.1", 0)) as server, Sandbox(f"{JOBS}:failing", BUDGET) as sandbox:
        answer = sandbox.result(sandbox.submit(f"connect {server.getsockname()[1]}".encode()))
    assert answer != b"connected"


def test_what_libraries_say_is_not_shown(sandbox: Sandbox, capfd: pytest.CaptureFixture[str]) -> None:
    assert sandbox.result(sandbox.submit(b"say")) == b"say"
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
@pytest.mark.parametrize("order", ["spin", "sleep"])
def test_children_end_with_the_process_that_started_them(order: str, how: signal.Signals) -> None:
    script = f"""
from onggi.documents.sandbox import Budget, Sandbox
if __name__ == "__main__":
    with Sandbox("{JOBS}:told", Budget(300, 600), ("{JOBS}",)) as sandbox:
        job = sandbox.submit({order.encode()!r})
        print(*[child.process.pid for child in sandbox._children], flush=True)
        sandbox.result(job)
"""
    parent = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = psutil.Process(int(parent.stdout.readline()))
    wait_for(lambda: child.cpu_times().user > 0.2 if order == "spin" else child.status() == psutil.STATUS_SLEEPING)
    parent.send_signal(how)
    parent.wait()
    wait_for(lambda: ended(child))


@pytest.mark.parametrize("how", ["killed", "out of patience", "crashed"])
def test_what_a_child_runs_ends_with_it(how: str, tmp_path: Path) -> None:
    script = f"""
import sys
from onggi.documents.sandbox import Budget, Sandbox, Stopped
if __name__ == "__main__":
    with Sandbox("{JOBS}:told", Budget(300, 600), ("{JOBS}",)) as sandbox:
        job = sandbox.submit(b"run sleep 3600")
        child = sandbox._children[0]
        print(child.process.pid, flush=True)
        if sys.stdin.readline() == "go on\\n":
            child.until = 0.0
        try:
            sandbox.result(job)
        except Stopped as error:
            print(error.by, flush=True)
        sys.stdin.readline()
"""
    piped = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdin=piped, stdout=piped, text=True) as parent:
        assert parent.stdin is not None and parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        wait_for(lambda: any(below.name() == "sleep" for below in child.children()))
        (program,) = child.children()
        if how == "killed":
            parent.kill()
        else:
            if how == "crashed":
                child.send_signal(signal.SIGSEGV)
            parent.stdin.write("wait\n" if how == "crashed" else "go on\n")
            parent.stdin.flush()
            assert parent.stdout.readline() == ("SIGSEGV\n" if how == "crashed" else "patience\n")
        wait_for(lambda: ended(program))
        parent.kill()


def ended(process: psutil.Process) -> bool:
    """Tell whether a process has ended; who waits for it may do so while it is looked at."""
    try:
        return not process.is_running() or bool(process.status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def wait_for(condition: Callable[[], bool]) -> None:
    """Wait as long as a busy machine may need."""
    until = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.01)


def test_a_folder_for_temporary_files_with_a_long_path_is_no_hindrance(tmp_path: Path) -> None:
    folder = tmp_path / ("독" * 60)
    folder.mkdir()
    script = "from tests.documents.test_sandbox import echoed; print(echoed())"
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(folder)},
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert (done.returncode, done.stdout) == (0, "b'x'\n"), done.stderr


def echoed() -> bytes:
    """Return what a child says to the letter x."""
    with Sandbox(f"{JOBS}:echo", BUDGET) as sandbox:
        return sandbox.result(sandbox.submit(b"x"))
