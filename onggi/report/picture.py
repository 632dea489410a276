"""The DAG as a picture: boxes in layers from top to bottom, arrows from what a stage writes to what reads it."""

from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup

from onggi.report.arrange import Arrangement, Node, arrange
from onggi.report.dag import Box, Dag, reduced
from onggi.report.svg import element, fit, picture, text_width


@dataclass(frozen=True)
class Size:
    """Pixels of the picture's parts."""

    box: float
    gap: float
    layer: float
    stage: float
    variant: float
    height: float = 30.0
    line: float = 14.0


WIDE = Size(box=132.0, gap=16.0, layer=28.0, stage=13.0, variant=11.5)
NARROW = Size(box=82.0, gap=6.0, layer=24.0, stage=11.5, variant=10.5)
"""On a screen and on a phone; ``stage`` and ``variant`` are the font sizes that the style sheet gives."""

_MARGIN = 4.0
_TIP = 5.0
_PADDING = 4.0
_MOST_LINES = 8


def draw_dag(dag: Dag, name: str, size: Size) -> Markup:
    """Draw the graph; ``name`` is the id of the picture in the page."""
    arrows = reduced(dag.arrows)
    placed = arrange([box.name for box in dag.boxes], arrows, size.box, bend=size.gap, gap=size.gap)
    boxes = {box.name: box for box in dag.boxes}
    tops, heights = _rows(placed, boxes, size)
    width = max((x for node, x in placed.x.items() if isinstance(node, str)), default=0.0) + size.box / 2 + 2 * _MARGIN

    def top(node: Node) -> float:
        return tops[_layer_of(placed, node)]

    def bottom(node: Node) -> float:
        own = _box_height(boxes[node], size) if isinstance(node, str) else heights[_layer_of(placed, node)]
        return top(node) + own

    def arrow(route: tuple[Node, ...]) -> Markup:
        steps = [f"M{placed.x[route[0]] + _MARGIN:.1f} {bottom(route[0]):.1f}"]
        for before, after in pairwise(route):
            end = top(after) - (_TIP if after == route[-1] else 0)
            steps.append(_curve(placed.x[before], bottom(before), placed.x[after], end))
            if after != route[-1]:
                steps.append(f"L{placed.x[after] + _MARGIN:.1f} {bottom(after):.1f}")
        return element("path", d="".join(steps), class_="arrow", marker_end=f"url(#{name}-head)")

    drawn = [_draw_box(box, placed.x[box.name] + _MARGIN, top(box.name), size) for box in dag.boxes]
    head = element("path", d="M0 0L8 4L0 8Z", class_="head")
    tip = element(
        "marker",
        head,
        id=f"{name}-head",
        viewBox="0 0 8 8",
        refX=3,
        refY=4,
        markerWidth=7,
        markerHeight=7,
        orient="auto",
    )
    description = "; ".join(f"{a} → {b}" for a, b in arrows)
    height = max((bottom(box.name) for box in dag.boxes), default=0.0) + _MARGIN
    title = f"dvc.yaml의 단계 {len(dag.stages)}개와 그 사이의 흐름"
    return picture(
        name, width, height, title, description, element("defs", tip), *map(arrow, placed.routes.values()), *drawn
    )


def _layer_of(placed: Arrangement, node: Node) -> int:
    return next(depth for depth, layer in enumerate(placed.layers) if node in layer)


def _rows(placed: Arrangement, boxes: dict[str, Box], size: Size) -> tuple[list[float], list[float]]:
    tops, heights = [], []
    y = _MARGIN
    for layer in placed.layers:
        height = max((_box_height(boxes[node], size) for node in layer if isinstance(node, str)), default=size.height)
        tops.append(y)
        heights.append(height)
        y += height + size.layer
    return tops, heights


def _box_height(box: Box, size: Size) -> float:
    return size.height + size.line * len(_lines(box, size)) + (6 if box.variants else 0)


def _lines(box: Box, size: Size) -> list[str]:
    """Return the variants of a stage, as many on a line as fit; of very many, how many more there are."""
    room = size.box - 2 * _PADDING
    lines: list[str] = []
    for number, variant in enumerate(box.variants):
        together = f"{lines[-1]} · {variant}" if lines else ""
        if lines and text_width(together, size.variant) <= room:
            lines[-1] = together
        elif len(lines) == _MOST_LINES:
            return [*lines, f"외 {len(box.variants) - number}개"]
        else:
            lines.append(fit(variant, room, size.variant))
    return lines


def _draw_box(box: Box, x: float, y: float, size: Size) -> Markup:
    height = _box_height(box, size)
    left = x - size.box / 2
    said = box.description or ", ".join(box.outs)
    parts = [
        element("title", f"{box.name}: {said}"),
        element("rect", x=left, y=y, width=size.box, height=height, rx=15 if box.is_input else 6),
        element(
            "text",
            _label(box, size),
            x=x,
            y=y + 19.5,
            text_anchor="middle",
            class_="stage",
        ),
    ]
    parts += [
        element("text", line, x=x, y=y + 37 + index * size.line, text_anchor="middle", class_="variant")
        for index, line in enumerate(_lines(box, size))
    ]
    return element("g", *parts, class_="input" if box.is_input else "box")


def _label(box: Box, size: Size) -> str:
    room = size.box - 2 * _PADDING
    if not box.is_input:
        return fit(box.stage, room, size.stage)
    thin = 0.9 * size.stage  # inputs are not set in bold
    whole = text_width(box.stage, thin) <= room  # of a longer path, the last part says most
    return box.stage if whole else fit(box.stage.split("/")[-1], room, thin)


def _curve(x0: float, y0: float, x1: float, y1: float) -> str:
    x0, x1, middle = x0 + _MARGIN, x1 + _MARGIN, (y0 + y1) / 2
    return f"C{x0:.1f} {middle:.1f} {x1:.1f} {middle:.1f} {x1:.1f} {y1:.1f}"


def standalone(dag: Dag) -> str:
    """Return the picture as an SVG file that brings its own style, light and dark."""
    drawn = draw_dag(dag, "dag", WIDE)
    return str(drawn).replace("<title", f"<style>{_STYLE}</style><title", 1) + "\n"


_STYLE = (
    'text{font-family:"Pretendard","Apple SD Gothic Neo","Malgun Gothic","Noto Sans KR","NanumGothic",sans-serif}'
    ".arrow{fill:none;stroke:#59616c;stroke-width:1.4}.head{fill:#59616c}"
    ".box rect{fill:#f1ece4;stroke:#8a3f1d;stroke-width:1.2}"
    ".input rect{fill:#fff;stroke:#59616c;stroke-width:1.2;stroke-dasharray:4 3}"
    ".stage{fill:#1d2127;font-size:13px;font-weight:700}.input .stage{font-weight:400}"
    ".variant{fill:#59616c;font-size:11.5px}"
    "@media(prefers-color-scheme:dark){.arrow{stroke:#a5abb5}.head,.variant{fill:#a5abb5}.stage{fill:#e9e7e2}"
    ".box rect{fill:#282a2f;stroke:#f0a37a}.input rect{fill:#1c1f25;stroke:#a5abb5}}"
)
