import json
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onggi.core.errors import GoldError
from onggi.core.schema import Evidence, Origin
from onggi.truth.gold import anchor, locate, read_gold
from onggi.truth.labels import GoldQuestion, Quote


def line(**changes: Any) -> dict[str, Any]:
    whole = {
        "id": "q1",
        "question": "메주는 얼마나 띄우나요",
        "type": "규정",
        "answer": "닷새",
        "evidence": [{"source": "장/메주.md", "quote": "닷새 띄운다"}],
    }
    return {key: value for key, value in (whole | changes).items() if value is not ...}


def gold(tmp_path: Path, *lines: object) -> Path:
    path = tmp_path / "questions.jsonl"
    path.write_text("\n".join(each if isinstance(each, str) else json.dumps(each) for each in lines), "utf-8")
    return path


def refusal(path: Path) -> str:
    with pytest.raises(GoldError) as caught:
        read_gold(path)
    return str(caught.value).removeprefix(str(path.parent) + "/")


def anchored(question: GoldQuestion, texts: dict[str, str]) -> list[Evidence]:
    return anchor([question], texts.items())[question.query_id]


def quoting(*quotes: tuple[str, str | None]) -> GoldQuestion:
    return GoldQuestion("g:1", "q1", "?", "정의", ["a"], [Quote("g:1", doc_id, text) for doc_id, text in quotes])


def test_a_line_becomes_a_question(tmp_path: Path) -> None:
    path = gold(tmp_path, line())
    where = f"{path}:1"
    assert read_gold(path) == [
        GoldQuestion(
            where, "q1", "메주는 얼마나 띄우나요", "규정", ["닷새"], [Quote(where, "장/메주.md", "닷새 띄운다")]
        )
    ]


def test_a_multiple_choice_question(tmp_path: Path) -> None:
    (asked,) = read_gold(gold(tmp_path, line(options=["사흘", unicodedata.normalize("NFD", "닷새")])))
    assert asked.options == ["사흘", "닷새"]
    (unanswerable,) = read_gold(gold(tmp_path, line(answer=None, evidence=[], options=["사흘", "닷새"])))
    assert (unanswerable.answers, unanswerable.options) == ([], ["사흘", "닷새"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["사흘", "이레"], "questions.jsonl:1: the answer '닷새' is none of the options; copy it from them"),
        (["닷새", "닷 새"], "questions.jsonl:1: two options are the same; make them different"),
        (["닷새"], "questions.jsonl:1: options: got ['닷새']; list should have at least 2 items"),
        (["닷새", " "], "questions.jsonl:1: options.1: got ' '; must not be blank"),
    ],
)
def test_bad_options_are_named(tmp_path: Path, options: list[str], message: str) -> None:
    assert refusal(gold(tmp_path, line(options=options))).startswith(message)


def test_a_question_without_an_answer_in_the_corpus(tmp_path: Path) -> None:
    (asked,) = read_gold(gold(tmp_path, line(answer=None, evidence=[])))
    assert (asked.answers, asked.quotes, asked.split) == ([], [], None)


def test_questions_are_ordered_by_id_and_know_their_line(tmp_path: Path) -> None:
    path = gold(tmp_path, line(id="q2"), "", "  ", line(id="q10"), line(id="q1"))
    assert [(asked.query_id, asked.where) for asked in read_gold(path)] == [
        ("q1", f"{path}:5"),
        ("q10", f"{path}:4"),
        ("q2", f"{path}:1"),
    ]


@pytest.mark.parametrize("content", ["", "\n \n", "\ufeff"])
def test_an_empty_file_holds_no_questions(tmp_path: Path, content: str) -> None:
    assert read_gold(gold(tmp_path, content)) == []


def test_hangul_is_read_in_nfc_whatever_wrote_it(tmp_path: Path) -> None:
    def apart(text: str) -> str:
        return unicodedata.normalize("NFD", text)

    evidence = [{"source": apart("장/메주.md"), "quote": apart("닷새 띄운다")}]
    (asked,) = read_gold(gold(tmp_path, line(question=apart("메주는?"), answer=apart("닷새"), evidence=evidence)))
    assert (asked.text, asked.answers) == ("메주는?", ["닷새"])
    assert anchored(asked, {"장/메주.md": "메주는 닷새 띄운다."}) == [Evidence("장/메주.md", 4, 10)]


