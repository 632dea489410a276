"""The pool, its page in a browser, and the two commands."""

import csv
import io
import json
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path

import pytest
from typer.testing import CliRunner

from onggi.cli import app
from onggi.core.schema import Evidence, Question
from onggi.pooling import page, sheet
from onggi.pooling.pool import Pool
from onggi.truth.judgments import read_judgments
from tests.pooling.samples import BOTH, CHUNKS, GUIDE, NEWS, RUNS, TEXTS, WHEN, write

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def invoke(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["gold", *arguments])
    return done.exit_code, done.stdout + done.stderr


def pooled() -> list[tuple[str, str]]:
    return [(row.query_id, row.text) for row in sheet.read(Path("pool/pool.csv"))]


def test_what_any_system_found_and_nobody_judged_is_pooled_once(folder: Path) -> None:
    code, said = invoke("pool", "--k", "3")
    assert code == 0 and said.startswith("7 spans of 2 questions to judge, 3 judged before: pool/pool.html")
    # The marked GUIDE[0] and, for q2, GUIDE[1] are left out; of q3 nothing is measured, and q4 has no answer.
    first, second = [*NEWS[:2], *GUIDE[1:]], [*NEWS[:2], GUIDE[2]]
    assert pooled() == [*(("q1", chunk.text) for chunk in first), *(("q2", chunk.text) for chunk in second)]


def test_k_is_how_deep_each_system_is_read(folder: Path) -> None:
    assert invoke("pool", "--k", "1")[0] == 0
    assert pooled() == [("q1", GUIDE[2].text), ("q2", GUIDE[2].text)]
    assert invoke("pool", "--k", "0")[0] == 2


def test_verdicts_are_not_overwritten(folder: Path) -> None:
    invoke("pool", "--k", "1")
    rows = sheet.read(Path("pool/pool.csv"))
    sheet.write(Path("pool/pool.csv"), [sheet.Row(**{**_fields(rows[0]), "verdict": "0"}), rows[1]])
    code, said = invoke("pool", "--k", "1")
    assert code == 1 and "holds verdicts, which another pool would overwrite; `onggi gold merge" in said
    assert invoke("pool", "--k", "1", "--out", "other")[0] == 0


def _fields(row: sheet.Row) -> dict[str, object]:
    return {name: getattr(row, name) for name in (*sheet.COLUMNS, "where")}


def test_a_build_that_is_not_there_is_one_line(folder: Path) -> None:
    (folder / "data" / "runs" / "both.parquet").unlink()
    assert invoke("pool") == (1, "error: data/runs/both.parquet: no such table; run `dvc repro` to build it\n")


def test_merge_adds_to_the_file_that_params_name(folder: Path) -> None:
    known = {"id": "q3", "source": GUIDE[0].doc_id, "quote": GUIDE[0].text, "verdict": "0"}
    Path("judgments.jsonl").write_text(json.dumps(known), "utf-8")
    rows = [sheet.Row("q1", c.doc_id, c.start, c.end, c.text, v) for c, v in ((NEWS[1], "1"), (NEWS[0], "0"))]
    sheet.write(Path("filled.csv"), [*rows, sheet.Row("q2", NEWS[2].doc_id, NEWS[2].start, NEWS[2].end, NEWS[2].text)])
    code, said = invoke("merge", "filled.csv")
    assert (code, said.splitlines()) == (
        0,
        [
            "judgments.jsonl: 2 judgments added, 0 there before, 1 rows open",
            "answering spans that nobody had marked: 1 of 2 (50.0%; 95 % interval 9.5% to 90.5%)",
            "questions that have one: 1 of 1 (100.0%; 95 % interval 20.7% to 100.0%)",
        ],
    )
    assert [(each.query_id, each.verdict) for each in read_judgments(Path("judgments.jsonl"), {"q1", "q3"})] == [
        ("q3", "0"), ("q1", "1"), ("q1", "0"),
    ]  # fmt: skip
    before = Path("judgments.jsonl").read_bytes()
    assert "0 judgments added, 2 there before" in invoke("merge", "filled.csv")[1]
    assert Path("judgments.jsonl").read_bytes() == before


def test_merge_makes_the_file_and_leaves_it_where_a_row_is_wrong(folder: Path) -> None:
    good = sheet.Row("q1", NEWS[1].doc_id, NEWS[1].start, NEWS[1].end, NEWS[1].text, "1")
    sheet.write(Path("wrong.csv"), [good, sheet.Row("q9", "x", 0, 1, "말", "1")])
    code, said = invoke("merge", "wrong.csv")
    assert code == 1 and said.startswith("error: wrong.csv:3: unknown question 'q9'")
    assert not Path("judgments.jsonl").exists()
    sheet.write(Path("good.csv"), [good])
    assert invoke("merge", "good.csv")[0] == 0 and len(read_judgments(Path("judgments.jsonl"), {"q1", "q3"})) == 1


