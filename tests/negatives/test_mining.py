from collections.abc import Iterator, Sequence

import numpy as np
import pytest

from onggi.core.schema import Candidate, Evidence, Source
from onggi.negatives.candidates import Candidates
from onggi.negatives.corpus import Corpus
from onggi.negatives.mining import RULES, Example, mine
from onggi.negatives.params import MineParams
from tests.negatives.samples import Teacher, corpus, found, params, question

POSITIVE = "메주는 닷새 동안 따뜻한 방에서 띄운 다음 볏짚으로 묶어 처마에 매단다."


def mined(
    scores: Sequence[float],
    settings: MineParams | None = None,
    held_out: Sequence[int] = (),
    documents: Sequence[str] = (),
) -> Example:
    """Mine for one question whose positive is c00, with a candidate a score and texts that share nothing."""
    texts = [f"{row}번 항아리 {chr(0xAC00 + 97 * row) * 9}" for row in range(len(scores))]
    chunks = corpus(*texts, held_out=held_out, documents=documents)
    return one(chunks, dict(zip(texts, scores, strict=True)), settings)


def one(chunks: Corpus, scores: dict[str, float], settings: MineParams | None = None) -> Example:
    candidates = found(*[chunk_id for chunk_id in chunks.index.doc_of if chunk_id != "c00"])
    (example,) = mine([question()], {"q1": ["c00"]}, [candidates], chunks, Teacher(scores), settings or params())
    return example


def rules(example: Example) -> dict[str, str]:
    return {candidate.chunk_id: candidate.rule for candidate in example.audit}


def ids(example: Example) -> list[str]:
    return [chunk_id for chunk_id, _ in example.negatives]


def test_the_hardest_seven_that_remain() -> None:
    example = mined([0.8, 0.1, 0.7, 0.2, 0.6, 0.3, 0.5, 0.4, 0.35, 0.25, 0.05])
    assert ids(example) == ["c02", "c04", "c06", "c07", "c08", "c05", "c09"]
    assert [score for _, score in example.negatives] == pytest.approx([0.7, 0.6, 0.5, 0.4, 0.35, 0.3, 0.25])
    assert {chunk_id for chunk_id, rule in rules(example).items() if rule == "not_hardest"} == {"c01", "c03", "c10"}


def test_fewer_where_fewer_remain() -> None:
    assert ids(mined([0.8, 0.1, 0.2])) == ["c02", "c01"]
    assert mined([0.8]).negatives == [] == mined([0.8]).audit


def test_ties_are_ordered_by_chunk_id() -> None:
    assert ids(mined([0.8, 0.5, 0.5, 0.5], params(negatives=2))) == ["c01", "c02"]


def test_a_candidate_above_95_percent_of_the_positive_is_dropped() -> None:
    example = mined([1.0, 0.96, 0.9375, 1.5, 0.95])
    ratios = {candidate.chunk_id: candidate.ratio for candidate in example.audit}
    assert ratios == {"c01": float(np.float32(0.96)), "c02": 0.9375, "c03": 1.5, "c04": float(np.float32(0.95))}
    assert ratios["c04"] <= 0.95  # as a float32: exactly the threshold is not above it
    assert rules(example) == {"c01": "above_ratio", "c02": "kept", "c03": "above_ratio", "c04": "kept"}


def test_the_threshold_is_a_param() -> None:
    assert rules(mined([1.0, 0.5, 0.25], params(max_ratio=0.25))) == {"c01": "above_ratio", "c02": "kept"}


def test_what_the_teacher_scores_too_low_is_unrelated_and_fewer_are_kept() -> None:
    example = mined([0.8, 0.375, 0.374, 0.5], params(min_score=0.375))
    assert ids(example) == ["c03", "c01"]
    assert rules(example) == {"c01": "kept", "c02": "unrelated", "c03": "kept"}


def test_where_all_are_unrelated_the_hardest_is_kept_because_the_trainer_needs_one() -> None:
    example = mined([0.8, 0.1, 0.2, 0.9], params(min_score=0.375))
    assert ids(example) == ["c02"]
    assert rules(example) == {"c01": "unrelated", "c02": "kept_unrelated", "c03": "above_ratio"}


def test_at_most_so_many_of_one_document_and_the_next_document_moves_up() -> None:
    documents = ["p", "a", "a", "a", "b", "a", "b"]
    example = mined([1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4], params(per_document=2, negatives=4), documents=documents)
    assert ids(example) == ["c01", "c02", "c04", "c06"]
    assert {chunk_id for chunk_id, rule in rules(example).items() if rule == "per_document"} == {"c03", "c05"}


def test_of_several_positives_the_one_that_scores_least_is_the_measure() -> None:
    chunks = corpus("첫째 답", "둘째 답", "아닌 것")
    teacher = Teacher({"첫째 답": 1.0, "둘째 답": 0.5, "아닌 것": 0.49})
    (example,) = mine([question()], {"q1": ["c00", "c01"]}, [found("c02", "c00", "c01")], chunks, teacher, params())
    assert example.positives == [("c00", 1.0), ("c01", 0.5)]
    (candidate,) = example.audit
    assert (candidate.ratio, candidate.rule) == (float(np.float32(0.49)) / 0.5, "above_ratio")


def test_a_positive_without_a_score_leaves_no_negative() -> None:
    assert rules(mined([0.0, 0.1, 0.0])) == {"c01": "above_ratio", "c02": "kept"}


