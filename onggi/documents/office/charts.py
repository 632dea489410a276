"""Charts (DrawingML, ECMA-376 part 1, 21.2): the title, and a table of a row for each category."""

from collections.abc import Iterator

from lxml import etree

from onggi.documents.blocks import Block, row_blocks
from onggi.documents.office.cells import shown

_C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
CHART = f"{_C}chart"
_NAMES = (f"{_C}cat", f"{_C}xVal")
_VALUES = (f"{_C}val", f"{_C}yVal")


def identifier(mark: etree._Element) -> str:
    """Return the id under which the part of a chart is related to the one that shows it."""
    return mark.get(_ID, "")


def blocks(root: etree._Element) -> Iterator[Block]:
    """Yield what a chart says: its title, then categories and the values of each series, as they were stored last."""
    title = root.find(f"{_C}chart/{_C}title")
    if title is not None and (text := "".join(part.text or "" for part in title.iter(f"{_A}t", f"{_C}v")).strip()):
        yield Block(text)
    series = list(root.iter(f"{_C}ser"))
    names = [_first(one, _NAMES) for one in series]
    values = [_first(one, _VALUES) for one in series]
    categories = next((points for points in names if points), {})
    places = sorted(set(categories).union(*values))
    rows = [[categories.get(place, ""), *(points.get(place, "") for points in values)] for place in places]
    if rows:
        heads = [["", *("".join(v.text or "" for v in one.iterfind(f"{_C}tx//{_C}v")) for one in series)]]
        yield from row_blocks([*(heads if any(heads[0]) else []), *rows], len(heads) if any(heads[0]) else 0)


def _first(series: etree._Element, tags: tuple[str, ...]) -> dict[int, str]:
    """Return the points that a series has below the first of some names, by their place; of levels the innermost."""
    for tag in tags:
        if (found := series.find(tag)) is not None:
            level = found.find(f".//{_C}lvl")
            source = found if level is None else level
            number_format = found.findtext(f".//{_C}formatCode") or "General"
            return {
                place: _shown(point.findtext(f"{_C}v") or "", number_format, tag in _VALUES)
                for point in source.iter(f"{_C}pt")
                if (place := _place(point)) is not None
            }
    return {}


def _place(point: etree._Element) -> int | None:
    given = point.get("idx", "")
    return int(given) if given.isdecimal() and len(given) < 10 else None


def _shown(value: str, number_format: str, is_number: bool) -> str:
    if not is_number:
        return value
    try:
        number = float(value)
        return shown(int(number) if number.is_integer() else number, number_format)
    except (ValueError, OverflowError):
        return value
