import pytest

from onggi.core.schema import Chunk
from onggi.korean.units import headings
from onggi.synthesis.passages import repeats
from onggi.synthesis.topics import bare, kind_of, put_before, topic


def name_of(heading: str, doc_id: str = "a.md") -> str | None:
    chunk = Chunk(f"{doc_id}#0-1", doc_id, 0, 1, "x", 0, heading)
    found = topic(chunk, headings(chunk))
    return found and found.name


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("2031년 장독 대여 사업 안내", "장독 대여"),
        ("옹기박물관 이용안내 | 가마시", "옹기박물관"),
        ("장독 대여 참여자 모집 공고 > 신청 방법", "장독 대여"),
        ("옹기마을 회의록", None),
        ("옹기를 굽는 두 가지 길", None),
        ("장독·항아리·시루 안내", None),
        ("옹기를 굽는 두 가지 길 > 2. 장독 지원 사업 > 대상", "장독 지원 사업"),
        ("옹기 소식 > 2. 장독 지원 사업", None),
    ],
)
def test_a_title_is_a_topic_only_where_it_names_one_thing(heading: str, name: str | None) -> None:
    assert name_of(heading) == name


def test_the_file_names_what_its_title_does_not() -> None:
    assert name_of("항아리를 어떻게 쓸까요?", "b/장독_대여 안내.md") == "장독 대여"


def test_headings_become_names() -> None:
    assert [bare(text) for text in ("제3조(사용료)", "가. 낼 서류", "[공고] 장독 대여", "쓰나요?")] == [
        "사용료", "낼 서류", "장독 대여", "",
    ]  # fmt: skip


def test_kinds_follow_from_the_last_word() -> None:
    names = ("옹기 조례", "옹기박물관", "장독 지원", "장독", "신청 방법")
    assert [kind_of(name) for name in names] == ["law", "place", "program", "thing", "thing"]


def test_words_are_not_said_twice() -> None:
    assert put_before("장독 대여", "장독 보증금") == "장독 대여 보증금"
    assert put_before("장독 대여", "장독 대여") == "장독 대여"
    assert repeats("장독대·가마 관람", "장독대 안내")
    assert not repeats("장독 대여", "보증금")
