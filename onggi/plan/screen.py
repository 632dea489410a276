"""A plan as people and as programs read it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from onggi.plan.changes import ABSENT, Change
from onggi.plan.simulate import Rows, Step
from onggi.work.progress import dollars, duration

SHOWN_REASONS = 2
HEADER = ("stage", "why", "to compute", "from the memo", "about")
GAP = "  "


def as_json(steps: Sequence[Step], seconds: Sequence[float | None]) -> dict[str, Any]:
    """Return a plan as JSON; the keys are stable, and more may come.

    ``stages`` holds in DVC's order each stage that is not up to date: ``stage``, ``state`` (``runs``, ``may run``
    or ``restored``), ``why`` (see `change_as_json`), ``rows`` by kind, ``known_after`` and ``seconds``. Of each kind of
    rows: ``compute`` and ``held``, and ``exact``; where that is false, it is at least so many; of replies of a language
    model ``figures``: ``prompt_tokens``, ``completion_tokens`` and ``usd``, at most. Where ``known_after``
    names stages, nobody knows the rows and seconds of this one before those have run: ``rows`` is empty, ``seconds``
    null. ``total`` sums up the rows by kind, and the seconds; ``complete``: the seconds of no stage are null.
    """
    stale = [(step, took) for step, took in zip(steps, seconds, strict=True) if step.state != "up to date"]
    return {
        "stages": [
            {
                "stage": step.stage,
                "state": step.state,
                "why": [change_as_json(change) for change in step.why],
                "rows": {kind: _rows_as_json(rows) for kind, rows in step.rows.items()},
                "known_after": list(step.known_after),
                "seconds": None if took is None else round(took, 1),
            }
            for step, took in stale
        ],
        "up_to_date": [step.stage for step in steps if step.state == "up to date"],
        "total": {
            "rows": {kind: _rows_as_json(rows) for kind, rows in total(steps).items()},
            "seconds": round(sum(took or 0.0 for _, took in stale), 1),
            "complete": all(took is not None for _, took in stale),
        },
    }


def total(steps: Iterable[Step]) -> dict[str, Rows]:
    """Return the rows of all stages by kind; at least so many where those of a stage are not known yet."""
    steps = list(steps)
    all_known = not any(step.known_after for step in steps)
    found: dict[str, Rows] = {}
    for step in steps:
        for kind, rows in step.rows.items():
            so_far = found.get(kind, Rows(0, 0, all_known))
            exact = so_far.exact and rows.exact
            figures = Counter(so_far.figures)
            figures.update(rows.figures)
            found[kind] = Rows(so_far.compute + rows.compute, so_far.held + rows.held, exact, dict(figures))
    return found


def _rows_as_json(rows: Rows) -> dict[str, Any]:
    figures = {"figures": dict(rows.figures)} if rows.figures else {}
    return {"compute": rows.compute, "held": rows.held, "exact": rows.exact} | figures


def change_as_json(change: Change) -> dict[str, Any]:
    """Return a change as JSON: ``kind``, and ``name``, ``was``, ``now`` and ``makers`` where they apply.

    A parameter that was not there, or is there no more, is null.
    """
    values = {"name": change.name or None, "was": change.was, "now": change.now, "makers": list(change.makers) or None}
    return {"kind": change.kind} | {
        key: None if value is ABSENT else value
        for key, value in values.items()
        if value is not None or (change.kind == "parameter" and key in ("was", "now"))
    }


def as_text(steps: Sequence[Step], seconds: Sequence[float | None], width: int) -> Iterator[str]:
    """Yield the lines of a plan, at most ``width`` characters long where reasons can be cut."""
    stale = [(step, took) for step, took in zip(steps, seconds, strict=True) if step.state != "up to date"]
    if not stale:
        yield f"nothing to do: {_of(len(steps), len(steps))} up to date"
        return
    table = [HEADER, *(line for step, took in stale for line in _lines(step, took))]
    widths = [max(len(row[column]) for row in table) for column in range(len(HEADER))]
    others = sum(widths) - widths[1] + len(GAP) * (len(HEADER) - 1)
    widths[1] = min(widths[1], max(len("why") + 17, width - others))
    for row in table:
        cells = [
            _fit(cell, size).rjust(size) if place == len(HEADER) - 1 else _fit(cell, size).ljust(size)
            for place, (cell, size) in enumerate(zip(row, widths, strict=True))
        ]
        yield GAP.join(cells).rstrip()
    yield ""
    yield _summary(steps, [took for _, took in stale])


def _lines(step: Step, took: float | None) -> Iterator[tuple[str, ...]]:
    """Yield the rows of the table that a stage takes: one for each kind of rows."""
    about = "?" if took is None else duration(took)
    why = f"{'maybe: ' if step.state == 'may run' else ''}{reasons(step.why)}"
    cells = [(_compute(kind, rows), f"{rows.held:,}") for kind, rows in step.rows.items()]
    if step.state == "restored":
        cells, about = [("from DVC's cache", "")], "0 s"
    elif step.known_after:
        cells = [(f"known after {_few(step.known_after)}", "")]
    first, *rest = cells or [("-", "")]
    yield step.stage, why, *first, about
    yield from (("", "", *cell, "") for cell in rest)


def _compute(kind: str, rows: Rows) -> str:
    if rows.held and not rows.compute:
        return f"{kind} held"
    price = f", {at_most}" if (at_most := _at_most(rows)) else ""
    return f"{'' if rows.exact else '≥ '}{rows.compute:,} {kind}{price}"


def _at_most(rows: Rows) -> str:
    """Return what rows take of a language model, in a few words; nothing where they take none."""
    tokens = rows.figures.get("prompt_tokens", 0) + rows.figures.get("completion_tokens", 0)
    if not tokens:
        return ""
    usd = rows.figures.get("usd", 0)
    return f"≤ {tokens:,.0f} tokens{f', ≤ {dollars(usd)}' if usd else ''}"


def _few(names: Sequence[str]) -> str:
    more = len(names) - SHOWN_REASONS
    return f"{', '.join(names[:SHOWN_REASONS])}{f' and {more} more' if more > 0 else ''}"


def reasons(why: Sequence[Change]) -> str:
    """Return why in a few words: what changed of the stage's own, and the stages that make its inputs anew.

    Examples
    --------
    >>> reasons([Change("parameter", "embed.runtime", "torch", "onnx"), Change("upstream", "a", makers=("m",))])
    'embed.runtime torch → onnx, after m'
    """
    own = [change.short() for change in why if not change.makers and change.kind != "output"]
    outs = [change for change in why if change.kind == "output"]
    own += [f"{len(outs)} outs, as {outs[0].short()}"] if len(outs) > 1 else [out.short() for out in outs]
    makers = list(dict.fromkeys(name for change in why for name in change.makers))
    more = [f"{len(own) - SHOWN_REASONS} more"] if len(own) > SHOWN_REASONS else []
    after = [f"after {_few(makers)}"] if makers else []
    return ", ".join([*own[:SHOWN_REASONS], *more, *after])


def _summary(steps: Sequence[Step], took: Sequence[float | None]) -> str:
    current = f"{_of(sum(step.state == 'up to date' for step in steps), len(steps))} up to date"
    behind = [step for step in steps if step.known_after]
    if behind:
        after = list(dict.fromkeys(name for step in behind for name in step.known_after))
        current += f" and {_of(len(behind), len(behind))} known after {_few(after)}"
    if paid := [at_most for rows in total(steps).values() if (at_most := _at_most(rows))]:
        current += f"; language models: {', '.join(paid)}"
    known = [seconds for seconds in took if seconds is not None]
    missing = len(took) - len(behind) - len(known)
    if not known:
        return f"{current}; how long the others take is not known yet"
    aside = f", {_of(missing, missing)} aside" if missing else ""
    return f"{current}; the others take about {duration(sum(known))}{aside}"


def _of(some: int, of: int) -> str:
    stages = "stage" if of == 1 else "stages"
    return f"{some} {stages}" if some == of else f"{some} of {of} {stages}"


def _fit(text: str, size: int) -> str:
    return text if len(text) <= size else f"{text[: size - 1]}…"
