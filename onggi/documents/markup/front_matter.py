"""The YAML above a Markdown text."""

import re

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

_FENCED = re.compile(r"\A---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_PAIR = re.compile(r"([^\W\d][\w -]{0,99}):[ \t]+([^\n]*)")
_MOST = 65_536
_DEEPEST = 50
"""Opening brackets; libyaml crashes on some ten thousand."""


def split(text: str) -> tuple[dict[str, str], str]:
    """Return the scalars of a YAML front matter, and the text below it.

    What is too large to be meant for a parser of YAML is read a line at a time: ``key: value``.
    """
    match = _FENCED.match(text)
    if not match:
        return {}, text
    if len(match[1]) > _MOST or sum(map(match[1].count, "[{")) > _DEEPEST:
        pairs = {
            pair[1].strip(): pair[2].strip(" \t\"'") for pair in map(_PAIR.fullmatch, match[1].split("\n")) if pair
        }
        return (pairs, text[match.end() :]) if pairs else ({}, text)
    try:
        loaded = YAML(typ="safe").load(match[1])
    except (YAMLError, ValueError):
        return {}, text
    if not isinstance(loaded, dict):  # a rule above and below some text
        return {}, text
    scalars = {str(k): str(v) for k, v in loaded.items() if v is not None and not isinstance(v, (dict, list, set))}
    return scalars, text[match.end() :]
