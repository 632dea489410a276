from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
import pytest

from onggi.core.errors import LeakError
from onggi.core.schema import Candidate, Chunk, Evidence, Question, Split
from onggi.negatives import (
    RULES,
    Corpus,
    Example,
    MineParams,
    Pool,
    as_flag_embedding,
    check_leaks,
    mine,
    positives,
    training_questions,
)
from onggi.truth.relevance import ChunkIndex

POSITIVE = "메주는 닷새 동안 따뜻한 방에서 띄운 다음 볏짚으로 묶어 처마에 매단다."


class Teacher:
    """A reranker whose scores are given; it notes what it was asked."""

    def __init__(self, scores: Mapping[str, float]) -> None:
        self.scores = scores
        self.asked: list[tuple[str, str]] = []

    def score(self, pairs: Iterable[tuple[str, str]]) -> Iterator[float]:
        for query, passage in pairs:
            self.asked.append((query, passage))
            yield float(np.float32(self.scores[passage]))


def params(negatives: int = 7, max_ratio: float = 0.95, near_duplicate: float = 0.8) -> MineParams:
    return MineParams(
        bm25_top=50, dense_top=50, max_ratio=max_ratio, near_duplicate=near_duplicate, negatives=negatives
    )


def question(
    query_id: str = "q1", text: str = "메주는 며칠 띄우나요", *evidence: Evidence, split: Split = "train"
) -> Question:
    return Question(query_id, text, "규정", ["닷새"], list(evidence or [Evidence("a", 0, 5)]), "gold", split)


def corpus(*passages: str, held_out: Sequence[int] = ()) -> Corpus:
    ids = [f"c{row:02}" for row in range(len(passages))]
    rows = range(len(passages))
    return Corpus(ids, [f"d{row}" for row in rows], passages, [row not in held_out for row in rows])


def pool(bm25: Sequence[int], dense: Sequence[int]) -> Pool:
    return Pool(np.asarray([bm25], dtype=np.int64), np.asarray([dense], dtype=np.int64))


def mined(scores: Sequence[float], settings: MineParams | None = None, held_out: Sequence[int] = ()) -> Example:
    """Mine for one question whose positive is row 0, with a candidate a score and texts that share nothing."""
    passages = [f"{row}번 항아리 {chr(0xAC00 + 97 * row) * 9}" for row in range(len(scores))]
    teacher = Teacher(dict(zip(passages, scores, strict=True)))
    candidates = list(range(1, len(scores)))
    (example,) = mine(
        [question()],
        {"q1": [0]},
        pool(candidates, []),
        corpus(*passages, held_out=held_out),
        teacher,
        settings or params(),
    )
    return example


def rules(example: Example) -> dict[str, str]:
    return {candidate.chunk_id: candidate.rule for candidate in example.audit}


def test_the_hardest_seven_that_remain() -> None:
    example = mined([0.8, 0.1, 0.7, 0.2, 0.6, 0.3, 0.5, 0.4, 0.35, 0.25, 0.05])
    assert [row for row, _ in example.negatives] == [2, 4, 6, 7, 8, 5, 9]
    assert [score for _, score in example.negatives] == pytest.approx([0.7, 0.6, 0.5, 0.4, 0.35, 0.3, 0.25])
    assert {chunk_id for chunk_id, rule in rules(example).items() if rule == "not_hardest"} == {"c01", "c03", "c10"}


def test_fewer_where_fewer_remain() -> None:
    assert [row for row, _ in mined([0.8, 0.1, 0.2]).negatives] == [2, 1]
    assert mined([0.8]).negatives == [] == mined([0.8]).audit


def test_ties_are_ordered_by_chunk_id() -> None:
    assert [row for row, _ in mined([0.8, 0.5, 0.5, 0.5], params(negatives=2)).negatives] == [1, 2]


