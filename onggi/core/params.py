"""Settings: one frozen model per section of params.yaml, unknown keys refused.

Each room defines the model of its own section beside the code that uses it, so that a new setting in one
room leaves every stage that does not read it untouched.
"""

from pathlib import Path
from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from onggi.core.errors import ParamsError

PARAMS = Path("params.yaml")


class Section(BaseModel):
    """One section of params.yaml.

    A subclass names its section in ``key`` and declares one field per setting, with bounds and a description.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

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
    def parse(cls, params: dict[str, Any], path: Path = PARAMS) -> Self:
        """Take this section out of parameters that were read before (see `load`)."""
        if cls.key not in params:
            raise ParamsError(f"{path}: {cls.key}", "the section is missing", "add it (see the params.yaml of the repository)")
        try:
            return cls.model_validate(params[cls.key])
        except ValidationError as error:
            raise _first_problem(cls, error, path) from None


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


def _first_problem(section: type[Section], error: ValidationError, path: Path) -> ParamsError:
    problem = error.errors()[0]
    where = ".".join([section.key, *(str(part) for part in problem["loc"])])
    if problem["type"] == "extra_forbidden":
        allowed = ", ".join(section.model_fields)
        return ParamsError(f"{path}: {where}", "unknown key", f"known here: {allowed}")
    if problem["type"] == "missing":
        return ParamsError(f"{path}: {where}", "the key is missing", f"add it ({describe(section, problem['loc'])})")
    got = f"got {problem['input']!r}"
    allowed = problem["msg"][0].lower() + problem["msg"][1:]
    return ParamsError(f"{path}: {where}", got, allowed.removeprefix("value error, "))


def describe(section: type[BaseModel], loc: tuple[int | str, ...]) -> str:
    """Return the description of the field at ``loc``, or its name where it has none."""
    field = section.model_fields.get(str(loc[0])) if loc else None
    return (field.description if field else None) or ".".join(map(str, loc))
