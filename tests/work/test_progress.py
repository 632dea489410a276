import io
import sys
from types import SimpleNamespace

import pytest

from onggi.work import progress
from onggi.work.progress import Progress, duration


class Clock:
    """Time that passes when a test says so."""

    now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(progress, "time", SimpleNamespace(monotonic=clock.monotonic))
    monkeypatch.setattr(progress, "SECONDS_BETWEEN_LINES", 5)
    return clock


def work(clock: Clock, steps: list[tuple[float, int]], total: int | None, skipped: int = 0) -> None:
    """Do rows, each lot after so many seconds."""
    with Progress("encode@base: embeddings", total) as shown:
        if skipped:
            shown.skip(skipped)
        for seconds, rows in steps:
            clock.now += seconds
            shown.advance(rows)


def test_a_line_every_five_seconds_off_a_terminal(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    work(clock, [(1, 250)] * 12, 4000)
    assert capsys.readouterr() == (
        "",
        "encode@base: embeddings 1,250 of 4,000 (31 %), 250/s, 11 s left\n"
        "encode@base: embeddings 2,500 of 4,000 (62 %), 250/s, 6 s left\n",
    )


def test_nothing_is_said_of_short_work(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    work(clock, [(0.1, 5)] * 49, 245)
    work(clock, [], 0)
    assert capsys.readouterr() == ("", "")


def test_held_rows_say_nothing_about_the_rate(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    work(clock, [(5, 10), (5, 10)], 1000, skipped=900)
    assert capsys.readouterr().err == (
        "encode@base: embeddings 910 of 1,000 (91 %), 2.0/s, 45 s left\n"
        "encode@base: embeddings 920 of 1,000 (92 %), 2.0/s, 40 s left\n"
    )


def test_as_long_as_all_is_held_there_is_no_rate(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    with Progress("embed", 1000) as shown:
        clock.now += 5
        shown.skip(400)
    with Progress("embed", None) as shown:
        clock.now += 5
        shown.skip(400)
    assert capsys.readouterr().err == "embed 400 of 1,000 (40 %)\nembed 400\n"


def test_nobody_knows_how_many(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    work(clock, [(6, 30_000)], None)
    assert capsys.readouterr().err == "encode@base: embeddings 30,000, 5,000/s\n"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Put a terminal in place of stderr; a test does that itself, since pytest sets stderr before each."""
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    return terminal


def test_a_bar_on_a_terminal(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = on_a_terminal(monkeypatch)
    work(clock, [(1, 250), (1, 250)], 1000, skipped=100)
    shown = terminal.getvalue()
    assert "encode@base: embeddings" in shown and "━" in shown
    assert "600 of 1,000 (60 %), 250/s, 2 s left" in shown


def test_a_terminal_is_left_as_it_was_after_an_interrupt(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = on_a_terminal(monkeypatch)
    with pytest.raises(KeyboardInterrupt), Progress("embed", 1000) as shown:
        clock.now += 2
        shown.advance(10)
        raise KeyboardInterrupt
    assert terminal.getvalue().count("\x1b[?25l") == terminal.getvalue().count("\x1b[?25h") == 1  # the cursor


def test_no_bar_for_short_work(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = on_a_terminal(monkeypatch)
    monkeypatch.setitem(sys.modules, "rich.progress", None)  # importing it would fail
    work(clock, [(0.1, 1)] * 9, 10)
    work(clock, [(60, 10)], 10)
    assert terminal.getvalue() == ""


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (0.6, "1 s"),
        (59.4, "59 s"),
        (59.6, "1 min 0 s"),
        (3599, "59 min 59 s"),
        (3599.7, "1 h 0 min"),
        (90_000, "25 h 0 min"),
    ],
)
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text
