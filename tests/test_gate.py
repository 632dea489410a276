import re
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from onggi.cli import app
from onggi.core.outs import write_csv

ROOT = Path(__file__).parents[1]
BY_BOTH = "truths: [gold, guard]"
HEADER = ["query_id", "about", "type", "question", "hybrid nDCG@10", "hybrid R@10"]


def built(folder: Path, lost: float, truths: tuple[str, ...] = ()) -> None:
    """Write what a build measures: every question loses so much, give or take a tenth of it.

    By each truth but the first nothing is lost; without truths the table is one of before they had a column.
    """
    rows = [
        [
            *([truth] if truths else []),
            f"q{n:03}", f"d{n % 40}", "정의", f"장독 | {n}번은?",
            round(0.8 - lost * (0.9 + n % 3 / 10), 6) if truth in ("", truths[0] if truths else "") else 0.8, 1.0,
        ]
        for truth in truths or [""]
        for n in range(80)
    ]  # fmt: skip
    (folder / "metrics").mkdir(exist_ok=True)
    write_csv(folder / "metrics" / "per_query.csv", [*(["truth"] if truths else []), *HEADER], rows)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a repository with one commit that was built."""
    declared = (ROOT / "params.yaml").read_text("utf-8")
    assert BY_BOTH in declared
    (tmp_path / "params.yaml").write_text(declared.replace(BY_BOTH, "truths: [gold]"), "utf-8")
    built(tmp_path, 0.0)
    for command in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-qm", "built"]):
        subprocess.run(
            ["git", "-C", tmp_path, "-c", "user.name=T", "-c", "user.email=t@example.org", *command], check=True
        )
    monkeypatch.chdir(tmp_path)
    return tmp_path


def beside_the_guard(folder: Path, lost: float) -> None:
    """Write a build whose labels say that nothing changed, and whose guard lost so much."""
    built(folder, 0.0)
    file = folder / "metrics" / "per_query.csv"
    _, *rows = file.read_text("utf-8").splitlines()
    told = [["gold", *row.split(",")] for row in rows]
    told += [["guard", f"g{n:03}", f"g{n}", "", f"가마솥 {n}?", 0.9 - lost, 1.0] for n in range(60)]
    write_csv(file, ["truth", *HEADER], told)


def gate(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["gate", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    return result.exit_code, result.stdout, result.stderr


def test_the_same_results_pass(project: Path) -> None:
    code, printed, said = gate("--against", "main")
    assert code == 0, said
    assert printed.splitlines()[-1] == (
        "passes against main: none of 2 measures fell, by gold, over 80 questions that both have"
    )


def test_a_loss_fails_with_the_worst_questions(project: Path) -> None:
    built(project, 0.2)
    code, printed, _ = gate("--against", "main")
    assert code == 1
    assert re.search(r"^gold +hybrid +nDCG@10 +0\.8000 +0\.60\d\d +-0\.[12]\d+ .* fell$", printed, re.M)
    assert printed.count("번은?") == 10
    assert "fails against main: 1 of 2 measures fell" in printed


def test_a_loss_on_the_guard_alone_fails(project: Path) -> None:
    params = project / "params.yaml"
    params.write_text(params.read_text("utf-8").replace("truths: [gold]", BY_BOTH), "utf-8")
    beside_the_guard(project, 0.0)
    subprocess.run(
        ["git", "-C", project, "-c", "user.name=T", "-c", "user.email=t@example.org", "commit", "-qam", "guarded"],
        check=True,
    )
    code, printed, _ = gate("--against", "main")
    assert (code, "none of 4 measures fell" in printed) == (0, True)
    beside_the_guard(project, 0.2)
    code, printed, _ = gate("--against", "main")
    assert (code, "1 of 4 measures fell" in printed) == (1, True)
    assert "hybrid nDCG@10 by guard lost most on" in printed and "가마솥" in printed


def test_a_guard_that_is_named_and_not_measured_fails(project: Path) -> None:
    params = project / "params.yaml"
    params.write_text(params.read_text("utf-8").replace("truths: [gold]", BY_BOTH), "utf-8")
    code, printed, _ = gate("--against", "main")
    assert (code, "nothing is measured by guard there and here" in printed) == (1, True)


def test_markdown_escapes_what_questions_hold(project: Path) -> None:
    built(project, 0.2)
    code, printed, _ = gate("--against", "main", "--markdown")
    assert code == 1
    assert printed.startswith("**fails against main: 1 of 2 measures fell")
    assert "| gold | hybrid | nDCG@10 | 0.8000 |" in printed
    assert "장독 \\| " in printed


def test_a_commit_without_results_is_named(project: Path) -> None:
    (project / "metrics" / "per_query.csv").unlink()
    code, _, said = gate("--against", "main")
    assert (code, said) == (1, "error: metrics/per_query.csv: no such file; build it by `dvc repro`\n")
    code, _, said = gate("--against", "nowhere")
    assert code == 1 and said.startswith("error: metrics/per_query.csv")
    built(project, 0.0)
    code, _, said = gate("--against", "nowhere")
    assert code == 1 and said.startswith("error: --against nowhere: no such commit")


def hold_to(*truths: str) -> None:
    path = Path("params.yaml")
    text = re.sub(r"^  truths: \[gold.*?\]", f"  truths: [{', '.join(truths)}]", path.read_text("utf-8"), flags=re.M)
    path.write_text(text, "utf-8")


def test_a_commit_of_before_the_column_reads_as_gold(project: Path) -> None:
    hold_to("gold")
    built(project, 0.0, ("gold", "lexical"))
    assert gate("--against", "main")[0] == 0
    built(project, 0.2, ("gold", "lexical"))
    code, printed, _ = gate("--against", "main")
    assert code == 1 and "hybrid nDCG@10 by gold lost most on" in printed


def test_every_named_truth_is_held_to(project: Path) -> None:
    hold_to("gold", "lexical")
    built(project, 0.0, ("lexical", "gold"))
    code, printed, _ = gate("--against", "main")
    assert (code, printed.splitlines()[-1]) == (1, "fails against main: nothing is measured by lexical there")
    for command in (["add", "."], ["commit", "-qm", "with truths"]):
        subprocess.run(["git", "-c", "user.name=T", "-c", "user.email=t@example.org", *command], check=True)
    built(project, 0.2, ("lexical", "gold"))
    code, printed, _ = gate("--against", "main")
    assert code == 1
    assert re.search(r"^lexical +hybrid +nDCG@10 .* fell$", printed, re.M)
    assert "hybrid nDCG@10 by lexical lost most on" in printed and printed.count("번은?") == 10
    assert printed.splitlines()[-1] == (
        "fails against main: 1 of 4 measures fell, by gold, over 80 questions that both have; "
        "lexical, over 80 questions that both have"
    )
    assert gate("--against", "main", "--markdown")[1].count("| lexical | hybrid |") == 2
