import json
import subprocess
import sys
import threading
import time
import unicodedata

import pytest
from pydantic import BaseModel

from onggi.core.errors import LlmError
from onggi.llm import connection
from onggi.llm.messages import Failure, Reply, Usage
from onggi.llm.structured import asked_for, parsed
from tests.llm.answering import request
from tests.llm.faulty import KEY, Answer, Body, Make, Server, asked, completion, said, wrong

REQUESTS = [request(f"{place}번 항아리") for place in range(40)]
ONE = [request("장독")]


class Draft(BaseModel):
    question: str


def test_replies_come_in_order_with_what_they_took_and_as_many_calls_at_once_as_allowed(
    server: Server, make: Make
) -> None:
    both = threading.Barrier(3)

    def together(body: Body) -> Answer:
        both.wait(60)
        return said(f"[{asked(body)}]")

    server.rule = together
    llm = make(concurrency=3)
    replies = list(llm.replies(REQUESTS[:39]))
    assert replies == [Reply(f"[{place}번 항아리]", Usage(7, 5)) for place in range(39)]
    assert server.most_under_way == 3
    assert server.keys == {f"Bearer {KEY}"}
    assert llm.ledger.used == Usage(39 * 7, 39 * 5) and llm.ledger.requests == 39


def test_a_call_says_all_that_decides_the_reply(server: Server, make: Make) -> None:
    one = request("\ud800장독", temperature=0.3, top_p=0.9, max_tokens=7, seed=5)
    list(make().replies([one]))
    assert server.log == [{
        "model": "onggi-1", "messages": [{"role": "user", "content": "\ufffd장독"}], "temperature": 0.3, "top_p": 0.9,
        "max_tokens": 7, "seed": 5,
    }]  # fmt: skip


@pytest.mark.parametrize("mode", ["schema", "object", "off"])
def test_json_is_asked_for_as_the_endpoint_takes_it(server: Server, make: Make, mode: str) -> None:
    list(make(json_mode=mode).replies([asked_for(ONE[0], Draft)]))
    (body,) = server.log
    schema = Draft.model_json_schema()
    wanted = {
        "schema": {"type": "json_schema", "json_schema": {"name": "reply", "schema": schema}},
        "object": {"type": "json_object"},
        "off": None,
    }[mode]
    assert body.get("response_format") == wanted
    assert asked(body).startswith("장독")
    assert (mode == "schema") == (asked(body) == "장독")
    assert mode == "schema" or json.loads(asked(body).splitlines()[-1]) == schema


@pytest.mark.parametrize(
    ("answer", "result"),
    [
        (said("[옹기]", finish_reason="length"), Reply("[옹기]", Usage(7, 5), cut=True)),
        (said("漢字와 한글"), Reply("漢字와 한글", Usage(7, 5))),
        (said(unicodedata.normalize("NFD", "장독") + "\ud800"), Reply("장독\ufffd", Usage(7, 5))),
        (said("가" * 1_000_000), Reply("가" * 1_000_000, Usage(7, 5))),
        (said(""), Failure("empty", "no text")),
        (said(None), Failure("empty", "no text")),
        (said(" ", finish_reason="length"), Failure("empty", "max_tokens ended it before its first word")),
        (completion(), Failure("empty", "no choice")),
        (said(None, message={"content": None, "refusal": "안 됩니다"}), Failure("refused", "안 됩니다")),
        (said("", finish_reason="content_filter"), Failure("refused", "content filter")),
        (said(None, message={"content": [{"type": "text", "text": "조"}, {"type": "text", "text": "각"}]}),
         Reply("조각", Usage(7, 5))),
        (wrong(400, "maximum context length is 8192 tokens", code="context_length_exceeded"),
         Failure("rejected", "400: maximum context length is 8192 tokens")),
        (wrong(413, "too large"), Failure("rejected", "413: too large")),
        (wrong(400, "flagged", code="content_filter"), Failure("refused", "400: flagged")),
    ],
)  # fmt: skip
def test_what_one_call_says_is_final(server: Server, make: Make, answer: Answer, result: Reply | Failure) -> None:
    server.rule = lambda body: answer
    assert list(make(max_failed=1.0).replies(ONE)) == [result]
    assert len(server.log) == 1


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (wrong(500), "unavailable"),
        (wrong(409), "unavailable"),
        (Answer("Internal error", 500), "unavailable"),
        (Answer('{"choices": [{"messa'), "malformed"),
        (Answer('{"result": "장독"}'), "malformed"),
        (Answer("[1]"), "malformed"),
        (Answer(b"\xff\xfe"), "malformed"),
        (Answer('{"choices": [{"message": {"content": 3}}]}'), "malformed"),
        (Answer(act="endless"), "timeout"),
        (Answer(act="silent"), "timeout"),
    ],
)
def test_what_may_be_an_accident_is_tried_again_and_then_counted(
    server: Server, make: Make, answer: Answer, reason: str
) -> None:
    timeout = 0.2 if reason == "timeout" else 60.0
    server.then(answer)
    llm = make(attempts=2, timeout_s=timeout)
    if reason != "timeout":  # a busy machine may be later than that
        assert list(llm.replies(ONE)) == [Reply("[장독]", Usage(7, 5))]
        assert llm.ledger.requests == 2
    server.rule = lambda body: answer
    before = len(server.log)
    (failure,) = make(max_failed=1.0, attempts=2, timeout_s=timeout).replies(ONE)
    assert isinstance(failure, Failure) and failure.reason == reason
    assert len(server.log) == before + 2