def test_a_candidate_above_95_percent_of_the_positive_is_dropped() -> None:
    example = mined([1.0, 0.96, 0.9375, 1.5, 0.95])
    ratios = {candidate.chunk_id: candidate.ratio for candidate in example.audit}
    assert ratios == {"c01": float(np.float32(0.96)), "c02": 0.9375, "c03": 1.5, "c04": float(np.float32(0.95))}
    assert ratios["c04"] <= 0.95  # as a float32: exactly the threshold is not above it
    assert rules(example) == {"c01": "above_ratio", "c02": "kept", "c03": "above_ratio", "c04": "kept"}


def test_the_threshold_is_a_param() -> None:
    assert rules(mined([1.0, 0.5, 0.25], params(max_ratio=0.25))) == {"c01": "above_ratio", "c02": "kept"}


def test_of_several_positives_the_one_that_scores_least_is_the_measure() -> None:
    passages = ["첫째 답", "둘째 답", "아닌 것"]
    teacher = Teacher({"첫째 답": 1.0, "둘째 답": 0.5, "아닌 것": 0.49})
    (example,) = mine([question()], {"q1": [0, 1]}, pool([2, 0], [1]), corpus(*passages), teacher, params())
    assert example.positives == [(0, 1.0), (1, 0.5)]
    (candidate,) = example.audit
    assert (candidate.ratio, candidate.rule) == (float(np.float32(0.49)) / 0.5, "above_ratio")


def test_a_positive_without_a_score_leaves_no_negative() -> None:
    example = mined([0.0, 0.1, 0.0])
    assert rules(example) == {"c01": "above_ratio", "c02": "kept"}


def test_near_duplicates_of_the_positive_are_dropped_and_the_next_moves_up() -> None:
    twin = POSITIVE.replace("닷새", "엿새")
    passages = [POSITIVE, twin, "콩을 삶아 으깬다.", "독을 씻어 말린다."]
    teacher = Teacher(dict(zip(passages, (0.9, 0.8, 0.5, 0.4), strict=True)))
    settings = params(negatives=2, near_duplicate=0.7)
    (example,) = mine([question()], {"q1": [0]}, pool([1, 2, 3], []), corpus(*passages), teacher, settings)
    assert rules(example) == {"c01": "near_duplicate", "c02": "kept", "c03": "kept"}
    assert [row for row, _ in example.negatives] == [2, 3]


def test_a_twin_of_any_positive_counts() -> None:
    passages = ["독을 씻는다.", POSITIVE, POSITIVE + "!"]
    teacher = Teacher(dict(zip(passages, (0.9, 0.9, 0.8), strict=True)))
    (example,) = mine([question()], {"q1": [0, 1]}, pool([2], []), corpus(*passages), teacher, params())
    assert rules(example) == {"c02": "near_duplicate"}


def test_what_training_may_not_see_is_never_a_negative() -> None:
    example = mined([0.8, 0.7, 0.6, 0.5], held_out=[1, 3])
    assert rules(example) == {"c01": "held_out", "c02": "kept", "c03": "held_out"}


def test_the_first_rule_that_applies_is_recorded() -> None:
    assert RULES == ("kept", "not_hardest", "above_ratio", "near_duplicate", "same_document", "held_out")
    passages = [POSITIVE, POSITIVE + "1", POSITIVE + "2", POSITIVE + "3", "독"]
    teacher = Teacher(dict(zip(passages, (0.5, 0.9, 0.8, 0.1, 0.2), strict=True)))
    chunks = corpus(*passages, held_out=[1])
    (example,) = mine([question()], {"q1": [0]}, pool([1, 2, 3, 4], []), chunks, teacher, params(negatives=1))
    assert rules(example) == {"c01": "held_out", "c02": "above_ratio", "c04": "kept", "c03": "not_hardest"}


