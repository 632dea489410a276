"""Verdicts against the documents, and how much the labels lacked."""

from dataclasses import replace

import pytest

from onggi.core.errors import GoldError
from onggi.core.schema import Chunk
from onggi.pooling.merge import Rate, merged
from onggi.pooling.sheet import Row
from onggi.truth.judgments import Judgment
from tests.pooling.samples import GUIDE, NEWS, QUESTIONS, TEXTS

ASKED = {question.query_id: question for question in QUESTIONS}


def row(query_id: str, chunk: Chunk, verdict: str, where: str = "pool.csv:2") -> Row:
    return Row(query_id, chunk.doc_id, chunk.start, chunk.end, chunk.text, verdict, where)


def test_a_verdict_becomes_a_judgment_with_a_quote() -> None:
    found = merged([row("q1", NEWS[1], "1"), row("q1", NEWS[0], "0"), row("q2", NEWS[0], "")], ASKED, TEXTS, [])
    assert found.new == [
        Judgment("pool.csv:2", "q1", NEWS[1].doc_id, NEWS[1].text, "1"),
        Judgment("pool.csv:2", "q1", NEWS[0].doc_id, NEWS[0].text, "0"),
    ]
    assert (found.repeated, found.still_open) == (0, 1)
    assert (found.spans, found.questions) == (Rate(1, 2), Rate(1, 1))


def test_to_merge_again_adds_nothing_and_reports_the_same() -> None:
    rows = [row("q1", NEWS[1], "1"), row("q2", NEWS[0], "0")]
    first = merged(rows, ASKED, TEXTS, [])
    again = merged(rows, ASKED, TEXTS, first.new)
    assert (again.new, again.repeated) == ([], 2)
    assert (again.spans, again.questions) == (first.spans, first.questions) == (Rate(1, 4), Rate(1, 2))


def test_what_was_found_before_counts_as_marked() -> None:
    known = [Judgment("judgments.jsonl:1", "q1", NEWS[1].doc_id, NEWS[1].text, "1")]
    assert merged([row("q1", NEWS[2], "1")], ASKED, TEXTS, known).spans == Rate(1, 3)


def test_spans_that_overlap_count_once() -> None:
    long = replace(NEWS[1], end=NEWS[2].end, text=TEXTS[NEWS[1].doc_id][NEWS[1].start : NEWS[2].end])
    found = merged([row("q1", NEWS[1], "1"), row("q1", long, "1")], ASKED, TEXTS, [])
    assert len(found.new) == 2 and found.spans == Rate(1, 2)
    assert merged([row("q1", GUIDE[0], "1")], ASKED, TEXTS, []).spans == Rate(0, 1)  # it was marked


def test_a_row_that_stands_twice_is_added_once() -> None:
    found = merged([row("q1", NEWS[1], "1"), row("q1", NEWS[1], "1", "pool.csv:3")], ASKED, TEXTS, [])
    assert [each.where for each in found.new] == ["pool.csv:2"] and found.repeated == 1


def test_a_quote_grows_until_it_stands_once() -> None:
    texts = {"a": "네. 값은 만 원이다. 아니오. 값은 만 원이다. 끝."}
    found = merged([Row("q1", "a", 3, 11, "값은 만 원이다", "1", "x:2")], ASKED, texts, [])
    (judgment,) = found.new
    assert judgment.quote == "네. 값은 만 원이다. 아"


def test_white_space_of_a_text_is_no_matter() -> None:
    spaced = replace(NEWS[1], text=NEWS[1].text.replace(" ", "\n  "))
    assert merged([row("q1", spaced, "0")], ASKED, TEXTS, []).new[0].quote == NEWS[1].text


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (row("q9", NEWS[1], "1"), "pool.csv:2: unknown question 'q9'; correct its id, or run `dvc repro`"),
        (row("q1", replace(NEWS[1], doc_id="gone.md"), "1"), "unknown document 'gone.md'"),
        (
            row("q1", replace(NEWS[1], start=0), "1"),
            "the text does not stand at 0 to 33 of 장독대/소식.md; leave start",
        ),
        (row("q1", replace(NEWS[1], end=9999), "1"), "the text does not stand at 12 to 9999"),
        (row("q1", replace(NEWS[1], end=NEWS[1].start), "1"), "the text does not stand at 12 to 12"),
        (row("q1", replace(NEWS[1], text="다른 말"), "0"), "the text does not stand at"),
        (Row("q1", "장독대/소식.md", 11, 12, "", "0", "pool.csv:2"), "the span is blank; remove the row"),
        (row("q1", NEWS[1], "p2"), "the verdict is p2, and the evidence of 'q1' has pieces up to p1"),
        (row("q4", NEWS[1], "1"), "'q4' is answered here, and has no evidence"),
    ],
)
def test_a_row_that_does_not_fit_is_named(wrong: Row, message: str) -> None:
    with pytest.raises(GoldError) as raised:
        merged([wrong], ASKED, TEXTS, [])
    assert message in str(raised.value) and str(raised.value).startswith("pool.csv:2: ")


def test_rows_that_contradict_are_named() -> None:
    with pytest.raises(GoldError, match=r"pool\.csv:3: judges 1 what lies in a span that pool\.csv:2 judges 0"):
        merged([row("q1", NEWS[1], "0"), row("q1", NEWS[1], "1", "pool.csv:3")], ASKED, TEXTS, [])


def test_an_interval_by_wilson() -> None:
    assert str(Rate(1, 10)) == "1 of 10 (10.0%; 95 % interval 1.8% to 40.4%)"
    assert Rate(0, 10).interval[0] == 0 and Rate(10, 10).interval[1] == pytest.approx(1)
    assert Rate(0, 0).interval == (0.0, 1.0)
