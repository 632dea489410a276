import ast
import importlib.metadata
import sys
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest
from reportlab.pdfgen.canvas import Canvas

from onggi.core.errors import DocumentError
from onggi.documents import incremental, ocr, walk
from onggi.documents.incremental import LIBRARIES, READERS, read
from onggi.documents.parsed import Limits, Parsed
from onggi.documents.sandbox import Budget, Sandbox
from onggi.work import journal, memo
from onggi.work.memo import Memo, using
from onggi.work.store import Store
from tests.structure.modules import imports, tree

LIMITS, BUDGET = Limits(max_mb=10), Budget(memory_mb=300, seconds=1)
JOBS = "tests.documents.jobs:told"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with using(Memo(Store(tmp_path / "memo.sqlite"))) as active:
        assert active.store is not None
        yield active.store


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "말뭉치"
    folder.mkdir()
    return folder


def texts(folder: Path, limits: Limits = LIMITS) -> list[str]:
    """Return what was read of each file: its text, or what is wrong with it."""
    files = [file for file in walk.files(folder) if isinstance(file, walk.File)]
    found = [(file.doc_id, items) for file, items in read(files, limits, BUDGET)]
    assert [name for name, _ in found] == [file.doc_id for file in files]
    return [item.text if isinstance(item, Parsed) else str(item) for _, items in found for item in items]


def work(folder: Path, limits: Limits = LIMITS) -> tuple[int, int]:
    """Return how many files the memo held, and how many were read."""
    with journal.recording("ingest", folder.parent / "journal.jsonl") as entry:
        texts(folder, limits)
    memo.active().keep()
    return entry.works["documents"].held, entry.works["documents"].computed


def test_a_file_is_read_once_whatever_it_is_called(store: Store, folder: Path) -> None:
    (folder / "가.md").write_text("# 장독\n\n간장")
    (folder / "나.txt").write_text("간장")
    assert work(folder) == (0, 2)
    (folder / "가.md").rename(folder / "하.MD")
    (folder / "다").mkdir()
    (folder / "다" / "나.txt").write_text("간장")
    assert work(folder) == (3, 0)
    assert texts(folder) == ["간장", "간장", "장독\n\n간장"]


