import subprocess
from pathlib import Path

import pytest
import sample
from lxml import html
from typer.testing import CliRunner

from onggi.cli import app
from onggi.core.errors import RevisionError
from onggi.report import Revision
from onggi.report.revision import flat_params

NAME = "name a branch, a tag or a hash that `git log` knows, or an experiment that `dvc exp show` knows"


def git(folder: Path, *arguments: str) -> str:
    who = ["-c", "user.name=옹기", "-c", "user.email=onggi@example.invalid", "-c", "commit.gpgsign=false"]
    return subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def repository(project: Path) -> Path:
    """Two commits: the first has no metrics, the second has; the working tree differs from both."""
    git(project, "init", "-q", "-b", "main")
    git(project, "add", "dvc.yaml")
    git(project, "commit", "-qm", "empty")
    (project / "params.yaml").write_text(sample.PARAMS_YAML + "chunk: {max_tokens: 128}\nold: 1\n", "utf-8")
    git(project, "add", ".")
    git(project, "commit", "-qm", "built")
    git(project, "branch", "feature/더 큰 청크".replace(" ", "-"))
    path = project / "metrics" / "retrieval.json"
    path.write_text(path.read_text("utf-8").replace("0.7654", "0.8"), "utf-8")
    (project / "params.yaml").write_text(sample.PARAMS_YAML + "chunk: {max_tokens: 256}\n", "utf-8")
    return project


def test_report_against_a_commit(repository: Path) -> None:
    done = CliRunner().invoke(app, ["report", "--against", "HEAD"])
    assert done.exit_code == 0, done.output
    page = html.parse(str(repository / "report-against-HEAD.html")).getroot()
    text = " ".join(page.text_content().split())
    assert "0.8000 ▲기준보다 더 좋음 +0.0346" in text
    assert "HEAD에서는: 고를 시스템은 dev에서 가장 좋은 hybrid입니다(nDCG@10 dev 0.7354, test 0.7654)." in text
    rows = [" ".join(row.text_content().split()) for row in page.get_element_by_id("params").iter("tr")]
    assert rows == ["param이전지금", "chunk.max_tokens128256", "old1(없음: 삭제됨)"]


def test_a_branch_name_becomes_a_safe_file_name(repository: Path) -> None:
    done = CliRunner().invoke(app, ["report", "--against", "feature/더-큰-청크"])
    assert done.exit_code == 0, done.output
    assert (repository / "report-against-feature-더-큰-청크.html").is_file()


def experiment(repository: Path, name: str, baseline: str, commit: str) -> None:
    """Keep a commit as DVC keeps an experiment."""
    base = git(repository, "rev-parse", baseline).strip()
    git(
        repository,
        "update-ref",
        f"refs/exps/{base[:2]}/{base[2:]}/{name}",
        git(repository, "rev-parse", commit).strip(),
    )


def test_report_against_an_experiment(repository: Path) -> None:
    git(repository, "commit", "-qam", "another")
    experiment(repository, "sweet-jar", "HEAD~2", "HEAD~1")
    git(repository, "update-ref", "refs/exps/exec/EXEC_HEAD", "HEAD")
    done = CliRunner().invoke(app, ["report", "--against", "sweet-jar"])
    assert done.exit_code == 0, done.output
    page = html.parse(str(repository / "report-against-sweet-jar.html")).getroot()
    assert "0.8000 ▲기준보다 더 좋음 +0.0346" in " ".join(page.text_content().split())


def test_of_experiments_with_one_name_that_on_head_is_meant(repository: Path) -> None:
    git(repository, "commit", "-qam", "another")
    experiment(repository, "jar", "HEAD", "HEAD~1")
    experiment(repository, "jar", "HEAD~1", "HEAD~2")
    assert Revision.find("jar", Path()).sha == git(repository, "rev-parse", "HEAD~1").strip()
    git(repository, "commit", "-q", "--allow-empty", "-m", "later")
    with pytest.raises(
        RevisionError,
        match=r"^--against jar: 2 experiments have this name, none of them on HEAD; give its hash \(`dvc exp show",
    ):
        Revision.find("jar", Path())


def test_a_branch_comes_before_an_experiment_of_its_name(repository: Path) -> None:
    experiment(repository, "main", "HEAD", "HEAD~1")
    assert Revision.find("main", Path()).sha == git(repository, "rev-parse", "HEAD").strip()


def test_in_a_folder_below_the_root_of_the_repository(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (repository / "sub").mkdir()
    monkeypatch.chdir(repository / "sub")
    found = Revision.find("HEAD", Path()).metrics(Path("../metrics"))
    assert found.get("chunks")["chunks"] == 612


@pytest.mark.parametrize(
    ("revision", "message"),
    [
        ("HEAD~1", "error: --against HEAD~1: holds no metrics in metrics/; name a commit made after a build"),
        ("nowhere", f"error: --against nowhere: no such commit; {NAME}"),
        ("--all", f"error: --against --all: no such commit; {NAME}"),
        ("HEAD:metrics", f"error: --against HEAD:metrics: no such commit; {NAME}"),
    ],
)
def test_a_revision_that_cannot_be_compared_is_one_line(repository: Path, revision: str, message: str) -> None:
    done = CliRunner().invoke(app, ["report", f"--against={revision}"])
    assert (done.exit_code, done.stderr.splitlines()) == (1, [message])
    assert not list(repository.glob("report-against-*"))


def test_outside_a_repository(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(project.parent))
    done = CliRunner().invoke(app, ["report", "--against", "HEAD"])
    assert done.exit_code == 1
    assert done.stderr == f"error: {project.name}: not in a git repository; run in a clone of the project\n"


def test_params_are_compared_by_their_leaves() -> None:
    assert flat_params(b"a: {b: 1, c: {d: [2]}}\ne: {}\n", "x") == {"a.b": 1, "a.c.d": [2], "e": {}}
    assert flat_params(b"", "x") == {}
    with pytest.raises(RevisionError, match="not YAML"):
        flat_params(b"a: {", "x")
