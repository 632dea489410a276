"""The two stages that measure: evaluate and judge."""

import csv
import json
import os
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from onggi.core import tables
from onggi.core.errors import ParamsError, TableError
from onggi.core.outs import write_json
from onggi.core.schema import Answer, Chunk, Document, Evidence, Hit, Question
from onggi.truth import guard
from onggi.truth.truths import Truth, write_truths
from stages import evaluate, judge

ROOT = Path(__file__).parents[2]
TEXT = "옹기는 숨을 쉰다. 가마는 언덕에 있다. 흙은 강에서 판다. 유약은 잿물로 만든다. "
CUTS = [0, 11, 23, 34, len(TEXT)]
IDS = [f"onggi.md#{s}-{e}" for s, e in pairwise(CUTS)]
SYSTEMS = ("bm25", "dense-base", "dense-tuned", "hybrid")
OUTS = (
    "dev.json",
    "retrieval.json",
    "significance.json",
    "coverage.json",
    "per_type.csv",
    "per_query.csv",
    "breakdown.csv",
    "recall_curve.csv",
    "fusion_curve.csv",
    "failures.json",
    "truths.json",
)
PARAMS = """\
evaluate:
  baseline: bm25
  compare: [[dense-base, dense-tuned]]
  failures_of: hybrid
  token_budget: 20
  permutations: 200
  seed: 1
indexes:
  bm25: {encoder: kiwi, kind: bm25}
  dense-base: {encoder: base, kind: flat}
  dense-tuned: {encoder: tuned, kind: flat}
systems:
  hybrid: {fuse: [bm25, dense-tuned], by: rrf}
search: {depth: 100}
encoders: {base: {}}
embed:
  query_max_length: 64
  passage_max_length: 512
  query_prefix: ""
  passage_prefix: ""
  precision: fp32
  runtime: torch
  trust_remote_code: false
judge: {backend: embedded, path: none.jsonl}
"""


def ask(query_id, part, split="test", origin="gold"):
    evidence = [] if part is None else [Evidence("onggi.md", CUTS[part], CUTS[part + 1] - 1)]
    answers = [] if part is None else [TEXT[CUTS[part] : CUTS[part + 1]].split()[0]]
    return Question(query_id, f"{query_id}?", "정의", answers, evidence, origin, split)


QUESTIONS = [ask("q1", 0), ask("q2", 1), ask("q3", None), ask("q4", 2, split="dev"), ask("q5", 3, origin="synthetic")]


LEXICAL = Truth(
    "lexical",
    [replace(ask("q1", 0), evidence=[Evidence("onggi.md", CUTS[1], CUTS[2] - 1), Evidence("onggi.md", 0, 10)])],
    complete=True,
    made={"of": "answer"},
)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("params.yaml").write_text(PARAMS, encoding="utf-8")
    tables.write(Path("documents.parquet"), Document, [Document("onggi.md", "onggi.md", "옹기", "md", TEXT)])
    chunks = [Chunk(i, "onggi.md", s, e, TEXT[s:e], 9, "") for i, s, e in zip(IDS, CUTS, CUTS[1:], strict=False)]
    tables.write(Path("chunks.parquet"), Chunk, chunks)
    tables.write(Path("gold.parquet"), Question, QUESTIONS)
    for place, system in enumerate(SYSTEMS):
        order = IDS[place % 2 :] + IDS[: place % 2]
        hits = [Hit(q.query_id, i, r, 1 / r) for q in QUESTIONS for r, i in enumerate(order, 1)]
        tables.write(Path("runs", f"{system}.parquet"), Hit, hits)
    write_truths(Path("truths"), [LEXICAL])
    write_json(Path("guarded", guard.CARD), {"reason": guard.ABSENT})
    answers = [
        Answer("q1", "옹기는", IDS[0], 0.9, IDS[:2]),
        Answer("q2", "언덕", IDS[0], 0.5, IDS[2:]),
        Answer("q3", None, None, 0.0, IDS[:1]),
        Answer("q4", "강", IDS[2], 0.5, IDS),
    ]
    tables.write(Path("answers.parquet"), Answer, answers)
    return tmp_path


def run_evaluate(metrics="metrics"):
    names = ("runs", "documents.parquet", "chunks.parquet", "gold.parquet", "truths", "guarded", metrics)
    evaluate.main(*map(Path, names))


def run_judge(metrics="answers.json"):
    tables_in = (Path(f"{name}.parquet") for name in ("answers", "documents", "chunks", "gold"))
    judge.main(*tables_in, Path("models"), ROOT / "prompts" / "ko" / "judge", Path(metrics))


