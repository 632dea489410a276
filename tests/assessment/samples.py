"""A corpus of three documents in which some words are rare, and questions about it."""

from onggi.core.schema import Document, Evidence, Question, Section

TEXTS = {
    "a.md": "옹기 가마는 언덕에 있다. 참나무 장작을 사흘 동안 땐다.\n\n시청 주차장은 밤에 무료이다.",
    "b.md": "도서관 회원증은 신분증으로 만든다. 회원증 재발급 수수료는 천 원이다.",
    "c.md": "가마에 장작을 넣는 사흘 동안 아무도 자지 않는다. 수영장은 월요일에 쉰다.",
}
DOCUMENTS = [
    Document(doc_id, doc_id, doc_id[0], "md", text, [Section([], 0, len(text))]) for doc_id, text in TEXTS.items()
]


def span(doc_id: str, quote: str, **more: int) -> Evidence:
    start = TEXTS[doc_id].index(quote)
    return Evidence(doc_id, start, start + len(quote), **more)


def ask(query_id: str, text: str, answer: str | None, *evidence: Evidence, split: str = "test") -> Question:
    answers = [] if answer is None else [answer]
    return Question(query_id, text, "정의", answers, list(evidence), "gold", split)  # type: ignore[arg-type]


QUESTIONS = [
    ask("q1", "가마에 장작을 얼마나 때나요?", "사흘", span("a.md", "참나무 장작을 사흘 동안 땐다.")),
    ask("q2", "회원증을 다시 만들면 얼마예요?", "천 원", span("b.md", "회원증 재발급 수수료는 천 원이다.")),
    ask("q3", "버스는 몇 시에 와요?", None),
    ask("q4", "수영장은 언제 쉬나요?", "월요일", span("c.md", "수영장은 월요일에 쉰다."), split="train"),
]
