"""Bytes → text: byte order mark, UTF-8, CP949, each strict; UTF-16 without a mark and ISO-2022-KR by how they look."""

import codecs
import re

from onggi.core.errors import DocumentError

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_WESTERN = {"iso8859-1", "cp1252", "ascii"}
"""Declared by many Korean pages that are not in it; it decodes anything, so it comes last."""

_MAX_CONTROL_SHARE = 0.05
_SHIFTED = b"\x1b$)C"
"""With this ISO-2022-KR (RFC 1557) begins; its bytes are ASCII otherwise."""

_LIKELY = re.compile(r"[\t\n\r -~가-힣ㄱ-ㅎㅏ-ㅣ一-鿿　-〿！-～·※→“”‘’…\u2460-\u24ff\u2190-\u21ff\u25a0-\u25ff]")
_MOST_LIKELY = 0.9
_SAMPLE = 4096


def decode(data: bytes, where: str, declared: str = "") -> tuple[str, str]:
    """Return the text of ``data`` and the name of its encoding.

    Parameters
    ----------
    declared : str
        The encoding the file itself names, or nothing. It is tried first, but for the Western ones.

    Raises
    ------
    DocumentError
        The bytes are in none of the encodings, or are not text at all.
    """
    text, encoding = _decode(data, where, declared)
    control = sum(1 for character in text if character < " " and character not in "\t\n\r\f\v")
    if "\0" in text or control > _MAX_CONTROL_SHARE * len(text):
        what = "holds NUL bytes" if "\0" in text else "is mostly control characters"
        raise DocumentError(where, f"{what}, so it is not text", "remove it, or save it as UTF-8 text")
    return text, encoding


def start(data: bytes) -> str:
    """Return the first characters of what may be text, those that cannot be read replaced."""
    head = data[:_SAMPLE]
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return head.decode(encoding, "replace")
    return head.decode(_unmarked_utf16(head) or "utf-8", "replace")


def _unmarked_utf16(data: bytes) -> str:
    """Return which UTF-16 bytes without a mark are in: the one that makes letters of them; blanks have a NUL."""
    sample = data[: _SAMPLE - _SAMPLE % 2]
    if b"\0" not in sample or len(data) % 2:
        return ""
    for encoding in ("utf-16-le", "utf-16-be"):
        text = sample.decode(encoding, "replace")
        if len(_LIKELY.findall(text)) >= _MOST_LIKELY * len(text):
            return encoding
    return ""


def _decode(data: bytes, where: str, declared: str) -> tuple[str, str]:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            try:
                return data.decode(encoding), encoding
            except UnicodeDecodeError as error:
                raise _undecodable(where, encoding.upper(), error.start) from None
    if encoding := "iso2022_kr" if _SHIFTED in data[:_SAMPLE] else _unmarked_utf16(data):
        try:
            return data.decode(encoding), encoding
        except UnicodeDecodeError as error:
            raise _undecodable(where, encoding.upper().replace("_", "-"), error.start) from None
    furthest = 0
    for encoding in _candidates(declared):
        try:
            return data.decode(encoding), encoding
        except UnicodeDecodeError as error:
            furthest = max(furthest, error.start)
    raise _undecodable(where, "UTF-8 or CP949", furthest)


def _candidates(declared: str) -> list[str]:
    try:
        name = codecs.lookup(declared).name
        if b" ".decode(name) != " ":
            name = ""
    except (LookupError, UnicodeError):  # unknown, not of text, or UTF-16, whose declaration could not have been read
        name = ""
    if name == "euc_kr":  # what calls itself EUC-KR is CP949, its superset, as in browsers
        name = "cp949"
    ordered = ["utf-8", "cp949", name] if name in _WESTERN else [name, "utf-8", "cp949"]
    return list(dict.fromkeys(filter(None, ordered)))


def _undecodable(where: str, tried: str, offset: int) -> DocumentError:
    return DocumentError(where, f"byte {offset} is not {tried}", "convert it (iconv -f ENCODING -t utf-8)")
