"""What README and docs name is there: files, targets, commands, stages, settings, and the figures of the demo build."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from ruamel.yaml import YAML

from onggi.cli import app
from tests.structure.dag import declared, params, stages
from tests.structure.modules import ROOT

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
README = ROOT / "README.md"
TARGETS = set(re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text("utf-8"), re.M))
TOP = ("onggi", "stages", "tests", "benchmarks", "docs", "data", "metrics", "models", ".ci")
each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def code(page: Path) -> str:
    """Return what a page shows as code: its fences and what stands between backticks."""
    text = page.read_text("utf-8")
    fences = re.findall(r"^```.*?\n(.*?)^```", text, re.M | re.S)
    return "\n".join([*fences, *re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S))])


@each_page
def test_links_and_paths_lead_somewhere(page: Path) -> None:
    text = page.read_text("utf-8")
    links = [
        link for link in re.findall(r"\]\(([^)#\s]+)", text) if "://" not in link and not link.startswith("mailto:")
    ]
    missing = [link for link in links if not (page.parent / link).exists()]
    built = {out for stage in stages() for out in stage.outs}
    for path in re.findall(rf"(?<![\w./-])((?:{'|'.join(map(re.escape, TOP))})/[\w./-]*\w)", code(page)):
        if not (ROOT / path).exists() and not any(out == path or out.startswith(f"{path}/") for out in built):
            missing.append(path)
    assert not missing, f"{page.name} names what is not there: {', '.join(missing)}"


@each_page
def test_targets_commands_and_stages_exist(page: Path) -> None:
    shown = code(page)
    assert set(re.findall(r"(?<![\w-])make ([a-z]+)\b", shown)) <= TARGETS
    commands = set(typer.main.get_command(app).commands)  # type: ignore[attr-defined]
    assert set(re.findall(r"(?<![\w/.-])onggi ([a-z]+(?:-[a-z]+)*)\b", shown)) <= commands
    assert set(re.findall(r"-m stages\.(\w+)", shown)) <= set(declared()["stages"])


@each_page
def test_what_is_shown_as_yaml_is_some(page: Path) -> None:
    """As DVC and onggi read it: an address within braces has to stand in quotes, for one."""
    for fence in re.findall(r"^```yaml\n(.*?)^```", page.read_text("utf-8"), re.M | re.S):
        assert isinstance(YAML(typ="safe").load(fence.replace("…", "x")), dict)


@each_page
def test_settings_exist(page: Path) -> None:
    for setting in re.findall(r"-S '?\"?([\w.]+)=", code(page)):
        found: object = params()
        for key in setting.split("."):
            assert isinstance(found, dict) and key in found, f"{page.name}: params.yaml has no {setting}"
            found = found[key]


def test_the_readme_and_its_picture_name_every_stage() -> None:
    text = README.read_text("utf-8") + (ROOT / "docs" / "dag.svg").read_text("utf-8")
    assert not [stage for stage in declared()["stages"] if not re.search(rf"(?<![a-z_]){stage}(?![a-z_])", text)]
    assert not [target for target in ("build", "test") if f"make {target}" not in text]


def test_the_readme_shows_the_figures_of_the_committed_build() -> None:
    """One of its tables is metrics/retrieval.json; the others are of other corpora."""
    retrieval = json.loads((ROOT / "metrics" / "retrieval.json").read_text("utf-8"))
    shown = list(tables(README.read_text("utf-8")))
    ours = [rows for rows in shown if [row[""] for row in rows] == list(retrieval)]
    assert ours, f"no table of README.md has the rows {', '.join(retrieval)}"
    assert any(all(agrees(row, retrieval[row[""]]) for row in rows) for rows in ours), "README.md: no such figures"


def tables(text: str) -> Iterator[list[dict[str, str]]]:
    """Yield the rows of every table by the names of their columns; the first column's name is empty."""
    for block in re.findall(r"(?:^\|.*\n)+", text, re.M):
        header, _, *rows = [[cell.strip(" *`") for cell in line.strip("| ").split("|")] for line in block.splitlines()]
        yield [dict(zip(["", *header[1:]], row, strict=False)) for row in rows]


def agrees(row: dict[str, str], values: dict[str, float]) -> bool:
    """Tell whether a row shows these values, rounded to the places it has."""
    figures = {name: cell for name, cell in row.items() if name in values}
    return bool(figures) and all(
        f"{values[name]:.{len(cell.partition('.')[2])}f}" == cell for name, cell in figures.items()
    )
