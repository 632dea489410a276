import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from onggi.cleaning import Cleaning, CleanParams
from onggi.core.errors import ParamsError
from onggi.core.schema import Document
from onggi.documents import Problem
from tests.cleaning.samples import document
from tests.cleaning.test_spacing import SPLIT

OFF: dict[str, Any] = {
    **{"duplicates": "keep", "alike": None, "versions": "keep", "boilerplate": None, "spacing": "off", "mask": []},
}
LONG = " ".join(f"{place}번째 장독에는 {place * 7}년 된 장이 들어 있다." for place in range(40))


def clean(items: list[Document | Problem], **settings: Any) -> tuple[list[Document | Problem], dict[str, Any]]:
    cleaning = Cleaning(CleanParams.parse({"clean": OFF | settings}))
    return list(cleaning.cleaned(items)), cleaning.metrics()


def ids(items: list[Document | Problem]) -> list[str]:
    return [item.doc_id for item in items if isinstance(item, Document)]


COPIES: list[Document | Problem] = [
    document("가", LONG), document("나", LONG.replace(" ", "\n\n")), document("다", "다른 글")
]  # fmt: skip


def test_copies_are_listed_and_dropped_where_asked() -> None:
    kept, metrics = clean(COPIES)
    assert (ids(kept), metrics["dropped"]) == (["가", "나", "다"], [])
    assert metrics["copies"] == [{"first": "가", "copy": "나"}]
    left, metrics = clean(COPIES, duplicates="drop")
    assert ids(left) == ["가", "다"]
    assert metrics["dropped"] == [{"source": "나", "why": "copy", "kept": "가"}]


@pytest.mark.parametrize(
    ("text", "title", "same"),
    [(LONG + " 끝", "제목", True), (LONG.replace("280년", "281년"), "제목", False), (LONG + " 끝", "딴 제목", False)],
)
def test_near_duplicates_are_dropped_only_with_one_title_and_the_same_numbers(
    text: str, title: str, same: bool
) -> None:
    items: list[Document | Problem] = [document("가", LONG), document("나", text, title=title)]
    items[0] = document("가", LONG + " 280년")
    if same or title != "제목":
        items[1] = document("나", text + " 280년", title=title)
    left, metrics = clean(items, alike=0.9, duplicates="drop")
    assert [pair["same_title_and_numbers"] for pair in metrics["near_duplicates"]] == [same]
    assert ids(left) == (["가"] if same else ["가", "나"])
    assert clean(items, alike=None, duplicates="drop")[1]["near_duplicates"] == []


def test_what_is_like_a_document_that_was_dropped_stays() -> None:
    letters = "".join(chr(code) for code in range(ord("가"), ord("가") + 250))
    items: list[Document | Problem] = [
        document(name, letters[:end]) for name, end in (("가", 220), ("나", 230), ("다", 240))
    ]
    left, metrics = clean(items, alike=0.95, duplicates="drop")
    assert [(pair["first"], pair["second"]) for pair in metrics["near_duplicates"]] == [("가", "나"), ("나", "다")]
    assert ids(left) == ["가", "다"]


def test_versions_are_listed_and_the_older_ones_dropped_where_asked() -> None:
    items: list[Document | Problem] = [
        document("안내.md", LONG),
        document("안내_v2.md", LONG + " 덧붙임"),
        document("안내_v3.md", LONG + " 덧붙임과 고침"),
    ]
    kept, metrics = clean(items, alike=0.9)
    assert ids(kept) == ["안내.md", "안내_v2.md", "안내_v3.md"]
    assert metrics["versions"] == [
        {"newer": "안내_v2.md", "older": "안내.md"},
        {"newer": "안내_v3.md", "older": "안내_v2.md"},
    ]
    assert metrics["near_duplicates"] == []
    left, metrics = clean(items, alike=0.9, versions="newest")
    assert ids(left) == ["안내_v3.md"]
    assert metrics["dropped"] == [
        {"source": "안내.md", "why": "older version", "kept": "안내_v2.md"},
        {"source": "안내_v2.md", "why": "older version", "kept": "안내_v3.md"},
    ]


def test_boilerplate_is_cut_counted_and_told() -> None:
    items: list[Document | Problem] = [document(name, name * 9, "저작권 옹기회") for name in "가나다"]
    left, metrics = clean(items, boilerplate={"min_documents": 3, "min_share": 0.5})
    assert [item.text for item in left if isinstance(item, Document)] == ["가" * 9, "나" * 9, "다" * 9]
    assert [item.removed for item in left if isinstance(item, Document)] == [{"boilerplate lines": 1}] * 3
    assert metrics["boilerplate"] == [{"line": "저작권 옹기회", "documents": 3}]
    assert metrics["done"] == {"boilerplate lines": {"times": 3, "documents": 3}}


