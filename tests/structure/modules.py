"""The project's own modules and who imports whom, read from the source and not by running it."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("onggi", "stages")


@cache
def modules() -> dict[str, Path]:
    """Return the file of every first-party module, packages under their own name."""
    found = {}
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


@cache
def tree(module: str) -> ast.Module:
    """Return the parsed source of a module."""
    return ast.parse(modules()[module].read_text("utf-8"))


@cache
def imports(module: str) -> frozenset[str]:
    """Return the first-party modules a module imports anywhere in it, what only type checkers read aside."""
    return named(module) & modules().keys()


@cache
def named(module: str) -> frozenset[str]:
    """Return what `imports` does, and what is not there."""
    return frozenset(name for node in _running(tree(module)) for name in _named(node))


@cache
def closure(module: str) -> frozenset[str]:
    """Return what is imported when a module and all its functions run: it, its imports, and their packages."""
    seen: set[str] = set()
    waiting = [module]
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += imports(name)
            if "." in name:
                waiting.append(name.rpartition(".")[0])
    return frozenset(seen)


def file_of(module: str) -> str:
    """Return a module's path as dvc.yaml writes it."""
    return modules()[module].relative_to(ROOT).as_posix()


def _running(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            for alternative in child.orelse:
                yield from _running(alternative)
        else:
            yield child
            yield from _running(child)


def _named(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names if alias.name.split(".")[0] in PACKAGES)
    elif isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] in PACKAGES:
        for alias in node.names:
            whole = f"{node.module}.{alias.name}"
            yield whole if whole in modules() else node.module