def load(name):
    return json.loads(Path(name).read_text(encoding="utf-8"))


def load_csv(name):
    return list(csv.DictReader(Path(name).read_text(encoding="utf-8").splitlines()))


def test_evaluate_writes_the_tables(folder):
    run_evaluate()
    retrieval = load("metrics/retrieval.json")
    assert list(retrieval) == list(SYSTEMS)
    assert retrieval["bm25"]["RR@10"] == (1 / 1 + 1 / 2) / 2
    assert retrieval["dense-base"]["RR@10"] == (1 / 4 + 1 / 1) / 2
    assert retrieval["bm25"]["R@20tok"] == 1.0
    assert retrieval["dense-base"]["R@20tok"] == 0.5
    assert {values["judged@10"] for values in retrieval.values()} == {0.25}  # 1 of 4 for each of two questions
    pair = load("metrics/significance.json")["bm25 → hybrid"]
    assert (pair["queries"], pair["documents"]) == (2, 1)
    assert (pair["Success@1"]["difference"], pair["Success@1"]["p"], pair["Success@1"]["interval"]) == (0.0, 1.0, None)
    coverage = load("metrics/coverage.json")
    assert (coverage["questions"], coverage["answerable"], coverage["unanswerable_left_out"]) == (3, 2, 1)


def test_every_system_is_measured_by_every_truth(folder):
    run_evaluate()
    found = load("metrics/truths.json")
    gold, lexical = found["truths"]["gold"], found["truths"]["lexical"]
    assert gold["systems"] == load("metrics/retrieval.json")
    assert (gold["queries"], gold["pairs"], gold["unit"], gold["graded"]) == (2, 2, "chunk", False)
    assert (lexical["queries"], lexical["pairs"], lexical["min_relevance"]) == (1, 2, 1)
    assert lexical["made"] == {"of": "answer"}
    assert lexical["systems"]["bm25"]["RR@10"] == 1.0 and lexical["systems"]["dense-base"]["RR@10"] == 1.0
    assert lexical["systems"]["dense-base"]["AP"] == (1 / 1 + 2 / 4) / 2
    assert found["agreement"] == {
        "gold ~ lexical": {
            "queries": 1, "pairs_first": 1, "pairs_second": 2, "pairs_both": 1, "overlap": 0.5, "pairs_judged": 1,
            "reason": "one of the two gives all pairs that both have judged one verdict",
        }
    }  # fmt: skip
    rows = load_csv("metrics/per_query.csv")
    assert [(row["truth"], row["query_id"], row["about"]) for row in rows] == [
        ("gold", "q1", "onggi.md"), ("gold", "q2", "onggi.md"), ("lexical", "q1", "onggi.md")
    ]  # fmt: skip
    assert (rows[0]["bm25 AP"], rows[2]["dense-base AP"]) == ("1.0", "0.75")
    coverage = load("metrics/coverage.json")
    assert [coverage[key] for key in ("truth", "queries", "pairs")] == ["gold", 2, 2]


def test_what_a_grade_is_enough_for(folder):
    graded = replace(ask("q2", 1), evidence=[Evidence("onggi.md", CUTS[1], CUTS[2] - 1, grade=2)])
    tables.write(Path("gold.parquet"), Question, [QUESTIONS[0], graded])
    Path("params.yaml").write_text(PARAMS.replace("seed: 1", "seed: 1\n  min_relevance: 2"), encoding="utf-8")
    run_evaluate()
    found = load("metrics/truths.json")["truths"]["gold"]
    assert (found["queries"], found["pairs"], found["graded"], found["min_relevance"]) == (1, 1, True, 2)
    assert load("metrics/coverage.json")["below_grade_2_left_out"] == 1
    assert [row["query_id"] for row in load_csv("metrics/per_query.csv") if row["truth"] == "gold"] == ["q2"]


def test_a_folder_of_no_truths_is_named(folder):
    (folder / "truths" / "truths.json").unlink()
    with pytest.raises(TableError, match=r"truths/truths\.json: tells no ground truths"):
        run_evaluate()


def test_choosing_is_done_on_dev(folder):
    run_evaluate()
    dev = load("metrics/dev.json")
    assert list(dev) == list(SYSTEMS)
    assert (dev["bm25"]["RR@10"], dev["dense-base"]["RR@10"]) == (0.3333, 0.5)  # q4, third and second
    assert load("metrics/coverage.json")["dev"]["answerable"] == 1


