"""Neighbours by shared words, against TF-IDF counted by hand."""

import math
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onggi.assessment.lexical import lexical, neighbours, told
from onggi.assessment.params import LexicalParams
from onggi.chunking import ChunkParams, chunks_of
from onggi.core.schema import Question
from onggi.korean.kiwi import morphemes_of
from tests.assessment.samples import DOCUMENTS, QUESTIONS, TEXTS

PARAMS = LexicalParams(of="answer", passage_tokens=20, most=3, least=0.2)


def found(params: LexicalParams) -> dict[str, list[str]]:
    truth = lexical(QUESTIONS, lambda: DOCUMENTS, params)
    return {q.query_id: [TEXTS[e.doc_id][e.start : e.end] for e in q.evidence] for q in truth.questions}


def test_what_shares_rare_words_is_found_whether_it_is_marked_or_not() -> None:
    near = found(PARAMS)
    assert list(near) == ["q1", "q2", "q4"]  # of q3, which nothing answers, nothing is said
    assert any("참나무 장작" in text for text in near["q1"]) and any("자지 않는다" in text for text in near["q1"])
    assert all("회원증" in text for text in near["q2"]) and near["q2"]
    assert "주차장" not in "".join(text for texts in near.values() for text in texts).replace(near["q1"][0], "")


def test_passages_lie_apart_and_are_the_same_whatever_chunks_are() -> None:
    truth = lexical(QUESTIONS, lambda: DOCUMENTS, PARAMS.model_copy(update={"least": 1e-6, "most": 100}))
    for question in truth.questions:
        spans = sorted((e.doc_id, e.start, e.end) for e in question.evidence)
        assert all(a[0] != b[0] or a[2] <= b[1] for a, b in pairwise(spans))
    assert truth.complete and {e.grade for q in truth.questions for e in q.evidence} == {1}


def test_whose_neighbours() -> None:
    question = QUESTIONS[0]
    by = {of: told(question, TEXTS, PARAMS.model_copy(update={"of": of})) for of in ("question", "answer", "evidence")}
    assert by == {
        "question": "가마에 장작을 얼마나 때나요?",
        "answer": "가마에 장작을 얼마나 때나요?\n사흘",
        "evidence": "참나무 장작을 사흘 동안 땐다.",
    }


def test_the_cosine_is_that_of_tf_idf_by_hand() -> None:
    """Weights (1 + ln tf) · (ln((1 + n) / (1 + df)) + 1), rows of length 1."""
    passages = ["메주 메주 띄우기", "메주 장독", "장독 씻기"]
    terms = list(map(list, morphemes_of([*passages, "메주 장독 장독 씻기"])))
    vocabulary = sorted({t for row in terms[:3] for t in row})

    def weights(row: list[str]) -> list[float]:
        df = {t: sum(t in other for other in terms[:3]) for t in vocabulary}
        raw = [(1 + math.log(row.count(t))) * (math.log(4 / (1 + df[t])) + 1) if t in row else 0.0 for t in vocabulary]
        length = math.sqrt(sum(w * w for w in raw))
        return [w / length for w in raw]

    asked = weights(terms[3])
    cosines = [sum(a * b for a, b in zip(asked, weights(row), strict=True)) for row in terms[:3]]
    order = sorted(range(3), key=lambda n: -cosines[n])
    for place, least in enumerate(sorted(cosines, reverse=True)):
        for slack, more in ((1e-5, 1), (-1e-5, 0)):
            near = LexicalParams(of="question", passage_tokens=60, most=3, least=min(1.0, least - slack))
            assert neighbours(["메주 장독 장독 씻기"], passages, near) == [order[: place + more]]


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 6), st.sampled_from([0.05, 0.2, 0.5]), st.permutations(list(TEXTS.values())))
def test_more_room_and_a_lower_bar_never_find_less(most: int, least: float, passages: list[str]) -> None:
    queries = [question.text for question in QUESTIONS]
    few = neighbours(queries, passages, LexicalParams(of="question", passage_tokens=60, most=most, least=least))
    many = neighbours(queries, passages, LexicalParams(of="question", passage_tokens=60, most=most + 1, least=0.01))
    assert all(b[: len(a)] == a for a, b in zip(few, many, strict=True))


@pytest.mark.parametrize("passages", [[], ["", "..."]])
def test_a_corpus_without_words_has_no_neighbours(passages: list[str]) -> None:
    assert neighbours(["가마"], passages, PARAMS) == [[]]


def test_the_chunks_of_the_build_are_no_part_of_it() -> None:
    """Else a sweep over chunk sizes would move what is right."""
    whole = ChunkParams(strategy="sentence", max_tokens=PARAMS.passage_tokens, overlap_tokens=0)
    places = {(c.doc_id, c.start, c.end) for c in chunks_of(DOCUMENTS, whole)}
    truth = lexical(QUESTIONS, lambda: DOCUMENTS, PARAMS)
    assert {(e.doc_id, e.start, e.end) for q in truth.questions for e in q.evidence} <= places
    assert isinstance(truth.questions[0], Question) and not any(q.rejected for q in truth.questions)
