from pathlib import Path

import pytest

from onggi.core.errors import MemoError
from onggi.work import lockfile
from onggi.work.session import PLAN, session

WHOLE = """schema: '2.0'
stages:
  chunk:
    cmd: python -m stages.chunk
    deps:
    - path: data/documents.parquet
      hash: md5
      md5: 0cc175b9c0f1b6a831c399e269772661
      size: 1
    outs:
    - path: data/chunks.parquet
      hash: md5
      md5: 0cc175b9c0f1b6a831c399e269772661
      size: 1
"""
EMPTY = "is empty: a build was killed while DVC wrote it"
CUT = "is cut off: a build was killed while DVC wrote it"


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of its own, at work in its folder, and a memo of the test's own."""
    folder = tmp_path / "작업 폴더"
    folder.mkdir()
    monkeypatch.setenv("ONGGI_MEMO", str(tmp_path / "memo"))
    monkeypatch.delenv("DVC_ROOT", raising=False)
    monkeypatch.chdir(folder)
    (folder / "dvc.lock").write_text(WHOLE, "utf-8")
    return folder


def stage() -> None:
    """Do nothing at work."""
    session(lambda: None)()


def test_a_stage_keeps_the_lock_it_began_with(project: Path) -> None:
    lock = project / "dvc.lock"
    stage()
    lock.write_text(WHOLE.replace("size: 1", "size: 2"), "utf-8")
    stage()
    lock.write_bytes(b"")
    assert lockfile.restore(project)
    assert lock.read_text("utf-8") == WHOLE.replace("size: 1", "size: 2")
    assert not lockfile.restore(project)


def test_a_lock_that_was_cut_off_is_called_so_unless_dvc_can_read_it(project: Path) -> None:
    """Cut between two lines it may be whole in form: DVC then finds its last stage changed, and runs that again."""
    whole = []
    for length in range(len(WHOLE)):
        (project / "dvc.lock").write_text(WHOLE[:length], "utf-8")
        said = lockfile.problem(project)
        assert said in ((None, CUT) if length else (EMPTY,))
        if said is None:
            whole.append(WHOLE[:length].splitlines()[-1].split(":")[0].strip(" -"))
    assert whole == ["cmd", *["path", "hash", "md5", "size"], *["path", "hash", "md5"]]
    (project / "dvc.lock").unlink()
    assert lockfile.problem(project) is None


def test_a_lock_that_is_not_whole_takes_no_copys_place(project: Path) -> None:
    stage()
    for content in ("", WHOLE[:60], WHOLE[:-1], "stages: [", f"schema: '2.0'\n<<<<<<< HEAD\n{WHOLE}"):
        (project / "dvc.lock").write_text(content, "utf-8")
        stage()
    (project / "dvc.lock").unlink()
    stage()
    assert lockfile.restore(project) and (project / "dvc.lock").read_text("utf-8") == WHOLE


def test_two_projects_have_a_copy_each(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "dvc.lock").write_text(WHOLE.replace("size: 1", "size: 3"), "utf-8")
    stage()
    monkeypatch.setenv("DVC_ROOT", str(other))
    stage()
    for folder, size in ((project, "size: 1"), (other, "size: 3")):
        (folder / "dvc.lock").unlink()
        assert lockfile.restore(folder) and size in (folder / "dvc.lock").read_text("utf-8")


def test_neither_a_plan_nor_an_experiment_in_a_temporary_folder_keeps_one(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PLAN, str(tmp_path / "plan.jsonl"))
    stage()
    monkeypatch.delenv(PLAN)
    experiment = project / ".dvc" / "tmp" / "exps" / "x"
    experiment.mkdir(parents=True)
    (experiment / "dvc.lock").write_text(WHOLE, "utf-8")
    monkeypatch.setenv("DVC_ROOT", str(experiment))
    stage()
    assert not (tmp_path / "memo" / "locks").exists()


def test_without_a_copy_git_is_the_way_back(project: Path) -> None:
    (project / "dvc.lock").write_bytes(b"")
    assert lockfile.way_back(project) == "type `git checkout dvc.lock`"
    with pytest.raises(MemoError, match=rf"^dvc\.lock: {EMPTY}; no copy of it is held; type `git checkout dvc\.lock`$"):
        lockfile.restore(project)
    (project / "dvc.lock").write_text(WHOLE, "utf-8")
    stage()
    (project / "dvc.lock").write_bytes(b"")
    assert lockfile.way_back(project) == "type `onggi restore-lock`"


def test_a_merge_conflict_is_its_users(project: Path) -> None:
    stage()
    conflict = f"<<<<<<< HEAD\n{WHOLE}=======\n{WHOLE}>>>>>>> other\n"
    (project / "dvc.lock").write_text(conflict, "utf-8")
    with pytest.raises(MemoError, match=r"^dvc\.lock: holds a merge conflict; settle it, or type `git checkout --ours"):
        lockfile.restore(project)
    assert (project / "dvc.lock").read_text("utf-8") == conflict


def test_a_folder_that_takes_no_copy_is_no_failure(read_only: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONGGI_MEMO", str(read_only))
    lockfile.keep()
    assert list(read_only.iterdir()) == []
