"""What two truths both call right."""

from onggi.assessment.intersection import intersection
from onggi.core.schema import Evidence, Question
from onggi.truth.truths import Truth


def truth(name: str, *spans: Evidence, wrong: tuple[Evidence, ...] = (), complete: bool = False) -> Truth:
    asked = Question("q", "물음", "정의", ["답"], list(spans), "gold", "test", rejected=list(wrong))
    return Truth(name, [asked], complete)


def both(first: Truth, second: Truth) -> Question:
    (found,) = intersection(first, second).questions
    return found


def test_of_two_stretches_that_agree_the_shorter_is_the_evidence() -> None:
    ours = truth("gold", Evidence("a", 10, 20), Evidence("a", 100, 110))
    theirs = truth("llm", Evidence("a", 0, 60, 5), Evidence("b", 0, 60, 4))
    assert both(ours, theirs).evidence == [Evidence("a", 10, 20)]
    assert both(theirs, ours).evidence == [Evidence("a", 10, 20)]


def test_half_of_the_shorter_is_enough_and_less_is_not() -> None:
    assert both(truth("gold", Evidence("a", 0, 10)), truth("llm", Evidence("a", 5, 50))).evidence == [
        Evidence("a", 0, 10)
    ]
    assert both(truth("gold", Evidence("a", 0, 10)), truth("llm", Evidence("a", 6, 50))).evidence == []


def test_the_lower_grade_counts() -> None:
    found = both(truth("qrels", Evidence("a", 0, 10, 3)), truth("llm", Evidence("a", 0, 10, 5)))
    assert found.evidence == [Evidence("a", 0, 10, 3)]


def test_a_document_agrees_with_what_stands_in_it() -> None:
    assert both(truth("qrels", Evidence("a")), truth("gold", Evidence("a", 3, 9))).evidence == [Evidence("a", 3, 9)]
    assert both(truth("qrels", Evidence("a")), truth("qrels", Evidence("a"))).evidence == [Evidence("a")]


def test_a_second_span_stays_an_alternative_of_its_piece() -> None:
    ours = truth("gold", Evidence("a", 0, 10), Evidence("b", 0, 10), Evidence("c", 0, 10, part=1))
    theirs = truth("lexical", Evidence("b", 0, 10), Evidence("c", 0, 10))
    found = both(ours, theirs)
    assert found.evidence == [Evidence("b", 0, 10), Evidence("c", 0, 10, part=0)]
    only_second = both(ours, truth("lexical", Evidence("c", 0, 10)))
    assert only_second.evidence == [Evidence("c", 0, 10)]


def test_what_either_found_wrong_is_wrong_and_what_one_leaves_open_is_open() -> None:
    ours = truth("gold", Evidence("a", 0, 10), wrong=(Evidence("x", 0, 5),))
    theirs = truth("llm", Evidence("b", 0, 10), wrong=(Evidence("y", 0, 5),))
    assert both(ours, theirs).rejected == [Evidence("x", 0, 5), Evidence("y", 0, 5)]
    complete = truth("lexical", Evidence("b", 0, 10), complete=True)
    assert both(ours, complete).rejected == [Evidence("x", 0, 5), Evidence("a", 0, 10)]


def test_only_questions_that_both_know() -> None:
    assert intersection(truth("gold", Evidence("a")), Truth("llm", [], False)).questions == []
