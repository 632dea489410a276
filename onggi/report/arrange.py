"""A small directed graph arranged in layers (Sugiyama, Tagawa and Toda 1981): layers, order, places.

Long arrows are led through *bends*, places of their own in every layer between, so that none runs through a box.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

Node = str | tuple[str, str, int]
"""A box by its name, or the bend of an arrow (from, to, layer)."""

_SWEEPS = 12


@dataclass(frozen=True)
class Arrangement:
    """Where everything is: ``layers`` from top to bottom with nodes from left to right, ``x`` the middle of a node.

    ``routes`` holds for each arrow the nodes from its first box to its last, bends between.
    """

    layers: tuple[tuple[Node, ...], ...]
    x: Mapping[Node, float]
    routes: Mapping[tuple[str, str], tuple[Node, ...]]


def arrange(
    names: Sequence[str], arrows: Sequence[tuple[str, str]], box: float, bend: float, gap: float
) -> Arrangement:
    """Arrange a graph without circles, the same way every time.

    Parameters
    ----------
    names : Sequence[str]
        The boxes; their order decides between equals.
    arrows : Sequence[tuple[str, str]]
        Pairs of names.
    box, bend, gap : float
        Width of a box, width kept free for a bend, and space between neighbours, in pixels.
    """
    level = _levels(names, arrows)
    layers: list[list[Node]] = [[] for _ in range(max(level.values(), default=-1) + 1)]
    for name in names:
        layers[level[name]].append(name)
    routes: dict[tuple[str, str], tuple[Node, ...]] = {}
    for a, b in arrows:
        bends: list[Node] = [(a, b, depth) for depth in range(level[a] + 1, level[b])]
        for depth, node in enumerate(bends, level[a] + 1):
            layers[depth].append(node)
        routes[a, b] = (a, *bends, b)
    links = [pair for route in routes.values() for pair in pairwise(route)]
    layers = _ordered(layers, links)
    width = {node: box if isinstance(node, str) else bend for layer in layers for node in layer}
    return Arrangement(tuple(map(tuple, layers)), _places(layers, links, width, gap), routes)


def _levels(names: Sequence[str], arrows: Sequence[tuple[str, str]]) -> dict[str, int]:
    level = dict.fromkeys(names, 0)
    for _ in names:
        for a, b in arrows:
            level[b] = max(level[b], level[a] + 1)
    for _ in names:  # all moves down to just above its first use, so that what is needed late stands late
        for a in names:
            level[a] = min((level[b] - 1 for first, b in arrows if first == a), default=level[a])
    return level


def _ordered(layers: list[list[Node]], links: Sequence[tuple[Node, Node]]) -> list[list[Node]]:
    """Return the order with the fewest crossings that sweeping finds, from the given order and others."""
    above, below = _neighbours(links)
    best, fewest = layers, _crossings(layers, below)
    for start in range(max(map(len, layers), default=0)):
        swept = [layer[start % len(layer) :] + layer[: start % len(layer)] for layer in layers]
        for sweep in range(_SWEEPS):
            down = sweep % 2 == 0
            swept = [list(layer) for layer in swept]
            for depth in range(1, len(swept)) if down else range(len(swept) - 2, -1, -1):
                fixed = swept[depth - 1 if down else depth + 1]
                place = {node: index / max(1, len(fixed) - 1) for index, node in enumerate(fixed)}
                swept[depth] = _by_mean(swept[depth], above if down else below, place)
            if (count := _crossings(swept, below)) < fewest:
                best, fewest = swept, count
    return best


def _by_mean(layer: list[Node], neighbours: Mapping[Node, list[Node]], place: Mapping[Node, float]) -> list[Node]:
    def mean(index: int) -> tuple[float, int]:
        found = [place[n] for n in neighbours.get(layer[index], []) if n in place]
        return (sum(found) / len(found) if found else index / max(1, len(layer) - 1)), index

    return [layer[index] for index in sorted(range(len(layer)), key=mean)]


def _crossings(layers: list[list[Node]], below: Mapping[Node, list[Node]]) -> int:
    count = 0
    for upper, lower in pairwise(layers):
        place = {node: index for index, node in enumerate(lower)}
        ends = [sorted(place[n] for n in below.get(node, [])) for node in upper]
        count += sum(x > y for i, left in enumerate(ends) for right in ends[i + 1 :] for x in left for y in right)
    return count


def _neighbours(links: Sequence[tuple[Node, Node]]) -> tuple[dict[Node, list[Node]], dict[Node, list[Node]]]:
    above: dict[Node, list[Node]] = {}
    below: dict[Node, list[Node]] = {}
    for a, b in links:
        below.setdefault(a, []).append(b)
        above.setdefault(b, []).append(a)
    return above, below


def _places(
    layers: list[list[Node]], links: Sequence[tuple[Node, Node]], width: Mapping[Node, float], gap: float
) -> dict[Node, float]:
    above, below = _neighbours(links)
    x: dict[Node, float] = {}
    for layer in layers:
        left = 0.0
        for node in layer:
            x[node] = left + width[node] / 2
            left += width[node] + gap
        for node in layer:
            x[node] -= (left - gap) / 2
    for sweep in range(4 * _SWEEPS):
        neighbours = above if sweep % 2 == 0 else below
        for layer in layers if sweep % 2 == 0 else reversed(layers):
            wish = {n: sum(x[m] for m in near) / len(near) if (near := neighbours.get(n)) else x[n] for n in layer}
            x.update(_apart(layer, wish, width, gap))
    shift = min((x[node] - width[node] / 2 for node in x), default=0.0)
    return {node: value - shift for node, value in x.items()}


def _apart(layer: list[Node], wish: Mapping[Node, float], width: Mapping[Node, float], gap: float) -> dict[Node, float]:
    """Move the nodes of a layer as little as it takes to keep them in order without touching."""
    groups: list[tuple[list[Node], float]] = []  # nodes that touch, and the mean left edge they wish for
    for node in layer:
        nodes, left = [node], wish[node] - width[node] / 2
        while groups:
            before, start = groups[-1]
            span = sum(width[n] + gap for n in before)
            if start + span <= left:
                break
            left = (start * len(before) + (left - span) * len(nodes)) / (len(before) + len(nodes))
            nodes = before + nodes
            groups.pop()
        groups.append((nodes, left))
    placed = {}
    for nodes, left in groups:
        for node in nodes:
            placed[node] = left + width[node] / 2
            left += width[node] + gap
    return placed