@pytest.mark.parametrize("change", ["content", "extension", "limits", "code", "library"])
def test_what_decides_the_text_decides_the_row(
    store: Store, folder: Path, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, limits = folder / "가.md", LIMITS
    path.write_text("간장")
    assert work(folder) == (0, 1)
    match change:
        case "content":
            path.write_text("된장")
        case "extension":
            path.rename(path.with_suffix(".txt"))
        case "limits":
            limits = Limits(max_mb=11)
        case "code":
            monkeypatch.setattr(incremental, "program_digest", lambda module: "another")
        case "library":
            monkeypatch.setattr(incremental, "version", lambda name: "0")
    assert work(folder, limits) == (0, 1)


def test_the_version_of_tesseract_decides_where_it_is_used(
    store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "가.md").write_text("간장")
    used = Limits(max_mb=10, ocr=ocr.Ocr(use=True))
    done = []
    for said in ("5.3", "5.4"):
        monkeypatch.setattr(ocr, "version", lambda said=said: said)
        done += [work(folder), work(folder, used)]
    assert done == [(0, 1), (0, 1), (1, 0), (0, 1)]


@pytest.mark.skipif("eng" not in ocr.version(), reason="needs Tesseract with its English data")
def test_a_child_that_may_write_nothing_reads_pictures_of_text(folder: Path) -> None:
    canvas = Canvas(str(folder / "가.pdf"), pagesize=(400, 600))
    canvas.drawString(50, 500, "ONGGI JAR")
    canvas.save()
    page = pypdfium2.PdfDocument((folder / "가.pdf").read_bytes())[0]
    page.render(scale=3).to_pil().save(folder / "가.pdf", resolution=216)
    assert "no text" in texts(folder)[0]
    used = Limits(max_mb=10, ocr=ocr.Ocr(use=True, languages="eng", min_confidence=0))
    files = [file for file in walk.files(folder) if isinstance(file, walk.File)]
    [(_, [item])] = read(files, used, Budget(memory_mb=1000, seconds=60))
    assert isinstance(item, Parsed)
    assert item.text == "ONGGI JAR"
    assert item.meta["ocr_pages"] == "1"


def test_files_of_one_content_are_read_once_in_one_run_too(store: Store, folder: Path) -> None:
    for name in "가나다":
        (folder / f"{name}.md").write_text("간장")
    assert texts(folder) == ["간장"] * 3
    memo.active().keep()
    assert len(list(store.rows("SELECT key FROM rows"))) == 1


def test_nothing_is_started_where_all_is_held(store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "가.md").write_text("간장")
    (folder / "나.txt").write_bytes(b"")
    first = texts(folder)
    memo.active().keep()
    monkeypatch.setattr(Sandbox, "_start", None)
    assert texts(folder) == first == ["간장", f"{folder}/나.txt: is empty; fill it or remove it"]


def test_a_refusal_names_the_file_as_it_is_called_now(store: Store, folder: Path) -> None:
    (folder / "가.csv").write_text('a,b\n"c')
    assert texts(folder)[0].startswith(f"{folder}/가.csv:2: not a table")
    (folder / "가.csv").rename(folder / "나.csv")
    assert texts(folder)[0].startswith(f"{folder}/나.csv:2: not a table")


@pytest.mark.parametrize(
    ("order", "said"),
    [
        ("spin", "takes more CPU time to read than ingest.max_seconds = 1; raise it if you trust the file, or remove"),
        ("hoard", "takes more memory to read than ingest.max_memory_mb = 300; raise it if you trust the file, or remo"),
        ("crash", "crashed its reader (SIGSEGV), or took more than ingest.max_memory_mb = 300; open it in its program"),
    ],
)
def test_what_came_to_a_limit_is_tried_again(
    store: Store, folder: Path, order: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(incremental, "READ", JOBS)
    (folder / "가.md").write_text(order)
    assert texts(folder)[0].startswith(f"{folder}/가.md: {said}")
    monkeypatch.undo()
    assert texts(folder) == [order]


def test_what_a_parser_stumbled_over_is_tried_again(store: Store, folder: Path) -> None:
    (folder / "가.xlsx").write_bytes(b"PK\5\6" + bytes(18))
    assert [work(folder), work(folder)] == [(0, 1), (0, 1)]


def test_a_damaged_row_is_read_again(store: Store, folder: Path) -> None:
    (folder / "가.md").write_text("간장")
    texts(folder)
    memo.active().keep()
    store.write("UPDATE rows SET value = ?", [(b"damaged",)])
    assert work(folder) == (0, 1)
    assert work(folder) == (1, 0)


def test_without_a_memo_files_are_read_all_the_same(folder: Path) -> None:
    (folder / "가.md").write_text("간장")
    assert texts(folder) == ["간장"]


def test_a_file_that_goes_away_meanwhile_is_named(folder: Path) -> None:
    file = walk.File("가.md", folder / "가.md", 3)
    ((_, (error,)),) = read([file], LIMITS, BUDGET)
    assert isinstance(error, DocumentError)
    assert str(error) == f"{folder}/가.md: cannot be read (No such file or directory); check its permissions"


def test_the_libraries_of_the_readers_are_named() -> None:
    """Another version of one makes other rows."""
    reached, waiting = set(), [READERS]
    while waiting:
        module = waiting.pop()
        if module not in reached:
            reached.add(module)
            waiting += imports(module)
    used = {name.split(".")[0] for module in reached for name in _imported(module)} - set(sys.stdlib_module_names)
    made_by = importlib.metadata.packages_distributions()
    used.discard("onggi")
    assert set(LIBRARIES) == {name for package in used for name in made_by[package] if name in LIBRARIES}
    assert not [package for package in used if not set(made_by[package]) & set(LIBRARIES)]


def _imported(module: str) -> Iterator[str]:
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
