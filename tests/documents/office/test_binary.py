"""Word and PowerPoint files of the years before 2007, with a script that stands in for LibreOffice."""

import os
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from onggi.core.schema import Document
from onggi.documents import IngestParams, incremental, libreoffice, read_corpus
from onggi.documents.archive import OLE
from onggi.documents.reading import Limits, Parsed, read_file
from onggi.documents.sandbox import Budget, Sandbox, Stopped
from onggi.work import journal, memo
from onggi.work.memo import Memo, using
from onggi.work.store import Store
from tests.documents.test_sandbox import ended, wait_for

Make = Callable[..., bytes]
Install = Callable[..., Path]
OLD = OLE + bytes(504)
SCRIPT = """#!/bin/sh
here={here}
case "$*" in *--version*) cat $here/version; exit;; esac
while [ $# -gt 1 ]; do
    case "$1" in -env:UserInstallation=*) profile=${{1#*file://}};; esac
    [ "$1" = --convert-to ] && new=$2
    [ "$1" = --outdir ] && out=$2
    shift
done
mkdir -p "$out"
{does}
"""
CONVERTS = 'cp "$here/made.$new" "$out/file.$new"'


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make_docx: Make) -> Install:
    """Put a program on the path that says a version and does what it is told."""

    def made(does: str = CONVERTS) -> Path:
        here = tmp_path / "office"
        here.mkdir(exist_ok=True)
        (here / "soffice").write_text(SCRIPT.format(here=here, does=does))
        (here / "soffice").chmod(0o755)
        (here / "version").write_text("LibreOffice 1")
        (here / "made.docx").write_bytes(make_docx(lambda document: document.add_heading("장독대", 1), title="안내"))
        monkeypatch.setenv("PATH", f"{here}{os.pathsep}{os.environ['PATH']}")
        return here

    return made


