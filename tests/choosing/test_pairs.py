"""Blind pairs: sides random but fixed, nothing left to choose left out, verdicts counted for the right model."""

import base64
import csv
import hashlib
import io
import json
import re
from collections import Counter
from html import unescape
from pathlib import Path

import pytest
from typer.testing import CliRunner

from onggi.choosing.page import page
from onggi.choosing.pairs import Pair, left_of, pairs
from onggi.choosing.verdicts import COLUMNS, Verdict, read, rows, together, wins
from onggi.cli import app
from onggi.core import tables
from onggi.core.errors import TableError
from onggi.core.schema import Answer, Question

NAMES = ("solar", "qwen")
EVIL = "</script><img src=x onerror=alert(1)>"
ASKED = [Question(f"q{n:03d}", f"{n}번 장독은?", "정의", ["북쪽"], [], "gold", "test") for n in range(200)]


def said(prefix: str) -> list[Answer]:
    return [Answer(question.query_id, f"{prefix} {question.query_id}", None, 1.0, []) for question in ASKED]


def both(first: str = "가", second: str = "나") -> list[Pair]:
    return list(pairs(ASKED, said(first), said(second), NAMES))


def verdict(query_id: str, word: str, answers: str = "x") -> Verdict:
    return Verdict("qwen", "solar", query_id, answers, word)


def test_each_model_stands_left_about_as_often_and_always_at_the_same_questions() -> None:
    lefts = Counter(pair.left[0] for pair in both())
    assert 70 <= lefts["가"] <= 130 and lefts["가"] + lefts["나"] == 200
    assert both() == both() and [pair.question.query_id for pair in both()] != sorted(q.query_id for q in ASKED)


def test_which_is_named_first_changes_nothing() -> None:
    assert both() == list(pairs(ASKED, said("나"), said("가"), NAMES[::-1]))


def test_what_nobody_can_choose_between_is_left_out() -> None:
    first, second = said("가"), said("나")
    first[0] = second[0]
    first[1] = Answer("q001", None, None, 0.0, [], reason="timeout")
    first[2] = second[2] = Answer("q002", None, None, 0.0, [], reason="unanswerable")
    first[3] = Answer("q003", None, None, 0.0, [], reason="unanswerable")
    shown = {pair.question.query_id: pair for pair in pairs(ASKED, first, second[:-1], NAMES)}
    assert {q.query_id for q in ASKED} - shown.keys() == {"q000", "q001", "q002", "q199"}
    assert "" in (shown["q003"].left, shown["q003"].right)


def test_a_verdict_counts_for_the_model_that_stood_there() -> None:
    for pair in both():
        name = {"가": "solar", "나": "qwen"}[pair.left[0]]
        assert left_of(NAMES, pair.question.query_id) == name
        assert verdict(pair.question.query_id, "left").preferred == name
        assert verdict(pair.question.query_id, "right").preferred not in (name, None)
        assert verdict(pair.question.query_id, "tie").preferred is None


def test_wins_have_wilsons_interval_over_what_was_decided() -> None:
    preferring = [verdict(q.query_id, "left") for q in ASKED if left_of(NAMES, q.query_id) == "qwen"][:8]
    against = [verdict(q.query_id, "left") for q in ASKED if left_of(NAMES, q.query_id) == "solar"][:2]
    ties = [verdict(f"t{n}", "tie") for n in range(5)]
    assert list(wins([*preferring, *against, *ties])) == [("qwen", "solar", 8, 2, 5, 0.8, 0.4902, 0.9433)]
    assert list(wins(ties)) == [("qwen", "solar", 0, 0, 5, "", "", "")]


def test_the_later_verdict_counts_whoever_was_named_first() -> None:
    turned = Verdict("solar", "qwen", "q1", "y", "tie")
    assert together([verdict("q2", "left"), verdict("q1", "left"), turned]) == [turned, verdict("q2", "left")]


def test_texts_stay_texts_and_nothing_is_fetched() -> None:
    asked = Question("q", EVIL, "", [EVIL], [], "gold", "test")
    found = page([Pair(asked, EVIL, "\u2028&", "d")], NAMES)
    assert "<img" not in found and found.count("</script>") == 2
    assert not re.search(r"https?://|src=|href=|@import|url\(", page(both(), NAMES))
    assert "default-src 'none'" in unescape(found) and "innerHTML" not in found
    data = re.search(r'id="data">(.*?)</script>', found, re.S)
    assert data is not None
    content = json.loads(data[1])
    assert content["pairs"][0] == {
        "query_id": "q", "question": EVIL, "golds": [EVIL], "answerable": False, "left": EVIL, "right": "\u2028&",
        "answers": "d",
    }  # fmt: skip
    assert content["names"] == sorted(NAMES)


def test_only_the_script_that_is_there_may_run() -> None:
    found = page([], NAMES)
    script = found.rpartition("<script>")[2].partition("</script>")[0]
    assert base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() in unescape(found)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("a,b\n", "columns"),
        ("{head}\nqwen,solar,q1,x,maybe\n", "verdicts.csv:2"),
        ("{head}\nqwen,solar,q1,x,left\nqwen,qwen,q1,x,left\n", "verdicts.csv:3"),
        ("{head}\nqwen,solar,,x,left\n", "verdicts.csv:2"),
        ("{head}\nqwen,solar,q1,x,left,more\n", "verdicts.csv:2"),
        (None, "no such file"),
    ],
)
def test_a_file_that_is_none_is_named(tmp_path: Path, content: str | None, told: str) -> None:
    file = tmp_path / "verdicts.csv"
    if content is not None:
        file.write_text(content.replace("{head}", ",".join(COLUMNS)), "utf-8")
    with pytest.raises(TableError, match=told):
        read(file)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    tables.write(tmp_path / "gold.parquet", Question, ASKED)
    for name, prefix in zip(NAMES, ("가", "나"), strict=True):
        tables.write(tmp_path / f"{name}.parquet", Answer, said(prefix))
    return tmp_path


def invoke(*arguments: object) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["compare-answers", *map(str, arguments)])
    return done.exit_code, done.output


def test_the_commands(folder: Path) -> None:
    where = ("--answers", folder, "--questions", folder / "gold.parquet", "--out", folder / "page.html")
    assert invoke("page", *NAMES, *where) == (0, f"{folder / 'page.html'}: 200 pairs of answers\n")
    assert invoke("page", "solar", "gone", *where)[0] == 1
    assert "benchmark_llm@gone" in invoke("page", "solar", "gone", *where)[1]
    assert "itself" in invoke("page", "solar", "solar", *where)[1]
    saved = folder / "saved.csv"
    for word, counted in (("left", ["1", "0", "0"]), ("right", ["0", "1", "0"])):
        lefts = next(q.query_id for q in ASKED if left_of(NAMES, q.query_id) == "qwen")
        lines = io.StringIO()
        csv.writer(lines).writerows([COLUMNS, *rows([verdict(lefts, word)])])
        saved.write_text(lines.getvalue(), "utf-8")
        code, told = invoke("merge", saved, "--metrics", folder / "llm")
        assert code == 0 and told.splitlines()[1].split()[:5] == ["qwen", "solar", *counted]
    assert read(folder / "llm" / "verdicts.csv") == [verdict(lefts, "right")]
