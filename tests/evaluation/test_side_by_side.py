"""What the report shows of each question: within its bounds, and marked where the evidence stands."""

from pathlib import Path

import pytest

from onggi.core import tables
from onggi.core.schema import Chunk, Document, Evidence, Question
from onggi.evaluation import side_by_side as beside
from onggi.evaluation.measured import Measured
from onggi.truth.relevance import ChunkIndex, targets

TEXT = "".join(chr(ord("가") + n % 500) for n in range(3_000))
DOCUMENTS = {"a": Document("a", "a", "", "txt", TEXT)}
CHUNKS = [Chunk(f"a#{s}-{s + 100}", "a", s, s + 100, TEXT[s : s + 100], 20, "제목") for s in range(0, 3_000, 100)]
INDEX = ChunkIndex.of(CHUNKS)
QUESTIONS = [
    Question(f"q{n:02}", f"물음 {n}", "정의", ["답"], [Evidence("a", n * 100 + 10, n * 100 + 30)], "gold", "test")
    for n in range(30)
]


def of(tmp_path: Path, first: tuple[str, ...] = ()) -> dict:
    tables.write(tmp_path / "chunks.parquet", Chunk, CHUNKS)
    ids = [chunk.chunk_id for chunk in CHUNKS]
    runs = {
        "bm25": {q.query_id: [(ids[(n + m) % 30], 1 / (m + 1)) for m in range(7)] for n, q in enumerate(QUESTIONS)},
        "dense": {q.query_id: [(ids[(n + m + 1) % 30], 0.5) for m in range(3)] for n, q in enumerate(QUESTIONS)},
    }
    measured = Measured("test", QUESTIONS, targets(QUESTIONS, INDEX), runs, {}, {}, {})
    return beside.side_by_side(measured, first, INDEX, DOCUMENTS, tmp_path / "chunks.parquet")


def test_each_system_stands_with_its_first_five_and_the_rank_of_its_answer(tmp_path: Path) -> None:
    shown = of(tmp_path)
    assert shown["of"] == 30 and shown["systems"] == ["bm25", "dense"]
    one = shown["questions"][3]
    assert [chunk_id for chunk_id, _ in one["found"]["bm25"]] == [f"a#{n}-{n + 100}" for n in range(300, 800, 100)]
    assert len(one["found"]["dense"]) == 3
    assert one["ranks"] == {"bm25": 1, "dense": None}
    assert one["answering"] == ["a#300-400"]
    assert one["evidence"] == [{"doc_id": "a", "quote": TEXT[310:330]}]
    (start, end), *rest = one["marks"]["a#300-400"]
    assert shown["chunks"]["a#300-400"]["text"][start:end] == TEXT[310:330] and not rest
    assert list(one["marks"]) == ["a#300-400"]


def test_the_bounds_hold_and_what_is_named_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside, "CHARACTERS", 1_400)
    shown = of(tmp_path, ("q20", "nobody asked"))
    assert sum(len(chunk["text"]) for chunk in shown["chunks"].values()) <= 1_400
    ids = [question["query_id"] for question in shown["questions"]]
    assert "q20" in ids and ids == sorted(ids) and len(ids) < 30
    assert set(shown["chunks"]) == {c for q in shown["questions"] for hits in q["found"].values() for c, _ in hits}
    monkeypatch.setattr(beside, "QUESTIONS", 2)
    assert [question["query_id"] for question in of(tmp_path, ("q20",))["questions"]] == ["q00", "q20"]


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        ([Evidence("a", 0, 5)], []),  # before the chunk
        ([Evidence("a", 5, 15)], [[0, 5]]),  # reaches into it
        ([Evidence("a", 12, 14), Evidence("a", 13, 20), Evidence("a", 40, 50)], [[2, 10], [30, 40]]),
        ([Evidence("a", 800, 5_000)], [[790, 800]]),  # beyond what is shown of its text
        ([Evidence("b", 12, 14), Evidence("a")], []),  # another document, a whole one
    ],
)
def test_marks_are_offsets_in_the_shown_text(evidence: list[Evidence], expected: list[list[int]]) -> None:
    chunk = Chunk("a#10-1010", "a", 10, 1_010, TEXT[10:1_010], 200, "")
    assert beside.marked(chunk, evidence) == expected


def measured_of(asked: list[Question], runs: dict[str, dict[str, list[tuple[str, float]]]]) -> Measured:
    return Measured("test", asked, targets(asked, INDEX), runs, {}, {}, {})


def test_of_several_pieces_it_says_which_stands_where_and_how_many_each_system_has(tmp_path: Path) -> None:
    tables.write(tmp_path / "chunks.parquet", Chunk, CHUNKS)
    pieces = [
        Evidence("a", 10, 30),
        Evidence("a", 210, 230),
        Evidence("a", 2_910, 2_930),
        Evidence("a", 40, 50, part=1),
    ]
    ids = [chunk.chunk_id for chunk in CHUNKS]
    runs = {"one": {"q": [(i, 1.0) for i in (ids[2], ids[5], ids[0])]}, "two": {"q": [(i, 1.0) for i in ids]}}
    measured = measured_of([Question("q", "물음", "정의", ["답"], pieces, "gold", "test")], runs)
    (one,) = beside.side_by_side(measured, (), INDEX, DOCUMENTS, tmp_path / "chunks.parquet")["questions"]
    assert one["pieces"] == 3 and one["pieces_found"] == {"one": 2, "two": 2}  # the third stands on rank 30
    assert one["says"] == {ids[2]: [2], ids[0]: [1, 2]}  # a span that says what the second does counts as it
    assert one["answering"] == [ids[2], ids[0]]


def test_questions_without_an_answer_come_last_with_what_was_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables.write(tmp_path / "chunks.parquet", Chunk, CHUNKS)
    asked = [Question("a0", "없는 것", "정의", [], [], "gold", "test"), *QUESTIONS[:2]]
    runs = {"one": {q.query_id: [(CHUNKS[7].chunk_id, 0.25)] for q in asked}}
    shown = beside.side_by_side(measured_of(asked, runs), (), INDEX, DOCUMENTS, tmp_path / "chunks.parquet")
    assert shown["of"] == 3
    first = shown["questions"][0]
    assert first["query_id"] == "a0" and first["found"] == {"one": [[CHUNKS[7].chunk_id, 0.25]]}
    assert (first["evidence"], first["ranks"], first["answering"], first["marks"]) == ([], {"one": None}, [], {})
    monkeypatch.setattr(beside, "QUESTIONS", 2)
    shown = beside.side_by_side(measured_of(asked, runs), (), INDEX, DOCUMENTS, tmp_path / "chunks.parquet")
    assert [question["query_id"] for question in shown["questions"]] == ["q00", "q01"]
