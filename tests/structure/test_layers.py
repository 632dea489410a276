"""One way: a module imports from its own layer or an earlier one, and nothing goes round."""

import ast
import re

import pytest

from tests.structure.modules import closure, imports, modules, named, tree

LAYERS = (
    ("onggi.core",),
    ("onggi.work",),
    ("onggi.korean",),
    ("onggi.documents",),
    ("onggi.cleaning",),
    ("onggi.chunking",),
    ("onggi.models",),
    ("onggi.llm",),
    ("onggi.index",),
    ("onggi.search",),
    ("onggi.truth",),
    ("onggi.assessment",),
    ("onggi.synthesis", "onggi.answers"),
    ("onggi.negatives",),
    ("onggi.training",),
    ("onggi.evaluation",),
    ("onggi.choosing",),
    ("onggi.performance",),
    (
        *("onggi.report", "onggi.inspection", "onggi.settings", "onggi.plan", "onggi.gate", "onggi.sweep"),
        *("onggi.memo", "onggi.pooling", "onggi.cli"),
    ),
    ("stages",),
)


KNOWS_DVC = "onggi.plan.project"
"""The one module that touches DVC; all others see the small classes it makes of DVC's."""


def layer(module: str) -> int:
    """Return the place of a module's layer; the package itself is before all."""
    if module == "onggi":
        return -1
    for place, rooms in enumerate(LAYERS):
        if any(module == room or module.startswith(f"{room}.") for room in rooms):
            return place
    raise AssertionError(f"{module} is in no layer: put it in a room, or name its room in LAYERS and in DESIGN.md")


@pytest.mark.parametrize("module", sorted(modules()))
def test_a_module_imports_from_earlier_layers(module: str) -> None:
    later = sorted(name for name in imports(module) if layer(name) > layer(module))
    assert not later, f"{module} imports from a later layer: {', '.join(later)}"


def test_every_import_is_absolute_and_of_a_module_that_is_there() -> None:
    missing = sorted(f"{module} imports {name}" for module in modules() for name in named(module) - modules().keys())
    assert not missing, "\n".join(missing)
    nodes = [(module, node) for module in modules() for node in ast.walk(tree(module))]
    assert not [module for module, node in nodes if isinstance(node, ast.ImportFrom) and node.level]


def test_no_imports_go_round() -> None:
    done: set[str] = set()

    def visit(module: str, path: tuple[str, ...]) -> None:
        if module in path:
            raise AssertionError("imports go round: " + " -> ".join((*path[path.index(module) :], module)))
        if module not in done:
            for name in sorted(imports(module)):
                visit(name, (*path, module))
            done.add(module)

    for module in sorted(modules()):
        visit(module, ())


def test_every_layer_has_modules() -> None:
    assert {layer(module) for module in modules()} == set(range(-1, len(LAYERS)))


def test_the_package_itself_holds_its_version_and_nothing_that_runs() -> None:
    """So that dvc.yaml need not name onggi/__init__.py, and a new version rebuilds nothing."""
    _, *rest = tree("onggi").body
    assert [ast.unparse(node).split(" = ")[0] for node in rest] == ["__version__"]


def test_one_module_knows_dvc() -> None:
    knowing = {
        module
        for module in modules()
        for node in ast.walk(tree(module))
        if any(name.split(".")[0] in ("dvc", "dvc_data", "dvc_objects") for name in _imported(node))
    }
    assert knowing == {KNOWS_DVC}


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []


def test_what_is_of_dvc_stays_in_that_module() -> None:
    """Its classes keep DVC's objects under private names, which nobody else in the room asks for."""
    poking = [
        f"{module}: {ast.unparse(node)}"
        for module in modules()
        if module.startswith("onggi.plan.") and module != KNOWS_DVC
        for node in ast.walk(tree(module))
        if isinstance(node, ast.Attribute) and re.match("_(?!_)", node.attr) and ast.unparse(node.value) != "self"
    ]
    assert poking == []


def test_no_stage_needs_dvc() -> None:
    needed = {name for module in modules() if module.startswith("stages.") for name in closure(module)}
    assert not sorted(module for module in needed if module.startswith("onggi.plan"))