def test_merge_writes_nothing_into_the_file_of_those_who_have_none(folder: Path) -> None:
    write(folder, judgments="data/gold/none.jsonl")
    sheet.write(Path("good.csv"), [])
    code, said = invoke("merge", "good.csv")
    assert code == 1 and "data/gold/none.jsonl: stands for no judgments; name a jsonl of your own" in said


HOSTILE = "</script><script>alert(1)</script><!-- & \u2028 😀 끝"


def test_no_text_becomes_markup() -> None:
    bad = Question("q", HOSTILE, "", [HOSTILE], [Evidence("a", 0, len(HOSTILE))], "gold", "test")
    html = page.render(Pool([(bad, [NEWS[2]])], 0), {"a": HOSTILE})
    assert html.count("<script") == html.count("</script>") == 2 and "alert(1)</" not in html
    content = json.loads(re.search(r'id="content">(.*?)</script>', html, re.S)[1])  # type: ignore[index]
    assert content["questions"][0]["text"] == content["questions"][0]["pieces"][0]["quote"] == HOSTILE
    assert content["spans"][0]["text"] == NEWS[2].text


def test_the_page_needs_no_network_and_another_pool_has_other_verdicts() -> None:
    one, again, other = (page.render(Pool([(WHEN, of)], 0), TEXTS) for of in (NEWS, NEWS, NEWS[:2]))
    assert one == again
    assert "default-src 'none'" in one and not re.search(r"(?:src|href)=|https?:", one)
    assert re.findall(r"onggi-pool-\w+", one) != re.findall(r"onggi-pool-\w+", other)


def judged_in_a_browser(html: str, script: str, folder: Path) -> list[dict[str, str]]:
    """Return the sheet of the page after a script pressed its keys."""
    helpers = """
        const press = key => dispatchEvent(new KeyboardEvent("keydown", {key, cancelable: true}));
        const choose = part => {
          const node = at("text").lastChild, from = node.data.indexOf(part), range = document.createRange();
          range.setStart(node, from); range.setEnd(node, from + part.length);
          getSelection().removeAllRanges(); getSelection().addRange(range);
        };
    """
    done = f"<script>{helpers}{script};document.body.replaceChildren(element('pre', sheet()));</script></body>"
    path = folder / "pool.html"
    path.write_text(html.replace("</body>", done), "utf-8")
    command = [str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'profile'}"]
    ran = subprocess.run(
        [*command, "--dump-dom", path.as_uri()], capture_output=True, text=True, timeout=300, check=True
    )
    told = unescape(re.search(r"<pre>(.*?)</pre>", ran.stdout, re.S)[1])  # type: ignore[index]
    return list(csv.DictReader(io.StringIO(told.lstrip("\ufeff"))))


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium")
def test_keys_judge_undo_move_and_narrow(tmp_path: Path) -> None:
    html = page.render(Pool([(WHEN, NEWS), (BOTH, [NEWS[1]])], 0), TEXTS)
    rows = judged_in_a_browser(
        html, 'press("0"); press("1"); press("u"); choose("장독 씻는 날"); press("1"); choose("날을 기다립니다 😀"); '
        'press("1"); press("b"); press("ArrowLeft"); press("x")', tmp_path
    )  # fmt: skip
    assert [row["verdict"] for row in rows] == ["0", "1", "1", "p2"]
    for row in rows:
        assert TEXTS[row["doc_id"]][int(row["start"]) : int(row["end"])] == row["text"]
    assert [row["text"] for row in rows] == [NEWS[0].text, "장독 씻는 날", "날을 기다립니다 😀", NEWS[1].text]


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium")
def test_verdicts_are_there_when_the_page_is_opened_again_and_open_rows_are_found(tmp_path: Path) -> None:
    html = page.render(Pool([(WHEN, NEWS)], 0), TEXTS)
    first = judged_in_a_browser(html, 'press("1"); press("ArrowRight"); press("0")', tmp_path)
    assert [row["verdict"] for row in first] == ["1", "", "0"]
    # It opens at the first that is open; n goes on to the next.
    again = judged_in_a_browser(html, 'press("0"); press("n")', tmp_path)
    assert [row["verdict"] for row in again] == ["1", "0", "0"]


def test_the_samples_are_as_told() -> None:
    assert {chunk.chunk_id for chunks in RUNS.values() for chunk in chunks} == {chunk.chunk_id for chunk in CHUNKS}
