"""The page on which a person judges the pool with keys: one file that needs no network."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from onggi.core.places import cited
from onggi.core.schema import Chunk, Question
from onggi.evaluation.texts import quote
from onggi.pooling.pool import Pool
from onggi.pooling.sheet import COLUMNS, FORMULA


def render(pool: Pool, document_texts: Mapping[str, str]) -> str:
    """Return the page as HTML; the same pool gives the same bytes, and the same place for verdicts in the browser.

    Texts of questions and documents are data of the page: none of them becomes markup.

    Parameters
    ----------
    pool
        What is to be judged.
    document_texts
        By id, those that hold the evidence of its questions.
    """
    environment = Environment(
        loader=PackageLoader("onggi.pooling", "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    content: dict[str, Any] = {
        "columns": COLUMNS,
        "formula": FORMULA,
        "questions": [_question(question, document_texts) for question, _ in pool.unjudged],
        "spans": [_span(place, chunk) for place, (_, chunks) in enumerate(pool.unjudged) for chunk in chunks],
    }
    told = json.dumps(content, ensure_ascii=False)
    content["key"] = "onggi-pool-" + hashlib.blake2b(told.encode(), digest_size=12).hexdigest()
    return environment.get_template("pool.html.j2").render(content=_script(content))


def _question(question: Question, document_texts: Mapping[str, str]) -> dict[str, Any]:
    known = [
        {"source": e.doc_id, "quote": quote(e, document_texts) if e.start is not None else ""} for e in question.pieces
    ]
    return {"id": question.query_id, "text": question.text, "answers": question.answers, "pieces": known}


def _span(question: int, chunk: Chunk) -> dict[str, Any]:
    return {
        "question": question,
        "doc_id": chunk.doc_id,
        "source": cited(chunk.doc_id, chunk.place),
        "heading": chunk.heading,
        "columns": chunk.columns,
        "start": chunk.start,
        "end": chunk.end,
        "text": chunk.text,
    }


def _script(content: Mapping[str, Any]) -> Markup:
    """Return JSON that may stand in a script element: nothing in it can close the element or open a comment."""
    told = json.dumps(content, ensure_ascii=False)
    for sign in "<>&\u2028\u2029":
        told = told.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(told)
