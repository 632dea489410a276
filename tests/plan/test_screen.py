import pytest

from onggi.plan.changes import ABSENT, Change
from onggi.plan.screen import as_json, as_text, reasons, total
from onggi.plan.simulate import Rows, Step

STEPS = [
    Step("ingest", "up to date"),
    Step("chunk", "runs", (Change("parameter", "chunk.max_tokens", 200, 120),), {"sentences": Rows(0, 1268, True)}),
    Step("embed@base", "runs", (Change("input", "data/chunks.parquet", "1", "2", "chunk"),), {
        "embeddings": Rows(36, 56, True),
    }),
    Step("mine", "may run", (Change("upstream", "data/index/base", maker="embed@base"),), {
        "embeddings": Rows(40, None, False), "scores": Rows(None, None, False),
    }),
    Step("judge", "restored", (Change("input", "data/answers.parquet", "1", "2", "answer"),)),
]  # fmt: skip
SECONDS = [0.0, 0.4, 1.2, None, 0.0]


def test_the_table() -> None:
    assert list(as_text(STEPS, SECONDS, 100)) == [
        "stage       why                         to compute        in the memo  about",
        "chunk       chunk.max_tokens 200 → 120  0 sentences       1,268          0 s",
        "embed@base  after chunk                 36 embeddings     56             1 s",
        "mine        maybe: after embed@base     ≤ 40 embeddings                    ?",
        "                                        ? scores",
        "judge       after answer                from DVC's cache                 0 s",
        "",
        "1 of 5 stages up to date; the others take at most 2 s, 1 stage aside",
    ]


def test_reasons_are_cut_where_the_screen_is_narrow() -> None:
    lines = list(as_text(STEPS, SECONDS, 70))
    assert max(map(len, lines[:-2])) == 70
    assert lines[1] == "chunk       chunk.max_tokens 20…  0 sentences       1,268          0 s"


@pytest.mark.parametrize(
    ("steps", "seconds", "said"),
    [
        ([Step("a", "up to date")], [0.0], "nothing to do: 1 stage up to date"),
        ([Step("a", "up to date")] * 3, [0.0] * 3, "nothing to do: 3 stages up to date"),
        ([Step("a", "runs")], [None], "0 of 1 stage up to date; how long the others take is not known yet"),
        ([Step("a", "runs")], [90.0], "0 of 1 stage up to date; the others take about 1 min 30 s"),
        ([Step("a", "may run")], [90.0], "0 of 1 stage up to date; the others take at most 1 min 30 s"),
    ],
)
def test_the_last_line(steps: list[Step], seconds: list[float | None], said: str) -> None:
    assert list(as_text(steps, seconds, 80))[-1] == said


def test_json() -> None:
    found = as_json(STEPS, SECONDS)
    assert found["up_to_date"] == ["ingest"]
    assert [stage["state"] for stage in found["stages"]] == ["runs", "runs", "may run", "restored"]
    assert found["stages"][2] == {
        "stage": "mine",
        "state": "may run",
        "why": [{"kind": "upstream", "name": "data/index/base", "maker": "embed@base"}],
        "rows": {
            "embeddings": {"compute": 40, "held": None, "exact": False},
            "scores": {"compute": None, "held": None, "exact": False},
        },
        "seconds": None,
    }
    assert found["total"] == {
        "rows": {
            "sentences": {"compute": 0, "held": 1268, "exact": True},
            "embeddings": {"compute": 76, "held": None, "exact": False},
            "scores": {"compute": None, "held": None, "exact": False},
        },
        "seconds": 1.6,
        "complete": False,
    }


def test_a_parameter_that_was_not_there_is_null() -> None:
    step = Step("a", "runs", (Change("parameter", "chunk.lids", ABSENT, False),))
    assert as_json([step], [None])["stages"][0]["why"] == [
        {"kind": "parameter", "name": "chunk.lids", "was": None, "now": False}
    ]


def test_sums_of_what_nobody_knows_are_not_known() -> None:
    steps = [
        Step(name, "runs", (), {"scores": rows}) for name, rows in (("a", Rows(1, 2, True)), ("b", Rows(3, 4, True)))
    ]
    assert total(steps) == {"scores": Rows(4, 6, True)}
    assert total([*steps, Step("c", "runs", (), {"scores": Rows(5, None, False)})]) == {"scores": Rows(9, None, False)}


@pytest.mark.parametrize(
    ("why", "said"),
    [
        ([Change("never built")], "never built"),
        ([Change("command", was="a", now="b"), Change("always")], "another command, always runs"),
        ([Change("input", name, "1", "2") for name in "abc"], "a changed, b changed, 1 more"),
        ([Change("output", "a", now="is missing")], "a is missing"),
        ([Change("output", name, now="is missing") for name in "ab"], "2 outs, as a is missing"),
        (
            [Change("input", "a", 1, 2, "cut"), Change("upstream", "b", maker="cut"), Change("input", "c", 1, 2)],
            "c changed, after cut",
        ),
        ([Change("parameter", "x", "", ABSENT)], 'x "" → (none)'),
        ([Change("parameter", "x", ["가" * 50], 1)], f'x ["{"가" * 37}… → 1'),
    ],
)  # fmt: skip
def test_reasons_in_a_few_words(why: list[Change], said: str) -> None:
    assert reasons(why) == said
