"""Scripts and data inside the page: nothing is fetched, and no text of a document can become a script."""

import base64
import hashlib
import json
from collections.abc import Iterable
from importlib.resources import files
from typing import Any

from markupsafe import Markup

_ASSETS = ("vega.min.js", "vega-lite.min.js", "vega-embed.min.js")
_OWN = ("plots.js", "questions.js", "page.js")
_ESCAPES = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def scripts() -> list[Markup]:
    """Return the scripts of the page: Vega, Vega-Lite and Vega-Embed as published, then our own.

    Raises
    ------
    ValueError
        One of them would end its own element.
    """
    package = files("onggi.report")
    folders = [package / "assets" / name for name in _ASSETS] + [package / "templates" / name for name in _OWN]
    loaded = [path.read_text("utf-8") for path in folders]
    for path, script in zip(folders, loaded, strict=True):
        if "</script" in script.lower() or "<!--" in script:
            raise ValueError(f"{path}: holds what ends a script element")
    return [Markup(script) for script in loaded]


def policy(loaded: Iterable[str]) -> str:
    """Return a content security policy by which the browser runs these scripts and no other, and asks no server."""
    digests = (base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode() for script in loaded)
    allowed = " ".join(f"'sha256-{digest}'" for digest in digests)
    return f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def data(content: Any) -> Markup:
    """Return JSON that may stand within a script element of type ``application/json``.

    Examples
    --------
    >>> print(data({"text": "</script>&"}))
    {"text":"\\u003c/script\\u003e\\u0026"}
    """
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Markup("".join(_ESCAPES.get(character, character) for character in text))
