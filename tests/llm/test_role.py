import json
from pathlib import Path

import pytest

from onggi.core.errors import LlmError
from onggi.llm.messages import Failure, Reply, Request, Usage
from onggi.llm.record import Recorded
from onggi.work import journal
from onggi.work.journal import PlanEnds
from onggi.work.memo import Memo, using
from onggi.work.store import Store
from tests.llm.answering import echo, llm, request

TEXTS = ["하나", "둘", "하나", "셋"]
REQUESTS = [request(text) for text in TEXTS]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "memo.sqlite"


def refusing(*refused: str) -> "object":
    def answer(asked: Request) -> Reply | Failure:
        return Failure("refused", "will not") if asked.messages[-1].content in refused else echo(asked)

    return answer


def test_a_request_survives_its_text() -> None:
    one = request("장독\n\ud800", temperature=0.3, schema='{"type": "object"}')
    assert Request.of(one.text()) == one
    assert one.text() != request("장독\n\ud800", temperature=0.4, schema='{"type": "object"}').text()


def test_replies_come_in_order_each_asked_once_and_never_again(path: Path) -> None:
    first, backend = llm(echo)
    with using(Memo(Store(path))):
        assert [reply.text for reply in first.replies(REQUESTS)] == ["[하나]", "[둘]", "[하나]", "[셋]"]
    assert sorted(asked.messages[0].content for asked in backend.asked) == sorted(set(TEXTS))
    again, backend = llm(echo)
    with using(Memo(Store(path))):
        assert [reply.usage for reply in again.replies(REQUESTS)] == [Usage(3, 2)] * 4
    assert backend.asked == []
    assert again.ledger.requests == 0


def test_another_model_or_another_drawing_is_asked_itself(path: Path) -> None:
    with using(Memo(Store(path))):
        list(llm(echo)[0].replies(REQUESTS))
        other, backend = llm(echo)
        other.identity = {"model": "another"}
        list(other.replies(REQUESTS))
        same, second = llm(echo)
        list(same.replies([request("하나", seed=1), request("하나")]))
    assert len(backend.asked) == 3
    assert [asked.seed for asked in second.asked] == [1]


def test_a_failure_is_told_and_asked_again_by_the_next_build(path: Path) -> None:
    first, _ = llm(refusing("둘"), max_failed=0.3)
    with using(Memo(Store(path))), journal.recording("reader", path.with_name("journal.jsonl")) as entry:
        results = list(first.replies(REQUESTS))
    assert results[1] == Failure("refused", "will not")
    assert [isinstance(result, Reply) for result in results] == [True, False, True, True]
    work = entry.works["replies"]
    assert (work.held, work.computed) == (1, 2)
    assert work.figures == {
        "requests": 3, "failed": 1, "prompt_tokens": 6, "completion_tokens": 4, "p50_s": 0.5, "p95_s": 0.5,
    }  # fmt: skip
    again, backend = llm(echo)
    with using(Memo(Store(path))):
        assert all(isinstance(result, Reply) for result in again.replies(REQUESTS))
    assert [asked.messages[0].content for asked in backend.asked] == ["둘"]


def test_more_failures_than_are_borne_stop_the_stage(path: Path) -> None:
    one, _ = llm(refusing("둘"), max_failed=0.2)
    with using(Memo(Store(path))), pytest.raises(LlmError) as caught:
        list(one.replies(REQUESTS))
    assert str(caught.value) == (
        "params.yaml: tester: 1 of 4 requests have no reply (refused 1; one of them: will not); "
        "run `dvc repro` to ask those again, or bear more of them by max_failed"
    )


def test_failures_are_held_against_all_requests_so_far(path: Path) -> None:
    """A few that are asked later, such as malformed ones once more, may all fail."""
    one, _ = llm(refusing("넷"), max_failed=0.2)
    with using(Memo(Store(path))):
        list(one.replies(REQUESTS))
        assert [*one.replies([request("넷")])] == [Failure("refused", "will not")]
        with pytest.raises(LlmError, match="2 of 6 requests have no reply"):
            list(one.replies([request("넷")]))