@pytest.mark.parametrize(
    "answer",
    [
        Answer(act="reset"), Answer('{"choices"', act="cut"), wrong(503), wrong(502), wrong(529), wrong(429),
        wrong(429, headers={"Retry-After": "0.05"}), wrong(503, headers={"Retry-After": "0.05"}),
        wrong(429, headers={"Retry-After": "Sun, 01 Nov 2026 12:00:00 GMT", "Date": "Sun, 01 Nov 2026 12:00:00 GMT"}),
    ],
)  # fmt: skip
def test_an_endpoint_that_is_busy_or_away_costs_no_request_its_reply(
    server: Server, make: Make, answer: Answer
) -> None:
    server.then(*[answer] * 25)
    llm = make(concurrency=8)
    assert list(llm.replies(REQUESTS)) == [Reply(f"[{place}번 항아리]", Usage(7, 5)) for place in range(40)]
    assert llm.ledger.requests == len(server.log) == 65


def test_a_reply_larger_than_any_is_broken_off(server: Server, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "LARGEST", 1 << 20)
    server.rule = lambda body: said("가" * (1 << 20))
    (failure,) = make(max_failed=1.0, attempts=2).replies(ONE)
    assert failure == Failure("malformed", "a response of more than 1 MB")
    assert len(server.log) == 2


def test_what_broken_calls_took_counts_in_full_and_what_was_refused_as_nothing(server: Server, make: Make) -> None:
    server.then(Answer("{"), wrong(500))
    llm = make()
    list(llm.replies(ONE))
    assert llm.ledger.used == llm.ledger.most(ONE[0]) + Usage(7, 5)


def test_tokens_that_the_server_does_not_tell_are_counted_here(server: Server, make: Make) -> None:
    server.rule = lambda body: Answer('{"choices": [{"message": {"content": "네 글자다"}}]}')
    llm = make()
    (reply,) = llm.replies(ONE)
    assert isinstance(reply, Reply) and reply.usage == Usage()
    assert llm.ledger.used == Usage(llm.ledger.count(ONE[0]), llm.ledger.count(request("네 글자다")))


@pytest.mark.parametrize(
    ("answer", "said_of_it"),
    [
        (wrong(401, f"Incorrect API key provided: {KEY}"),
         "environment variable TESTER_KEY: URL refuses the key (401: Incorrect API key provided: ***); set it to"),
        (Answer(json.dumps([{"error": {"code": 400, "message": "API key not valid."}}]), 400),
         "environment variable TESTER_KEY: URL refuses the key (400: API key not valid.); set it to"),
        (wrong(403), "environment variable TESTER_KEY: URL refuses the key (403: no); set it to"),
        (wrong(404, "The model `onggi-1` does not exist", code="model_not_found"),
         "params.yaml: tester.model: URL does not know onggi-1 (404: The model `onggi-1` does not exist); name"),
        (Answer("404 page not found", 404), "URL does not know onggi-1 (404: 404 page not found); name a model that"),
        (wrong(400, "Unknown model", param="model", code="invalid_model"), "URL does not know onggi-1 (400: Unknown"),
        (wrong(402), "URL: the account's quota is used up (402: no); raise it there"),
        (wrong(429, "You exceeded your quota", type="insufficient_quota"), "URL: the account's quota is used up (429"),
        (wrong(400, "'response_format' of type json_object is not supported"),
         "params.yaml: tester.endpoint.json_mode: URL refuses response_format (400: 'response_format' of type "
         "json_object is not supported); set json_mode: off"),
    ],
)  # fmt: skip
def test_what_no_request_can_pass_stops_the_stage_at_once(
    server: Server, make: Make, answer: Answer, said_of_it: str
) -> None:
    server.rule = lambda body: answer
    with pytest.raises(LlmError) as caught:
        list(make(concurrency=4, max_failed=1.0).replies(REQUESTS))
    assert said_of_it in str(caught.value).replace(server.url, "URL")
    assert KEY not in str(caught.value) and "\n" not in str(caught.value)
    assert len(server.log) <= 4


