import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onggi.core.errors import ParamsError
from onggi.core.schema import QUESTION_TYPES, Chunk, Evidence
from onggi.synthesis import synthesize as module
from onggi.synthesis.drafts import Draft, SourceDocument
from onggi.synthesis.extractive import ExtractiveWriter
from onggi.synthesis.params import SynthesizeParams
from onggi.synthesis.synthesize import draft_id, identified, synthesize
from tests.synthesis.samples import SETTINGS, params

TEXT = """신청 기간: 3월 2일부터 3월 20일까지
이용료: 5,000원
빌린 장독을 깨뜨리면 수리비의 절반을 냅니다."""


def chunk(text: str = TEXT, start: int = 0, heading: str = "장독 대여 사업") -> Chunk:
    end = start + len(text)
    return Chunk(f"a.md#{start}-{end}", "a.md", start, end, text, 0, heading)


def source(*chunks: Chunk) -> SourceDocument:
    return SourceDocument("a.md", "", chunks)


RULES = ExtractiveWriter(3)


def find_all(texts: Sequence[str], top_k: int) -> list[list[str]]:
    """A retriever that returns the only chunk there is."""
    return [[chunk().chunk_id]] * len(texts)


def test_questions_are_rows_of_the_table_with_evidence_in_the_document() -> None:
    shifted = chunk(start=100)
    result = synthesize([source(shifted)], params(), [], lambda texts, k: [[shifted.chunk_id]] * len(texts), RULES)
    assert [q.query_id for q in result.questions] == sorted({q.query_id for q in result.questions})
    by_answer = {q.answers[0]: q for q in result.questions}
    question = by_answer["5,000원"]
    assert (question.type, question.origin, question.split) == ("규정", "synthetic", "train")
    (evidence,) = question.evidence
    assert ("x" * 100 + TEXT)[evidence.start : evidence.end] == "5,000원"
    assert set(by_answer) == {"3월 2일부터 3월 20일까지", "5,000원", "수리비의 절반을 냅니다"}


def test_each_filter_counts_what_it_drops() -> None:
    everything = synthesize([source(chunk())], params(), [], find_all, RULES)
    assert len(everything.written) == len(everything.questions) + sum(everything.dropped.values())
    texts = [question.text for question in everything.questions]

    gold = synthesize([source(chunk())], params(), [texts[0].replace(" ", "")], find_all, RULES)
    assert gold.dropped["gold"] == 1
    assert texts[0] not in [question.text for question in gold.questions]

    short = synthesize([source(chunk())], params(max_chars=20), [], find_all, RULES)
    assert short.dropped["length"] > 0
    assert all(len(question.text) <= 20 for question in short.questions)

    lost = synthesize([source(chunk())], params(), [], lambda texts, k: [["b#0-1"]] * len(texts), RULES)
    assert (lost.questions, lost.dropped["round_trip"]) == ([], len(texts))
    assert str(lost.metrics()["reason"]).startswith("every draft was dropped: ")

    capped = synthesize([source(chunk())], params(per_chunk=2), [], find_all, RULES)
    assert (len(capped.questions), capped.dropped["cap"]) == (2, len(texts) - 2)


def test_metrics_count_what_each_rule_wrote_and_what_was_kept_of_it() -> None:
    rules = synthesize([source(chunk())], params(types=["규정"], per_chunk=1), [], find_all, RULES).metrics()["rules"]
    assert rules == {"label": {"written": 4, "kept": 1}}
    rules = synthesize([source(chunk())], params(), [], find_all, RULES).metrics()["rules"]
    assert rules == {"condition": {"written": 2, "kept": 2}, "label": {"written": 4, "kept": 4}}


class Recorded:
    """A writer that hands in what was written beforehand."""

    def __init__(self, *texts: str) -> None:
        self.texts = texts
        self.rejected: dict[str, int] = {}

    def write(self, sources: Iterable[SourceDocument]) -> Iterator[Draft]:
        for of in (chunk for source in sources for chunk in source.chunks):
            for text in self.texts:
                yield Draft(text, "규정", ("5,000원",), (Evidence(of.doc_id, of.start, of.end),), of.chunk_id, "reply")


def test_another_writer_passes_the_same_filters() -> None:
    writer = Recorded("장독은 얼마에 빌려요?", "5,000원이면 되나요?", "짧아요?")
    result = synthesize([source(chunk())], params(), [], find_all, writer)
    assert [question.text for question in result.questions] == ["장독은 얼마에 빌려요?"]
    assert (result.dropped["leak"], result.dropped["length"]) == (1, 1)
    assert result.metrics()["rules"] == {"reply": {"written": 3, "kept": 1}}


