from onggi.core.schema import Evidence
from onggi.synthesis.drafts import Draft
from onggi.synthesis.filters import distinct, leaks, round_trip, select


def draft(text: str, chunk_id: str = "a#0-9", type_: str = "규정", *answers: str) -> Draft:
    return Draft(text, type_, answers or ("5,000원",), (Evidence("a", 0, 9),), chunk_id, "label")


def test_a_question_that_holds_its_answer_leaks_however_it_is_spaced() -> None:
    assert leaks(draft("보증금 5,000 원은 언제 내나요?"))
    assert leaks(draft("장독은 얼마예요?", "a", "규정", "7,000원", "장독"))
    assert leaks(Draft("장독은 얼마예요?", "규정", (), (), "a", "label"))
    assert not leaks(draft("보증금은 얼마예요?"))


def test_known_questions_and_repeated_ones_are_dropped_and_counted() -> None:
    drafts = [draft("보증금은 얼마예요?"), draft("보증금은  얼마예요"), draft("이용료는 얼마예요?")]
    kept, equal, repeated = distinct(drafts, ["이용료는 얼마예요"])
    assert ([d.text for d in kept], equal, repeated) == (["보증금은 얼마예요?"], 1, 1)


def test_the_round_trip_keeps_what_finds_its_own_chunk() -> None:
    drafts = [draft("하나", "a"), draft("둘", "b")]
    assert round_trip(drafts, lambda texts, top_k: [["a", "b"][:top_k]] * len(texts), 1) == drafts[:1]


def test_a_chunk_keeps_few_questions_of_the_rarest_types() -> None:
    drafts = [draft(str(i), "a", "규정") for i in range(3)] + [draft("절차", "a", "절차"), draft("b", "b", "규정")]
    assert [d.text for d in select(drafts, 2)] == ["0", "b", "절차"]
