from dataclasses import replace

import pytest

from onggi.core.schema import Chunk, Evidence
from onggi.synthesis.drafts import Draft
from onggi.synthesis.filters import distinct, leaks, overlap, own_words, points, round_trip, select, unknown, unlike


def draft(text: str, chunk_id: str = "a#0-9", type_: str = "규정", *answers: str) -> Draft:
    return Draft(text, type_, answers or ("5,000원",), (Evidence("a", 0, 9),), chunk_id, "label")


def test_a_question_that_holds_its_answer_leaks_however_it_is_spaced() -> None:
    assert leaks(draft("보증금 5,000 원은 언제 내나요?"))
    assert leaks(draft("장독은 얼마예요?", "a", "규정", "7,000원", "장독"))
    assert leaks(Draft("장독은 얼마예요?", "규정", (), (), "a", "label"))
    assert not leaks(draft("보증금은 얼마예요?"))


def texts(drafts: list[Draft]) -> list[str]:
    return [draft.text for draft in drafts]


def test_what_a_person_asks_points_at_no_page() -> None:
    pointing = ["이 문서에서 말하는 대여 기간은?", "본문에 따르면 누가 신청하나요", "위 표의 요금은 얼마인가요",
                "아래 글의 목적은?", "제시된 안내문에 나온 전화번호는?", "글쓴이가 권하는 방법은?"]  # fmt: skip
    asking = ["장독 대여 안내문은 어디서 받나요?", "표 환불은 언제까지 되나요", "글짓기 대회에 누가 나갈 수 있나요",
              "공고문에 도장이 없으면 어떻게 되나요", "내용증명은 어디에 내요", "자료실은 몇 시에 여나요"]  # fmt: skip
    assert [points(text) for text in pointing] == [True] * len(pointing)
    assert [points(text) for text in asking] == [False] * len(asking)


def test_repeated_questions_are_dropped_however_they_are_spaced() -> None:
    drafts = [draft("보증금은 얼마예요?"), draft("보증금은  얼마예요"), draft("이용료는 얼마예요?")]
    assert texts(distinct(drafts)) == ["보증금은 얼마예요?", "이용료는 얼마예요?"]


def test_of_questions_that_are_nearly_one_the_first_is_kept() -> None:
    drafts = [draft("빌린 장독을 늦게 돌려주면 어떻게 되나요"), draft("빌린 장독을 늦게 돌려주면 어떻게 되나요요"),
              draft("장독을 빌릴 때 보증금은 얼마인가요")]  # fmt: skip
    assert texts(unlike(drafts, 0.8)) == [drafts[0].text, drafts[2].text]
    assert unlike(drafts, 1.0) == drafts


def test_questions_that_are_nearly_one_but_ask_for_another_thing_stay() -> None:
    first, second = (
        Draft(
            f"시의회 제{n}차 정례회는 언제 열리나요",
            "규정",
            (f"{n}월",),
            (Evidence("a", 10 * n, 10 * n + 9),),
            "a#0-90",
            "ask",
        )
        for n in (1, 2)
    )
    assert unlike([first, second], 0.7) == [first, second]
    assert unlike([first, replace(second, evidence=first.evidence)], 0.7) == [first]
    assert unlike([first, replace(second, answers=("1 월",))], 0.7) == [first]


def test_what_is_like_a_dropped_question_alone_stays() -> None:
    a, b, c = (
        "가나다라마바사아자차",
        "나다라마바사아자차카",
        "다라마바사아자차카타",
    )  # 8 of 10 2-grams from each to the next
    assert texts(unlike([draft(a), draft(b), draft(c)], 0.8)) == [a, c]


def test_what_says_a_known_question_is_dropped() -> None:
    known = ["이용료는 얼마예요"]
    drafts = [draft("보증금은 얼마예요?"), draft("이용료는 얼마예요?"), draft("이용료는 얼마예요요")]
    assert texts(unknown(drafts, known, 0.8)) == ["보증금은 얼마예요?"]
    assert len(unknown(drafts, known, 1.0)) == 2


def test_questions_in_the_words_of_their_chunk_are_dropped() -> None:
    chunk = Chunk("a#0-9", "a", 0, 9, "장독을 빌릴 때 보증금은 5,000원입니다.", 5, "장독 대여")
    copied, own = draft("장독을 빌릴 때 보증금은?"), draft("항아리 맡기는 돈은 얼마나 드나요?")
    assert overlap(copied.text, f"{chunk.heading}\n{chunk.text}") == 1.0
    assert own_words([copied, own], {"a#0-9": chunk}, 0.5) == [own]
    assert own_words([copied, own], {"a#0-9": chunk}, 1.0) == [copied, own]


def test_the_round_trip_keeps_what_finds_its_own_chunk() -> None:
    drafts = [draft("하나", "a"), draft("둘", "b")]
    assert round_trip(drafts, lambda texts, top_k: [["a", "b"][:top_k]] * len(texts), 1) == drafts[:1]


def test_a_chunk_keeps_few_questions_of_the_rarest_types() -> None:
    drafts = [draft(str(i), "a", "규정") for i in range(3)] + [draft("절차", "a", "절차"), draft("b", "b", "규정")]
    assert [d.text for d in select(drafts, 2)] == ["0", "b", "절차"]


@pytest.mark.parametrize(
    ("caps", "kept"),
    [
        ({}, 8),
        ({"per_chunk": 1}, 3),
        ({"per_document": 3}, 5),
        ({"per_type": 2}, 4),
        ({"per_chunk": 1, "per_type": 1}, 2),
    ],
)
def test_caps_hold_together(caps: dict[str, int], kept: int) -> None:
    drafts = [
        draft(f"{chunk}{n}", chunk, type_) for chunk, type_ in (("a#0-9", "규정"), ("a#9-18", "절차")) for n in range(3)
    ]
    drafts += [draft(f"b{n}", "b#0-9", "규정") for n in range(2)]
    chosen = select(drafts, **caps)
    assert len(chosen) == kept
    assert len({*map(id, chosen)}) == kept
