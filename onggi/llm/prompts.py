"""Prompts: versioned Jinja files, in which the text of documents is data and never an instruction.

A prompt is a file ``NAME.jinja`` of turns, each below a line ``=== system``, ``=== user`` or ``=== assistant``. What is
put into it by ``{{ name }}`` is data: it can open no turn, close no ``<passage>`` and spell no token that marks a turn.
"""

import re
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, TemplateError, TemplateNotFound

from onggi.core.errors import LlmError
from onggi.llm.messages import Message, cleaned

FOLDER = Path("prompts/ko")

_TURN = re.compile(r"^=== (system|user|assistant)[ \t]*\n", re.MULTILINE)
_MARK = re.compile(r"<(?=[/|｜]|[a-z_]+>)|\[(?=/?INST\])", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


class Prompts:
    """The prompts of a folder.

    Parameters
    ----------
    folder : Path
        Where the files are.
    """

    def __init__(self, folder: Path = FOLDER) -> None:
        self.folder = folder
        self._environment = Environment(
            loader=FileSystemLoader(folder), undefined=StrictUndefined, finalize=_data, trim_blocks=True,
            lstrip_blocks=True, autoescape=False,
        )  # fmt: skip
        self._turns = cache(self._read)

    def render(self, name: str, **values: Any) -> tuple[Message, ...]:
        """Return the turns of a prompt with its values in their places.

        Raises
        ------
        LlmError
            There is no such file, it is no template, it does not end with a turn of the user, or a value is missing.
        """
        try:
            return tuple(Message(role, turn.render(**values).strip()) for role, turn in self._turns(name))
        except TemplateNotFound:
            raise LlmError(self._path(name), "no such file", "write the prompt there") from None
        except TemplateError as error:
            raise LlmError(self._path(name), " ".join(str(error).split()), "mend the template") from None

    def _read(self, name: str) -> list[tuple[Any, Template]]:
        """Return the turns of a file, each as a template of its own, so that no value can begin one."""
        source, _, _ = FileSystemLoader(self.folder).get_source(self._environment, f"{name}.jinja")
        before, *pieces = _TURN.split(source)
        roles = pieces[::2]
        if before.strip() or not roles or roles[-1] != "user":
            raise LlmError(self._path(name), "does not end with a turn of the user", "put a line `=== user` above it")
        return list(zip(roles, map(self._environment.from_string, pieces[1::2]), strict=True))

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.jinja"


def _data(value: object) -> object:
    """Write a value as data: what could begin a mark of a passage or a turn begins with another sign."""
    if not isinstance(value, str):
        return value
    return _MARK.sub(lambda mark: "‹" if mark[0] == "<" else "［", _CONTROL.sub(" ", cleaned(value)))
