import json

from onggi.core.schema import Evidence, Question, WrittenText
from onggi.llm.messages import Failure, Reply, Request
from onggi.synthesis.texts import texts
from tests.llm.answering import llm
from tests.synthesis.samples import document, teacher
from tests.synthesis.test_teacher import PROMPTS, SHOWN

READ = [document("장독 보증금은 5,000원입니다."), document("가마는 월요일에 쉽니다.", name="b.md")]


def question(query_id: str, doc_id: str) -> Question:
    return Question(query_id, f"{query_id}의 물음", "규정", ["5,000원"], [Evidence(doc_id, 0, 9)], "synthetic", "train")


ASKED = [question("s1", "a.md"), question("s2", "b.md"), question("s3", "a.md")]


def answer(asked: Request) -> Reply | Failure:
    last = asked.messages[-1].content
    if "s3의 물음" in last:
        return Failure("refused")
    if "답: 5,000원" in last:
        return Reply(json.dumps({"passages": [" ", "아닌 글\n하나", "아닌 글 둘", "하나 더"]}, ensure_ascii=False))
    return Reply(json.dumps({"passage": f"답: {SHOWN.findall(last)[0]}"}, ensure_ascii=False))


def test_passages_are_written_for_a_share_of_the_questions_and_negatives_for_all() -> None:
    model, _ = llm(answer, max_failed=1.0)
    rows, counted = texts(ASKED, READ, model, PROMPTS, teacher(passages=1.0, negatives=3))
    assert rows == [
        WrittenText("s1", 0, "positive", "답: 장독 대여 사업 장독 보증금은 5,000원입니다."),
        WrittenText("s1", 1, "negative", "아닌 글 하나"),
        WrittenText("s1", 2, "negative", "아닌 글 둘"),
        WrittenText("s2", 0, "positive", "답: 장독 대여 사업 가마는 월요일에 쉽니다."),
        WrittenText("s2", 1, "negative", "아닌 글 하나"),
        WrittenText("s2", 2, "negative", "아닌 글 둘"),
    ]
    assert counted == {"positive": 2, "negative": 4, "unwritten": 2}


def test_nothing_is_asked_where_nothing_is_wanted() -> None:
    model, backend = llm(answer)
    assert texts(ASKED, READ, model, PROMPTS, teacher()) == ([], {"positive": 0, "negative": 0, "unwritten": 0})
    assert backend.asked == []
    rows, _ = texts(ASKED[:2], READ, model, PROMPTS, teacher(passages=0.5))
    assert [row.query_id for row in rows] == ["s2"]
