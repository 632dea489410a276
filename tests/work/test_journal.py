import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from onggi.core import tables
from onggi.core.schema import SplitRow
from onggi.work import journal
from onggi.work.journal import Entry, Work, append, current, entries, recording

ROOT = Path(__file__).parents[2]
Python = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "memo" / "journal.jsonl"


def test_a_run_is_one_line(path: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DVC_ROOT", "/어디/작업")
    monkeypatch.setenv("DVC_EXP_NAME", "넓은-독")
    with recording("encode@base", path) as entry:
        assert current() is entry
        entry.rows_in["data/chunks.parquet"] = 3
        with entry.work("embeddings").on(3) as task:
            task.hold(1)
            with task.computing():
                task.compute(2)
    assert current() is not entry
    assert path.read_bytes().count(b"\n") == 1 and path.read_bytes().endswith(b"\n")
    (found,) = entries(path)
    assert (found.stage, found.folder, found.experiment, found.status) == (
        "encode@base", "/어디/작업", "넓은-독", "done"
    )  # fmt: skip
    assert (found.rows_in, found.rows_out) == ({"data/chunks.parquet": 3}, {})
    assert found.works == {"embeddings": Work(1, 2, found.works["embeddings"].seconds)}
    assert found.seconds >= found.works["embeddings"].seconds >= 0
    assert found.peak_mb > 5 and len(found.build) == 8
    assert found.started.endswith("+00:00") and "T" in found.started


@pytest.mark.parametrize(
    ("raised", "status"),
    [
        (KeyboardInterrupt(), "interrupted"),
        (ValueError("독"), "failed"),
        (SystemExit(1), "failed"),
        (journal.PlanEnds(), "planned"),
    ],
)
def test_a_run_is_recorded_whichever_way_it_ends(path: Path, raised: BaseException, status: str) -> None:
    with pytest.raises(type(raised)), recording("chunk", path) as entry:
        entry.rows_in["a"] = 1
        raise raised
    (found,) = entries(path)
    assert (found.status, found.rows_in) == (status, {"a": 1})


def test_tables_count_their_rows(path: Path, tmp_path: Path) -> None:
    table = tmp_path / "splits.parquet"
    with recording("gold", path) as entry:
        tables.write(table, SplitRow, (SplitRow(name, name, "train") for name in "가나다"))
        assert entry.rows_out == {str(table): 3} and entry.rows_in == {}
        assert tables.count(table, SplitRow) == 3
    with recording("mine", path):
        assert len(tables.column(table, SplitRow, "doc_id")) == 3
    gold, mine = entries(path)
    assert (gold.rows_in, gold.rows_out) == ({str(table): 3}, {str(table): 3})
    assert (mine.rows_in, mine.rows_out) == ({str(table): 3}, {})


def test_outside_of_a_run_nobody_counts() -> None:
    current().rows_in["a"] = 1
    current().work("embeddings").computed += 1
    assert current().rows_in == current().works == {}


def test_parts_of_one_work_that_are_under_way_at_once(path: Path) -> None:
    with recording("mine", path) as entry, entry.work("scores").on(5) as one:
        one.compute(2)
        with entry.work("scores").on(3) as other:
            other.hold(3)
            one.compute(1)
        one.compute(2)
        assert (one.progress.done, other.progress.done) == (5, 3)
    assert (entry.works["scores"].held, entry.works["scores"].computed) == (3, 5)


def test_the_time_of_an_interrupted_computation_counts(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with recording("mine", path) as entry, entry.work("scores").on(5) as task:
        now = journal.time.monotonic()
        monkeypatch.setattr(journal.time, "monotonic", lambda: now)
        with pytest.raises(KeyboardInterrupt), task.computing():
            now += 2.5
            raise KeyboardInterrupt
    assert entry.works["scores"].seconds == pytest.approx(2.5, abs=1e-6)


LINES = """
import sys
from pathlib import Path
from onggi.work.journal import recording
for number in range(50):
    with recording(sys.argv[2], Path(sys.argv[1])) as entry:
        entry.rows_in = {f"{sys.argv[2]} {n}": number for n in range(200)}
"""


def test_processes_that_write_at_once_do_not_mix_their_lines(path: Path) -> None:
    stages = ("하나", "둘", "셋", "넷")
    command = [sys.executable, "-c", LINES, str(path)]
    children = [subprocess.Popen([*command, stage], cwd=ROOT) for stage in stages]
    assert [child.wait(timeout=900) for child in children] == [0] * 4
    found = list(entries(path))
    assert len(found) == 200
    for stage in stages:
        own = [entry.rows_in for entry in found if entry.stage == stage]
        assert own == [{f"{stage} {n}": number for n in range(200)} for number in range(50)]


BROKEN = [
    "", "{", "독", "[]", "7", "null", "{}", '{"works": {}, "unknown": 1}', '{"works": {"a": {"x": 1}}}',
    '{"works": []}', '{"stage": "half',
]  # fmt: skip


def test_lines_that_are_no_entries_are_passed_over(path: Path) -> None:
    append(path, Entry("one"))
    with path.open("ab") as file:
        file.write("\n".join(BROKEN).encode() + b"\n\xff\xfe\n")
    append(path, Entry("two"))
    assert [entry.stage for entry in entries(path)] == ["one", "two"]


LINE = {
    "stage": "mine", "build": "1a2b3c4d", "folder": "/작업", "experiment": "", "started": "2026-03-02T01:00:00+00:00",
    "seconds": 2.5, "status": "done", "rows_in": {"a": 1}, "rows_out": {}, "peak_mb": 640, "ended_at": "",
    "works": {"scores": {"held": 1, "computed": 2, "seconds": 0.5}},
}  # fmt: skip
WRONG = [
    {"stage": 7}, {"build": None}, {"folder": []}, {"experiment": {}}, {"status": 1}, {"started": "yesterday"},
    {"started": 5}, {"started": "0001-01-01T00:00:00+14:00"}, {"seconds": "2"}, {"seconds": -1}, {"seconds": True},
    {"seconds": float("nan")}, {"seconds": float("inf")}, {"seconds": 10**400}, {"rows_in": [1]},
    {"rows_in": {"a": "1"}}, {"rows_out": {"a": 1.5}}, {"rows_out": None}, {"peak_mb": "640"}, {"peak_mb": 10**400},
    {"ended_at": 3}, {"works": {"scores": {"held": "1"}}}, {"works": {"scores": {"computed": None}}},
    {"works": {"scores": 3}}, {"works": {"scores": {"computed": 10**400, "seconds": 1}}},
    {"works": {"scores": {"label": "x"}}}, {"works": "scores"},
]  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG, ids=str)
def test_a_line_with_values_of_wrong_types_is_passed_over(path: Path, wrong: dict[str, object]) -> None:
    path.parent.mkdir()
    path.write_text("".join(f"{json.dumps(line)}\n" for line in (LINE, LINE | wrong, LINE)))
    found = list(entries(path))
    assert len(found) == 2 and found[0] == found[1]
    assert found[0].works == {"scores": Work(1, 2, 0.5)} and found[0].build == "1a2b3c4d"


def test_a_line_that_is_too_deep_is_passed_over(path: Path) -> None:
    path.parent.mkdir()
    path.write_text(f"{'[' * 100_000}\n{json.dumps(LINE)}\n")
    assert [entry.stage for entry in entries(path)] == ["mine"]


def test_an_earlier_journal_calls_a_build_a_run(path: Path) -> None:
    path.parent.mkdir()
    line = {"run" if key == "build" else key: value for key, value in LINE.items() if key != "ended_at"}
    path.write_text(f"{json.dumps(line)}\n")
    assert [entry.build for entry in entries(path)] == ["1a2b3c4d"]


def test_a_plan_says_at_which_rows_it_ended(path: Path) -> None:
    with pytest.raises(journal.PlanEnds), recording("mine", path):
        raise journal.PlanEnds("scores")
    assert [entry.ended_at for entry in entries(path)] == ["scores"]


def test_a_line_that_was_cut_off_takes_no_other_with_it(path: Path) -> None:
    append(path, Entry("one"))
    with path.open("a") as file:
        file.write('{"stage": "half')
    append(path, Entry("two"))
    append(path, Entry("three"))
    assert [entry.stage for entry in entries(path)] == ["one", "two", "three"]


@pytest.mark.parametrize("name", ["줄\u2028바꿈", "줄\x85바꿈", "탭\t줄\n", "깨진\udcff이름", '"\\'])
def test_any_path_fits_in_a_line(path: Path, name: str) -> None:
    append(path, Entry("one", folder=name, rows_in={name: 1}))
    append(path, Entry("two"))
    one, two = entries(path)
    assert (one.folder, one.rows_in, two.stage) == (name, {name: 1}, "two")


def test_no_journal_has_no_entries(path: Path) -> None:
    assert list(entries(path)) == []


def test_a_large_journal_is_put_away_and_both_are_read(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    append(path, Entry("0"))
    monkeypatch.setattr(journal, "LARGEST", 3 * path.stat().st_size)
    for number in range(1, 9):
        append(path, Entry(str(number)))
    assert path.with_name("journal.old.jsonl").stat().st_size <= 4 * journal.LARGEST // 3
    assert [entry.stage for entry in entries(path)] == ["4", "5", "6", "7", "8"]
    assert sum(1 for _ in path.open()) == 1


ROTATING = """
import sys
from pathlib import Path
from onggi.work import journal
journal.LARGEST = 300_000
for number in range(100):
    journal.append(Path(sys.argv[1]), journal.Entry(sys.argv[2], folder="x" * 1000))
"""


def test_processes_that_put_a_journal_away_at_once_lose_none_of_it(path: Path) -> None:
    """Of 400 lines of a good kilobyte the first 300 are put away, once."""
    command = [sys.executable, "-c", ROTATING, str(path)]
    children = [subprocess.Popen([*command, str(n)], cwd=ROOT) for n in range(4)]
    assert [child.wait(timeout=900) for child in children] == [0] * 4
    assert sum(1 for _ in entries(path)) == 400
    assert path.stat().st_size > 0 and path.with_name("journal.old.jsonl").stat().st_size > 300_000


def test_a_folder_that_takes_no_file_is_done_without(read_only: Path) -> None:
    with recording("chunk", read_only / "journal.jsonl") as entry:
        pass
    assert entry.status == "done" and entry.seconds >= 0
    assert list(read_only.iterdir()) == []


RUN = "from pathlib import Path\nfrom onggi.work.journal import recording\nwith recording('a', Path('{}')): pass\n"


def test_stages_that_one_process_starts_are_one_build(path: Path) -> None:
    """DVC starts each stage through a shell."""
    script = RUN.format(path)
    parent = (
        "import subprocess, sys\n"
        'for _ in range(2): subprocess.run(f\'"{sys.executable}" -c "$SCRIPT"; true\', shell=True, check=True)\n'
    )
    for _ in range(2):
        subprocess.run([sys.executable, "-c", parent], env={**os.environ, "SCRIPT": script}, cwd=ROOT, check=True)
    one, two, three, four = (entry.build for entry in entries(path))
    assert one == two != three == four


def test_the_clock_may_be_set_between_two_stages_of_a_build(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import psutil

    with recording("one", path):
        pass
    real_created, real_boot = psutil.Process.create_time, psutil.boot_time
    monkeypatch.setattr(psutil.Process, "create_time", lambda self: real_created(self) + 3600)
    monkeypatch.setattr(psutil, "boot_time", lambda: real_boot() + 3600)
    with recording("two", path):
        pass
    one, two = entries(path)
    assert one.build == two.build


def test_the_most_memory_is_that_of_this_process_or_its_children(python: Python, path: Path) -> None:
    script = (
        "import subprocess, sys\nfrom pathlib import Path\nfrom onggi.work.journal import recording\n"
        "large = [sys.executable, '-c', 'bytes(bytearray(150 << 20))']\n"
        "with recording('small', Path(sys.argv[1])): pass\n"
        "with recording('child', Path(sys.argv[1])): subprocess.run(large)\n"
        "with recording('large', Path(sys.argv[1])): bytearray(400 << 20)\n"
    )
    assert python(script, path).returncode == 0
    small, child, large = (entry.peak_mb for entry in entries(path))
    assert 5 < small < 150 <= child < 400 <= large < 600


@pytest.mark.skipif(sys.platform != "linux", reason="there the system counts right by itself")
def test_what_starts_a_stage_does_not_count(python: Python, path: Path) -> None:
    script = (
        "import subprocess, sys\nheld = bytearray(300 << 20)\n"
        "subprocess.run([sys.executable, '-c', sys.argv[1]], check=True, close_fds=False)\n"
        "import os\n"
        "if not (child := os.fork()):\n    os.execv(sys.executable, [sys.executable, '-c', sys.argv[1]])\n"
        "os.waitpid(child, 0)\n"
    )
    assert python(script, RUN.format(path)).returncode == 0
    assert [entry.peak_mb < 200 for entry in entries(path)] == [True, True]


def test_the_line_is_json_that_any_tool_reads() -> None:
    entry = Entry("mine", "1a2b3c4d", "/작업", works={"scores": Work(1, 2, 0.12345), "morphemes": Work()})
    content = json.loads(entry.line())
    assert list(content["works"]) == ["morphemes", "scores"]
    assert content["works"]["scores"] == {"held": 1, "computed": 2, "seconds": 0.123}
    assert "/작업" in entry.line() and "\n" not in entry.line()
