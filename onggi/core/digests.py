"""Digests of what decides bytes, files and code: keys of the memo and the cards of models are made of them."""

import ast
import hashlib
from collections.abc import Iterable
from functools import cache
from importlib.util import find_spec
from pathlib import Path


def files_digest(*paths: Path) -> str:
    """Return the digest of files and folders by their content and their names below the folder."""
    total = hashlib.blake2b(digest_size=32)
    for path in paths:
        for file in sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]:
            name = file.relative_to(path).as_posix() if path.is_dir() else ""
            with file.open("rb") as content:
                inside = hashlib.file_digest(content, lambda: hashlib.blake2b(digest_size=32))
            total.update(f"{name}\n{inside.hexdigest()}\n".encode())
    return total.hexdigest()


@cache
def code_digest(*modules: str) -> str:
    """Return the digest of what modules of ours do: of their syntax trees, so that comments and layout do not count."""
    return _digest(_module(module)[0] for module in modules)


@cache
def program_digest(module: str) -> str:
    """Return the `code_digest` of a module and of all modules of ours that it and its functions import."""
    ours = module.partition(".")[0]
    seen: dict[str, bytes] = {}
    waiting = [module]
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen[name], imports = _module(name)
        for node in imports:
            if isinstance(node, ast.ImportFrom) and node.module and node.module.partition(".")[0] == ours:
                below = [f"{node.module}.{alias.name}" for alias in node.names]
                modules = [name for name in below if _is_module(name)]
                waiting += modules if len(modules) == len(below) else [node.module, *modules]
            elif isinstance(node, ast.Import):
                waiting += [alias.name for alias in node.names if alias.name.partition(".")[0] == ours]
    return _digest(seen[name] for name in sorted(seen))


def _digest(parts: Iterable[bytes]) -> str:
    total = hashlib.blake2b(digest_size=32)
    for part in parts:
        total.update(part)
    return total.hexdigest()


def _module(name: str) -> tuple[bytes, list[ast.Import | ast.ImportFrom]]:
    """Return the syntax tree of a module of ours without docstrings, in words, and the imports in it."""
    found = find_spec(name)
    if found is None or found.origin is None:
        raise ModuleNotFoundError(name)
    tree = ast.parse(Path(found.origin).read_text("utf-8"))
    imports: list[ast.Import | ast.ImportFrom] = []
    for node in ast.walk(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            imports.append(node)
        elif isinstance(body := getattr(node, "body", None), list):
            body[:] = [part for part in body if not _is_docstring(part)]
    return ast.dump(tree).encode(), imports


def _is_module(name: str) -> bool:
    """Tell whether a name is that of a module; what lies above it is not run, unless it is a package."""
    above = find_spec(name.rpartition(".")[0])
    return above is not None and above.submodule_search_locations is not None and find_spec(name) is not None


def _is_docstring(statement: ast.stmt) -> bool:
    """Tell whether a statement is a mere string: of a module, class or function, or below a constant."""
    return isinstance(statement, ast.Expr) and isinstance(getattr(statement.value, "value", None), str)
