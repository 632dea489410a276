import os
import socket
from difflib import SequenceMatcher

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ragas._analytics import get_userid
from ragas.dataset_schema import SingleTurnSample
from ragas.metrics._context_precision import NonLLMContextPrecisionWithReference

from onggi.evaluation.contexts import LEAST, ContextScore, likeness, score_contexts, shared_run

QUOTE = "항아리 굽기 체험의 참가비는 한 사람에 3만 원이다."
TWIN = "항아리 굽기 체험의 보험료는 한 사람에 4천 원이다."
PADDING = "가마터는 강 건너 언덕에 있고 아침 아홉 시에 문을 연다. " * 10
RIGHT = PADDING + QUOTE + PADDING
WRONG = PADDING + TWIN + PADDING

short_texts = st.text(alphabet="가나다", max_size=8)


def precision(contexts, references):
    (score,) = score_contexts([(contexts, references)])
    return score.precision


def recall(contexts, references):
    (score,) = score_contexts([(contexts, references)])
    return score.recall


@pytest.fixture
def home(monkeypatch, tmp_path):
    """An empty home, where RAGAS has not yet written the user id that its events carry."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    get_userid.cache_clear()
    return tmp_path


def test_ragas_as_it_comes_misses_a_quote_in_a_chunk(home):
    sample = SingleTurnSample(retrieved_contexts=[RIGHT], reference_contexts=[QUOTE])
    assert NonLLMContextPrecisionWithReference().single_turn_score(sample) == 0.0
    assert score_contexts([([RIGHT], [QUOTE])]) == [ContextScore(pytest.approx(1.0), 1.0)]


def test_a_near_twin_does_not_count():
    assert score_contexts([([WRONG], [QUOTE])]) == [ContextScore(0.0, 0.0)]


def test_precision_is_average_precision_over_the_contexts():
    assert precision([WRONG, RIGHT, PADDING, RIGHT], [QUOTE]) == pytest.approx((1 / 2 + 2 / 4) / 2)


def test_recall_is_the_share_of_references_found():
    assert recall([PADDING, RIGHT], [QUOTE, TWIN]) == 1 / 2
    assert recall([WRONG, RIGHT], [QUOTE, TWIN]) == 1.0


def test_a_chunk_is_part_of_its_document():
    assert score_contexts([([QUOTE], [RIGHT])]) == [ContextScore(pytest.approx(1.0), 1.0)]


def test_half_of_a_quote_is_enough_for_both():
    quote = "가나다라마바사아자차카타파하거너더러머버서어저처"
    padding = "하" * 24
    assert score_contexts([([padding + quote[:12]], [quote])]) == [ContextScore(pytest.approx(1.0), 1.0)]
    assert score_contexts([([padding + quote[:11]], [quote])]) == [ContextScore(0.0, 0.0)]


@pytest.mark.parametrize(
    ("size", "needed"), [(1, 1), (6, 6), (11, 11), (12, 12), (13, 12), (24, 12), (25, 13), (40, 20)]
)
def test_half_of_a_short_quote_is_a_word_and_does_not_count(size, needed):
    """Half of six characters stands in one of seven chunks of the demo that have nothing to do with the quote."""
    quote = "".join(chr(ord("가") + n) for n in range(size))
    padding = "…" * 40
    for held in range(size + 1):
        counts = score_contexts([([padding + quote[:held] + padding], [quote])]) == [
            ContextScore(pytest.approx(1.0), 1.0)
        ]
        assert counts == (held >= needed), held


def test_a_short_reference_in_a_chunk_of_other_words():
    assert score_contexts([(["수강료는 한 달에 3만 원이다."], ["참가비 3만"])]) == [ContextScore(0.0, 0.0)]


def test_nothing_retrieved_is_nothing_found():
    assert score_contexts([([], [QUOTE])]) == [ContextScore(0.0, 0.0)]


@given(short_texts, short_texts)
def test_shared_run_agrees_with_difflib(a, b):
    longest = SequenceMatcher(None, a, b, autojunk=False).find_longest_match().size
    assert shared_run(a, b) == shared_run(b, a) == longest


@given(st.text(alphabet="가나", max_size=40), st.text(alphabet="가나", max_size=40))
def test_likeness_is_the_share_of_the_shorter(a, b):
    run, shorter = shared_run(a, b), min(len(a), len(b))
    assert likeness(a, b) == likeness(b, a)
    assert likeness(a, b) == (run / shorter if shorter and (run == shorter or run >= LEAST) else 0.0)


def test_nothing_leaves_the_machine(monkeypatch, home):
    def refuse(*args, **kwargs):
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    assert os.environ["RAGAS_DO_NOT_TRACK"] == "true"
    score_contexts([([RIGHT], [QUOTE])] * 3)
    assert list(home.iterdir()) == []
