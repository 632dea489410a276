"""The outline of a PDF: its titles where they stand on the pages are headings."""

import itertools
import unicodedata
from collections.abc import Iterator, Sequence

import pypdfium2

from onggi.documents.pdf.reading import Item, Line

_MIN_PLACED = 0.5  # share of the outline's titles that must be found on their pages for the outline to count
_MAX_PREFIX = 12  # characters of numbering before a title
_MAX_DEPTH = 9
_MOST_ENTRIES = 20_000  # an outline may name itself as its next entry


def headings(document: pypdfium2.PdfDocument, pages: Sequence[list[Item]]) -> dict[tuple[int, int], tuple[int, int]]:
    """Find the titles of the outline on their pages.

    Returns
    -------
    dict
        (page, item) → (level from 1, number of lines of the title); empty where the outline is missing or unusable.
    """
    found: dict[tuple[int, int], tuple[int, int]] = {}
    entries = 0
    for bookmark in itertools.islice(document.get_toc(max_depth=_MAX_DEPTH), _MOST_ENTRIES):
        key = _key(bookmark.get_title())
        target = bookmark.get_dest()
        if not key or target is None:
            continue
        entries += 1
        page = target.get_index()
        if page is None or page >= len(pages):
            continue
        _, view = target.get_view()
        height = view[1] if len(view) > 1 else None
        places = [place for place in _places(key, pages[page]) if (page, place[0]) not in found]
        if places:
            at, count = min(places, key=lambda place: (abs(pages[page][place[0]].top - (height or 1e6)), place))
            found[page, at] = (bookmark.level + 1, count)
    return found if entries and len(found) >= _MIN_PLACED * entries else {}


def _places(key: str, items: list[Item]) -> Iterator[tuple[int, int]]:
    keys = [_key(item.text) if isinstance(item, Line) else "" for item in items]
    for at in range(len(items)):
        for count in (1, 2):
            text = "".join(keys[at : at + count])
            if text.endswith(key) and len(text) <= len(key) + _MAX_PREFIX and (count == 1 or len(keys[at]) < len(text)):
                if count == 2 and len(keys[at + 1]) >= len(key):
                    continue  # the second line alone is the title
                yield at, count
                break


def _key(text: str) -> str:
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))
