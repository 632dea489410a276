from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from onggi.cleaning import CleanParams, findings
from onggi.cleaning.findings import Finder, Findings
from onggi.core.schema import Document, Origin
from onggi.work.memo import Memo, using
from onggi.work.store import Store
from tests.cleaning.samples import BLOCKS, document
from tests.cleaning.test_spacing import SPLIT

CLEAN = CleanParams.parse({
    "clean": {
        **{"duplicates": "keep", "alike": 0.9, "versions": "keep", "boilerplate": None, "spacing": "auto"},
        "mask": ["resident_number", "card"],
    }
})  # fmt: skip
DOCUMENT = document("가", "# 장독대", "주민 900101-1234568", SPLIT * 2, "간장은 3년 된 것이다.")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with using(Memo(Store(tmp_path / "memo.sqlite"))) as active:
        assert active.store is not None
        yield active.store


def computed(monkeypatch: pytest.MonkeyPatch, made: Document, clean: CleanParams = CLEAN) -> tuple[Findings, bool]:
    """Return what is found in a document, and whether it was looked for."""
    looked: list[Document] = []
    look = Finder._look
    with monkeypatch.context() as patch:
        patch.setattr(Finder, "_look", lambda self, one: looked.append(one) or look(self, one))
        return Finder(clean).find(made), bool(looked)


def test_what_was_found_is_held(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = computed(monkeypatch, DOCUMENT), computed(monkeypatch, DOCUMENT)
    assert first == (second[0], True) and not second[1]
    found = first[0]
    assert found.spaces and found.languages == {"korean": 1} and found.grams > 40
    assert [(item.kind, item.edit.text) for item in found.personal] == [("resident_number", "900101-1******")]


def test_names_decide_nothing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    computed(monkeypatch, DOCUMENT)
    assert not computed(monkeypatch, replace(DOCUMENT, doc_id="나", title="딴 제목", meta={"author": "독"}))[1]


@pytest.mark.parametrize("change", ["text", "sections", "pages", "mask", "spacing", "code", "kiwi"])
def test_what_decides_the_findings_decides_the_row(store: Store, change: str, monkeypatch: pytest.MonkeyPatch) -> None:
    computed(monkeypatch, DOCUMENT)
    made, clean = DOCUMENT, CLEAN
    match change:
        case "text":
            made = replace(made, text=made.text[:-1] + "!")
        case "sections":
            made = replace(made, sections=[])
        case "pages":
            made = replace(made, origins=[Origin(0, 30, "page", 1, "")])
        case "mask":
            clean = clean.model_copy(update={"mask": ["card"]})
        case "spacing":
            clean = clean.model_copy(update={"spacing": "off"})
        case "code":
            monkeypatch.setattr(findings, "program_digest", lambda module: "another")
        case "kiwi":
            monkeypatch.setattr(findings.spacing, "identity", lambda: {"kiwipiepy": "0"})
    assert computed(monkeypatch, made, clean)[1]


@pytest.mark.parametrize(
    "row",
    [
        b"", b"[]", b"\xff", b"{}", b'[[],"a","b",0,[],{}]', b'[[],1,"b",3,[],{}]', b'[[],"a","b",3,[],{"klingon":1}]',
        b'[[[2,1,""]],"a","b",3,[],{}]', b'[[[0,99999,""]],"a","b",3,[],{}]', b'[[["0",1,""]],"a","b",3,[],{}]',
        b'[[[0,1,2]],"a","b",3,[],{}]', b'[[],"a","b",3,[["card",0,99999,""]],{}]', b'[[],"a","b",3,[],[]]',
        b'[[],"a","b",3,[["name",0,1,"*"]],{}]',
    ],
)  # fmt: skip
def test_a_row_that_is_none_is_made_again(store: Store, row: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    finder = Finder(CLEAN)
    expected = finder.find(DOCUMENT)
    item = findings._bounds(DOCUMENT), DOCUMENT.text
    store.add("findings", {finder.space.key(item): row})
    with using(Memo(Store(store.path))):
        assert computed(monkeypatch, DOCUMENT) == (expected, True)
        assert computed(monkeypatch, DOCUMENT) == (expected, False)


@settings(max_examples=60, deadline=None)
@given(BLOCKS)
def test_a_row_says_what_was_found(blocks: list[Any]) -> None:
    made = document("가", *blocks, "900101-1234568")
    found = Finder(CLEAN).find(made)
    assert findings._from_row(findings._to_row(found), len(made.text)) == found
