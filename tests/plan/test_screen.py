import pytest

from onggi.plan.changes import ABSENT, Change
from onggi.plan.screen import as_json, as_text, reasons, total
from onggi.plan.simulate import Rows, Step

STEPS = [
    Step("ingest", "up to date"),
    Step("chunk", "runs", (Change("parameter", "chunk.max_tokens", 200, 120),), {"sentences": Rows(3, 1268)}),
    Step("embed@base", "runs", (Change("input", "data/chunks.parquet", "1", "2", ("chunk",)),), {
        "embeddings": Rows(36, 56),
    }),
    Step("synthesize", "runs", (Change("never built"),), {"morphemes": Rows(7, 0, False), "drafts": Rows(5, 0)}),
    Step("finetune", "runs", (Change("command", was="a", now="b"),), {"training": Rows(0, 1)}),
    Step("mine", "may run", (Change("upstream", "data/index/base", makers=("embed@base",)),), {}, ("embed@base",)),
    Step("evaluate", "may run", (Change("upstream", "data/runs", makers=("a", "b", "c")),), {},
         ("embed@base", "synthesize")),
    Step("judge", "restored", (Change("input", "data/answers.parquet", "1", "2", ("answer",)),)),
]  # fmt: skip
SECONDS = [0.0, 0.4, 1.2, None, 3.0, None, None, 0.0]


def test_the_table() -> None:
    assert list(as_text(STEPS, SECONDS, 120)) == [
        "stage       why                           to compute                          from the memo  about",
        "chunk       chunk.max_tokens 200 → 120    3 sentences                         1,268            0 s",
        "embed@base  after chunk                   36 embeddings                       56               1 s",
        "synthesize  never built                   ≥ 7 morphemes                       0                  ?",
        "                                          5 drafts                            0",
        "finetune    another command               training held                       1                3 s",
        "mine        maybe: after embed@base       known after embed@base                                 ?",
        "evaluate    maybe: after a, b and 1 more  known after embed@base, synthesize                     ?",
        "judge       after answer                  from DVC's cache                                     0 s",
        "",
        "1 of 8 stages up to date and 2 stages known after embed@base, synthesize; "
        "the others take about 5 s, 1 stage aside",
    ]


def test_reasons_are_cut_where_the_screen_is_narrow() -> None:
    lines = list(as_text(STEPS[:3], SECONDS[:3], 70))
    assert max(map(len, lines[:-2])) == 70
    assert lines[1] == "chunk       chunk.max_tokens 200…  3 sentences    1,268            0 s"


@pytest.mark.parametrize(
    ("steps", "seconds", "last"),
    [
        ([Step("a", "up to date")], [0.0], "nothing to do: 1 stage up to date"),
        ([Step("a", "up to date")] * 3, [0.0] * 3, "nothing to do: 3 stages up to date"),
        ([Step("a", "runs")], [None], "0 of 1 stage up to date; how long the others take is not known yet"),
        ([Step("a", "runs")], [90.0], "0 of 1 stage up to date; the others take about 1 min 30 s"),
        (
            [Step("a", "runs"), Step("b", "may run", known_after=("a",))],
            [90.0, None],
            "0 of 2 stages up to date and 1 stage known after a; the others take about 1 min 30 s",
        ),
        (
            [Step("a", "runs"), Step("b", "runs"), *[Step("c", "runs", known_after=("a", "b", "x"))] * 2],
            [None, None, None, None],
            "0 of 4 stages up to date and 2 stages known after a, b and 1 more; "
            "how long the others take is not known yet",
        ),
    ],
)
def test_the_last_line(steps: list[Step], seconds: list[float | None], last: str) -> None:
    assert list(as_text(steps, seconds, 80))[-1] == last