@pytest.fixture
def corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with an old file between others, and another for what is written meanwhile."""
    scratch, folder = tmp_path / "scratch", tmp_path / "말뭉치"
    scratch.mkdir()
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    (folder / "가.md").write_text("된장")
    (folder / "나.doc").write_bytes(OLD)
    (folder / "다.md").write_text("간장")
    return folder


def left(folder: Path) -> list[str]:
    """Return the temporary files that are still there, but for the socket of the server that starts children."""
    return [path.name for path in (folder / "scratch").iterdir() if not path.name.startswith("pymp-")]


def read(corpus: Path, max_mb: int = 1, max_seconds: int = 60) -> str:
    """Return the text of the old file, or its problem; the others are read, and nothing is left behind."""
    settings = IngestParams(on_error="skip", max_mb=max_mb, max_memory_mb=1000, max_seconds=max_seconds)
    items = [item.text if isinstance(item, Document) else item.problem for item in read_corpus(corpus, settings)]
    assert left(corpus.parent) == []
    first, old, last = items
    assert (first, last) == ("된장", "간장")
    return old


def test_an_old_file_is_read_as_what_it_is_converted_to(corpus: Path, install: Install) -> None:
    install()
    with zipfile.ZipFile(corpus / "나.zip", "w") as archive:
        archive.writestr("라.doc", OLD)
    (corpus / "나.doc").unlink()
    assert read(corpus) == "장독대"
    [item] = read_file(OLD, "나.doc", "나.doc", Limits(max_mb=1))
    assert isinstance(item, Parsed)
    assert (item.format, item.title, [section.heading for section in item.sections]) == ("doc", "안내", [["장독대"]])


FAILED = "could not be converted by LibreOffice ({}); save it as .docx in Word, or raise ingest.max_memory_mb and "


@pytest.mark.parametrize(
    ("does", "said"),
    [
        ("exit 81", FAILED.format("exit code 81")),
        ("exit 0", FAILED.format("no file came of it")),
        ("kill -SEGV $$", FAILED.format("ended by SIGSEGV")),
        ("while :; do :; done", FAILED.format("ended by SIGXCPU")),
        ('exec head -c 3000000 /dev/zero > "$out/file.docx"', FAILED.format("ended by SIGXFSZ")),
        ('head -c 900000 /dev/zero > "$out/file.docx"', "is truncated, or no office file (File is not a zip file); "),
    ],
)
def test_a_conversion_that_fails_costs_its_file_alone(corpus: Path, install: Install, does: str, said: str) -> None:
    install(does)
    assert read(corpus, max_seconds=1).startswith(said)


def test_what_it_makes_is_bounded_when_unpacked(corpus: Path, install: Install) -> None:
    here = install()
    with zipfile.ZipFile(here / "made.docx", "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/bomb.xml", bytes(2_000_000))
    assert read(corpus).startswith("unpacks to 2.8 MB, more than ingest.max_mb = 1")


def test_without_it_the_file_is_named(corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    said = "is in the old binary format of Word; convert it: soffice --headless --convert-to docx FILE, or save it "
    assert read(corpus).startswith(said)
    assert libreoffice.version() == ""


def test_macros_and_links_are_off_and_the_profile_is_its_own(corpus: Path, install: Install) -> None:
    here = install(f'cp "$profile/user/registrymodifications.xcu" "$here/seen"; env > "$here/env"; {CONVERTS}')
    assert read(corpus) == "장독대"
    seen = (here / "seen").read_text()
    for setting in (
        '"MacroSecurityLevel" oor:op="fuse"><value>3<',
        '"DisableMacrosExecution" oor:op="fuse"><value>true<',
    ):
        assert f"<prop oor:name={setting}" in seen
    given = dict(line.split("=", 1) for line in (here / "env").read_text().splitlines())
    assert given["HOME"].startswith(f"{corpus.parent}/scratch/onggi-") and "ONGGI_MEMO" not in given


def test_what_hangs_is_ended_with_its_child(
    corpus: Path, install: Install, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    install(f"echo $$ > {pipe}; exec sleep 3600")
    budget = Budget(memory_mb=1000, seconds=60, scratch_mb=1)
    with Sandbox(incremental.READ, budget, (incremental.READERS,)) as sandbox:
        job = sandbox.submit(OLD, "나.doc", "나.doc", Limits(max_mb=1))
        program = psutil.Process(int(pipe.read_text()))
        sandbox._children[0].until = 0.0
        with pytest.raises(Stopped, match="patience"):
            sandbox.result(job)
        wait_for(lambda: ended(program))
    assert left(tmp_path) == []


def test_another_version_of_it_reads_the_old_file_again_and_no_other(
    corpus: Path, install: Install, tmp_path: Path
) -> None:
    here = install()

    def computed() -> int:
        with journal.recording("ingest", tmp_path / "journal.jsonl") as entry:
            assert read(corpus) == "장독대"
        memo.active().keep()
        return entry.works["documents"].computed

    with using(Memo(Store(tmp_path / "memo.sqlite"))):
        assert [computed(), computed()] == [3, 0]
        (here / "version").write_text("LibreOffice 2")
        assert [computed(), computed()] == [1, 0]


def test_its_version_is_asked_for_where_there_is_an_old_file(
    corpus: Path, install: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install()
    asked: list[str] = []
    monkeypatch.setattr(libreoffice, "version", lambda: str(asked.append("version")))
    with using(Memo(Store(tmp_path / "memo.sqlite"))):
        read(corpus)
        assert asked == ["version"]
        memo.active().keep()
        (corpus / "나.doc").unlink()
        (corpus / "나.md").write_text("고추장")
        asked.clear()
        assert read(corpus) == "고추장"
        assert not asked


def test_what_is_no_old_file_is_not_given_to_it(corpus: Path, install: Install) -> None:
    here = install('touch "$here/ran"')
    (corpus / "나.doc").write_text("장독")
    assert read(corpus) == "is no file of Word, as its name says; rename it by what it is"
    assert not (here / "ran").exists()


@pytest.mark.skipif(libreoffice.found() is None, reason="LibreOffice is not installed")
def test_with_the_program_itself(corpus: Path, make_docx: Make) -> None:
    new = make_docx(lambda document: [document.add_heading("장독대", 1), document.add_paragraph("된장을 뜹니다.")])
    old = libreoffice.converted(new, "docx", "doc")
    assert old.startswith(OLE)
    (corpus / "나.doc").write_bytes(old)
    assert read(corpus, max_mb=10) == "장독대\n\n된장을 뜹니다."
