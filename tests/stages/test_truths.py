"""The stage that makes ground truths, by rule, by recorded replies, and by an endpoint on this machine."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from onggi.core import tables
from onggi.core.errors import GoldError, LlmError, ParamsError
from onggi.core.schema import Chunk, Document, Evidence, Hit, Question
from onggi.truth.truths import Truth, read_truths
from stages import truths
from tests.assessment.samples import DOCUMENTS, QUESTIONS, TEXTS
from tests.llm.faulty import Answer, Body, said, serving

ROOT = Path(__file__).parents[2]
PARAMS = """\
truths:
  names: [NAMES]
  lexical: {of: answer, passage_tokens: 20, most: 3, least: 0.2}
  llm: {systems: [], k: 2, relevant_from: 4}
  intersection: {of: [gold, llm]}
  qrels: {path: QRELS}
indexes: {bm25: {encoder: kiwi, kind: bm25}}
systems: {wide: {cut: bm25, depth: 2}}
judge: {JUDGE}
"""
CHUNKS = [Chunk(f"{d}#{s}-{s + 20}", d, s, s + 20, TEXTS[d][s : s + 20], 9, d) for d in TEXTS for s in (0, 20)]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    tables.write(Path("documents.parquet"), Document, DOCUMENTS)
    tables.write(Path("chunks.parquet"), Chunk, CHUNKS)
    tables.write(Path("gold.parquet"), Question, QUESTIONS)
    for system, order in (("bm25", CHUNKS), ("wide", CHUNKS[::-1])):
        hits = [
            Hit(q.query_id, c.chunk_id, rank, 1 / rank) for q in QUESTIONS[:3] for rank, c in enumerate(order[:3], 1)
        ]
        tables.write(Path("runs", f"{system}.parquet"), Hit, hits)
    settings("lexical")
    return tmp_path


def settings(names: str, qrels: str = "none.jsonl", judge: str = "backend: embedded, path: none.jsonl") -> None:
    Path("params.yaml").write_text(
        PARAMS.replace("NAMES", names).replace("QRELS", qrels).replace("JUDGE", judge), encoding="utf-8"
    )


def run() -> dict[str, Truth]:
    given = [Path(f"{name}.parquet") for name in ("documents", "chunks", "gold")]
    truths.main(*given, Path("runs"), Path("models"), ROOT / "prompts" / "ko" / "truths", Path("truths"))
    return {truth.name: truth for truth in read_truths(Path("truths"))}


def test_neighbours_are_written_as_questions_with_evidence(folder: Path) -> None:
    (lexical,) = run().values()
    assert [q.query_id for q in lexical.questions] == ["q1", "q2", "q4"] and lexical.complete
    assert lexical.made["of"] == "answer"
    first = [(folder / "truths" / name).read_bytes() for name in ("lexical.parquet", "truths.json")]
    run()
    assert [(folder / "truths" / name).read_bytes() for name in ("lexical.parquet", "truths.json")] == first


def test_no_truth_is_made_where_none_is_named(folder: Path) -> None:
    settings("")
    assert run() == {}


def test_imported_qrels(folder: Path) -> None:
    settings("qrels", "my.trec")
    Path("my.trec").write_text("q1 0 a.md 2\nq2 0 b.md#0-20 3\nq2 0 c.md 0\n", "utf-8")
    (found,) = run().values()
    assert [(q.query_id, q.evidence) for q in found.questions] == [
        ("q1", [Evidence("a.md", grade=2)]), ("q2", [Evidence("b.md", 0, 20, 3)])
    ]  # fmt: skip
    assert found.questions[1].rejected == [Evidence("c.md")]
    Path("my.trec").write_text("q1 0 z.md 2\n", "utf-8")
    with pytest.raises(GoldError, match=r"my\.trec:1: unknown document 'z\.md'"):
        run()


def test_the_embedded_judge_grades_nothing(folder: Path) -> None:
    settings("llm")
    with pytest.raises(ParamsError, match=r"llm is graded by the judge, and judge\.backend is embedded"):
        run()


def by_rule(body: Body) -> Answer:
    """Grade 5 what tells of 장작 to who asks for it, and 1 all else; say no grade of one pair."""
    text = body["messages"][1]["content"]
    if "회원증을" in text and "가마는" in text:
        return said("잘 모르겠습니다")
    return said(json.dumps({"reason": "r", "grade": 5 if text.count("장작") > 1 else 1}, ensure_ascii=False))


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An endpoint that grades by rule."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-this-test")
    with serving() as server:
        server.rule = by_rule
        yield server.url


def test_an_endpoint_grades_and_its_record_grades_again(
    folder: Path, endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asking = f'backend: openai, path: none.jsonl, model: m, max_failed: 0.2, endpoint: {{base_url: "{endpoint}"}}'
    settings("llm, intersection, lexical", judge=asking)
    monkeypatch.setenv("ONGGI_RECORD", "replies.jsonl")
    live = run()
    assert list(live) == ["llm", "intersection", "lexical"]
    llm = live["llm"]
    assert [q.query_id for q in llm.questions] == ["q1", "q2", "q3"]  # q4 is of train
    assert (llm.made["pairs"], llm.made["failed"]) == (12, {"malformed": 1})
    (evidence,) = llm.questions[0].evidence
    assert (evidence.doc_id, evidence.grade) == ("c.md", 5)
    assert live["intersection"].questions[0].evidence == []  # it is not what is marked
    monkeypatch.delenv("ONGGI_RECORD")
    settings("llm", judge="backend: recorded, path: replies.jsonl, max_failed: 0.2")
    again = run()["llm"]
    assert again.questions == llm.questions
    assert again.made["failed"] == {"malformed": 1} and again.made["backend"] == "recorded"


def test_too_many_pairs_without_a_grade_are_one_line(folder: Path) -> None:
    Path("replies.jsonl").write_text("", "utf-8")
    settings("llm", judge="backend: recorded, path: replies.jsonl")
    with pytest.raises(LlmError, match=r"judge: 12 of 12 requests have no reply \(unrecorded 12") as caught:
        run()
    assert "\n" not in str(caught.value)
