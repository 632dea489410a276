"""Settings: one frozen model per section of params.yaml, unknown keys refused.

Each room defines the model of its own section beside the code that uses it, so that a new setting in one
room leaves every stage that does not read it untouched.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, ClassVar, Generic, Self, TypeVar, get_args, get_origin

from pydantic import BaseModel, ConfigDict, RootModel, StringConstraints, Tag, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from typing_extensions import TypeAliasType

from onggi.core.errors import ParamsError

PARAMS = Path("params.yaml")

Item = TypeVar("Item")


NAME = r"^\w[\w-]*$"
"""What a model, an index or a system may be called: its name becomes a file name and the name of a stage."""

Name = Annotated[str, StringConstraints(pattern=NAME, max_length=64)]


class _Keyed:
    """What can be read from a params file under a key."""

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
        return cls.model_validate(_within(params, cls.key))  # type: ignore[attr-defined,no-any-return]


class Params(_Keyed, BaseModel):
    """One section of params.yaml.

    A subclass names its section in ``key`` and declares one field per setting, with bounds and a description.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class NamedParams(_Keyed, RootModel[dict[Name, Item]], Generic[Item]):
    """A section of params.yaml whose entries have names of the user's choice, such as ``indexes``."""

    model_config = ConfigDict(frozen=True, strict=True, allow_inf_nan=False)

    def __iter__(self) -> Iterator[str]:  # type: ignore[override]
        """Yield the names in the order of the file."""
        return iter(self.root)

    def __getitem__(self, name: str) -> Item:
        """Return the entry of a name."""
        return self.root[name]

    @classmethod
    def load_entry(cls, name: str, path: Path = PARAMS) -> Item:
        """Read one entry, so that what is wrong with the others, and a change of them, is no matter (see `load`).

        Raises
        ------
        ParamsError
            The section has no such entry, too.
        """
        entries = _within(read(path), cls.key)
        if not isinstance(entries, dict) or name not in entries:
            known = ", ".join(map(str, entries)) if isinstance(entries, dict) else "none"
            raise ParamsError(f"{path}: {cls.key}", f"has no {name!r}", f"declare it there (declared: {known})")
        if found := _problems_of(cls, {name: entries[name]}, path):
            raise found[0]
        return cls.model_validate({name: entries[name]})[name]


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


def problems(section: type[_Keyed], params: Mapping[str, Any], path: Path = PARAMS) -> list[ParamsError]:
    """Return all that is wrong with one section of parameters that were read before; empty where it is right."""
    value = _within(params, section.key)
    if value is _ABSENT:
        fix = "add it (see the params.yaml of the repository)"
        return [ParamsError(f"{path}: {section.key}", "the section is missing", fix)]
    return _problems_of(section, value, path)


_ABSENT = object()


def _within(params: Mapping[str, Any], key: str) -> Any:
    """Return what stands under a dotted key."""
    value: Any = params
    for name in key.split("."):
        if not isinstance(value, Mapping) or name not in value:
            return _ABSENT
        value = value[name]
    return value


def _problems_of(section: type[_Keyed], value: Any, path: Path) -> list[ParamsError]:
    try:
        section.model_validate(value)  # type: ignore[attr-defined]
    except ValidationError as error:
        return [_problem(section, details, path) for details in error.errors()]
    return []


def _problem(section: type[_Keyed], details: ErrorDetails, path: Path) -> ParamsError:
    """Say what pydantic found: which key, what it got and what is allowed."""
    above, _ = _walked(section, details["loc"][:-1])
    keys, _ = _walked(section, details["loc"])
    where = ".".join([section.key, *keys])
    message = details["msg"][0].lower() + details["msg"][1:]
    if details["type"] == "extra_forbidden":
        known = ", ".join(_fields(section, details["loc"][:-1]))
        return ParamsError(
            f"{path}: {'.'.join([section.key, *above, str(details['loc'][-1])])}", "unknown key", f"known here: {known}"
        )
    if details["type"] == "missing":
        field = _fields(section, details["loc"][:-1])[str(details["loc"][-1])]
        where = ".".join([section.key, *above, str(details["loc"][-1])])
        return ParamsError(f"{path}: {where}", "the key is missing", f"add it ({field.description or 'a section'})")
    got = repr(details["input"])
    if details["type"] in ("model_type", "dict_type"):
        message = f"write it as `{where.rpartition('.')[2]}: {{key: value}}`"
    elif details["type"] == "string_pattern_mismatch" and details["loc"][-1] == "[key]":
        message = "a name is made of letters, digits, _ and -, and begins with none of the last"
    elif details["type"] == "value_error":  # a validator that compares keys: of all the section, show those it names
        message = message.removeprefix("value error, ")
        if isinstance(details["input"], dict):
            named = {key: value for key, value in details["input"].items() if re.search(rf"\b{key}\b", message)}
            got = ", ".join(f"{key}: {value!r}" for key, value in named.items())
    return ParamsError(f"{path}: {where}", f"got {got}", message)


def _fields(section: type[_Keyed], loc: Sequence[int | str]) -> dict[str, FieldInfo]:
    """Return the settings of the nested section at ``loc``."""
    _, model = _walked(section, loc)
    return model.model_fields if isinstance(model, type) and issubclass(model, BaseModel) else {}


def _walked(section: type[_Keyed], loc: Sequence[int | str]) -> tuple[list[str], Any]:
    """Follow pydantic's path of an error: return its keys as params.yaml has them, and the type at its end.

    Of a choice between several forms pydantic puts the tag of the form into the path; the file does not have it.
    """
    keys: list[str] = []
    of: Any = section
    for step in loc:
        of = _unwrapped(of)
        forms = {
            tag.tag: form for form in get_args(of) for tag in getattr(form, "__metadata__", ()) if isinstance(tag, Tag)
        }
        if step in forms:
            of = forms[str(step)]
            continue
        if step == "[key]":
            continue
        keys.append(str(step))
        if isinstance(of, type) and issubclass(of, BaseModel) and str(step) in of.model_fields:
            of = of.model_fields[str(step)].annotation
        else:
            of = (get_args(of) or (None,))[-1]  # the values of a dictionary, the items of a list
    return keys, _unwrapped(of)


def _unwrapped(of: Any) -> Any:
    """Return a type without annotations and names; of a section of named entries, its dictionary."""
    while True:
        if isinstance(of, TypeAliasType):
            of = of.__value__
        elif get_origin(of) is Annotated:
            of = get_args(of)[0]
        elif isinstance(of, UnionType) and len(given := [form for form in get_args(of) if form is not NoneType]) == 1:
            of = given[0]
        elif isinstance(of, type) and issubclass(of, RootModel):
            of = of.model_fields["root"].annotation
        else:
            return of
