from collections.abc import Callable

from tests.plan.conftest import STAGES, Small


def test_the_first_cause_is_named_for_a_stage_behind(small: Small) -> None:
    small.change("raw.txt", "된장", "막장")
    (first, _) = small.why("last")
    assert (first["name"], first["makers"]) == ("a.txt", ["join@a"])
    assert [(cause["stage"], cause["kind"], cause["name"]) for cause in first["because"]] == [
        ("cut", "input", "raw.txt")
    ]
    assert first["lines"] == {"added": 1, "removed": 1, "changed": 0, "first": {}}
    assert small.onggi("why", "join")[1].splitlines() == [
        "join@a: stale, will run",
        "  cut.txt will change",
        "    lines: 1 added, 1 removed",
        "    made anew by cut: raw.txt changed",
        "join@b: stale, will run",
        "  cut.txt will change",
        "    lines: 1 added, 1 removed",
        "    made anew by cut: raw.txt changed",
    ]


def test_a_stage_that_is_up_to_date(small: Small) -> None:
    assert small.why("cut") == []
    assert small.onggi("why", "cut")[1] == "cut: up to date\n"


def test_the_files_of_a_folder_are_compared_with_the_commit_that_was_built(small: Small) -> None:
    small.write("more/셋.txt", "소금\n")
    small.write("more/하나.txt", "진간장\n")
    (small.folder / "more" / "둘.txt").unlink()
    (reason,) = small.why("join@a")
    assert (reason["kind"], reason["name"]) == ("input", "more")
    files = {"added": 1, "removed": 1, "changed": 1}
    first = {"added": ["셋.txt"], "removed": ["둘.txt"], "changed": ["하나.txt"]}
    assert reason["files"] == {**files, "first": first}
    shown = small.onggi("why", "join@a")[1]
    assert "    files: 1 added (셋.txt), 1 removed (둘.txt), 1 changed (하나.txt)\n" in shown
    small.commit()  # what was built is an older commit now
    small.write("more/넷.txt", "설탕\n")
    (reason,) = small.why("join@a")
    assert reason["files"]["added"] == 2


def test_what_nobody_remembers_is_not_guessed(make: Callable[[str], Small]) -> None:
    small = make(STAGES)
    small.build()  # never committed
    small.write("more/하나.txt", "진간장\n")
    small.change("raw.txt", "된장", "막장")
    not_known = "what it was is in neither DVC's cache nor the last 20 commits that touched it"
    assert [reason["not_known"] for reason in small.why("cut")] == [not_known]
    assert [reason.get("not_known") for reason in small.why("join@a")] == [None, not_known]


def test_the_module_is_named(make: Callable[[str], Small]) -> None:
    small = make(STAGES.replace("deps: [cut.txt, more]", "deps: [cut.txt, more, code]"))
    small.write("code/__init__.py", "")
    small.write("code/jar/lid.py", "LIDS = 1\n")
    small.build()
    small.commit()
    small.change("code/jar/lid.py", "1", "2")
    (reason,) = small.why("join@a")
    assert reason["modules"] == ["code.jar.lid"]
    assert "    code: code.jar.lid\n" in small.onggi("why", "join@a")[1]


def test_a_dep_that_dvc_yaml_names_anew(small: Small) -> None:
    small.write("lid.txt", "뚜껑\n")
    small.change("dvc.yaml", "deps: [raw.txt]", "deps: [raw.txt, lid.txt]")
    (reason,) = small.why("cut")
    assert reason["name"] == "lid.txt" and reason["not_known"] == "dvc.lock does not have it"
