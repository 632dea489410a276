import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from onggi.core.errors import TableError
from onggi.work import journal, memo
from onggi.work.command import run
from onggi.work.session import PLAN, PLAN_ENDS, session

SPACE = memo.space("spellings", {"files": "ab12"}, "much")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A memo of the test's own, and a stage that DVC runs."""
    monkeypatch.setenv("ONGGI_MEMO", str(tmp_path / "memo"))
    monkeypatch.setenv("DVC_STAGE", "encode@base")
    monkeypatch.setattr(sys, "argv", ["/somewhere/stages/embed.py"])
    return tmp_path / "memo"


def compute(texts: list[str]) -> Iterator[tuple[int, bytes]]:
    return ((place, text.encode()) for place, text in enumerate(texts))


def embed() -> None:
    """Ask a model."""
    assert list(memo.active().rows(SPACE, "가나", compute)) == ["가".encode(), "나".encode()]


def last(folder: Path) -> journal.Entry:
    return list(journal.entries(folder / "journal.jsonl"))[-1]


def counts(folder: Path) -> tuple[str, str, int, int]:
    entry = last(folder)
    return entry.stage, entry.status, entry.works["spellings"].held, entry.works["spellings"].computed


def test_a_stage_has_the_memo_of_the_user_and_a_line_in_the_journal(home: Path) -> None:
    before = memo.active()
    session(embed)()
    assert counts(home) == ("encode@base", "done", 0, 2)
    session(embed)()
    assert counts(home) == ("encode@base", "done", 2, 0)
    assert memo.active() is before


def test_without_dvc_the_stage_has_the_name_of_its_module(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DVC_STAGE")
    session(embed)()
    assert last(home).stage == "embed"


def test_arguments_help_and_signature_are_those_of_the_function(capsys: pytest.CaptureFixture[str]) -> None:
    def fill(jar: Path, *, litres: int = 3) -> None:
        """Fill a jar."""
        print(jar, litres)

    sys.argv[1:] = ["a/b", "--litres", "7"]
    with pytest.raises(SystemExit, match="0"):
        run(session(fill))
    assert capsys.readouterr().out == "a/b 7\n"
    sys.argv[1:] = ["--help"]
    with pytest.raises(SystemExit, match="0"):
        run(session(fill))
    shown = capsys.readouterr().out
    assert "Fill a jar." in shown and "--litres" in shown


@pytest.mark.parametrize(
    ("raised", "status", "code"),
    [(TableError("a", "b", "c"), "failed", 1), (KeyboardInterrupt(), "interrupted", 130)],
)
def test_a_failure_is_recorded_and_what_was_computed_is_kept(
    home: Path, raised: BaseException, status: str, code: int
) -> None:
    def fail() -> None:
        embed()
        raise raised

    with pytest.raises(SystemExit, match=str(code)):
        run(session(fail))
    assert counts(home) == ("encode@base", status, 0, 2)
    session(embed)()
    assert counts(home) == ("encode@base", "done", 2, 0)


def test_a_sigterm_keeps_what_was_computed_and_is_recorded(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def terminated() -> None:
        embed()
        os.kill(os.getpid(), signal.SIGTERM)

    with pytest.raises(SystemExit, match="143"):
        run(session(terminated))
    assert capsys.readouterr().err == (
        "interrupted: 2 spellings are in the memo; no half-written file is left; run `dvc repro` to go on\n"
    )
    assert counts(home) == ("encode@base", "interrupted", 0, 2)
    session(embed)()
    assert counts(home) == ("encode@base", "done", 2, 0)


@pytest.mark.parametrize("opening", ["journal.recording", "memo.open_memo"])
def test_an_interrupt_while_the_journal_or_the_memo_is_opened(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], opening: str
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(f"onggi.work.{opening}", interrupted)
    with pytest.raises(SystemExit, match="130"):
        run(session(embed))
    assert capsys.readouterr().err == "interrupted; no half-written file is left; run `dvc repro` to go on\n"


def test_a_plan_ends_with_a_code_of_its_own_and_writes_in_its_own_journal(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stage() -> None:
        embed()
        (tmp_path / "out").touch()

    plan = tmp_path / "plan" / "journal.jsonl"
    monkeypatch.setenv(PLAN, str(plan))
    with pytest.raises(SystemExit, match=str(PLAN_ENDS)):
        run(session(stage))
    (entry,) = journal.entries(plan)
    assert (entry.stage, entry.status, entry.works["spellings"].computed) == ("encode@base", "planned", 2)
    assert not (tmp_path / "out").exists() and not (home / "journal.jsonl").exists()
    assert capsys.readouterr() == ("", "")


def test_a_plan_goes_to_the_end_where_all_is_held(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session(embed)()
    monkeypatch.setenv(PLAN, str(tmp_path / "plan.jsonl"))
    session(embed)()
    (entry,) = journal.entries(tmp_path / "plan.jsonl")
    assert (entry.status, entry.works["spellings"].held) == ("done", 2)
    assert len(list(journal.entries(home / "journal.jsonl"))) == 1


def test_a_plan_that_ends_passes_through_typer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(PLAN, str(tmp_path / "plan.jsonl"))
    with pytest.raises(typer.Exit) as ended:
        session(embed)()
    assert ended.value.exit_code == 75