def test_every_filter_is_asked() -> None:
    writer = Recorded(
        "마을 회관에서 장독을 하루 빌리는 데 얼마를 내야 하나요?",
        "이 문서에서 장독은 얼마예요?",
        "시루는 얼마에 사나요?",
        "마을 회관에서 장독을 하루 빌리는 데, 얼마를 내야 하나요",
        "마을 회관에서 장독을 하루 빌리는 데 얼마를 내야 하나요요?",
        "빌린 장독을 깨뜨리면 수리비의 절반?",
    )
    strict = params(max_overlap=0.9, alike=0.8)
    result = synthesize([source(chunk())], strict, ["시루는 얼마에 사나요"], find_all, writer)
    assert [question.text for question in result.questions] == [writer.texts[0]]
    names = ("needs_page", "gold", "duplicate", "near_copy", "copied_words")
    assert {name: result.dropped[name] for name in names} == dict.fromkeys(names, 1)


def test_ids_have_64_bits_and_two_drafts_with_one_id_stay_two(monkeypatch: pytest.MonkeyPatch) -> None:
    drafts = list(Recorded("장독은 얼마예요?", "항아리는 얼마예요?", "시루는 얼마예요?").write([source(chunk())]))
    assert len(draft_id(drafts[0], 0)) == len("s-") + 64 // 4
    monkeypatch.setattr(module, "draft_id", lambda draft, attempt: f"s-{attempt}")
    questions = identified(drafts)
    assert [question.query_id for question in questions] == ["s-0", "s-1", "s-2"]
    assert [question.text for question in questions] == [draft.text for draft in drafts]


def test_overlapping_chunks_ask_for_one_fact_once() -> None:
    cut = TEXT.index("이용료")
    second = chunk(TEXT[cut:], start=cut)
    whole = [draft.text for draft in RULES.write([source(chunk())])]
    again = [draft.text for draft in RULES.write([source(second)])]
    assert again
    assert set(again) <= set(whole)
    both = synthesize([source(chunk(), second)], params(round_trip_k=0), [], find_all, RULES)
    assert both.dropped["duplicate"] == len(again)


def test_only_the_types_asked_for_are_written() -> None:
    result = synthesize([source(chunk())], params(types=["적용"]), [], find_all, RULES)
    assert {question.type for question in result.questions} == {"적용"}


def test_nothing_to_read_and_nothing_to_ask_are_told_apart() -> None:
    assert (
        synthesize([], params(), [], find_all, RULES).metrics()["reason"] == "no chunk of a document that may be read"
    )
    empty = synthesize([source(chunk("…"))], params(), [], find_all, RULES).metrics()
    assert empty["reason"] == "nothing was written from 1 chunks"
    assert empty["kept"] == {**dict.fromkeys(QUESTION_TYPES, 0), "total": 0}


def test_the_seed_changes_wordings_but_not_answers() -> None:
    written = [list(ExtractiveWriter(seed).write([source(chunk())])) for seed in range(4)]
    assert len({tuple(draft.text for draft in drafts) for drafts in written}) > 1
    assert len({tuple(draft.answers for draft in drafts) for drafts in written}) == 1


def test_questions_do_not_depend_on_the_hash_seed() -> None:
    program = (
        "import sys; sys.path.insert(0, sys.argv[1]);"
        "from tests.synthesis.test_synthesize import RULES, chunk, find_all, params, source;"
        "from onggi.synthesis.synthesize import synthesize;"
        "print(synthesize([source(chunk())], params(), [], find_all, RULES).questions)"
    )
    other = subprocess.run(
        [sys.executable, "-c", program, str(Path(__file__).parents[2])],
        env={**os.environ, "PYTHONHASHSEED": "1"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    here = synthesize([source(chunk())], params(), [], find_all, RULES).questions
    assert here
    assert other == f"{here}\n"


@settings(deadline=None)
@given(st.text("장독은 대여를 하면 3월 2일까지 {t} 한다.|-:#?\n→", max_size=80))
def test_any_text_gives_drafts_whose_evidence_lies_in_the_chunk(text: str) -> None:
    for draft in RULES.write([source(chunk(text))]):
        assert draft.text.strip() == draft.text
        assert all(e.start is not None and e.end is not None for e in draft.evidence)
        assert all(0 <= (e.start or 0) < (e.end or 0) <= len(text) for e in draft.evidence)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"per_chunk": 0}, "synthesize.per_chunk: got 0; input should be greater than or equal to 1"),
        ({"types": ["잡담"]}, "synthesize.types.0: got '잡담'"),
        ({"min_chars": 90}, "min_chars must be at most max_chars (80)"),
        ({"tone": "formal"}, "synthesize.tone: unknown key"),
    ],
)
def test_bad_settings_are_named(changed: dict[str, object], message: str) -> None:
    with pytest.raises(ParamsError) as error:
        SynthesizeParams.parse({"synthesize": {**SETTINGS, **changed}})
    assert message in str(error.value)