@pytest.mark.parametrize(
    ("budget", "made", "said"),
    [
        ({"requests": 2}, 2, "budget.requests of 2"),
        ({"tokens": 1000}, 1, "budget.tokens of 1,000"),  # 997 are set aside, of which 5 are taken
        ({"usd": 0.0005}, 0, "budget.usd of 0.0005"),
    ],
)
def test_the_budget_stops_before_the_call_that_would_pass_it(
    path: Path, budget: dict[str, float], made: int, said: str
) -> None:
    requests = [request(text, max_tokens=990) for text in TEXTS]
    one, backend = llm(echo, budget=budget, usd_per_million=[1.0, 1.0])
    with using(Memo(Store(path))), pytest.raises(LlmError) as caught:
        list(one.replies(requests))
    assert f"params.yaml: tester: {said} does not allow another call; " in str(caught.value)
    assert f"{made} new replies are in the memo" in str(caught.value)
    assert len(backend.asked) == made
    with using(Memo(Store(path))):
        more, backend = llm(echo)
        list(more.replies(requests))
    assert len(backend.asked) == 3 - made


def test_a_plan_asks_nothing_and_foresees_tokens_and_price(path: Path) -> None:
    with using(Memo(Store(path))):
        list(llm(echo)[0].replies(REQUESTS[:1]))
    planned, backend = llm(echo, usd_per_million=[1.0, 2.0], max_tokens=100)
    with (
        using(Memo(Store(path), planning=True)),
        journal.recording("reader", path.with_name("journal.jsonl")) as entry,
        pytest.raises(PlanEnds),
    ):
        asked = [request(text, max_tokens=512) for text in TEXTS]
        list(planned.replies(asked))
    assert backend.asked == []
    work = entry.works["replies"]
    assert (work.held, work.computed) == (2, 2)
    prompt = (1 + 6) + (1 + 6)  # 둘 and 셋, a token a syllable and 6 a turn
    assert work.figures == {
        "prompt_tokens": prompt, "completion_tokens": 1024, "usd": pytest.approx((prompt + 2 * 1024) / 1e6),
    }  # fmt: skip


def test_the_journal_holds_what_calls_took(path: Path) -> None:
    lines = path.with_name("journal.jsonl")
    with using(Memo(Store(path))), journal.recording("reader", lines):
        list(llm(echo)[0].replies(REQUESTS))
    (entry,) = journal.entries(lines)
    assert entry.works["replies"].figures["completion_tokens"] == 6


def test_a_record_of_one_build_answers_in_another(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record = path.with_name("replies.jsonl")
    monkeypatch.setenv("ONGGI_RECORD", str(record))
    with using(Memo(Store(path))):
        list(llm(echo)[0].replies(REQUESTS))
        list(llm(echo)[0].replies(REQUESTS))  # held, and known to the record
    monkeypatch.delenv("ONGGI_RECORD")
    assert len(record.read_text("utf-8").splitlines()) == 3
    replayed, _ = llm(echo, max_failed=1.0)
    replayed.load = lambda: Recorded(record)
    *results, last = replayed.replies([*REQUESTS, request("넷")])
    assert results == [echo(asked) for asked in REQUESTS]
    assert isinstance(last, Failure) and last.reason == "unrecorded"


@pytest.mark.parametrize(
    ("line", "said"),
    [("no json", "line 1 is no record"), (json.dumps({"request": {}}), "line 1 is no record"), (None, "no such file")],
)
def test_a_record_that_is_none_is_named(path: Path, line: str | None, said: str) -> None:
    record = path.with_name("replies.jsonl")
    if line is not None:
        record.write_text(line, "utf-8")
    with pytest.raises(LlmError) as caught:
        Recorded(record)
    assert said in str(caught.value) and str(record) in str(caught.value)
