import pytest

from onggi.korean.wording import conjugate, fill, is_noun_phrase, last_syllable, particle


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("된장", "은 이 을 과 으로 이란 이랑"),
        ("장독", "은 이 을 과 으로 이란 이랑"),
        ("항아리", "는 가 를 와 로 란 랑"),
        ("가을", "은 이 을 과 로 이란 이랑"),
        ("3", "은 이 을 과 으로 이란 이랑"),
        ("7", "은 이 을 과 로 이란 이랑"),
        ("2", "는 가 를 와 로 란 랑"),
        ("1,000", "은 이 을 과 으로 이란 이랑"),
        ("30%", "는 가 를 와 로 란 랑"),
        ("5kg", "은 이 을 과 으로 이란 이랑"),
        ("10km", "는 가 를 와 로 란 랑"),
        ("URL", "은 이 을 과 로 이란 이랑"),
        ("PC", "는 가 를 와 로 란 랑"),
        ("FM", "은 이 을 과 으로 이란 이랑"),
        ("Table", "은 이 을 과 로 이란 이랑"),
        ("app", "은 이 을 과 으로 이란 이랑"),
        ("옹기장(명인)", "은 이 을 과 으로 이란 이랑"),
        ("'항아리'", "는 가 를 와 로 란 랑"),
        ("…", "는 가 를 와 로 란 랑"),
    ],
)
def test_particles_follow_from_how_a_word_is_read(word: str, expected: str) -> None:
    kinds = ("은", "이", "을", "과", "으로", "이란", "이랑")
    assert " ".join(particle(word, kind) for kind in kinds) == expected


@pytest.mark.parametrize(
    ("stem", "tag", "expected"),
    [
        ("돕", "VV-I", "돕나요 도와요 도우면 도왔는데"),  # ㅂ
        ("잡", "VV", "잡나요 잡아요 잡으면 잡았는데"),
        ("듣", "VV-I", "듣나요 들어요 들으면 들었는데"),  # ㄷ
        ("걷", "VV-R", "걷나요 걷어요 걷으면 걷었는데"),
        ("짓", "VV-I", "짓나요 지어요 지으면 지었는데"),  # ㅅ
        ("씻", "VV", "씻나요 씻어요 씻으면 씻었는데"),
        ("모르", "VV", "모르나요 몰라요 모르면 몰랐는데"),  # 르
        ("빠르", "VA", "빠르나요 빨라요 빠르면 빨랐는데"),
        ("이르", "VV-I", "이르나요 이르러요 이르면 이르렀는데"),  # 러
        ("푸르", "VA", "푸르나요 푸르러요 푸르면 푸르렀는데"),
        ("치르", "VV", "치르나요 치러요 치르면 치렀는데"),  # 으
        ("담그", "VV", "담그나요 담가요 담그면 담갔는데"),
        ("파랗", "VA-I", "파라나요 파래요 파라면 파랬는데"),  # ㅎ
        ("좋", "VA", "좋나요 좋아요 좋으면 좋았는데"),
        ("열", "VV", "여나요 열어요 열면 열었는데"),  # ㄹ
        ("하", "VV", "하나요 해요 하면 했는데"),
        ("되", "VV", "되나요 돼요 되면 됐는데"),
        ("빌리", "VV", "빌리나요 빌려요 빌리면 빌렸는데"),
    ],
)
def test_predicates_are_conjugated(stem: str, tag: str, expected: str) -> None:
    past = (("었", "EP"), ("는데", "EC"))
    endings = ((("나요", "EF"),), (("어요", "EF"),), (("면", "EC"),), past)
    assert " ".join(conjugate(stem, tag, *ending) for ending in endings) == expected


def test_slots_take_the_particle_that_fits_and_braces_in_words_stay() -> None:
    assert fill("{t:은} {l:이} 얼마예요?", t="장독 대여", l="보증금") == "장독 대여는 보증금이 얼마예요?"
    assert fill("{t} 보세요", t="{l:은}") == "{l:은} 보세요"


def test_a_word_without_letters_has_a_last_syllable_all_the_same() -> None:
    assert [last_syllable(word) for word in ("", "()", "100", "0")] == ["가", "가", "백", "영"]


@pytest.mark.parametrize("text", ["장독 대여", "보증금", "장독·항아리 대여", "옹기 및 장독 대여"])
def test_noun_phrases(text: str) -> None:
    assert is_noun_phrase(text)


@pytest.mark.parametrize("text", ["장독을 빌릴 때", "장독과 항아리", "빌립니다", "장", "그 장독", "장독, 항아리", "3"])
def test_what_is_no_noun_phrase(text: str) -> None:
    assert not is_noun_phrase(text)
