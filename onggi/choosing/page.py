"""The page on which people choose between two answers: one file, no network, nothing that tells whose is whose."""

import base64
import hashlib
import json
from collections.abc import Sequence
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from onggi.choosing.pairs import Pair
from onggi.choosing.verdicts import COLUMNS

_ESCAPES = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def page(pairs: Sequence[Pair], names: tuple[str, str]) -> str:
    """Return the page as HTML; the same answers give the same bytes.

    The script puts every text on the page as text. The browser runs that script alone and asks no server.
    """
    script = (files("onggi.choosing") / "templates" / "compare.js").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; base-uri 'none'"
    content = {
        "columns": COLUMNS,
        "names": sorted(names),
        "pairs": [
            {
                "query_id": pair.question.query_id, "question": pair.question.text, "golds": pair.question.answers,
                "answerable": bool(pair.question.evidence), "left": pair.left, "right": pair.right,
                "answers": pair.digest,
            }
            for pair in pairs
        ],
    }  # fmt: skip
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    data = Markup("".join(_ESCAPES.get(character, character) for character in text))
    environment = Environment(
        loader=PackageLoader("onggi.choosing", "templates"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip
    return environment.get_template("compare.html.j2").render(policy=policy, data=data, script=Markup(script))
