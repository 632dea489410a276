"""The charts of the report: recall curves, bars per question type, and the training loss."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from onggi.report.inputs import LossPoint, RecallPoint
from onggi.report.svg import element, fit, marker, path, picture, text_width
from onggi.report.values import change, text_of

Point = tuple[float, float]

_FONT, _TICK = 12.5, 12.0
"""Font sizes of labels and of ticks, as the style sheet gives them."""
_LABEL = 112.0
"""Pixels that the name of a system takes at most beside its bar."""


@dataclass(frozen=True)
class Frame:
    """The plotting area and how values become pixels; ``log_x`` for a logarithmic x axis."""

    left: float
    top: float
    right: float
    bottom: float
    x_range: Point
    y_range: Point
    log_x: bool = False

    def x(self, value: float) -> float:
        """Return the pixel of a value on the x axis."""
        low, high = self.x_range
        share = (
            math.log(value / low) / (math.log(high / low) or 1.0)
            if self.log_x
            else (value - low) / ((high - low) or 1.0)
        )
        return self.left + share * (self.right - self.left)

    def y(self, value: float) -> float:
        """Return the pixel of a value on the y axis."""
        low, high = self.y_range
        return self.bottom - (value - low) / ((high - low) or 1.0) * (self.bottom - self.top)

    def axes(self, x_ticks: Sequence[float], y_ticks: Sequence[float], x_label: str, y_label: str) -> list[Markup]:
        """Draw grid, tick labels and axis labels."""
        drawn = []
        for tick in y_ticks:
            y = self.y(tick)
            drawn.append(element("line", x1=self.left, x2=self.right, y1=y, y2=y, class_="grid"))
            drawn.append(element("text", f"{tick:g}", x=self.left - 8, y=y + 4, text_anchor="end", class_="tick"))
        for tick in x_ticks:
            x = self.x(tick)
            drawn.append(element("line", x1=x, x2=x, y1=self.bottom, y2=self.bottom + 5, class_="axis"))
            drawn.append(element("text", f"{tick:g}", x=x, y=self.bottom + 19, text_anchor="middle", class_="tick"))
        drawn.append(element("line", x1=self.left, x2=self.right, y1=self.bottom, y2=self.bottom, class_="axis"))
        middle = (self.left + self.right) / 2
        drawn.append(element("text", x_label, x=middle, y=self.bottom + 38, text_anchor="middle", class_="label"))
        drawn.append(element("text", y_label, x=4, y=self.top - 12, class_="label"))
        return drawn


def recall_chart(
    points: Sequence[RecallPoint], then: Sequence[RecallPoint], systems: Sequence[str], name: str, width: float
) -> Markup:
    """Draw recall against k, one line a system, labelled at its end; ``then`` as dotted lines."""
    curves, old = _curves(points, systems), _curves(then, systems)
    values = [value for curve in [*curves.values(), *old.values()] for _, value in curve]
    floor = min(math.floor(min(values) * 10 - 0.2) / 10, 0.9)
    floor = max(0.0, floor)
    last = max(k for curve in curves.values() for k, _ in curve)
    value = text_width(" 0.000", _FONT)
    room = 22 + min(max(text_width(system, _FONT) for system in curves), 0.3 * width - value) + value
    legend = _legend(systems, width)
    top = 34.0 + 20 * (1 + max(row for _, row in legend))
    height = max(320.0 if width > 500 else 250.0, 17.0 * len(curves))
    frame = Frame(44, top, width - room, top + height, (1.0, float(max(last, 2))), (floor, 1.0), log_x=True)
    step = 0.1 if 1.0 - floor > 0.3 else 0.05
    y_ticks = [round(floor + i * step, 2) for i in range(round((1.0 - floor) / step) + 1)]
    x_ticks = [k for k in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000) if k <= last]
    drawn = frame.axes(x_ticks, y_ticks, "k (찾은 청크 수, 로그 눈금)", "recall@k")
    for system, (x, row) in zip(systems, legend, strict=True):
        number = systems.index(system)
        drawn.append(marker(number, x + 6, 11 + 20.0 * row, class_=f"mark s{number % 8}"))
        drawn.append(element("text", fit(system, width - 24, _FONT), x=x + 18, y=15 + 20.0 * row, class_="label"))
    for system, curve in old.items():
        line = [(frame.x(k), frame.y(value)) for k, value in curve]
        drawn.append(path(line, class_=f"curve then s{systems.index(system) % 8}"))
    ends = _spread([frame.y(curve[-1][1]) for curve in curves.values()], 17, frame.top, frame.bottom)
    for (system, curve), label_y in zip(curves.items(), ends, strict=True):
        number = systems.index(system)
        line = [(frame.x(k), frame.y(value)) for k, value in curve]
        drawn.append(path(line, class_=f"curve s{number % 8}"))
        marked = [xy for xy, (k, _) in zip(line, curve, strict=True) if k in (1, 2, 5, 10, 20, 50, 100)]
        drawn += [marker(number, x, y, class_=f"mark s{number % 8}") for x, y in marked]
        drawn.append(path([line[-1], (frame.right + 12, label_y)], class_=f"leader s{number % 8}"))
        label = f"{fit(system, room - 22 - value, _FONT)} {curve[-1][1]:.3f}"
        drawn.append(element("text", label, x=frame.right + 15, y=label_y + 4, class_=f"direct t{number % 8}"))
    description = "; ".join(
        f"{system}: " + ", ".join(f"k={k} {text_of(v)}" for k, v in curve if k in (1, 5, 10, 50, 100))
        for system, curve in curves.items()
    )
    return picture(name, width, frame.bottom + 46, "시스템별 recall 곡선", description, *drawn)


def type_bars(
    title: str, values: Mapping[str, float], then: Mapping[str, float], systems: Sequence[str], name: str, measure: str
) -> Markup:
    """Draw one bar a system for the questions of one type, with its value.

    Where ``then`` has values, an upright stroke stands where the bar ended, and the change right of the bars.
    """
    row, top = 26.0, 6.0
    label = 14 + min(max(text_width(system, _TICK) for system in systems), _LABEL)
    right = 236 if then else 284
    frame = Frame(label, top, right, top + row * len(systems), (0.0, 1.0), (0.0, 1.0))
    drawn = [
        element("line", x1=frame.x(tick), x2=frame.x(tick), y1=frame.top, y2=frame.bottom, class_="grid")
        for tick in (0.25, 0.5, 0.75, 1)
    ]
    for number, system in enumerate(systems):
        y = frame.top + row * number
        short = fit(system, _LABEL, _TICK)
        drawn.append(element("text", short, x=frame.left - 8, y=y + 17, text_anchor="end", class_="tick"))
        if system in values:
            drawn += _bar(frame, y, values[system], then.get(system), number)
        else:
            drawn.append(element("text", "값 없음", x=frame.left + 6, y=y + 17, class_="tick"))
    drawn.append(element("line", x1=frame.left, x2=frame.left, y1=frame.top, y2=frame.bottom, class_="axis"))
    y = frame.bottom + 15
    for tick in (0, 0.5, 1):
        drawn.append(element("text", f"{tick:g}", x=frame.x(tick), y=y, text_anchor="middle", class_="tick"))
    drawn.append(element("text", measure, x=frame.left - 8, y=y, text_anchor="end", class_="tick"))
    description = "; ".join(f"{system} {text_of(value)}" for system, value in values.items())
    return picture(name, 300, frame.bottom + 22, title, description, *drawn)


def _bar(frame: Frame, y: float, value: float, was: float | None, number: int) -> list[Markup]:
    end = frame.x(value)
    class_ = f"bar s{number % 8}"
    drawn = [element("rect", x=frame.left, y=y + 5, width=end - frame.left, height=16.0, rx=2, class_=class_)]
    ends = [end]
    if was is not None:
        ends.append(frame.x(was))
        drawn.append(element("line", x1=ends[1], x2=ends[1], y1=y + 2, y2=y + 24, class_="was"))
        drawn.append(element("text", change(value, was), x=frame.right + 8, y=y + 17.5, class_="tick"))
    if min(ends) > frame.left + 52:
        drawn.append(element("text", text_of(value), x=frame.left + 6, y=y + 17.5, class_="inside"))
    else:
        drawn.append(element("text", text_of(value), x=max(ends) + 6, y=y + 17.5, class_="outside"))
    return drawn


def loss_chart(points: Sequence[LossPoint], then: Sequence[LossPoint], name: str, width: float) -> Markup:
    """Draw the training loss against the step; ``then`` as a dotted line."""
    both = [*points, *then]
    x_ticks, y_ticks = (
        _ticks(0, max(p.step for p in both)),
        _ticks(min(0.0, *(p.loss for p in both)), max(p.loss for p in both)),
    )
    frame = Frame(52, 34, width - 16, 260, (0.0, float(max(p.step for p in both))), (y_ticks[0], y_ticks[-1]))
    drawn = frame.axes([x for x in x_ticks if x <= frame.x_range[1]], y_ticks, "step (학습 단계)", "loss")
    for line, class_ in ((then, "curve then s0"), (points, "curve s0")):
        if line:
            drawn.append(path([(frame.x(p.step), frame.y(p.loss)) for p in line], class_=class_))
    if len(points) <= 30:
        drawn += [marker(0, frame.x(p.step), frame.y(p.loss), class_="mark s0") for p in points]
    first, last = points[0], points[-1]
    description = f"{first.step}단계의 loss {text_of(first.loss)}에서 {last.step}단계의 {text_of(last.loss)}까지"
    return picture(name, width, frame.bottom + 46, "미세조정의 loss 곡선", description, *drawn)


def _curves(points: Sequence[RecallPoint], systems: Sequence[str]) -> dict[str, list[tuple[int, float]]]:
    found = {system: sorted((p.k, p.recall) for p in points if p.system == system and p.k >= 1) for system in systems}
    return {system: curve for system, curve in found.items() if curve}


def _legend(systems: Sequence[str], width: float) -> list[tuple[float, int]]:
    """Return x and row of each entry, wrapped to the width."""
    places, x, row = [], 4.0, 0
    for system in systems:
        needed = 34 + text_width(system, _FONT)
        if x > 4.0 and x + needed > width:
            x, row = 4.0, row + 1
        places.append((x, row))
        x += needed
    return places


def _spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Move labels apart to at least ``gap`` pixels, in their order, within the plotting area where they fit."""
    order = sorted(range(len(wanted)), key=lambda i: (wanted[i], i))
    placed = [0.0] * len(wanted)
    at = low - gap
    for i in order:
        placed[i] = at = max(wanted[i], at + gap)
    at = high + gap
    for i in reversed(order):
        placed[i] = at = min(placed[i], at - gap)
    return placed


def _ticks(low: float, high: float) -> list[float]:
    """Return about five round numbers that enclose the range."""
    raw = max(high - low, 1e-9) / 5
    size = 10 ** math.floor(math.log10(raw))
    step = next(factor * size for factor in (1, 2, 2.5, 5, 10) if factor * size >= raw * 0.999)
    first, last = math.floor(low / step), math.ceil(high / step - 1e-9)
    return [round(i * step, 10) for i in range(first, last + 1)]