def test_candidates_are_pooled_and_audited_with_their_ranks() -> None:
    passages = ["답", "가", "나", "다"]
    teacher = Teacher({"답": 0.5, "가": 0.25, "나": 0.125, "다": 0.375})
    (example,) = mine([question()], {"q1": [0]}, pool([3, 0, 1], [2, 3, -1]), corpus(*passages), teacher, params())
    assert example.audit == [
        Candidate("q1", "c01", 3, None, 0.25, 0.5, "kept"),
        Candidate("q1", "c02", None, 1, 0.125, 0.25, "kept"),
        Candidate("q1", "c03", 1, 2, 0.375, 0.75, "kept"),
    ]
    assert teacher.asked == [("메주는 며칠 띄우나요", passage) for passage in passages]  # each once


def test_examples_come_in_the_order_of_the_questions() -> None:
    teacher = Teacher({"가": 0.5, "나": 0.25})
    both = Pool(np.asarray([[0, 1], [0, 1]]), np.asarray([[-1], [-1]]))
    asked = [question("q1"), question("q2")]
    first, second = mine(asked, {"q1": [0], "q2": [1]}, both, corpus("가", "나"), teacher, params())
    assert (first.question, first.positives, first.negatives) == (asked[0], [(0, 0.5)], [(1, 0.25)])
    assert (second.question, second.positives, second.negatives) == (asked[1], [(1, 0.25)], [])
    assert rules(second) == {"c00": "above_ratio"}


def test_a_line_of_flag_embedding() -> None:
    example = Example(question(), [(0, 0.75)], [(2, 0.123456789), (1, 1 / 3)], [])
    assert as_flag_embedding(example, corpus("답", "가", "나")) == {
        "query": "메주는 며칠 띄우나요",
        "pos": ["답"],
        "neg": ["나", "가"],
        "pos_scores": [0.75],
        "neg_scores": [0.123457, 0.333333],
    }


HELD_OUT = question("t1", "장독 뚜껑은 어디에서 새로 살 수 있나요?", split="test")


def test_questions_to_train_on_are_those_of_the_train_split_with_evidence_by_id() -> None:
    empty = Question("q0", "모르는 것은?", "정의", [], [], "gold", "train")
    asked = [question("q2", "물은 언제 붓나요"), empty, HELD_OUT, question("q1")]
    assert [each.query_id for each in training_questions(asked, [HELD_OUT], 0.8)] == ["q1", "q2"]


@pytest.mark.parametrize(
    ("text", "stays"),
    [
        (HELD_OUT.text, False),
        ("장독뚜껑은 어디에서 새로 살 수 있나요", False),  # no spacing, no question mark
        ("그런데 장독 뚜껑은 어디에서 새로 살 수 있나요?", False),
        ("장독 뚜껑은 얼마나 무겁나요?", True),
    ],
)
def test_a_question_nearly_like_a_held_out_one_leaves_training(text: str, stays: bool) -> None:
    asked = [question("s1", text), question("q1")]
    kept = [each.query_id for each in training_questions(asked, [HELD_OUT], 0.8)]
    assert kept == (["q1", "s1"] if stays else ["q1"])


def test_questions_of_training_may_be_alike() -> None:
    asked = [question("s1"), question("s2")]
    assert [each.query_id for each in training_questions(asked, [HELD_OUT], 0.8)] == ["s1", "s2"]


def test_a_held_out_question_with_the_id_of_a_training_one() -> None:
    asked = [question("t1", "물은 언제 붓나요")]
    assert training_questions(asked, [HELD_OUT], 0.8) == asked


CHUNKS = corpus("가", "나", "다", held_out=[2])


def example(positive: int = 0, negative: int = 1, text: str = "메주는 며칠 띄우나요") -> Example:
    return Example(question("q1", text), [(positive, 0.5)], [(negative, 0.25)], [])


def test_examples_that_leak_nothing_pass() -> None:
    check_leaks([example()], CHUNKS, [HELD_OUT])
    check_leaks([], CHUNKS, [])


