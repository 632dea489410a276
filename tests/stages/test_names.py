"""The name of a stage that repeats: DVC tells it, or the one who runs it by hand; a shell never sees it."""

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from stages import Name


def named(*arguments: str, stage: str | None = None) -> Result:
    app = typer.Typer(add_completion=False)

    @app.command()
    def main(name: Name) -> None:
        print(name)

    return CliRunner().invoke(app, [*arguments], env={"DVC_STAGE": stage})


@pytest.mark.parametrize(
    ("arguments", "stage", "name"),
    [
        ([], "index@bm25", "bm25"),
        ([], "../a@b/dvc.yaml:index@된장-2", "된장-2"),
        (["--name", "bm25"], None, "bm25"),
        (["--name", "bm25"], "index@dense-base", "bm25"),
    ],
)
def test_the_name_is_that_of_dvc_or_of_the_option(arguments: list[str], stage: str | None, name: str) -> None:
    done = named(*arguments, stage=stage)
    assert (done.exit_code, done.stdout) == (0, f"{name}\n")


@pytest.mark.parametrize("name", ["a'; touch x; '", "..", "a/b", "$(id)", "", "-x"])
def test_what_is_no_name_is_refused(name: str) -> None:
    done = named(stage=f"index@{name}")
    fix = "make names of letters, digits, _ and -, beginning with none of the last"
    assert (done.exit_code, done.stderr) == (1, f"error: params.yaml: {name!r} is no name; {fix}\n")
