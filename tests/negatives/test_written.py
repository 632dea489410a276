import pytest

from onggi.core.schema import Candidate, Source, WrittenText
from onggi.negatives.mining import Example
from onggi.negatives.written import added, scored
from tests.negatives.samples import Teacher, corpus, params, question

ANSWER = "메주는 볏짚을 깔고 닷새 띄운다."


def row(text: str, place: int = 0, kind: str = "negative") -> WrittenText:
    return WrittenText("q1", place, kind, text)  # type: ignore[arg-type]


def example() -> Example:
    mined = Candidate("q1", "x", [Source("bm25", 1, 1.0)], 0.5, 0.625, "kept")
    return Example(question(), [("c00", 0.8)], [("x", 0.5)], [mined])


def test_what_was_written_for_other_questions_is_not_scored() -> None:
    teacher = Teacher({"가": 0.5, "나": 0.25})
    rows = [row("가"), row("나", 1), WrittenText("q9", 0, "negative", "다")]
    assert scored([question()], rows, teacher) == {"q1": [(rows[0], 0.5), (rows[1], 0.25)]}
    assert len(teacher.asked) == 2


@pytest.mark.parametrize(
    ("text", "kind", "score", "rule"),
    [
        ("누룩은 서늘한 곳에 둔다.", "negative", 0.6, "kept"),
        ("누룩은 서늘한 곳에 둔다.", "negative", 0.79, "above_ratio"),
        ("누룩은 서늘한 곳에 둔다.", "negative", 0.2, "unrelated"),
        ("메주는 볏짚을 깔고 닷새 띄운다!", "negative", 0.6, "near_duplicate"),
        ("항아리에 넣기 전에 메주를 닷새 동안 띄운다.", "negative", 0.6, "holds_answer"),
        ("닷새쯤 지나면 메주가 뜬다.", "positive", 0.99, "written_positive"),
        ("닷새쯤 지나면 메주가 뜬다.", "positive", 0.2, "unrelated"),
    ],
)
def test_the_rules_of_the_audit_hold_for_what_was_written(text: str, kind: str, score: float, rule: str) -> None:
    (made,) = added([example()], {"q1": [(row(text, 3, kind), score)]}, corpus(ANSWER), params(min_score=0.3))
    audited = {candidate.chunk_id: candidate for candidate in made.audit}
    assert list(audited) == ["written:3", "x"]
    assert audited["written:3"].rule == rule
    assert made.more_negatives == ([(text, score)] if rule == "kept" else [])
    assert made.more_positives == ([(text, score)] if rule == "written_positive" else [])
    assert (made.positives, made.negatives) == (example().positives, example().negatives)


def test_an_example_for_which_nothing_was_written_is_as_it_was() -> None:
    assert list(added([example()], {}, corpus(ANSWER), params())) == [example()]
