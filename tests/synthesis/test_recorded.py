import json
from pathlib import Path
from typing import Any

import pytest

from onggi.core.errors import GoldError
from onggi.synthesis.recorded import RecordedWriter
from tests.synthesis.samples import document

LINE = {
    "source": "a.md", "quote": "보증금은 5,000원", "question": "장독 맡기는 돈은요?", "type": "규정",
    "answer": "5,000원",
}  # fmt: skip


def file(folder: Path, *lines: dict[str, Any] | str) -> Path:
    path = folder / "questions.jsonl"
    texts = [line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines]
    path.write_text("\n".join(texts), "utf-8")
    return path


def test_a_question_gets_the_span_of_its_quote_and_the_chunk_that_holds_it(tmp_path: Path) -> None:
    read = document("장독을 빌려 드립니다.", "빌릴 때 보증금은  5,000원입니다.")
    (draft,) = RecordedWriter(file(tmp_path, LINE), {"a.md"}).write([read])
    (evidence,) = draft.evidence
    assert read.text[evidence.start : evidence.end] == "보증금은  5,000원"
    assert (draft.text, draft.type, draft.answers, draft.rule) == (
        "장독 맡기는 돈은요?",
        "규정",
        ("5,000원",),
        "recorded",
    )
    assert draft.chunk_id == read.chunks[1].chunk_id


def test_what_may_not_be_read_is_passed_over(tmp_path: Path) -> None:
    other = LINE | {"source": "b.md", "quote": "이 말은 아무도 찾지 않는다"}
    writer = RecordedWriter(file(tmp_path, LINE, other), {"a.md", "b.md"})
    assert [draft.evidence[0].doc_id for draft in writer.write([document("보증금은 5,000원")])] == ["a.md"]


def test_a_quote_that_no_chunk_holds_half_of_is_counted(tmp_path: Path) -> None:
    read = document("보증금은 ", "5,0", "00원", gap="")
    cut = LINE | {"quote": "은 5,000원"}
    writer = RecordedWriter(file(tmp_path, cut), {"a.md"})
    assert list(writer.write([read])) == []
    assert writer.rejected == {"uncovered": 1}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "questions.jsonl:2: not JSON"),
        (LINE | {"type": "잡담"}, "questions.jsonl:2: type: got '잡담'"),
        (LINE | {"answer": " "}, "questions.jsonl:2: answer: got ' '; must not be blank"),
        (LINE | {"id": "q1"}, "questions.jsonl:2: id: got 'q1'"),
        (
            LINE | {"source": "없음.md"},
            "questions.jsonl:2: unknown document '없음.md'; remove the line, or choose another",
        ),
        (LINE | {"quote": "보증금 없음"}, "questions.jsonl:2: the quote '보증금 없음' is not in a.md"),
        (LINE | {"quote": "5,000원"}, "questions.jsonl:2: the quote '5,000원' stands in 2 places of a.md"),
    ],
)
def test_what_is_wrong_is_named_by_file_and_line(tmp_path: Path, line: dict[str, Any] | str, said: str) -> None:
    read = document("보증금은 5,000원, 이용료도 5,000원")
    with pytest.raises(GoldError) as caught:
        list(RecordedWriter(file(tmp_path, LINE, line), {"a.md"}).write([read]))
    assert said in str(caught.value)


def test_a_file_that_is_not_there_names_its_setting(tmp_path: Path) -> None:
    with pytest.raises(GoldError, match=r"no such file; put it there, or change teacher\.path"):
        RecordedWriter(tmp_path / "none.jsonl", set())


def test_the_chunk_that_holds_most_of_a_span_covers_it() -> None:
    read = document("가나다라", "마바사아", gap="")
    assert read.covering(2, 5) == read.chunks[0]
    assert read.covering(3, 6) == read.chunks[1]
    assert read.covering(2, 6) == read.chunks[0]
    assert document("가", "나", "다", gap="").covering(0, 3) is None
