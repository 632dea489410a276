from itertools import pairwise

import pytest

from onggi.core.schema import Answer, Chunk, Evidence, Question
from onggi.evaluation.embedded import EmbeddedJudge
from onggi.evaluation.judge import Verdict, cases_of, judged, texts_needed
from onggi.truth.relevance import ChunkIndex

TEXT = "장독대는 마당 북쪽에 둔다. 메주는 한 달 동안 띄운다. 소금물은 열흘마다 갈아 준다. "
STARTS = [0, 16, 32, len(TEXT)]
CHUNKS = [Chunk(f"jang#{s}-{e}", "jang", s, e, TEXT[s:e], 8, "") for s, e in pairwise(STARTS)]
INDEX = ChunkIndex.of(CHUNKS)
IDS = [chunk.chunk_id for chunk in CHUNKS]
CHUNK_TEXTS = {chunk.chunk_id: chunk.text for chunk in CHUNKS}
DOCUMENTS = {"jang": TEXT}


def question(query_id, answers, *evidence):
    return Question(query_id, "물음", "정의", answers, list(evidence), "gold", "test")


WHERE = question("q1", ["마당 북쪽"], Evidence("jang", *STARTS[0:2]))
HOW_LONG = question("q2", ["한 달", "1개월"], Evidence("jang", *STARTS[1:3]))
NOWHERE = question("q3", [])
NOWHERE_EITHER = question("q4", [])


def judge(questions, *answers, more=()):
    given = {answer.query_id: answer for answer in answers}
    cases = cases_of(questions, given, CHUNK_TEXTS, DOCUMENTS)
    return judged(questions, cases, [EmbeddedJudge(INDEX), *more])


def test_right_answers():
    found = judge(
        [WHERE, HOW_LONG, NOWHERE],
        Answer("q1", "마당 북쪽", IDS[0], 0.9, IDS[:2]),
        Answer("q2", "1개월", IDS[1], 0.9, IDS[1:]),
        Answer("q3", None, None, 0.0, IDS[:1]),
    )
    assert found["string"] == {"EM": 1.0, "F1": 1.0, "ROUGE-L": 1.0, "contains": 1.0}
    assert found["no_answer"] == {"precision": 1.0, "recall": 1.0, "F1": 1.0}
    assert found["citation"] == {"accuracy": 1.0}
    assert found["ragas"] == {"non_llm_context_precision_with_reference": 1.0, "non_llm_context_recall": 1.0}
    assert found["coverage"] == {
        "questions": 3,
        "without_answer_row": 0,
        "failed": 0,
        "answerable": 2,
        "answerable_with_gold_answer": 2,
        "answerable_answered": 2,
        "unanswerable": 1,
        "abstained": 1,
        "invented_citations": 0,
        "reasons": {},
    }


def test_what_needs_an_llm_is_named_and_never_a_number():
    found = judge([WHERE], Answer("q1", "마당", IDS[0], 0.9, IDS))
    numbers = {name for values in found.values() for name, value in values.items() if not isinstance(value, str)}
    for name in ("faithfulness", "answer_relevancy", "factual_correctness", "context_recall"):
        assert "LLM" in found["not_computed"][name]
        assert name not in numbers


def test_wrong_and_missing_answers():
    found = judge(
        [WHERE, HOW_LONG, NOWHERE, NOWHERE_EITHER],
        Answer("q1", None, None, 0.0, IDS[2:]),
        Answer("q2", "한 달", IDS[0], 0.4, [IDS[0], IDS[1]]),
        Answer("q3", "열흘", IDS[2], 0.4, IDS),
        Answer("q4", None, None, 0.0, []),
    )
    assert found["string"]["EM"] == 1 / 2  # abstaining is no answer
    assert found["no_answer"] == {"precision": 1 / 2, "recall": 1 / 2, "F1": 1 / 2}
    assert found["citation"] == {"accuracy": 0.0}
    assert found["ragas"] == {
        "non_llm_context_precision_with_reference": pytest.approx((0 + 1 / 2) / 2),
        "non_llm_context_recall": 1 / 2,
    }


def test_abstention_by_the_formula():
    asked = [WHERE, HOW_LONG, NOWHERE, NOWHERE_EITHER]
    found = judge(asked, *(Answer(q.query_id, None, None, 0.0, []) for q in asked))
    assert found["no_answer"] == {"precision": 2 / 4, "recall": 1.0, "F1": pytest.approx(2 * 0.5 / 1.5, abs=1e-4)}
    assert "citation" not in found
    assert found["not_computed"]["citation"] == "no answerable test question was answered"


def test_without_unanswerable_questions_abstention_is_absent():
    found = judge([WHERE], Answer("q1", "마당", IDS[0], 0.9, IDS))
    assert "no_answer" not in found
    assert found["not_computed"]["no_answer"] == "no test question is unanswerable"