def test_a_system_that_is_not_declared_is_not_read(folder):
    (folder / "runs" / "old.parquet").write_text("of another build")
    run_evaluate()
    assert "old" not in load("metrics/retrieval.json")


def test_a_baseline_that_is_not_declared(folder):
    Path("params.yaml").write_text(PARAMS.replace("baseline: bm25", "baseline: bm26"), encoding="utf-8")
    with pytest.raises(ParamsError, match=r"evaluate\.baseline: got 'bm26'; name an index or a system: bm25,"):
        run_evaluate()


def guarded(*left_out):
    """Two questions, each about a document of its own, of another domain; dense-tuned is wrong on both."""
    chunks = [Chunk(f"{name}.md#0-9", f"{name}.md", 0, 9, "가마솥 밥 짓기", 5, "") for name in ("a", "b", "c")]
    tables.write(Path("guarded", guard.CHUNKS), Chunk, chunks)
    asked = [Question(f"g{n}", f"{n}?", "", [], [Evidence(f"{n}.md")], "gold", "test") for n in ("a", "b")]
    tables.write(Path("guarded", guard.QUESTIONS), Question, asked)
    for system in SYSTEMS:
        found = ["c", "c"] if system == "dense-tuned" else ["a", "b"]
        hits = [Hit(q.query_id, f"{name}.md#0-9", 1, 1.0) for q, name in zip(asked, found, strict=True)]
        if system not in left_out:
            tables.write(Path("guarded", guard.RUNS, f"{system}.parquet"), Hit, hits)
    said = {"left_out": dict.fromkeys(left_out, "no model")} if left_out else {}
    write_json(Path("guarded", guard.CARD), {"queries": 2, "documents": 3, "chunks": 3, "in_corpus": 0, **said})


def test_what_tuning_cost_on_the_guard(folder):
    guarded()
    run_evaluate()
    found = load("metrics/guard.json")
    assert {key: found[key] for key in ("queries", "documents", "chunks")} == {
        "queries": 2, "documents": 3, "chunks": 3
    }  # fmt: skip
    assert [values["Success@1"] for values in found["systems"].values()] == [1.0, 1.0, 0.0, 1.0]
    assert list(found["differences"]) == ["dense-base → dense-tuned"]  # what params name, not what the baseline has
    pair = found["differences"]["dense-base → dense-tuned"]
    assert (pair["queries"], pair["documents"]) == (2, 2)
    assert (pair["nDCG@10"]["difference"], pair["nDCG@10"]["losses"], pair["nDCG@10"]["p"]) == (-1.0, 2, 0.5)
    assert pair["nDCG@10"]["p_holm"] == 1.0
    rows = [row for row in load_csv("metrics/per_query.csv") if row["truth"] == "guard"]
    assert [(row["query_id"], row["about"], row["dense-tuned nDCG@10"]) for row in rows] == [
        ("ga", "a.md", "0.0"), ("gb", "b.md", "0.0")
    ]  # fmt: skip
    assert "guard" not in load("metrics/truths.json")["truths"]
    assert (
        load("metrics/retrieval.json")["dense-tuned"]["RR@10"] == (1 / 1 + 1 / 2) / 2
    )  # the labels know nothing of it


def test_a_system_that_the_guard_could_not_ask_is_absent_with_the_reason(folder):
    guarded("dense-tuned")
    run_evaluate()
    found = load("metrics/guard.json")
    assert list(found["systems"]) == ["bm25", "dense-base", "hybrid"]
    assert (found["left_out"], found["differences"]) == ({"dense-tuned": "no model"}, {})
    rows = [row for row in load_csv("metrics/per_query.csv") if row["truth"] == "guard"]
    assert {(row["bm25 nDCG@10"], row["dense-tuned nDCG@10"]) for row in rows} == {("1.0", "")}


def test_no_guard_is_told_with_the_reason(folder):
    run_evaluate()
    assert load("metrics/guard.json") == {"reason": "evaluate.guard.path names no set"}
    assert {row["truth"] for row in load_csv("metrics/per_query.csv")} == {"gold", "lexical"}


def test_a_guard_that_was_not_built_is_one_line(folder):
    Path("guarded", guard.CARD).unlink()
    with pytest.raises(TableError, match=r"guard\.json: cannot be read \(.*\); run `dvc repro guard`"):
        run_evaluate()


