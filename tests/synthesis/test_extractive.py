import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onggi.core.errors import ParamsError
from onggi.core.schema import QUESTION_TYPES, Chunk
from onggi.korean.normalize import squash
from onggi.synthesis.extractive import SynthesizeParams, candidates_of, synthesize

SETTINGS = {
    "backend": "extractive",
    "types": list(QUESTION_TYPES),
    "per_chunk": 10,
    "min_chars": 8,
    "max_chars": 80,
    "round_trip_k": 1,
    "seed": 3,
}
TEXT = """신청 기간: 3월 2일부터 3월 20일까지
이용료: 5,000원
한 번에 장독 두 개까지 6개월 동안 빌릴 수 있습니다. 장독을 깨뜨리면 수리비의 절반을 냅니다.
신청서는 한빛동 주민센터에 제출합니다."""


def params(**changed: object) -> SynthesizeParams:
    return SynthesizeParams.model_validate({**SETTINGS, **changed})


def chunk(text: str = TEXT, start: int = 0, doc_id: str = "a.md", heading: str = "장독 대여 사업") -> Chunk:
    end = start + len(text)
    return Chunk(f"{doc_id}#{start}-{end}", doc_id, start, end, text, 0, heading)


def find_all(texts: Sequence[str], top_k: int) -> list[list[str]]:
    """A retriever that returns the only chunk there is."""
    return [[chunk().chunk_id]] * len(texts)


def test_questions_are_rows_of_the_table_with_evidence_in_the_document() -> None:
    shifted = chunk(start=100)
    result = synthesize([shifted], params(), [], lambda texts, k: [[shifted.chunk_id]] * len(texts))
    assert [q.query_id for q in result.questions] == sorted({q.query_id for q in result.questions})
    by_answer = {q.answers[0]: q for q in result.questions}
    question = by_answer["5,000원"]
    assert (question.type, question.origin, question.split) == ("규정", "synthetic", "train")
    (evidence,) = question.evidence
    assert ("x" * 100 + TEXT)[evidence.start : evidence.end] == "5,000원"
    assert set(by_answer) >= {"3월 2일부터 3월 20일까지", "수리비의 절반을 냅니다", "한빛동 주민센터", "6개월"}


def test_each_filter_counts_what_it_drops() -> None:
    everything = synthesize([chunk()], params(), [], find_all)
    total = sum(everything.written.values())
    assert total == len(everything.questions) + sum(everything.dropped.values())
    texts = [question.text for question in everything.questions]

    gold = synthesize([chunk()], params(), [texts[0].replace(" ", "")], find_all)
    assert gold.dropped["gold"] == 1
    assert texts[0] not in [question.text for question in gold.questions]

    short = synthesize([chunk()], params(max_chars=20), [], find_all)
    assert short.dropped["length"] > 0
    assert all(len(question.text) <= 20 for question in short.questions)

    lost = synthesize([chunk()], params(), [], lambda texts, k: [["b#0-1"]] * len(texts))
    assert (lost.questions, lost.dropped["round_trip"]) == ([], len(texts) + everything.dropped["cap"])
    assert str(lost.metrics()["reason"]).startswith("every candidate was dropped: ")

    capped = synthesize([chunk()], params(per_chunk=2), [], find_all)
    assert (len(capped.questions), capped.dropped["cap"]) == (2, len(texts) + everything.dropped["cap"] - 2)


def test_overlapping_chunks_ask_for_one_fact_once() -> None:
    cut = TEXT.index("한 번에")
    second = chunk(TEXT[cut:], start=cut)
    whole = [c.text for c in candidates_of(chunk(), 3)]
    again = [c.text for c in candidates_of(second, 3)]
    assert again
    assert set(again) <= set(whole)
    both = synthesize([chunk(), second], params(round_trip_k=0), [], find_all)
    assert both.dropped["duplicate"] == len(again)


def test_two_sections_are_compared_across_chunks() -> None:
    first = chunk("한빛동 주민", 0, heading="장독 대여 사업 > 큰장독 > 지원 대상")
    second = chunk("새물동 주민", 50, heading="장독 대여 사업 > 작은장독 > 지원 대상")
    result = synthesize([first, second], params(round_trip_k=0, types=["비교"]), [], find_all)
    (question,) = result.questions
    assert question.answers == ["큰장독: 한빛동 주민, 작은장독: 새물동 주민"]
    assert [(e.doc_id, e.start, e.end) for e in question.evidence] == [("a.md", 0, 6), ("a.md", 50, 56)]
    assert {"큰장독", "작은장독"} <= {word.rstrip("과와이랑은는의") for word in question.text.split()}


def test_only_the_types_asked_for_are_written() -> None:
    result = synthesize([chunk()], params(types=["적용"]), [], find_all)
    assert {question.type for question in result.questions} == {"적용"}


def test_nothing_to_read_and_nothing_to_ask_are_told_apart() -> None:
    assert synthesize([], params(), [], find_all).metrics()["reason"] == "no chunk of a document that may be read"
    empty = synthesize([chunk("…")], params(), [], find_all).metrics()
    assert empty["reason"] == "nothing in 1 chunks matches a pattern of a question"
    assert empty["kept"] == {**dict.fromkeys(QUESTION_TYPES, 0), "total": 0}


def test_the_seed_changes_wordings_but_not_answers() -> None:
    one, two = (list(candidates_of(chunk(), seed)) for seed in (1, 2))
    assert [c.text for c in one] != [c.text for c in two]
    assert [c.fact.answer for c in one] == [c.fact.answer for c in two]


def test_questions_do_not_depend_on_the_hash_seed() -> None:
    program = (
        "import sys; sys.path.insert(0, sys.argv[1]);"
        "from test_extractive import TEXT, chunk, find_all, params;"
        "from onggi.synthesis.extractive import synthesize;"
        "print(synthesize([chunk()], params(), [], find_all).questions)"
    )
    other = subprocess.run(
        [sys.executable, "-c", program, str(Path(__file__).parent)],
        env={**os.environ, "PYTHONHASHSEED": "1"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    here = synthesize([chunk()], params(), [], find_all).questions
    assert here
    assert other == f"{here}\n"


@given(st.text("장독은 대여를 3월 2일까지 한다.|-:\n", max_size=80))
def test_any_text_gives_questions_that_end_like_one_and_hold_no_blank(text: str) -> None:
    for written in candidates_of(chunk(text), 3):
        assert written.text == " ".join(written.text.split())
        assert "{" not in written.text
        assert squash(written.text)
        assert all(0 <= a < b <= len(text) for a, b in written.fact.spans)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"per_chunk": 0}, "synthesize.per_chunk: got 0; input should be greater than or equal to 1"),
        ({"backend": "llm"}, "synthesize.backend: got 'llm'; input should be 'extractive'"),
        ({"types": ["잡담"]}, "synthesize.types.0: got '잡담'"),
        ({"min_chars": 90}, "min_chars must be at most max_chars (80)"),
        ({"tone": "formal"}, "synthesize.tone: unknown key"),
    ],
)
def test_bad_settings_are_named(changed: dict[str, object], message: str) -> None:
    with pytest.raises(ParamsError) as error:
        SynthesizeParams.parse({"synthesize": {**SETTINGS, **changed}})
    assert message in str(error.value)
