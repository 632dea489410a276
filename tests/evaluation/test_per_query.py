"""The table of values by truth and question, written and read."""

from pathlib import Path

from onggi.core.outs import write_csv
from onggi.core.schema import Chunk, Evidence, Question
from onggi.evaluation import per_query
from onggi.evaluation.measured import Measured
from onggi.truth.relevance import ChunkIndex, targets

INDEX = ChunkIndex.of([Chunk(f"{d}#0-10", d, 0, 10, "", 9, "") for d in "abc"])


def measured(truth: str, values: dict[str, dict[str, float]], **evidence: str) -> Measured:
    asked = [Question(q, f"{q}?", "정의", [], [Evidence(d, 0, 9)], "gold", "test") for q, d in evidence.items()]
    scores = {
        system: {measure: dict.fromkeys(evidence, value) for measure, value in of.items()}
        for system, of in values.items()
    }
    return Measured("test", asked, targets(asked, INDEX), {}, scores, {}, {}, truth=truth, about={"q1": "first"})


def test_what_was_not_measured_is_empty_and_read_as_absent(tmp_path: Path) -> None:
    gold = measured("gold", {"bm25": {"AP": 0.25}, "hybrid": {"AP": 0.1234567}}, q1="a", q2="b")
    guard = measured("guard", {"bm25": {"AP": 1.0, "RR@10": 0.5}}, g1="c")
    path = tmp_path / "per_query.csv"
    write_csv(path, per_query.header([gold, guard]), per_query.rows([gold, guard]))
    assert path.read_text("utf-8").splitlines() == [
        "truth,query_id,about,type,question,bm25 AP,hybrid AP,bm25 RR@10",
        "gold,q1,first,정의,q1?,0.25,0.123457,",
        "gold,q2,b,정의,q2?,0.25,0.123457,",
        "guard,g1,c,정의,g1?,1.0,,0.5",
    ]
    found = per_query.read(path.read_bytes(), str(path))
    assert list(found) == ["gold", "guard"]
    assert found["gold"].columns == {
        ("bm25", "AP"): {"q1": 0.25, "q2": 0.25}, ("hybrid", "AP"): {"q1": 0.123457, "q2": 0.123457}
    }  # fmt: skip
    assert found["guard"].columns.keys() == {("bm25", "AP"), ("bm25", "RR@10")}
    assert found["guard"].about == {"g1": "c"} and found["guard"].questions == {"g1": "g1?"}


def test_a_table_of_before_the_column_is_all_gold() -> None:
    found = per_query.read(b"query_id,about,type,question,bm25 AP\nq1,a,,q1?,0.5\n", "old")
    assert list(found) == ["gold"] and found["gold"].columns == {("bm25", "AP"): {"q1": 0.5}}