def test_windows_line_ends_and_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl"
    path.write_bytes(
        b"\xef\xbb\xbf" + json.dumps(line()).encode() + b"\r\n" + json.dumps(line(id="q2")).encode() + b"\r\n"
    )
    assert [asked.query_id for asked in read_gold(path)] == ["q1", "q2"]


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (
            "{",
            "not JSON (Expecting property name enclosed in double quotes: line 1 column 2 (char 1)); write one object",
        ),
        ("[" * 100_000, "not JSON ("),
        ("[1]", "is a list; write one object a line"),
        ("null", "is a NoneType; write one object a line"),
        ('"독"', "is a str; write one object a line"),
        (line(id=7), "id: got 7; input should be a valid string"),
        (line(id=" "), "id: got ' '; must not be blank"),
        (line(question=""), "question: got ''; must not be blank"),
        (line(question=["?"]), "question: got ['?']; input should be a valid string"),
        (line(type="역사"), "type: got '역사'; input should be '정의', '절차', '규정', '예시', '비교' or '적용'"),
        (line(type=...), "type: got {"),
        (line(answer=...), "answer: got {"),
        (line(answer=5), "answer: got 5; input should be a valid string"),
        (line(answer=" "), "answer: got ' '; must not be blank"),
        (line(evidence={}), "evidence: got {}; input should be a valid list"),
        (line(evidence=["독"]), "evidence.0: got '독'; input should be"),
        (line(evidence=[{"source": "a"}]), "evidence.0 has neither of quote and page; give one of them"),
        (
            line(evidence=[{"source": "a", "page": 0}]),
            "evidence.0.page: got 0; input should be greater than or equal to",
        ),
        (line(evidence=[{"source": "a", "page": "3"}]), "evidence.0.page: got '3'; input should be a valid integer"),
        (line(evidence=[{"source": "a", "quote": "\n "}]), "evidence.0.quote: got '\\n '; must not be blank"),
        (line(evidence=[{"source": "", "quote": "b"}]), "evidence.0.source: got ''; must not be blank"),
        (
            line(evidence=[{"source": "a", "quote": "b", "page": 1}]),
            "evidence.0 has both of quote and page; give one of them",
        ),
        (line(note="?"), "note: got '?'; extra inputs are not permitted"),
        (line(answer=None), "an answer goes with evidence, and none with none; give both, or null and []"),
        (line(evidence=[]), "an answer goes with evidence, and none with none; give both, or null and []"),
        ('{"id": ' + "9" * 5000 + "}", "a number has over 4,300 digits; write it as a string"),
        (line(question="독\ud800"), "holds half of a character (\\ud800 to \\udfff); write it whole"),
    ],
    ids=lambda value: value[:24] if isinstance(value, str) else "",
)
def test_a_bad_line_is_named(tmp_path: Path, bad: object, message: str) -> None:
    found = refusal(gold(tmp_path, line(id="q0"), bad))
    assert found.startswith(f"questions.jsonl:2: {message}") and "\n" not in found


def test_one_id_twice(tmp_path: Path) -> None:
    path = gold(tmp_path, line(), line(id="q2"), line())
    assert refusal(path) == f"questions.jsonl:3: the id 'q1' appears twice; rename one; it is already used at {path}:1"


def test_no_file(tmp_path: Path) -> None:
    expected = "none.jsonl: no such file or folder; set gold.path to a jsonl file or a BEIR folder"
    assert refusal(tmp_path / "none.jsonl") == expected


