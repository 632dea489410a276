"""The stages that dvc.yaml declares: repeated ones told apart, and every ``${…}`` filled in as DVC does it."""

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from onggi.core import params
from onggi.core.errors import ParamsError

_TEMPLATE = re.compile(r"\$\{\s*([^}]+?)\s*\}")
_ABSENT = object()


@dataclass(frozen=True)
class DeclaredStage:
    """One stage; ``variant`` is what stands after the @ of a repeated one, and empty for any other."""

    group: str
    variant: str
    description: str
    deps: tuple[str, ...]
    outs: tuple[str, ...]

    @property
    def name(self) -> str:
        """The name that DVC gives it."""
        return f"{self.group}@{self.variant}" if self.variant else self.group


def read_stages(path: Path) -> list[DeclaredStage]:
    """Return the stages of a dvc.yaml in its order, with the params.yaml beside it; an empty mapping repeats nothing.

    Raises
    ------
    ParamsError
        One of the files is not YAML, the stages are not what DVC takes, or a ``${…}`` names what is not declared.
    """
    content = params.read(path)
    stages = content.get("stages")
    if not isinstance(stages, dict) or any(not isinstance(body, dict) for body in stages.values()):
        raise ParamsError(path, "holds no mapping of stages", "write it as `stages: {name: {cmd: …}}`")
    settings = path.with_name(params.PARAMS.name)
    values = params.read(settings) if settings.exists() else {}
    for entry in content.get("vars") or []:
        values |= entry if isinstance(entry, dict) else {}
    return [stage for name, body in stages.items() for stage in _Scope(f"{path}: stages.{name}", values).stages(body)]


@dataclass(frozen=True)
class _Scope:
    """What a ``${…}`` of one stage can name; ``where`` names the stage in errors."""

    where: str
    values: Mapping[str, Any]

    def stages(self, body: Mapping[str, Any]) -> Iterator[DeclaredStage]:
        inner = body.get("do", body)
        for variant, own in self._variants(body):
            scope = _Scope(self.where, {**self.values, **own})
            yield DeclaredStage(
                self.where.rpartition(".")[2],
                variant,
                str(body.get("desc") or inner.get("desc") or ""),
                tuple(scope.paths(inner.get("deps"))),
                tuple(path for kind in ("outs", "metrics", "plots") for path in scope.paths(inner.get(kind))),
            )

    def paths(self, entries: Any) -> Iterator[str]:
        for entry in entries or []:
            path = next(iter(entry)) if isinstance(entry, dict) else entry
            yield _text(self._filled(str(path))).rstrip("/")

    def _variants(self, body: Mapping[str, Any]) -> list[tuple[str, dict[str, Any]]]:
        if "foreach" in body:
            items = self._repeated(body["foreach"], dict | list)
            if isinstance(items, dict):
                return [(_text(key), {"key": key, "item": item}) for key, item in items.items()]
            return [(name, {"item": item}) for name, item in zip(_names(items), items, strict=True)]
        if "matrix" in body:
            axes = {axis: self._repeated(values, list) for axis, values in body["matrix"].items()}
            named = [
                [(axis, name, item) for name, item in zip(_names(items, axis), items, strict=True)]
                for axis, items in axes.items()
            ]
            keyed = {"-".join(name for _, name, _ in chosen): chosen for chosen in itertools.product(*named)}
            return [(key, {"key": key, "item": {axis: it for axis, _, it in own}}) for key, own in keyed.items()]
        return [("", {})]

    def _repeated(self, written: Any, kind: Any) -> Any:
        items = self._filled(written)
        if not isinstance(items, kind):
            raise ParamsError(self.where, f"repeated over {items!r}", "name a list or a mapping; {} for no stage")
        return items

    def _filled(self, written: Any) -> Any:
        if isinstance(written, list):
            return [self._filled(item) for item in written]
        if isinstance(written, dict):
            return {key: self._filled(item) for key, item in written.items()}
        if not isinstance(written, str):
            return written
        if match := _TEMPLATE.fullmatch(written):
            return self._value(match[1])
        return _TEMPLATE.sub(lambda match: _text(self._value(match[1])), written)

    def _value(self, dotted: str) -> Any:
        value: Any = self.values
        for part in dotted.replace("[", ".").replace("]", "").split("."):
            if isinstance(value, list) and part.isdecimal() and int(part) < len(value):
                value = value[int(part)]
            else:
                value = value.get(part, _ABSENT) if isinstance(value, Mapping) else _ABSENT
            if value is _ABSENT:
                raise ParamsError(self.where, f"${{{dotted}}} is not declared", "declare it in params.yaml")
        return value


def _names(items: Sequence[Any], axis: str = "") -> list[str]:
    """Return what DVC calls the items of a list: plain values by themselves, others by their number.

    For ``foreach`` one item that is not plain numbers them all; on an ``axis`` of a matrix each goes by itself.
    """
    plain = [not isinstance(item, dict | list) for item in items]
    by_itself = plain if axis else [all(plain)] * len(items)
    return [_text(item) if by_itself[i] else f"{axis}{i}" for i, item in enumerate(items)]


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
