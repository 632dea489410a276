"""Each cause of a failure, on a case that has it alone."""

import pytest

from onggi.core.schema import Chunk, Document, Evidence, Question, Table
from onggi.evaluation.causes import CAUSES, failed, failing, needed
from onggi.evaluation.facts import NAMES, Words, facts, words
from onggi.evaluation.measured import Measured
from onggi.evaluation.summary import breakdown
from onggi.search.spec import Systems
from onggi.truth.relevance import ChunkIndex, targets

SYSTEMS = Systems.model_validate(
    {
        "hybrid": {"fuse": ["bm25", "dense"], "by": "rrf"},
        "reranked": {"rerank": "hybrid", "by": "late_interaction", "model": "base"},
        "inner": {"fuse": [{"rerank": "bm25", "by": "late_interaction", "model": "base"}, "dense"], "by": "rrf"},
        "imagined": {"transform": "dense", "by": "hyde"},
        "chosen": {"choose": {"정의": "bm25"}, "otherwise": "dense", "by": "llm"},
    }
)
RIGHT = (
    "장독은 매달 첫 월요일에 씻어 말린다. 볕이 드는 쪽에 두고 뚜껑은 낮에만 연다. "
    "비가 오면 덮고, 금이 간 것은 뒤뜰 그늘로 옮겨 둔다."
)
CHUNKS = {
    f"a#{n * 100}-{n * 100 + 100}": Chunk(f"a#{n * 100}-{n * 100 + 100}", "a", n * 100, n * 100 + 100, text, 20, "")
    for n, text in enumerate([RIGHT, RIGHT.replace("첫", "끝"), *(f"다른 글 {n}. 요금은 {n}원." for n in range(30))])
}
INDEX = ChunkIndex.of(CHUNKS.values())
IDS = list(CHUNKS)
ASKED = Question("q", "장독은 언제 씻나요?", "절차", ["매달 첫 월요일"], [Evidence("a", 0, 100)], "gold", "test")
SHARED = {"q": Words(frozenset({"장독", "씻"}), frozenset({"장독", "씻", "월요일"}))}
APART = {"q": Words(frozenset({"항아리"}), frozenset({"장독", "씻", "월요일"}))}


def ranks(rank: int | None, twin: int | None = None) -> dict[str, list[tuple[str, float]]]:
    """Return a run with the right chunk at a rank, and the one that says nearly the same at another."""
    ids = IDS[2:32]
    if twin:
        ids.insert(twin - 1, IDS[1])
    if rank:
        ids.insert(rank - 1, IDS[0])
    return {"q": [(chunk_id, 1 / n) for n, chunk_id in enumerate(ids, 1)]}


def cause(system: str, known: dict[str, Words] = SHARED, question: Question = ASKED, **runs: int | None) -> str:
    by_system = {name: ranks(rank) if not isinstance(rank, tuple) else ranks(*rank) for name, rank in runs.items()}
    measured = Measured("test", [question], targets([question], INDEX), by_system, {}, {}, {})
    missed = failing(measured, system, INDEX)
    held = {chunk_id: CHUNKS[chunk_id] for chunk_id in needed(missed, by_system[system])}
    (found,) = failed(missed, measured, system, SYSTEMS, INDEX, known, held)
    return found.cause


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        ("not retrieved", lambda: cause("hybrid", bm25=None, dense=None, hybrid=None)),
        ("lost in fusion", lambda: cause("hybrid", bm25=4, dense=None, hybrid=12)),
        ("lost in fusion", lambda: cause("reranked", bm25=4, dense=None, hybrid=12, reranked=14)),
        ("lost in reranking", lambda: cause("reranked", bm25=4, dense=3, hybrid=2, reranked=11)),
        ("lost in transforming", lambda: cause("imagined", bm25=None, dense=4, imagined=14)),
        ("lost in choosing", lambda: cause("chosen", bm25=4, dense=12, chosen=12)),
        ("near-duplicate above", lambda: cause("hybrid", bm25=20, dense=20, hybrid=(14, 1))),
        ("no shared term", lambda: cause("hybrid", APART, bm25=20, dense=20, hybrid=14)),
        ("ranked low", lambda: cause("hybrid", bm25=20, dense=20, hybrid=14)),
        ("ranked low", lambda: cause("inner", bm25=20, dense=20, inner=14)),
        ("ranked low", lambda: cause("bm25", bm25=20)),
    ],
)
def test_the_cause_of_a_failure(expected: str, found) -> None:
    assert found() == expected
    assert expected in CAUSES


def test_evidence_that_no_chunk_holds_half_of_is_split() -> None:
    across = Question("q", "장독은?", "절차", ["답"], [Evidence("a", 40, 360)], "gold", "test")
    assert cause("bm25", question=across, bm25=1) == "split by chunking"


def test_what_is_among_the_first_ten_is_no_failure() -> None:
    measured = Measured("test", [ASKED], targets([ASKED], INDEX), {"bm25": ranks(10)}, {}, {}, {})
    assert failing(measured, "bm25", INDEX) == []


def test_what_is_known_of_a_question() -> None:
    text = f"{RIGHT}\n요금 | 3,000원\n" + "가" * 1000
    table = Table(len(RIGHT) + 1, len(RIGHT) + 1, len(RIGHT) + 12)
    documents = {"장독대/안내.md": Document("장독대/안내.md", "", "", "md", text, tables=[table], meta={"과": "환경"})}
    start = text.index("요금")
    evidence = [Evidence("장독대/안내.md", 0, len(RIGHT)), Evidence("장독대/안내.md", start, start + 11)]
    question = Question("q", "장독은 언제 씻나요?", "", ["답"], evidence, "gold", "test")
    known = words([question], documents)
    assert known["q"].overlap == pytest.approx(2 / 3)  # 언제 is not told
    told = facts(question, documents, known["q"], None)
    assert told == {
        "type": "", "format": "md", "evidence": "table and text", "document length": "≤ 5,000",
        "question length": "≤ 15", "overlap": "≤ 0.75", "spans": "≤ 2", "domain": "장독대",
    }  # fmt: skip
    assert tuple(told) == NAMES
    assert facts(question, documents, known["q"], "과")["domain"] == "환경"
    measured = Measured("test", [question], targets([question], INDEX), {}, {"bm25": {"AP": {"q": 0.5}}}, {}, {})
    rows = list(breakdown(measured, {"q": told}))
    assert rows[0] == ("type", "untyped", "bm25", 1, "AP", 0.5)
    assert len(rows) == len(NAMES)
    assert list(breakdown(measured, {})) == []