def test_a_file_in_cp949(tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl"
    path.write_bytes(json.dumps(line(), ensure_ascii=False).encode("cp949"))
    start = json.dumps(line(), ensure_ascii=False).encode("cp949").index("메".encode("cp949"))
    assert refusal(path) == f"q.jsonl: not UTF-8 (byte {start}); convert it to UTF-8"


def test_a_quote_becomes_a_span() -> None:
    text = "메주는 닷새 띄운다. 물은 두 말 붓는다."
    spans = anchored(quoting(("a", "닷새 띄운다"), ("a", "두 말")), {"a": text})
    assert spans == [Evidence("a", 4, 10), Evidence("a", 15, 18)]
    assert [text[span.start : span.end] for span in spans] == ["닷새 띄운다", "두 말"]


def test_evidence_without_a_quote_is_the_whole_document() -> None:
    assert anchored(quoting(("a", None)), {"a": ""}) == [Evidence("a")]


@pytest.mark.parametrize(
    ("quote", "text", "places"),
    [
        ("닷새", "닷새 뒤, 닷새 뒤", [(0, 2), (6, 8)]),
        ("독독", "독독독", [(0, 2), (1, 3)]),
        ("닷새 뒤에", "메주는 닷새\n뒤에 띄운다", [(4, 9)]),
        ("닷새 뒤에", "메주는 닷새\n\n \t뒤에 띄운다", [(4, 12)]),
        ("닷새\n뒤에", "메주는 닷새 뒤에", [(4, 9)]),
        ("닷새\n뒤", "닷새 뒤, 닷 새뒤", [(0, 4), (6, 10)]),
        ("닷새뒤에", "닷새 뒤에", [(0, 5)]),
        ("닷 새", "메주는 닷새", [(4, 6)]),
        (" 닷새 ", "메주는\n닷새", [(4, 6)]),
        ("닷새 뒤", "닷새\n뒤 닷새 뒤", [(5, 9)]),  # as it is goes before white space aside
        ("닷새", "엿새", []),
        ("닷새 뒤에 온다", "닷새 뒤에", []),
        ("닷새", "", []),
        (" ", "독독", []),
    ],
)
def test_where_a_quote_stands(quote: str, text: str, places: list[tuple[int, int]]) -> None:
    assert locate(quote, text) == places


BROKEN = st.lists(st.sampled_from(["독", "물", "콩", " ", "\n", "\u3000", "\x1c"]), max_size=30).map("".join)


@settings(deadline=None)
@given(BROKEN, st.integers(0, 30), st.integers(1, 30), st.sampled_from([" ", "\n", "", "  "]))
def test_what_was_copied_is_found_however_it_is_broken(text: str, start: int, length: int, gap: str) -> None:
    words = text[start : start + length].split()
    if not words:
        return
    places = locate(gap.join(words), text)
    assert places
    for span in places:
        assert "".join(text[slice(*span)].split()) == "".join(words)
        assert not text[span[0]].isspace() and not text[span[1] - 1].isspace()


@pytest.mark.parametrize("quote", ["콩", "콩을 삶는다", "콩을\n삶는다"])
def test_a_quote_that_stands_more_than_once_says_too_little(quote: str) -> None:
    with pytest.raises(GoldError) as caught:
        anchored(quoting(("a", quote)), {"a": "콩을 삶는다. 식으면 다시 콩을 삶는다."})
    assert str(caught.value) == (
        f"g:1: the quote {quote!r} stands in 2 places of a; quote more of the sentence that answers"
    )


def test_a_quote_may_stand_in_other_documents_too() -> None:
    assert anchored(quoting(("b", "콩")), {"a": "콩", "b": "물과 콩"}) == [Evidence("b", 3, 4)]


def test_documents_are_read_once_and_in_any_order() -> None:
    asked = [quoting(("b", "콩"), ("a", "물")), GoldQuestion("g:2", "q2", "?", "정의", [], [])]
    texts = iter([("c", "불"), ("b", "콩"), ("a", "물")])
    assert anchor(asked, texts) == {"q1": [Evidence("b", 0, 1), Evidence("a", 0, 1)], "q2": []}
    assert list(texts) == []


def test_a_quote_that_is_not_in_its_document() -> None:
    with pytest.raises(GoldError) as caught:
        anchored(quoting(("a", "엿새")), {"a": "닷새", "b": "엿새"})
    assert str(caught.value) == "g:1: the quote '엿새' is not in a; copy it from the document"


def test_a_long_quote_is_shortened_in_the_message() -> None:
    with pytest.raises(GoldError, match=f"the quote '{'콩' * 39}…' is not in a"):
        anchored(quoting(("a", "콩" * 41)), {"a": ""})


def test_a_document_that_is_not_in_the_corpus() -> None:
    with pytest.raises(GoldError) as caught:
        anchored(quoting(("b", "닷새")), {"a": "닷새"})
    assert str(caught.value) == "g:1: unknown document 'b'; name a document of corpus.path"


PAGES = {"a.pdf": [Origin(0, 9, "page", 1), Origin(10, 19, "page", 2), Origin(20, 29, "page", 1)]}


def test_a_page_is_all_that_stands_on_it(tmp_path: Path) -> None:
    evidence = [{"source": "a.pdf", "page": 1}, {"source": "a.pdf", "page": 2}]
    asked = read_gold(gold(tmp_path, line(evidence=evidence)))
    assert anchor(asked, [("a.pdf", "가" * 30)], PAGES) == {
        asked[0].query_id: [
            Evidence("a.pdf", 0, 9, page=1),
            Evidence("a.pdf", 20, 29, page=1),
            Evidence("a.pdf", 10, 19, page=2),
        ]
    }


@pytest.mark.parametrize(
    ("source", "page", "said"),
    [
        ("a.pdf", 3, "there is no text on page 3 of a.pdf; correct the page (its text ends at 2)"),
        ("b.md", 1, "there is no text on page 1 of b.md; correct the page (it has none)"),
        ("c.pdf", 1, "unknown document 'c.pdf'; name a document of corpus.path"),
    ],
)
def test_a_page_without_text_is_named(tmp_path: Path, source: str, page: int, said: str) -> None:
    path = gold(tmp_path, line(evidence=[{"source": source, "page": page}]))
    with pytest.raises(GoldError) as caught:
        anchor(read_gold(path), [("a.pdf", "가" * 30), ("b.md", "글")], PAGES)
    assert str(caught.value) == f"{path}:1: {said}"
