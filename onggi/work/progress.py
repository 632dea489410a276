"""How far long work has come: a bar on a terminal, else a line every few seconds."""

import sys
import time
from typing import Any, Self

SECONDS_BETWEEN_LINES = 5


class Progress:
    """Shows on stderr how many of ``total`` rows, or bytes, are done, how fast, and the time left.

    Nothing is shown of work that is over within a second.
    """

    def __init__(self, label: str, total: int | None, *, in_bytes: bool = False) -> None:
        self.label, self.total, self.in_bytes = label, total, in_bytes
        self.done = 0
        self.skipped = 0
        self._start = time.monotonic()
        self._shown = self._start
        self._terminal = sys.stderr.isatty()
        self._bar: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def skip(self, rows: int) -> None:
        """Count rows that need no work: they are done and say nothing about the rate."""
        self.skipped += rows
        self.advance(rows)

    def advance(self, rows: int) -> None:
        """Count rows that were done."""
        self.done += rows
        now = time.monotonic()
        if self._terminal:
            self._draw(now)
        elif now - self._shown >= SECONDS_BETWEEN_LINES:
            self._shown = now
            print(self.line(now), file=sys.stderr, flush=True)

    def line(self, now: float) -> str:
        """Return what a log shows.

        Examples
        --------
        >>> progress = Progress("encode@base: embeddings", 4000)
        >>> progress.done = 1000
        >>> progress.line(progress._start + 10)
        'encode@base: embeddings 1,000 of 4,000 (25 %), 100/s, 30 s left'
        """
        return f"{self.label} {self._state(now)}"

    def _state(self, now: float) -> str:
        rate = (self.done - self.skipped) / max(now - self._start, 1e-9)
        speed = f", {_megabytes(rate) if self.in_bytes else _short(rate)}/s" if rate else ""
        shown = _megabytes if self.in_bytes else "{:,}".format
        if self.total is None:
            return f"{shown(self.done)}{speed}"
        share = 100 * self.done // max(self.total, 1)
        left = f", {duration((self.total - self.done) / rate)} left" if rate else ""
        return f"{shown(self.done)} of {shown(self.total)} ({share} %){speed}{left}"

    def _draw(self, now: float) -> None:
        if self._bar is None:
            if now - self._start < 1 or self.done == self.total:
                return
            from rich.console import Console
            from rich.progress import BarColumn, TextColumn
            from rich.progress import Progress as Bar

            columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[state]}"))
            self._bar = Bar(*columns, console=Console(stderr=True), transient=True)
            self._task = self._bar.add_task(self.label, total=self.total, state="")
            self._bar.start()
        self._bar.update(self._task, completed=self.done, state=self._state(now))


def duration(seconds: float) -> str:
    """Return seconds as people read them.

    Examples
    --------
    >>> duration(7.4), duration(90), duration(7300)
    ('7 s', '1 min 30 s', '2 h 1 min')
    """
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def dollars(usd: float) -> str:
    """Return US dollars as people read them: cents, and of less than a dollar two digits more.

    Examples
    --------
    >>> dollars(1234.5), dollars(0.0021)
    ('$1,234.50', '$0.0021')
    """
    return f"${usd:,.2f}" if usd >= 1 else f"${usd:.4f}"


def _short(rate: float) -> str:
    return f"{rate:,.0f}" if rate >= 10 else f"{rate:.1f}"


def _megabytes(size: float) -> str:
    return f"{size / 1_000_000:,.1f} MB"
