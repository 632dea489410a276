"""Bytes → text: byte order mark, then UTF-8, then CP949, each of them strict."""

import codecs

from onggi.core.errors import DocumentError

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_WESTERN = {"iso8859-1", "cp1252", "ascii"}
"""Declared by many Korean pages that are not in it; it decodes anything, so it comes last."""

_MAX_CONTROL_SHARE = 0.05


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


def _decode(data: bytes, where: str, declared: str) -> tuple[str, str]:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            try:
                return data.decode(encoding), encoding
            except UnicodeDecodeError as error:
                raise _undecodable(where, encoding.upper(), error.start) from None
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
