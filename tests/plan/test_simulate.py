"""Small plans, by real DVC, against what DVC then does."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.plan.conftest import PARAMS, STAGES, Small

ENDS = 'test -z "$ONGGI_PLAN" || exit 75'
"""What a stage does in planning mode that comes to rows it may not compute."""


def test_nothing_to_do(small: Small) -> None:
    assert small.plan() == {
        "stages": [],
        "up_to_date": ["cut", "join@a", "join@b", "last"],
        "total": {"rows": {}, "seconds": 0.0, "complete": True},
    }
    assert small.onggi("plan")[1] == "nothing to do: 4 stages up to date\n"


def test_a_stage_whose_outs_come_out_the_same_makes_no_other_stale(small: Small) -> None:
    small.change("raw.txt", "고추장", "막장")
    assert small.states() == {"cut": "runs"}
    assert small.build() == ["cut"]


def test_what_is_made_anew_is_compared_as_it_will_be(small: Small) -> None:
    small.change("raw.txt", "된장", "막장")
    assert small.states() == dict.fromkeys(["cut", "join@a", "join@b", "last"], "runs")
    assert small.plan()["stages"][1]["why"][0] | {"was": "", "now": ""} == {
        "kind": "input", "name": "cut.txt", "was": "", "now": "", "makers": ["cut"],
    }  # fmt: skip
    assert small.build() == ["cut", "join@a", "join@b", "last"]
    small.change("raw.txt", "막장", "된장")
    assert small.states() == dict.fromkeys(["cut", "join@a", "join@b", "last"], "restored")
    small.build()
    assert small.states() == {}


@pytest.mark.parametrize(
    ("was", "now", "name", "values"),
    [
        ("times: 2", "times: 3", "join.times", (2, 3)),
        ("[독, 항아리]", "[독]", "join.words", (["독", "항아리"], ["독"])),
        ("  times: 2\n", "", "join.times", (2, None)),
        ("times: 2", "times: 2\n  lids: true", "join.lids", (None, True)),
    ],
)
def test_a_parameter(small: Small, was: str, now: str, name: str, values: tuple[object, object]) -> None:
    small.change("params.yaml", was, now)
    plan = small.plan()
    assert plan["stages"][0]["why"] == [{"kind": "parameter", "name": name, "was": values[0], "now": values[1]}]
    assert small.states() == {"join@a": "runs", "join@b": "runs"}
    assert small.build() == ["join@a", "join@b"]


def test_an_empty_entry_that_gets_a_key_is_told_by_the_key(small: Small) -> None:
    small.change("params.yaml", "times: 2", "times: {}")
    small.build()
    small.change("params.yaml", "times: {}", "times: {one: {more: 3}}")
    why = small.plan()["stages"][0]["why"]
    assert why == [{"kind": "parameter", "name": "join.times.one.more", "was": None, "now": 3}]


def test_a_parameter_that_no_stage_reads(small: Small) -> None:
    small.change("params.yaml", "other: 1", "other: 2")
    assert small.states() == {}


def test_another_command(small: Small) -> None:
    small.change("dvc.yaml", "head -c 6", "head -c 7")
    plan = small.plan()["stages"]
    assert plan[0]["why"] == [
        {"kind": "command", "was": "head -c 6 raw.txt > cut.txt", "now": "head -c 7 raw.txt > cut.txt"}
    ]
    assert len(plan) == 4
    assert "the command was `head -c 6 raw.txt" in small.onggi("why", "cut")[1]


@pytest.mark.parametrize(
    ("spoil", "state"),
    [
        (lambda out: out.unlink(), "is missing"),
        (lambda out: (out.unlink(), out.write_text("another text")), "was changed by hand"),
    ],
)
def test_an_out_that_is_not_what_the_stage_made_is_restored(
    small: Small, spoil: Callable[[Path], object], state: str
) -> None:
    spoil(small.folder / "a.txt")
    (stage,) = small.plan()["stages"]
    assert (stage["stage"], stage["state"]) == ("join@a", "restored")
    assert stage["why"] == [{"kind": "output", "name": "a.txt", "now": state}]
    assert small.onggi("why", "join@a")[1] == f"join@a: stale, will be restored from DVC's cache\n  a.txt {state}\n"
    assert small.build() == ["join@a"]
    assert small.states() == {}


def test_an_out_that_dvc_holds_no_more_is_made_again(small: Small) -> None:
    (small.folder / "cut.txt").unlink()
    subprocess.run(["rm", "-rf", ".dvc/cache"], cwd=small.folder, check=True)
    states = small.states()
    assert states["cut"] == "runs"
    # Nothing but DVC's cache lacks the outs of the others, so DVC runs them too.
    assert small.build() == list(states)


def test_a_new_stage(small: Small) -> None:
    small.write("dvc.yaml", STAGES + "  after:\n    cmd: cp last.txt x.txt\n    deps: [last.txt]\n    outs: [x.txt]\n")
    assert small.plan()["stages"] == [
        {
            "stage": "after",
            "state": "runs",
            "why": [{"kind": "never built"}],
            "rows": {},
            "known_after": [],
            "seconds": None,
        }
    ]
    assert "never built" in small.onggi("why", "after")[1]
    assert small.build() == ["after"]


def test_a_project_that_was_never_built(make: Callable[[str], Small]) -> None:
    small = make(STAGES)
    assert small.states() == dict.fromkeys(["cut", "join@a", "join@b", "last"], "runs")
    assert not (small.folder / "dvc.lock").exists() and not (small.folder / "cut.txt").exists()


def test_targets_bring_what_they_need(small: Small) -> None:
    small.change("raw.txt", "된장", "막장")
    assert list(small.states("join@a")) == ["cut", "join@a"]
    assert list(small.states("join")) == ["cut", "join@a", "join@b"]


def test_from_a_folder_below(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    small.change("raw.txt", "된장", "막장")
    monkeypatch.chdir(small.folder / "more")
    assert list(small.states("cut")) == ["cut"]


def test_behind_rows_that_are_only_counted_nobody_knows(small: Small) -> None:
    small.change("dvc.yaml", "cmd: head -c 6 raw.txt > cut.txt", f"cmd: {ENDS}; head -c 6 raw.txt > cut.txt")
    assert small.states() == {"cut": "runs", "join@a": "may run", "join@b": "may run", "last": "may run"}
    plan = small.plan()["stages"]
    assert plan[1]["why"] == [{"kind": "upstream", "name": "cut.txt", "makers": ["cut"]}]
    assert [stage["known_after"] for stage in plan] == [[], ["cut"], ["cut"], ["cut"]]
    assert small.onggi("why", "last")[1].splitlines()[0] == (
        "last: may run, if an input comes out different; known after cut"
    )
    small.change("params.yaml", "times: 2", "times: 3")
    assert small.states() == {"cut": "runs", "join@a": "runs", "join@b": "runs", "last": "may run"}
    assert small.build() == ["cut", "join@a", "join@b"]


def test_a_frozen_stage_does_not_run(small: Small) -> None:
    small.change("dvc.yaml", "  cut:\n", "  cut:\n    frozen: true\n")
    small.change("raw.txt", "된장", "막장")
    assert small.states() == {}
    assert small.build() == []


def test_a_stage_that_always_runs(small: Small) -> None:
    small.change("dvc.yaml", "  cut:\n", "  cut:\n    always_changed: true\n")
    assert small.plan()["stages"][0]["why"] == [{"kind": "always"}]
    assert small.states() == {"cut": "runs"}


def test_an_input_beside_the_workspace(make: Callable[[str], Small]) -> None:
    small = make(STAGES.replace("raw.txt", "../raw/raw.txt"))
    small.write("../raw/raw.txt", "된장과 고추장\n")
    assert small.build()
    small.write("../raw/raw.txt", "막장과 고추장\n")
    assert small.states() == dict.fromkeys(["cut", "join@a", "join@b", "last"], "runs")


def test_nothing_is_left_and_nothing_is_changed(small: Small, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    small.change("raw.txt", "된장", "막장")
    before = content(small.folder)
    small.plan()
    small.onggi("why", "last")
    assert content(small.folder) == before
    assert not list((tmp_path / "temporary").iterdir())
    assert not (tmp_path / "home" / "ONGGI_MEMO").exists()


def content(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_a_stage_that_would_fail(small: Small) -> None:
    fails = "echo 'error: raw.txt: not a text; mend it' >&2; echo more >&2; exit 1"
    small.change("dvc.yaml", "head -c 6 raw.txt > cut.txt", f'"{fails}"')
    assert small.error("plan") == "stage cut: raw.txt: not a text; mend it; `dvc repro` would fail here too"


def test_a_command_with_a_wrong_option(small: Small) -> None:
    fails = "printf '╭─ Error ─╮\\\\n│ No such option: --lid │\\\\n╰─────────╯\\\\n' >&2; exit 2"
    small.change("dvc.yaml", "head -c 6 raw.txt > cut.txt", f'"{fails}"')
    assert small.error("plan") == "stage cut: No such option: --lid; `dvc repro` would fail here too"


def test_what_is_no_project(environment: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    error = Small(tmp_path).error("plan")
    assert error == f"{tmp_path}: no project of DVC's; run in the folder that holds dvc.yaml"


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("params.yaml", "join: [", "params.yaml: not YAML"),
        ("params.yaml", "3", "params.yaml: holds a int, not sections"),
        ("dvc.yaml", "stages: [", "dvc.yaml: "),
        ("dvc.yaml", STAGES.replace("foreach: [a, b]", "foreach: ${none}"), "dvc.yaml: "),
        ("dvc.yaml", STAGES.replace("outs: [last.txt]", "outs: [a.txt]"), "dvc.yaml: "),
        ("dvc.yaml", STAGES.replace("[raw.txt]", "[none.txt]"), "none.txt: cut reads it, and it is missing; "),
        ("dvc.lock", "schema: [", "dvc.lock: "),
    ],
)
@pytest.mark.parametrize("command", [["plan"], ["why", "cut"]], ids=["plan", "why"])
def test_a_broken_file_is_one_line(small: Small, command: list[str], name: str, text: str, said: str) -> None:
    small.write(name, text)
    error = small.error(*command)
    assert error.removeprefix(f"{small.folder}/").startswith(said), error


@pytest.mark.parametrize("command", [["plan"], ["why", "cut"]], ids=["plan", "why"])
def test_a_lock_that_a_kill_left_empty_names_the_way_back(small: Small, command: list[str]) -> None:
    small.write("dvc.lock", "")
    assert small.error(*command) == (
        "dvc.lock: is empty: a build was killed while DVC wrote it; type `git checkout dvc.lock`"
    )


def test_missing_files_are_one_line(small: Small) -> None:
    (small.folder / "params.yaml").unlink()
    assert "params.yaml: no such file" in small.error("plan")
    small.write("params.yaml", PARAMS)
    (small.folder / "dvc.yaml").unlink()
    assert small.error("plan") == "dvc.yaml: no such file; run in the folder that holds dvc.yaml"


@pytest.mark.parametrize("command", ["plan", "why"])
def test_an_unknown_stage_is_one_line(small: Small, command: str) -> None:
    assert small.error(command, "joined@b") == (
        "joined@b: no such stage; did you mean join@b? stages: cut, join@a, join@b, last"
    )
    assert small.error(command, "무") == "무: no such stage; stages: cut, join@a, join@b, last"
