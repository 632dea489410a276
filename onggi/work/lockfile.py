"""The last whole dvc.lock, kept beside the memo: DVC rewrites its own in place, and a kill may leave half of it."""

import hashlib
import os
import re
from contextlib import suppress
from pathlib import Path

from onggi.core.errors import MemoError
from onggi.core.outs import replacing
from onggi.work.store import home

NAME = "dvc.lock"
_WHOLE = re.compile(rb"schema:.*\nstages:\n.*\n", re.DOTALL)
_CONFLICT = b"\n<<<<<<< "


def keep() -> None:
    """Keep the dvc.lock that this stage of a build began with; the temporary folders of experiments keep none.

    DVC has read it to start the stage, so that a look at its head and end is enough. A copy that cannot be written is
    done without.
    """
    root = Path(os.environ.get("DVC_ROOT", os.getcwd()))
    with suppress(OSError):
        content = (root / NAME).read_bytes()
        copy = _copy(root)
        known = copy.exists() and copy.read_bytes() == content
        if _WHOLE.fullmatch(content) and _CONFLICT not in content and ".dvc" not in root.parts and not known:
            _write(copy, content)


def problem(root: Path) -> str | None:
    """Return what is wrong with the dvc.lock of a project; None where it is whole, or there is none."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        content = (root / NAME).read_bytes()
    except FileNotFoundError:
        return None
    if not content:
        return "is empty: a build was killed while DVC wrote it"
    if _CONFLICT in b"\n" + content:
        return "holds a merge conflict"
    try:
        loaded = YAML(typ="safe").load(content.decode("utf-8"))
        stages = loaded["stages"] if isinstance(loaded, dict) else None
        if isinstance(stages, dict) and all(_is_stage(stage) for stage in stages.values()) and content.endswith(b"\n"):
            return None
    except (YAMLError, UnicodeDecodeError, KeyError):
        pass
    return "is cut off: a build was killed while DVC wrote it"


def way_back(root: Path) -> str:
    """Return what a user can type to get a whole dvc.lock."""
    if _CONFLICT in b"\n" + (root / NAME).read_bytes():
        return "settle it, or type `git checkout --ours dvc.lock`"
    return "type `onggi restore-lock`" if _copy(root).exists() else "type `git checkout dvc.lock`"


def restore(root: Path) -> bool:
    """Put the copy in the place of a dvc.lock that is missing, empty or cut off; False where it is whole.

    Raises
    ------
    MemoError
        There is no copy, or git left a conflict in dvc.lock, which only its user can settle.
    """
    what = problem(root)
    if what is None and (root / NAME).exists():
        return False
    copy = _copy(root)
    if what is not None and "conflict" in what:
        raise MemoError(NAME, what, way_back(root))
    if not copy.exists():
        raise MemoError(NAME, what or "no such file", "no copy of it is held; type `git checkout dvc.lock`")
    _write(root / NAME, copy.read_bytes())
    return True


def _is_stage(stage: object) -> bool:
    if not isinstance(stage, dict) or not isinstance(stage.get("cmd"), str | list):
        return False
    return all(isinstance(stage.get(files, []), list) for files in ("deps", "outs"))


def _copy(root: Path) -> Path:
    """Return where the dvc.lock of a project is kept."""
    key = hashlib.sha256(os.fsencode(root.resolve())).hexdigest()[:16]
    return home() / "locks" / f"{key}.lock"


def _write(path: Path, content: bytes) -> None:
    with replacing(path) as temporary:
        temporary.write_bytes(content)
