"""OpenDocument files, written by hand."""

import io
import zipfile

_NAMES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in {
        "office": "office",
        "style": "style",
        "text": "text",
        "table": "table",
        "draw": "drawing",
        "presentation": "presentation",
        "chart": "chart",
        "fo": "xsl-fo-compatible",
    }.items()
)
_NAMES += ' xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:dc="http://purl.org/dc/elements/1.1/"'
MIME = "application/vnd.oasis.opendocument."


def part(inside: str, root: str = "office:document-content") -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?><{root} {_NAMES}>{inside}</{root}>'


def opendocument(kind: str, body: str, styles: str = "", mime: str = "", **parts: str) -> bytes:
    """Return a file of a kind (text, spreadsheet, presentation) that calls itself ``mime``.

    In the names of other ``parts`` ``__`` stands for ``/``.
    """
    automatic = f"<office:automatic-styles>{styles}</office:automatic-styles>"
    content = part(f"{automatic}<office:body><office:{kind}>{body}</office:{kind}></office:body>")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", MIME + (mime or kind))
        archive.writestr("content.xml", content)
        for name, text in parts.items():
            archive.writestr(name.replace("__", "/"), text)
    return out.getvalue()