def test_evaluate_writes_the_plots_and_failures(folder):
    run_evaluate()
    rows = load_csv("metrics/per_type.csv")
    assert rows[0] == {"system": "bm25", "type": "정의", "queries": "2", "measure": "Success@1", "value": "0.5"}
    curve = load_csv("metrics/recall_curve.csv")
    assert [row["recall"] for row in curve[:3]] == ["0.5", "1.0", "1.0"]
    assert list(curve[0]) == ["system", "k", "recall", "low", "high"]
    assert (curve[1]["low"], curve[1]["high"]) == ("", "")  # all alike: no interval can be told
    page = load("metrics/failures.json")
    assert (page["system"], page["split"]) == ("hybrid", "test")
    assert (page["questions"], page["failed"], page["causes"], page["failures"]) == (2, 0, {}, [])
    told = {(row["fact"], row["value"]) for row in load_csv("metrics/breakdown.csv")}
    assert {("type", "정의"), ("format", "md"), ("evidence", "text"), ("spans", "≤ 1")} <= told


def test_evaluate_writes_the_same_bytes_twice(folder):
    run_evaluate("first")
    run_evaluate("second")
    for name in OUTS:
        assert (Path("first") / name).read_bytes() == (Path("second") / name).read_bytes()


def test_evaluate_without_test_questions_succeeds_and_says_why(folder):
    tables.write(Path("gold.parquet"), Question, [ask("q4", 2, split="dev")])
    run_evaluate()
    assert load("metrics/retrieval.json") == {system: {} for system in SYSTEMS}
    assert load("metrics/significance.json") == {}
    assert load("metrics/failures.json")["failures"] == []
    assert load("metrics/dev.json")["bm25"]["RR@10"] == 0.3333
    assert "no test question" in load("metrics/coverage.json")["not_computed"]["retrieval"]


def test_evaluate_names_a_run_of_other_chunks(folder):
    tables.write(Path("runs/hybrid.parquet"), Hit, [Hit("q1", "gone.md#0-9", 1, 1.0)])
    with pytest.raises(TableError, match=r"hybrid\.parquet: q1 names chunk 'gone\.md#0-9'"):
        run_evaluate()
    assert not Path("metrics").exists()


def test_evaluate_names_an_unknown_setting(folder):
    Path("params.yaml").write_text(PARAMS.replace("seed: 1", "budget: 3\n  seed: 1"), encoding="utf-8")
    with pytest.raises(ParamsError, match=r"evaluate\.budget: unknown key"):
        run_evaluate()


def test_judge_writes_the_answer_measures(folder):
    run_judge()
    found = load("answers.json")
    assert found["string"]["EM"] == 0.5
    assert found["no_answer"] == {"precision": 1.0, "recall": 1.0, "F1": 1.0}
    assert found["citation"] == {"accuracy": 0.5}
    assert found["ragas"] == {"non_llm_context_precision_with_reference": 0.5, "non_llm_context_recall": 0.5}
    assert found["coverage"]["questions"] == 3
    assert "faithfulness" in found["not_computed"]


def test_judge_names_a_context_that_does_not_exist(folder):
    tables.write(Path("answers.parquet"), Answer, [Answer("q1", "강", "gone.md#0-9", 0.5, ["gone.md#0-9"])])
    with pytest.raises(TableError, match=r"chunks\.parquet: lacks 'gone\.md#0-9'"):
        run_judge()


@pytest.mark.parametrize("stage", ["evaluate", "judge"])
def test_the_commands_import_nothing_heavy_for_help(stage):
    heavy = ("numpy", "pyarrow", "ragas", "torch")
    script = f"import sys, stages.{stage}; sys.exit(any(name in sys.modules for name in {heavy}))"
    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT).returncode == 0


def test_a_missing_table_is_one_line(folder):
    tables_in = {"answers": "none", "documents": "documents", "chunks": "chunks", "questions": "gold"}
    options = [word for option, name in tables_in.items() for word in (f"--{option}", f"{name}.parquet")]
    options += ["--models", "models", "--prompts", "prompts", "--out", "out.json"]
    command = [sys.executable, "-m", "stages.judge", *options]
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert done.stderr == "error: none.parquet: no such table; run `dvc repro` to build it\n"


def test_what_was_found_for_a_question_without_an_answer_is_shown_beside_the_others(folder):
    run_evaluate()
    shown = load("metrics/side_by_side.json")
    (nowhere,) = [question for question in shown["questions"] if not question["evidence"]]
    assert nowhere["query_id"] == "q3" and nowhere["ranks"] == dict.fromkeys(SYSTEMS)
    assert all(nowhere["found"].values())