def test_copies_do_not_make_their_lines_boilerplate() -> None:
    items: list[Document | Problem] = [document(name, "하나", "둘") for name in "가나다"]
    left, metrics = clean(items, boilerplate={"min_documents": 2, "min_share": 0.1})
    assert (left, metrics["boilerplate"]) == (items, [])


def test_personal_data_is_masked_in_text_title_and_headings_and_counted() -> None:
    number = "900101-1234568"
    made = replace(document("가", f"# 신청자 {number}", f"카드 {number}", title=f"{number} 신청"), removed={"pages": 2})
    (after, *_), metrics = clean([made], mask=["resident_number"])
    assert isinstance(after, Document)
    assert after.text == "신청자 900101-1******\n\n카드 900101-1******"
    assert (after.title, after.sections[0].heading) == ("900101-1****** 신청", ["신청자 900101-1******"])
    assert after.removed == {"masked resident_number": 3, "pages": 2}
    assert metrics["done"] == {"masked resident_number": {"times": 3, "documents": 1}}


def test_spacing_is_repaired_and_counted() -> None:
    (after, *_), metrics = clean([document("가", SPLIT * 2)], spacing="auto")
    assert isinstance(after, Document)
    assert after.text.startswith("장독대는 해가") and after.meta == {"respaced lines": "1"}
    assert metrics["done"] == {"respaced lines": {"times": 1, "documents": 1}}


@pytest.mark.parametrize("settings", [OFF, OFF | {"mask": ["card"], "spacing": "auto", "alike": 0.9}])
def test_what_needs_no_cleaning_is_passed_on_at_once_and_as_it_is(settings: dict[str, Any]) -> None:
    taken: list[str] = []

    def items() -> Iterator[Document | Problem]:
        for item in COPIES:
            assert isinstance(item, Document)
            taken.append(item.doc_id)
            yield item

    cleaning = Cleaning(CleanParams.parse({"clean": settings}))
    for place, item in enumerate(cleaning.cleaned(items())):
        assert item is COPIES[place]
        assert len(taken) == place + 1


@pytest.mark.parametrize("duplicates", ["keep", "drop"])
def test_problems_are_passed_on(duplicates: str) -> None:
    problem = Problem("나.pdf", "is broken")
    left, _ = clean([document("가", "하나"), problem, document("다", "둘")], duplicates=duplicates)
    assert problem in left and ids(left) == ["가", "다"]


def test_metrics_are_the_same_bytes_each_time() -> None:
    settings = {"alike": 0.9, "duplicates": "drop", "versions": "newest", "spacing": "auto", "mask": ["card", "mobile"]}
    items = [*COPIES, document("라", "010-1234-5678", SPLIT)]
    assert len({json.dumps(clean(items, **settings)[1]) for _ in range(3)}) == 1
    assert clean(items, **settings)[1]["sections"] == {"korean": 3}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"duplicates": "merge"}, "clean.duplicates: got 'merge'; input should be 'keep' or 'drop'"),
        ({"alike": 0.2}, "clean.alike: got 0.2; input should be greater than or equal to 0.5"),
        ({"versions": "oldest"}, "clean.versions: got 'oldest'"),
        ({"boilerplate": {"min_documents": 1, "min_share": 0.5}}, "clean.boilerplate.min_documents: got 1"),
        ({"boilerplate": {"min_documents": 5, "min_share": 0.0}}, "clean.boilerplate.min_share: got 0.0"),
        ({"boilerplate": {"min_documents": 5}}, "clean.boilerplate.min_share: the key is missing"),
        ({"boilerplate": {"min_documents": 5, "min_share": 1.0, "x": 1}}, "clean.boilerplate.x: unknown key"),
        ({"spacing": "on"}, "clean.spacing: got 'on'; input should be 'auto' or 'off'"),
        ({"mask": ["phone"]}, "got 'phone'"),
        ({"mask": "card"}, "clean.mask: got 'card'"),
        ({"masks": []}, "clean.masks: unknown key"),
    ],
)
def test_bad_settings_are_named(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(ParamsError) as error:
        CleanParams.parse({"clean": OFF | wrong})
    assert said in str(error.value)
