"""Where in its file a stretch of a document stands, as people cite it; and what stands at a place."""

import itertools
from collections.abc import Iterable, Sequence

from onggi.core.schema import Origin

_SIGNS = {"page": ("p.", "pp."), "slide": ("slide", "slides"), "sheet": ("sheet", "sheets"), "paragraph": ("¶", "¶¶")}
_SIGNS |= {"line": ("line", "lines"), "record": ("record", "records")}


def place(origins: Iterable[Origin], start: int, end: int) -> str:
    """Return where [start, end) stands; an empty string where the file has no places to name.

    Examples
    --------
    >>> place([Origin(0, 9, "page", 12), Origin(10, 20, "page", 13)], 4, 15)
    'pp. 12–13'
    >>> place([Origin(0, 9, "sheet", 1, "요금!A2:C2"), Origin(10, 20, "sheet", 1, "요금!A3:C3")], 0, 15)
    '요금!A2:C2–A3:C3'
    """
    touched = [origin for origin in origins if origin.start < end and start < origin.end]
    return ", ".join(
        _cited(unit, list(group)) for unit, group in itertools.groupby(touched, key=lambda origin: origin.unit)
    )


def cited(doc_id: str, place: str) -> str:
    """Return a document with a place in it.

    Examples
    --------
    >>> cited("안내.pdf", "p. 12"), cited("안내.md", "")
    ('안내.pdf, p. 12', '안내.md')
    """
    return f"{doc_id}, {place}" if place else doc_id


def _cited(unit: str, origins: Sequence[Origin]) -> str:
    first, last = origins[0], origins[-1]
    if unit == "sheet" and all(origin.name for origin in origins):
        sheet, _, cells = last.name.rpartition("!")
        if first.name == last.name:
            return first.name
        return f"{first.name}–{cells if first.name.startswith(f'{sheet}!') else last.name}"
    one, several = _SIGNS[unit]
    low, high = min(origin.number for origin in origins), max(origin.number for origin in origins)
    if low != high:
        return f"{several} {low}–{high}"
    return f"{one} {low} ({first.name})" if first.name and first.name != str(low) else f"{one} {low}"


def on_page(origins: Iterable[Origin], page: int) -> list[tuple[int, int]]:
    """Return the spans of a document that stand on a page, or a slide, of its file, counted from 1."""
    return [
        (origin.start, origin.end) for origin in origins if origin.unit in ("page", "slide") and origin.number == page
    ]