def test_json() -> None:
    plan = as_json(STEPS, SECONDS)
    assert plan["up_to_date"] == ["ingest"]
    assert [stage["state"] for stage in plan["stages"]] == [
        "runs", "runs", "runs", "runs", "may run", "may run", "restored",
    ]  # fmt: skip
    assert plan["stages"][4] == {
        "stage": "mine",
        "state": "may run",
        "why": [{"kind": "upstream", "name": "data/index/base", "makers": ["embed@base"]}],
        "rows": {},
        "known_after": ["embed@base"],
        "seconds": None,
    }
    assert [stage["known_after"] for stage in plan["stages"]][:4] == [[]] * 4
    assert plan["stages"][3]["rows"] == {"training": {"compute": 0, "held": 1, "exact": True}}
    assert plan["total"] == {
        "rows": {
            "sentences": {"compute": 3, "held": 1268, "exact": False},
            "embeddings": {"compute": 36, "held": 56, "exact": False},
            "morphemes": {"compute": 7, "held": 0, "exact": False},
            "drafts": {"compute": 5, "held": 0, "exact": False},
            "training": {"compute": 0, "held": 1, "exact": False},
        },
        "seconds": 4.6,
        "complete": False,
    }


def test_a_parameter_that_was_not_there_is_null() -> None:
    step = Step("a", "runs", (Change("parameter", "chunk.lids", ABSENT, False),))
    assert as_json([step], [None])["stages"][0]["why"] == [
        {"kind": "parameter", "name": "chunk.lids", "was": None, "now": False}
    ]


def test_sums_are_at_least_so_many_where_a_stage_is_not_known_yet() -> None:
    steps = [Step(name, "runs", (), {"scores": rows}) for name, rows in (("a", Rows(1, 2)), ("b", Rows(3, 4)))]
    assert total(steps) == {"scores": Rows(4, 6)}
    assert total([*steps, Step("c", "runs", (), {"scores": Rows(5, 0, False)})]) == {"scores": Rows(9, 6, False)}
    assert total([*steps, Step("c", "may run", known_after=("a",))]) == {"scores": Rows(4, 6, False)}


@pytest.mark.parametrize(
    ("why", "said"),
    [
        ([Change("never built")], "never built"),
        ([Change("command", was="a", now="b"), Change("always")], "another command, always runs"),
        ([Change("input", name, "1", "2") for name in "abc"], "a changed, b changed, 1 more"),
        ([Change("output", "a", now="is missing")], "a is missing"),
        ([Change("output", name, now="is missing") for name in "ab"], "2 outs, as a is missing"),
        (
            [
                Change("input", "a", 1, 2, ("cut",)), Change("upstream", "b", makers=("cut",)),
                Change("input", "c", 1, 2),
            ],
            "c changed, after cut",
        ),
        ([Change("parameter", "x", "", ABSENT)], 'x "" → (none)'),
        ([Change("parameter", "x", ["가" * 50], 1)], f'x ["{"가" * 37}… → 1'),
    ],
)  # fmt: skip
def test_reasons_in_a_few_words(why: list[Change], said: str) -> None:
    assert reasons(why) == said


ASKED = {"prompt_tokens": 900, "completion_tokens": 2048, "usd": 0.0123}


def test_what_a_language_model_takes_is_foreseen() -> None:
    steps = [
        Step("synthesize", "runs", (Change("never built"),), {"replies": Rows(4, 6, figures=ASKED)}),
        Step("answer", "runs", (Change("never built"),), {"replies": Rows(1, 0, figures={"prompt_tokens": 1_000_000})}),
        Step("judge", "runs", (Change("never built"),), {"replies": Rows(0, 9)}),
    ]
    assert list(as_text(steps, [2.0, 1.0, 0.0], 120)) == [
        "stage       why          to compute                            from the memo  about",
        "synthesize  never built  4 replies, ≤ 2,948 tokens, ≤ $0.0123  6                2 s",
        "answer      never built  1 replies, ≤ 1,000,000 tokens         0                1 s",
        "judge       never built  replies held                          9                0 s",
        "",
        "0 of 3 stages up to date; language models: ≤ 1,002,948 tokens, ≤ $0.0123; the others take about 3 s",
    ]
    plan = as_json(steps, [2.0, 1.0, 0.0])
    assert plan["stages"][0]["rows"]["replies"] == {"compute": 4, "held": 6, "exact": True, "figures": ASKED}
    assert plan["stages"][2]["rows"]["replies"] == {"compute": 0, "held": 9, "exact": True}
    assert plan["total"]["rows"]["replies"]["figures"] == ASKED | {"prompt_tokens": 1_000_900}