def test_without_a_key_nothing_is_asked(make: Make, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TESTER_KEY")
    with pytest.raises(LlmError, match="environment variable TESTER_KEY: is not set"):
        list(make(base_url="https://api.example.org/v1").replies(ONE))
    list(make().replies(ONE))
    assert server.keys == {"Bearer none"}


def test_an_endpoint_that_is_not_there_is_waited_for_and_then_named(make: Make) -> None:
    with pytest.raises(LlmError) as caught:
        list(make(base_url="http://127.0.0.1:1/v1", patience_s=0.2).replies(REQUESTS))
    assert "http://127.0.0.1:1/v1: no answer for " in str(caught.value) and "no connection" in str(caught.value)


def test_what_is_under_way_when_a_stage_must_stop_is_kept(server: Server, make: Make) -> None:
    others = threading.Barrier(4)

    def rule(body: Body) -> Answer:
        others.wait(60)
        if asked(body).startswith("0번"):
            return wrong(401)
        time.sleep(0.3)  # so that the key is refused before, if the machine is not very busy
        return said("네")

    server.rule = rule
    results = []
    with pytest.raises(LlmError, match="TESTER_KEY"):
        for result in make(concurrency=4).backend.generate(REQUESTS[:4], make().ledger):
            results.append(result)
    assert sorted(place for place, _ in results) == [1, 2, 3] and len(server.log) == 4


@pytest.mark.parametrize(
    ("budget", "calls"),
    [({"requests": 10}, range(10, 11)), ({"tokens": 600}, range(49, 51)), ({"usd": 6e-4}, range(49, 51))],
)
def test_the_budget_is_used_up_and_never_passed(
    server: Server, make: Make, budget: dict[str, float], calls: range
) -> None:
    llm = make(budget=budget, concurrency=8, usd_per_million=[1.0, 1.0])
    asking = [request(f"{place}", max_tokens=5) for place in range(60)]
    with pytest.raises(LlmError, match="does not allow another call"):
        list(llm.replies(asking))
    assert len(server.log) in calls and llm.ledger.used == Usage(7 * len(server.log), 5 * len(server.log))


def test_an_endpoint_that_answers_nothing_any_more_is_not_asked_for_all(server: Server, make: Make) -> None:
    server.rule = lambda body: wrong(400, "unsupported parameter: top_p")
    with pytest.raises(LlmError, match=r"10 requests in a row have no reply .*rejected, 400: unsupported parameter"):
        list(make(concurrency=2, max_failed=0.1).replies(REQUESTS))
    assert len(server.log) <= 12
    assert len(list(make(max_failed=1.0).replies(REQUESTS))) == 40


def test_log_probabilities_are_summed_where_the_endpoint_tells_them(server: Server, make: Make) -> None:
    tokens = {"content": [{"token": "장", "logprob": -0.5}, {"token": "독", "logprob": -0.25}]}
    server.rule = lambda body: said("장독", logprobs=tokens if body.get("logprobs") else None)
    wanted = [request("장독", logprobs=True), request("장독")]
    assert [reply.logprob for reply in make().replies(wanted) if isinstance(reply, Reply)] == [-0.75, None]


@pytest.mark.parametrize(
    ("field", "complaint", "instead"),
    [
        ("logprobs", "logprobs is not supported", None),
        ("seed", 'Invalid JSON payload received. Unknown name "seed": Cannot find field.', None),
        ("max_tokens", "Unsupported parameter. Use 'max_completion_tokens' instead.", "max_completion_tokens"),
    ],
)
def test_what_an_endpoint_does_not_take_it_is_not_sent_again(
    server: Server, make: Make, field: str, complaint: str, instead: str | None
) -> None:
    server.rule = lambda body: wrong(400, complaint) if field in body else said("네")
    wanted = [request(f"{place}", logprobs=True) for place in range(9)]
    assert list(make(concurrency=1).replies(wanted)) == [Reply("네", Usage(7, 5))] * 9
    assert len(server.log) == 10 and (instead is None or server.log[-1][instead] == 512)
    server.rule = lambda body: wrong(400, complaint)
    (failure,) = make(concurrency=1, max_failed=1.0).replies([request("다른", logprobs=True)])
    assert isinstance(failure, Failure) and failure.reason == "rejected"


@pytest.mark.parametrize(
    "text", ['{"question": "언제', '```json\n{"question": "언제"}\n```', '{"answer": 3}', "언제일까요?"]
)
def test_json_is_read_from_what_models_make_of_it(server: Server, make: Make, text: str) -> None:
    server.rule = lambda body: said(text if len(body["messages"]) == 1 else '{"question": "언제"}')
    assert list(parsed(make(), ONE, Draft)) == [Draft(question="언제")]


def test_another_endpoint_or_another_json_mode_replies_anew(make: Make, server: Server) -> None:
    ways = [
        make(), make(base_url="http://127.0.0.1:1/v1"), make(json_mode="off"), make(model="other"), make(revision="2"),
    ]  # fmt: skip
    assert len({json.dumps(way.identity, sort_keys=True) for way in ways}) == len(ways)
    same = make(base_url=f"{server.url}/", concurrency=2, timeout_s=5.0, key="OTHER", max_failed=1.0)
    assert same.identity == make().identity


def test_to_plan_needs_no_client_and_no_key() -> None:
    program = (
        "import sys; from pathlib import Path; from tests.llm.answering import TesterParams;"
        "from onggi.llm.backends import open_llm; import os; os.environ.pop('OPENAI_API_KEY', None);"
        "print(open_llm(TesterParams(model='m'), Path('models')).identity['model'], 'openai' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "m False\n"
