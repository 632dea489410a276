from onggi.work import builds
from onggi.work.journal import Entry, Work

BASE = Entry(stage="chunk", build="aa", started="2026-03-02T01:00:00+00:00", seconds=2.0, peak_mb=640)


def entry(stage: str, build: str, status: str = "done", **works: Work) -> Entry:
    return Entry(stage=stage, build=build, started=BASE.started, seconds=2.0, status=status, works=works, peak_mb=640)


STAGES = [
    entry("chunk", "aa", sentences=Work(held=900, computed=100, seconds=0.5)),
    entry("chunk", "bb", "interrupted", sentences=Work(held=5)),
    entry("embed@base", "aa", embeddings=Work(computed=4, seconds=0)),
]


def test_stages_of_two_builds_at_once_are_told_apart() -> None:
    first, second = builds.by_build(STAGES)
    assert [e.stage for e in first] == ["chunk", "embed@base"]
    assert [e.stage for e in second] == ["chunk"]


def test_a_build_is_what_its_worst_stage_is_and_its_rows_add_up() -> None:
    first, second = builds.by_build(STAGES)
    assert (builds.status(first), builds.status(second)) == ("done", "interrupted")
    assert builds.totals(first) == (104, 900)
    _, row, _ = builds.build_table([first, second])
    assert (row[0], *row[2:7]) == ("aa", "2", "4 s", "104", "900", "done")


def test_a_stage_has_a_line_for_each_kind_of_rows() -> None:
    table = builds.stage_table(builds.by_build(STAGES)[0])
    assert table[1:] == [
        ("chunk", "", "", "", "2 s", "", "640 MB", "done"),
        ("  sentences", "", "100", "900", "0 s", "200/s", "", ""),
        ("embed@base", "", "", "", "2 s", "", "640 MB", "done"),
        ("  embeddings", "", "4", "0", "0 s", "", "", ""),
    ]


def test_calls_to_a_language_model_are_shown_where_there_were_any() -> None:
    figures = {
        "requests": 12, "failed": 2, "prompt_tokens": 4000, "completion_tokens": 800, "usd": 0.0012, "p50_s": 0.21,
        "p95_s": 1.5,
    }  # fmt: skip
    stages = [entry("answer", "aa", replies=Work(held=3, computed=10, seconds=2.0, figures=figures)), STAGES[0]]
    header, first, replies, *_ = builds.stage_table(stages)
    assert header[8:] == ("calls", "failed", "tokens in", "out", "usd", "p50", "p95")
    assert (first[8:], replies[8:]) == (("",) * 7, ("12", "2", "4,000", "800", "$0.0012", "0.21 s", "1.5 s"))
    assert len({len(line) for line in builds.stage_table(stages)}) == 1
    assert len(builds.stage_table([STAGES[0]])[0]) == 8


def test_json_holds_the_entries_as_the_journal_has_them() -> None:
    (build,) = builds.as_json(builds.by_build(STAGES)[:1])
    assert (build["build"], build["seconds"], build["status"]) == ("aa", 4.0, "done")
    assert build["stages"][0]["works"] == {"sentences": {"held": 900, "computed": 100, "seconds": 0.5}}


def test_json_holds_what_calls_took() -> None:
    figures = {"requests": 12, "usd": 0.0012}
    (build,) = builds.as_json([[entry("answer", "aa", replies=Work(computed=10, figures=figures))]])
    assert build["stages"][0]["works"]["replies"]["figures"] == figures


def test_words_stand_left_and_numbers_right() -> None:
    assert builds.lines([("stage", "rows"), ("mine", "7"), ("embed@base", "1,024")]) == [
        "stage        rows",
        "mine            7",
        "embed@base  1,024",
    ]
