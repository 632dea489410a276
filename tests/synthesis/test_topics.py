import pytest

from onggi.core.schema import Chunk
from onggi.synthesis.topics import Topic, clean, topic


def named(doc_id: str, *path: str) -> Topic | None:
    return topic(Chunk(f"{doc_id}#0-1", doc_id, 0, 1, "가", 1, " > ".join(path)), path)


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("솔바람도서관 이용 안내", "솔바람도서관"),
        ("제3장 장독 대여(개정)", "장독 대여"),
        ("2031년 상반기 달항아리장학금 장학생 선발 공고", "달항아리장학금"),
        ("[보도자료] 「옹기축제」 개막", "옹기축제 개막"),
        ("장독 대여, 자주 묻는 것들", "장독 대여"),
        ("장독 대여 | 한빛시청", "장독 대여"),
        ("장독은 어떻게 빌리나요?", ""),
        ("가마를 열 개나 새로 짓고 나서 마을 사람들이 겪은 이야기 모음", ""),
    ],
)
def test_a_heading_becomes_a_name(heading: str, name: str) -> None:
    assert clean(heading) == name


def test_a_generic_title_gives_way_to_the_next_heading_then_to_the_file() -> None:
    assert named("a/옹기마을_이용안내.md", "목차", "달항아리 만들기") == Topic("달항아리 만들기", "thing")
    assert named("a/옹기마을 체험센터.md", "안내") == Topic("옹기마을 체험센터", "place")
    assert named("a/x7f3.md") is None


def test_kinds() -> None:
    kinds = [
        found.kind
        for title in ("솔바람도서관", "장독 대여 사업", "옹기 보존 조례", "윤달래")
        if (found := named("x", title))
    ]
    assert kinds == ["place", "program", "law", "thing"]


def test_a_text_names_a_topic_with_most_of_its_words() -> None:
    assert Topic("장독 대여 사업", "program").is_in("장독 대여는 얼마예요?")
    assert Topic("장독 대여 사업", "program").is_in("장독대여사업이 뭐예요?")
    assert not Topic("장독 대여 사업", "program").is_in("장독은 얼마예요?")
