"""What params.yaml decides that the page holds the figures against: targets, margins, and the weight of a fusion."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from onggi.core import params
from onggi.core.errors import ParamsError
from onggi.report.values import is_number


@dataclass(frozen=True)
class Decided:
    """Targets by system and measure, and by the name of a weighted fusion of two the share of the first.

    ``margins`` says by measure how much may be lost, ``truths`` which ground truths beside gold are held to targets.
    """

    targets: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    weights: Mapping[str, float] = field(default_factory=dict)
    margins: Mapping[str, float] = field(default_factory=dict)
    truths: Sequence[str] = ()


def read_decided(path: Path) -> Decided:
    """Return what a params.yaml decides; nothing where there is no such file.

    Raises
    ------
    ParamsError
        It is not YAML, or a target is no number.
    """
    values = params.read(path) if path.exists() else {}
    gate = _mapping(values.get("gate"))
    targets = _mapping(gate.get("targets"))
    for measure, target in targets.items():
        if not is_number(target):
            raise ParamsError(f"{path}: gate.targets", f"got {measure}: {target!r}", "write it as {nDCG@10: 0.7}")
    weights = {name: _share(_mapping(spec).get("weights")) for name, spec in _mapping(values.get("systems")).items()}
    return Decided(
        {str(system): targets for system in gate.get("systems") or ()} if targets else {},
        {name: share for name, share in weights.items() if share is not None},
        {name: margin for name, margin in _mapping(gate.get("measures")).items() if is_number(margin)},
        [str(name) for name in gate.get("truths") or ()],
    )


def _share(weights: Any) -> float | None:
    if not isinstance(weights, list) or len(weights) != 2 or not all(is_number(weight) for weight in weights):
        return None
    total = sum(weights)
    return round(weights[0] / total, 6) if total > 0 else None


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