def test_without_abstentions_their_precision_is_absent():
    found = judge([WHERE, NOWHERE], *(Answer(q, "마당", IDS[0], 0.9, IDS) for q in ("q1", "q3")))
    assert found["no_answer"] == {"recall": 0.0, "F1": 0.0}
    assert found["not_computed"]["no_answer.precision"] == "every question was answered"


def test_whole_documents_as_evidence():
    whole = question("q1", [], Evidence("jang"))
    found = judge([whole], Answer("q1", "마당", IDS[2], 0.9, IDS))
    assert found["citation"] == {"accuracy": 1.0}
    assert found["ragas"] == {"non_llm_context_precision_with_reference": 1.0, "non_llm_context_recall": 1.0}
    assert "string" not in found
    assert "gold answer" in found["not_computed"]["string"]


def test_an_answer_without_a_citation_is_not_right():
    whole = question("q5", ["마당"], Evidence("jang"))
    found = judge([WHERE, whole], *(Answer(q, "마당", None, 0.9, IDS) for q in ("q1", "q5")))
    assert found["citation"] == {"accuracy": 0.0}


def test_questions_without_a_row_are_counted_and_left_out():
    found = judge([WHERE, HOW_LONG], Answer("q1", "마당 북쪽", IDS[0], 0.9, IDS))
    assert found["string"]["EM"] == 1.0
    assert (found["coverage"]["questions"], found["coverage"]["without_answer_row"]) == (2, 1)


def test_an_answer_contains_what_decides_the_gold_one():
    long = Answer("q1", "장독대는 마당의 북쪽에 두고, 메주는 한 달 띄운다", IDS[0], 0.9, IDS)
    assert judge([WHERE, HOW_LONG], long, Answer("q2", "열흘마다", IDS[2], 0.9, IDS))["string"]["contains"] == 1 / 2


def test_where_no_reply_came_nothing_is_judged_and_the_reason_is_counted():
    found = judge(
        [WHERE, HOW_LONG, NOWHERE, NOWHERE_EITHER],
        Answer("q1", "마당 북쪽", IDS[0], 0.9, IDS, invented=2),
        Answer("q2", None, None, 0.0, IDS, reason="timeout"),
        Answer("q3", None, None, 0.0, IDS, reason="unanswerable"),
        Answer("q4", None, None, 0.0, IDS, reason="timeout"),
    )
    assert found["string"]["EM"] == 1.0
    assert found["no_answer"] == {"precision": 1.0, "recall": 1.0, "F1": 1.0}
    counted = {name: found["coverage"][name] for name in ("failed", "answerable", "unanswerable", "abstained")}
    assert counted == {"failed": 2, "answerable": 1, "unanswerable": 1, "abstained": 1}
    assert found["coverage"]["invented_citations"] == 2
    assert found["coverage"]["reasons"] == {"timeout": 2, "unanswerable": 1}


def test_nothing_asked_leaves_reasons_only():
    found = judge([])
    assert set(found) == {"coverage", "not_computed"}
    assert {"string", "no_answer", "citation", "ragas"} <= found["not_computed"].keys()


def test_only_the_texts_in_question_are_needed():
    answers = {"q1": Answer("q1", "마당", IDS[0], 0.9, IDS[:1]), "dev": Answer("dev", "소금", IDS[2], 0.9, IDS[2:])}
    assert texts_needed([WHERE, NOWHERE], answers) == ({IDS[0]}, {"jang"})


class Faithfulness:
    """A judge that measures one thing and fails at another."""

    def judge(self, cases):
        values = {"ragas": {"faithfulness": float(len(cases))}} if cases else {}
        return Verdict(values, {"answer_relevancy": "the judge refused"})


def test_a_second_judge_adds_what_it_measures():
    found = judge([WHERE], Answer("q1", "마당", IDS[0], 0.9, IDS), more=[Faithfulness()])
    assert found["ragas"]["faithfulness"] == 1.0
    assert found["ragas"]["non_llm_context_recall"] == 1.0
    assert "faithfulness" not in found["not_computed"]
    assert found["not_computed"]["answer_relevancy"] == "the judge refused"
    assert "LLM" in found["not_computed"]["factual_correctness"]


def test_judges_read_the_contexts_in_order_and_each_evidence_once():
    twice = question("q1", [], Evidence("jang", *STARTS[0:2]), Evidence("jang", *STARTS[0:2]))
    (case,) = cases_of([twice, NOWHERE], {"q1": Answer("q1", None, None, 0.0, IDS[::-1])}, CHUNK_TEXTS, DOCUMENTS)
    assert case.contexts == [CHUNK_TEXTS[chunk_id] for chunk_id in IDS[::-1]]
    assert case.references == [TEXT[: STARTS[1]]]