@pytest.mark.parametrize("leak", [example(positive=2), example(negative=2)])
def test_a_held_out_chunk_is_a_leak(leak: Example) -> None:
    with pytest.raises(LeakError) as caught:
        check_leaks([example(), leak], CHUNKS, [HELD_OUT])
    assert str(caught.value) == "mine: q1: c02 is held out of training; report this as a bug"


@pytest.mark.parametrize("text", [HELD_OUT.text, "장독뚜껑은 어디에서새로 살 수 있나요"])
def test_a_held_out_question_is_a_leak(text: str) -> None:
    with pytest.raises(LeakError) as caught:
        check_leaks([example(text=text)], CHUNKS, [HELD_OUT])
    assert str(caught.value) == (
        "mine: q1: is a question of the dev or test split; remove it from the training questions"
    )


def chunk(doc_id: str, start: int, end: int) -> Chunk:
    return Chunk(f"{doc_id}#{start}-{end}", doc_id, start, end, "", 1, "")


ROWS = [chunk("a", 0, 10), chunk("a", 8, 20), chunk("b", 0, 10), chunk("b", 10, 20), chunk("b", 20, 30)]
NAMED = Corpus(
    [row.chunk_id for row in ROWS], [row.doc_id for row in ROWS], ["가", "나", "다", "라", "마"], [True] * len(ROWS)
)
TEACHER = Teacher({"다": 0.25, "라": 0.75, "마": 0.5})


def right(asked: Question, chunks: Corpus = NAMED) -> list[int] | None:
    return positives([asked], ChunkIndex.of(ROWS), chunks, TEACHER).get(asked.query_id)


def test_the_chunks_that_answer_a_span_are_the_positives() -> None:
    assert right(question("q1", "?", Evidence("a", 8, 10))) == [0, 1]
    assert right(question("q1", "?", Evidence("a", 2, 6))) == [0]
    assert right(question("q1", "?", Evidence("a", 0, 4), Evidence("b", 20, 30))) == [0, 4]


def test_of_a_whole_document_the_best_chunk_is_the_positive() -> None:
    assert right(question("q1", "?", Evidence("b"))) == [3]
    assert right(question("q1", "?", Evidence("b"), Evidence("a", 0, 4))) == [0, 3]


def test_a_document_of_one_chunk_needs_no_reranker() -> None:
    chunks, asked = Corpus(["c#0-5"], ["c"], ["차"], [True]), question("q1", "?", Evidence("c"))
    assert positives([asked], ChunkIndex.of([chunk("c", 0, 5)]), chunks, Teacher({})) == {"q1": [0]}


def test_what_training_may_not_see_is_never_a_positive() -> None:
    hidden = Corpus(NAMED.chunk_ids, NAMED.doc_ids, NAMED.passages, [False, True, True, False, True])
    assert right(question("q1", "?", Evidence("a", 8, 10)), hidden) == [1]
    assert right(question("q1", "?", Evidence("a", 2, 6)), hidden) is None


def test_a_span_that_no_chunk_covers_and_a_document_without_chunks() -> None:
    assert right(question("q1", "?", Evidence("a", 0, 90))) is None
    assert right(question("q1", "?", Evidence("z"))) is None


def test_no_chunk_of_a_document_that_is_evidence_as_a_whole_is_a_negative() -> None:
    passages = [POSITIVE, "장독 뚜껑은 해가 뜨면 연다", "항아리는 그늘에 둔다"]
    chunks = Corpus(["c00", "c01", "c02"], ["d", "d", "e"], passages, [True, True, True])
    teacher = Teacher(dict(zip(passages, [0.8, 0.7, 0.6], strict=True)))
    asked = question("q1", "메주는 며칠 띄우나요", Evidence("d"))
    (example,) = mine([asked], {"q1": [0]}, pool([1, 2], []), chunks, teacher, params())
    assert rules(example) == {"c01": "same_document", "c02": "kept"}
    assert teacher.asked == [(asked.text, passages[0]), (asked.text, passages[2])]
