"""Settings: one frozen model per section of params.yaml, unknown keys refused.

Each room defines the model of its own section beside the code that uses it, so that a new setting in one
room leaves every stage that does not read it untouched.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from onggi.core.errors import ParamsError

PARAMS = Path("params.yaml")


class Params(BaseModel):
    """One section of params.yaml.

    A subclass names its section in ``key`` and declares one field per setting, with bounds and a description.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    key: ClassVar[str]

    @classmethod
    def load(cls, path: Path = PARAMS) -> Self:
        """Read this section from a YAML file.

        Raises
        ------
        ParamsError
            The file is missing or not YAML, the section is missing, or a key, type or value is wrong; the
            message names the key, what it got and what is allowed.
        """
        return cls.parse(read(path), path)

    @classmethod
    def parse(cls, params: Mapping[str, Any], path: Path = PARAMS) -> Self:
        """Take this section out of parameters that were read before (see `load`)."""
        if found := problems(cls, params, path):
            raise found[0]
        return cls.model_validate(params[cls.key])


def read(path: Path = PARAMS) -> dict[str, Any]:
    """Return all sections of a params file as plain dictionaries.

    Raises
    ------
    ParamsError
        The file is missing, or is not a YAML mapping.
    """
    try:
        loaded = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ParamsError(path, "no such file", "run from the folder that holds params.yaml") from None
    except (YAMLError, UnicodeDecodeError) as error:
        problem = " ".join(str(error).split())
        raise ParamsError(path, f"not YAML ({problem})", "mend the file") from None
    if not isinstance(loaded, dict):
        raise ParamsError(path, f"holds a {type(loaded).__name__}, not sections", "write it as `section: {key: value}`")
    return loaded


def problems(section: type[Params], params: Mapping[str, Any], path: Path = PARAMS) -> list[ParamsError]:
    """Return all that is wrong with one section of parameters that were read before; empty where it is right."""
    if section.key not in params:
        fix = "add it (see the params.yaml of the repository)"
        return [ParamsError(f"{path}: {section.key}", "the section is missing", fix)]
    try:
        section.model_validate(params[section.key])
    except ValidationError as error:
        return [_problem(section, details, path) for details in error.errors()]
    return []


def _problem(section: type[Params], details: ErrorDetails, path: Path) -> ParamsError:
    """Say what pydantic found: which key, what it got and what is allowed."""
    where = ".".join([section.key, *map(str, details["loc"])])
    message = details["msg"][0].lower() + details["msg"][1:]
    if details["type"] == "extra_forbidden":
        known = ", ".join(_model_of(section, details["loc"][:-1]).model_fields)
        return ParamsError(f"{path}: {where}", "unknown key", f"known here: {known}")
    if details["type"] == "missing":
        field = _model_of(section, details["loc"][:-1]).model_fields[str(details["loc"][-1])]
        return ParamsError(f"{path}: {where}", "the key is missing", f"add it ({field.description or 'a section'})")
    got = repr(details["input"])
    if details["type"] == "model_type":
        message = f"write it as `{where.rpartition('.')[2]}: {{key: value}}`"
    elif details["type"] == "value_error":  # a validator that compares keys: of all the section, show those it names
        message = message.removeprefix("value error, ")
        named = {key: value for key, value in details["input"].items() if re.search(rf"\b{key}\b", message)}
        got = ", ".join(f"{key}: {value!r}" for key, value in named.items())
    return ParamsError(f"{path}: {where}", f"got {got}", message)


def _model_of(model: type[BaseModel], loc: Sequence[int | str]) -> type[BaseModel]:
    """Return the model of the nested section at ``loc``."""
    for name in loc:
        nested = model.model_fields[str(name)].annotation
        if not (isinstance(nested, type) and issubclass(nested, BaseModel)):
            return model
        model = nested
    return model
