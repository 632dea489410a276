"""What DVC hashes is what `ingest` reads, whatever the paths are called; and a dvc.lock that a kill cut off."""

import json
import re
import shutil
import subprocess
import sys
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.pipeline.workspace import ROOT, Workspace

pytestmark = [pytest.mark.pipeline, pytest.mark.xdist_group("ingest")]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A repository of which dvc.yaml has the stage `ingest` alone; tests add a corpus."""
    folder = tmp_path_factory.mktemp("ingest") / "작업 폴더"
    folder.mkdir()
    for name in ("onggi", "stages"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    yaml = YAML()
    declared = yaml.load((ROOT / "dvc.yaml").read_text("utf-8"))
    yaml.dump({"stages": {"ingest": declared["stages"]["ingest"]}}, folder / "dvc.yaml")
    shutil.copy(ROOT / "params.yaml", folder)
    workspace = Workspace(folder, tmp_path_factory.mktemp("home"))
    workspace.run("git", "init", "--quiet", "--initial-branch", "main")
    workspace.dvc("init", "--quiet")
    return workspace


def ingested(workspace: Workspace, path: str, **settings: Any) -> list[str]:
    """Have DVC ingest a corpus; return the stages that ran."""
    workspace.edit_params(corpus={"path": path}, ingest=settings)
    return workspace.repro()


def test_a_path_is_no_words_of_a_command(project: Workspace) -> None:
    path = "-rf my docs/$(touch run)`touch run`;touch run/docs(1)/a'b/a\"b/a&b/a*b/#~"
    corpus = project.folder / path
    corpus.mkdir(parents=True)
    (corpus / "하나.md").write_text("장독", "utf-8")
    assert ingested(project, path) == ["ingest"]
    assert project.metrics("ingest.json")["characters"] == 2
    (corpus / "둘.md").write_text("새것", "utf-8")
    assert ingested(project, path) == ["ingest"]
    assert project.metrics("ingest.json")["documents"] == 2
    assert not (project.folder / "run").exists()


def test_another_folder_is_another_corpus(project: Workspace) -> None:
    """The command stays the same."""
    for name, text in (("하나", "장독"), ("둘", "항아리")):
        (project.folder / name).mkdir()
        (project.folder / name / "글.md").write_text(text, "utf-8")
        assert ingested(project, name) == ["ingest"]
        assert project.metrics("ingest.json")["characters"] == len(text)


def test_what_dvc_does_not_hash_is_not_read(project: Workspace) -> None:
    corpus, linked = project.folder / "links", project.folder / "elsewhere"
    corpus.mkdir()
    linked.mkdir()
    (corpus / "글.md").write_text("글", "utf-8")
    (corpus / "같은 글.md").symlink_to("글.md")
    (linked / "밖.md").write_text("밖", "utf-8")
    (corpus / "밖").symlink_to("../elsewhere")
    assert ingested(project, "links", on_error="skip") == ["ingest"]
    metrics = project.metrics("ingest.json")
    assert (metrics["documents"], [problem["source"] for problem in metrics["problems"]]) == (2, ["밖"])
    (corpus / "글.md").write_text("글을 고침", "utf-8")
    assert project.repro() == ["ingest"]
    assert project.metrics("ingest.json")["characters"] == 2 * len("글을 고침")


def test_a_lock_that_a_kill_left_empty_is_put_back(project: Workspace) -> None:
    lock = project.folder / "dvc.lock"
    corpus = project.folder / "lock"
    corpus.mkdir()
    (corpus / "글.md").write_text("글", "utf-8")
    ingested(project, corpus.name)
    project.repro("--force")  # begins with the lock of the build before
    whole = lock.read_bytes()
    lock.write_bytes(b"")
    script = "import sys; from onggi.cli import main; sys.argv[0] = 'onggi'; main()"
    refused = subprocess.run(
        [sys.executable, "-m", "dvc", "repro"], cwd=project.folder, env=project.environment(), capture_output=True
    )
    assert refused.returncode != 0
    assert "put back" in project.run(sys.executable, "-c", script, "restore-lock")
    assert lock.read_bytes() == whole
    assert project.repro() == []


def test_no_path_stands_in_the_command() -> None:
    declared = YAML(typ="safe").load((ROOT / "dvc.yaml").read_text("utf-8"))["stages"]["ingest"]
    assert not re.search(r"\$\{", json.dumps(declared["cmd"]))