def test_near_duplicates_of_the_positive_are_dropped_and_the_next_moves_up() -> None:
    texts = [POSITIVE, POSITIVE.replace("닷새", "엿새"), "콩을 삶아 으깬다.", "독을 씻어 말린다."]
    scores = dict(zip(texts, (0.9, 0.8, 0.5, 0.4), strict=True))
    example = one(corpus(*texts), scores, params(negatives=2, near_duplicate=0.7))
    assert rules(example) == {"c01": "near_duplicate", "c02": "kept", "c03": "kept"}
    assert ids(example) == ["c02", "c03"]


def test_a_twin_of_any_positive_counts() -> None:
    texts = ["독을 씻는다.", POSITIVE, POSITIVE + "!"]
    teacher = Teacher(dict(zip(texts, (0.9, 0.9, 0.8), strict=True)))
    (example,) = mine([question()], {"q1": ["c00", "c01"]}, [found("c02")], corpus(*texts), teacher, params())
    assert rules(example) == {"c02": "near_duplicate"}


def test_what_holds_the_answer_and_the_topic_is_no_negative() -> None:
    texts = [POSITIVE, "메주를 띄우는 데는 닷새면 된다.", "장아찌는 닷새 뒤에 먹는다.", "메주는 콩으로 만든다."]
    example = one(corpus(*texts), dict(zip(texts, (0.9, 0.8, 0.7, 0.6), strict=True)))
    assert rules(example) == {"c01": "holds_answer", "c02": "kept", "c03": "kept"}


def test_what_training_may_not_see_is_never_a_negative_and_never_scored() -> None:
    example = mined([0.8, 0.7, 0.6, 0.5], held_out=[1, 3])
    assert rules(example) == {"c01": "held_out", "c02": "kept", "c03": "held_out"}
    assert [candidate.score is None for candidate in example.audit] == [True, False, True]


def test_the_first_rule_that_applies_is_recorded() -> None:
    assert RULES == (
        "kept", "kept_unrelated", "not_hardest", "above_ratio", "unrelated", "per_document", "near_duplicate",
        "holds_answer", "same_document", "held_out", "written_positive",
    )  # fmt: skip
    texts = [POSITIVE, POSITIVE + "1", POSITIVE + "2", POSITIVE + "3", "독"]
    scores = dict(zip(texts, (0.5, 0.9, 0.8, 0.1, 0.2), strict=True))
    example = one(corpus(*texts, held_out=[1]), scores, params(negatives=1))
    assert rules(example) == {"c01": "held_out", "c02": "above_ratio", "c04": "kept", "c03": "not_hardest"}


def test_candidates_are_audited_with_where_they_came_from_and_asked_for_once() -> None:
    texts = ["답", "가", "나", "다"]
    teacher = Teacher({"답": 0.5, "가": 0.25, "나": 0.125, "다": 0.375})
    both = [Source("bm25", 1, 9.5), Source("dense", 2, 0.5)]
    candidates = {"c03": both, "c00": [Source("bm25", 2, 8.0)], "c01": [Source("bm25", 3, 7.0)], "c02": both[1:]}
    (example,) = mine([question()], {"q1": ["c00"]}, [candidates], corpus(*texts), teacher, params())
    assert example.audit == [
        Candidate("q1", "c01", [Source("bm25", 3, 7.0)], 0.25, 0.5, "kept"),
        Candidate("q1", "c02", both[1:], 0.125, 0.25, "kept"),
        Candidate("q1", "c03", both, 0.375, 0.75, "kept"),
    ]
    assert teacher.asked == [("메주는 며칠 띄우나요", text) for text in texts]  # each once


def test_examples_come_in_the_order_of_the_questions() -> None:
    teacher = Teacher({"가": 0.5, "나": 0.25})
    asked = [question("q1"), question("q2")]
    right = {"q1": ["c00"], "q2": ["c01"]}
    first, second = mine(asked, right, [found("c00", "c01")] * 2, corpus("가", "나"), teacher, params())
    assert (first.question, first.positives, first.negatives) == (asked[0], [("c00", 0.5)], [("c01", 0.25)])
    assert (second.question, second.positives, second.negatives) == (asked[1], [("c01", 0.25)], [])
    assert rules(second) == {"c00": "above_ratio"}


def test_questions_are_read_as_examples_are_taken() -> None:
    read: list[str] = []

    def candidates() -> Iterator[Candidates]:
        for query_id in ("q1", "q2", "q3"):
            read.append(query_id)
            yield found("c01")

    asked = [question("q1"), question("q2"), question("q3")]
    right = {query.query_id: ["c00"] for query in asked}
    examples = mine(asked, right, candidates(), corpus("가", "나"), Teacher({"가": 0.5, "나": 0.25}), params())
    next(examples)
    assert read == ["q1"]


def test_no_chunk_of_a_document_that_is_evidence_as_a_whole_is_a_negative() -> None:
    texts = [POSITIVE, "장독 뚜껑은 해가 뜨면 연다", "항아리는 그늘에 둔다"]
    teacher = Teacher(dict(zip(texts, [0.8, 0.7, 0.6], strict=True)))
    asked = question("q1", "메주는 며칠 띄우나요", Evidence("d"))
    chunks = corpus(*texts, documents="dde")
    (example,) = mine([asked], {"q1": ["c00"]}, [found("c01", "c02")], chunks, teacher, params())
    assert rules(example) == {"c01": "same_document", "c02": "kept"}
    assert teacher.asked == [(asked.text, texts[0]), (asked.text, texts[2])]
