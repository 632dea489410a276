import ast
import hashlib
import importlib
import os
from pathlib import Path

import pytest

from onggi.core import digests
from onggi.core.digests import code_digest, files_digest, program_digest
from onggi.work import memo

SOURCE = '''"""Jars."""

import os

SIZE = 3
"""Litres."""


class Jar:
    """A jar."""

    def fill(self, litres: int) -> int:
        """Fill it."""
        return litres * SIZE  # what it holds


async def wait() -> None:
    """Wait."""
'''


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("  # what it holds", "", True),
        ('"""Jars."""', '"""Other words."""', True),
        ('"""Jars."""', "", True),
        ('"""Litres."""', '"""In litres."""', True),
        ('"""A jar."""', '"""A large jar."""', True),
        ('        """Fill it."""\n', "", True),
        ('"""Wait."""', '"""Wait a while."""', True),
        ("litres * SIZE", "(litres *\n            SIZE)", True),
        ("litres * SIZE", "SIZE * litres", False),
        ("SIZE = 3", "SIZE = 4", False),
        ("SIZE = 3", "SIZE = 3.0", False),
        ("import os", "import sys", False),
        ("litres: int", "litres: float", False),
        ("class Jar", "class Pot", False),
    ],
)
def test_code_counts_and_comments_docstrings_and_layout_do_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str, same: bool
) -> None:
    assert old in SOURCE
    (tmp_path / "jars_before.py").write_text(SOURCE, "utf-8")
    (tmp_path / "jars_after.py").write_text(SOURCE.replace(old, new), "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    importlib.invalidate_caches()
    code_digest.cache_clear()
    assert (code_digest("jars_before") == code_digest("jars_after")) is same
    code_digest.cache_clear()


def test_the_code_of_several_modules_and_of_none() -> None:
    one, two = code_digest("onggi.work.memo"), code_digest("onggi.work.memo", "onggi.work.store")
    assert one != two != code_digest("onggi.work.store")
    with pytest.raises(ModuleNotFoundError, match=r"onggi\.none"):
        code_digest("onggi.none")


def test_files_count_by_content_and_name_and_not_by_place_or_time(tmp_path: Path) -> None:
    def folder(name: str, **files: str) -> Path:
        for file, content in sorted(files.items(), reverse=name == "c"):
            path = tmp_path / name / file.replace("_", "/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, "utf-8")
        return tmp_path / name

    same = [folder("a", x="1", 안_y="2"), folder("b/c", x="1", 안_y="2"), folder("c", x="1", 안_y="2")]
    os.utime(same[1] / "x", (1, 1))
    assert len({files_digest(path) for path in same}) == 1
    others = [
        folder("d", x="2", 안_y="1"), folder("e", x="1", y="2"), folder("f", x="1", 안_y="2", z=""), folder("g", x="1"),
        folder("h", x="12"), folder("i", x="1", 밖_y="2"),
    ]  # fmt: skip
    assert len({files_digest(path) for path in [same[0], *others]}) == 7
    assert files_digest(same[0] / "x") == files_digest(same[1] / "x") != files_digest(same[0] / "안" / "y")
    assert files_digest(same[0], others[0]) != files_digest(others[0], same[0])
    with pytest.raises(FileNotFoundError):
        files_digest(tmp_path / "none")


def test_code_counts_with_what_it_imports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def digest(jars: str = "SIZE = 3", pots: str = "SIZE = 4", whole: str = "") -> str:
        (tmp_path / "kitchen" / "deep").mkdir(parents=True, exist_ok=True)
        files = {
            "__init__": whole, "deep/__init__": "", "pots": pots, "deep/jars": jars, "unused": pots,
            "cook": "from kitchen import pots\ndef cook():\n    from kitchen.deep.jars import SIZE\n",
        }  # fmt: skip
        for name, source in files.items():
            (tmp_path / "kitchen" / f"{name}.py").write_text(source, "utf-8")
        importlib.invalidate_caches()
        code_digest.cache_clear()
        program_digest.cache_clear()
        return program_digest("kitchen.cook")

    monkeypatch.syspath_prepend(tmp_path)
    first = digest()
    assert digest(jars="SIZE = 3  # litres", whole="NAME = 1") == first
    assert len({first, digest(jars="SIZE = 5"), digest(pots="SIZE = 5")}) == 3
    with pytest.raises(ModuleNotFoundError):
        program_digest("kitchen.none")
    code_digest.cache_clear()
    program_digest.cache_clear()


def blake(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=32).hexdigest()


def test_the_bytes_of_a_digest_are_those_that_keys_of_old_memos_have(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another formula would make every row and every training that is held worthless."""
    (tmp_path / "독").mkdir()
    (tmp_path / "독" / "된장").write_text("1", "utf-8")
    (tmp_path / "독" / "간장").write_text("22", "utf-8")
    assert files_digest(tmp_path / "독") == blake(f"간장\n{blake('22')}\n된장\n{blake('1')}\n")
    (tmp_path / "jars_kept.py").write_text('"""Jars."""\nSIZE = 3  # litres\n', "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    importlib.invalidate_caches()
    tree = blake(ast.dump(ast.parse("SIZE = 3")))
    assert code_digest("jars_kept") == program_digest("jars_kept") == tree


def test_modules_whose_code_is_in_keys_find_the_digests_where_they_name_them() -> None:
    names = ("code_digest", "files_digest", "program_digest")
    assert all(getattr(memo, name) is getattr(digests, name) for name in names)
