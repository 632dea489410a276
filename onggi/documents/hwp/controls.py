"""Controls of HWP 5 that say something in the line: numbers that are counted, and fields of forms."""

import re

from onggi.documents.hwp import records
from onggi.documents.hwp.model import field_text
from onggi.documents.hwp.numbering import KINDS, mark
from onggi.documents.hwp.records import Record

_OF_PAGES = {0, 6}
"""What only a page knows: its own number, and how many there are."""
_KINDS = {b"tbc+": "checkBtn", b"tbr+": "radioBtn"}


def note_mark(control: Record) -> str:
    """Return the number of a footnote or an endnote as it is printed where it is cited: ``1)``."""
    shape, number = control.number(12, "I"), control.number(4, "I")
    return mark(number, _kind(shape), _sign(control, 8), _sign(control, 10))


def auto_number(control: Record) -> str:
    """Return the number of a note, a figure, a table or an equation; an empty string for that of a page."""
    flags = control.number(4, "I")
    if flags & 0xF in _OF_PAGES:
        return ""
    return mark(control.number(8, "H"), _kind(flags >> 4 & 0xFF), _sign(control, 12), _sign(control, 14))


def form(control: Record) -> str:
    """Return what a field of a form shows: whether it is chosen, and its caption or text."""
    for record in control.below:
        if record.tag == records.FORM_OBJECT:
            settings = records.units(record.data)
            said = _string(settings, "Caption") or _string(settings, "Text")
            kind = _KINDS.get(bytes(record.data[:4])[::-1], "")
            return field_text(kind, re.search(r"\bValue:int:1\b", settings) is not None, said)
    return ""


def _kind(number: int) -> str:
    return KINDS[number] if number < len(KINDS) else KINDS[0]


def _sign(record: Record, offset: int) -> str:
    return chr(record.number(offset, "H")).strip("\0")


def _string(settings: str, name: str) -> str:
    match = re.search(rf"\b{name}:wstring:(\d+):", settings)
    return settings[match.end() : match.end() + int(match[1])] if match else ""
