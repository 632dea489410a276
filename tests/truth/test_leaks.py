from onggi.truth.leaks import alike

HELD = ["빌린 장독을 깨뜨리면 수리비는 누가 내나요?", "누룩은 며칠 띄우나요"]


def test_a_question_that_says_a_held_out_one_is_found_however_it_is_written() -> None:
    texts = [
        "장독은 어디에 두나요",
        "빌린장독을 깨뜨리면 수리비는 누가 내나요",
        "빌린 장독을 깨뜨리면 수리비는 누가 내요?",
    ]
    assert alike(texts, HELD, 0.8) == {1, 2}
    assert alike(texts, HELD, 1.0) == {1}


def test_questions_that_are_alike_among_themselves_are_no_leak() -> None:
    assert alike(["장독은 어디에 두나요", "장독은 어디에 두나요?"], HELD, 0.8) == set()
    assert alike([], HELD, 0.8) == alike(["장독"], [], 0.8) == set()
