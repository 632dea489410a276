"""Every public name says what it is, and stages are as thin as promised."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.structure.modules import ROOT, modules, tree

LONGEST_STAGE = 80


def public(module: str) -> Iterator[tuple[str, ast.AST]]:
    """Yield a module, its public classes and functions, and the public methods of its classes."""
    yield module, tree(module)
    for node in tree(module).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield f"{module}.{node.name}", node
            for member in node.body if isinstance(node, ast.ClassDef) else ():
                if isinstance(member, ast.FunctionDef) and not member.name.startswith("_"):
                    yield f"{module}.{node.name}.{member.name}", member


@pytest.mark.parametrize("module", sorted(modules()))
def test_public_names_are_documented(module: str) -> None:
    bare = [name for name, node in public(module) if not _has_docstring(node)]
    assert not bare, f"without a docstring: {', '.join(bare)}"


def _has_docstring(node: ast.AST) -> bool:
    assert isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
    overloaded = any(
        ast.unparse(decorator) in ("overload", "override") for decorator in getattr(node, "decorator_list", ())
    )
    return overloaded or bool((ast.get_docstring(node) or "").strip())


@pytest.mark.parametrize("module", sorted(name for name in modules() if name.startswith("stages")))
def test_a_stage_is_thin(module: str) -> None:
    lines = modules()[module].read_text("utf-8").count("\n")
    assert lines <= LONGEST_STAGE, f"{module} has {lines} lines: move what it does into onggi/"


def test_no_error_is_an_assert() -> None:
    asserting = [
        f"{name}:{node.lineno}" for name in modules() for node in ast.walk(tree(name)) if isinstance(node, ast.Assert)
    ]
    assert asserting == []


def test_no_module_is_named_after_nothing() -> None:
    assert not [name for name in modules() if re.search(r"(^|[._])(utils?|common|helpers?|misc)($|[._])", name)]
    assert not list((ROOT / "onggi").rglob("*.ipynb"))
