import pytest

from onggi.cleaning.versions import ALIKE, ALIKE_OF_DATES, Name, name_of_file, named, newer


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("안내문_v2", Name("안내문", version=(2,))),
        ("안내문 ver.1.3", Name("안내문", version=(1, 3))),
        ("지침서_revision1.2", Name("지침서", version=(1, 2))),
        ("안내문(2)", Name("안내문", version=(2,))),
        ("요리책 제3판", Name("요리책", version=(3,))),
        ("안내문_최종", Name("안내문", stage=2)),
        ("안내문(수정)", Name("안내문", stage=1)),
        ("안내문_최종_수정본", Name("안내문", stage=2)),
        ("안내문 초안", Name("안내문", stage=-1)),
        ("Guide_FINAL", Name("guide", stage=2)),
        ("250301 회의록", Name("회의록", (2025, 3, 1))),
        ("회의록_20250301", Name("회의록", (2025, 3, 1))),
        ("회의록 2025-3-1", Name("회의록", (2025, 3, 1))),
        ("회의록(2025. 3. 1.)", Name("회의록", (2025, 3, 1))),
        ("통계(2014.8월)", Name("통계", (2014, 8))),
        ("2025년 1분기 보고", Name("1분기보고", (2025,))),
        ("2025_1분기 보고", Name("1분기보고", (2025,))),
        ("2025년 3월 2차 보고", Name("2차보고", (2025, 3))),
        ("2024년도 결산", Name("결산", (2024,))),
        ("수정화장품 안내", Name("수정화장품안내")),
        ("최종회 줄거리", Name("최종회줄거리")),
        ("의안 2200123", Name("의안2200123")),
        ("MP3 안내", Name("mp3안내")),
        ("v2", Name("", version=(2,))),
    ],
)
def test_a_name_is_taken_apart(name: str, expected: Name) -> None:
    assert named(name) == expected


def test_a_folder_may_say_the_year() -> None:
    assert name_of_file("공고/2025/장독.hwp") == Name("공고장독", (2025,))
    assert name_of_file("공고/2025/장독.hwp").key == name_of_file("공고/2024/장독.pdf").key
    assert name_of_file("doc-17") == Name("doc17")


@pytest.mark.parametrize(
    ("first", "second", "jaccard", "expected"),
    [
        ("안내.hwp", "안내_v2.hwp", ALIKE, 1),
        ("안내.hwp", "안내_v2.hwp", ALIKE - 0.01, 0),
        ("안내_v10.hwp", "안내_v9.hwp", 0.9, -1),
        ("안내.hwp", "안내_최종.hwp", 0.9, 1),
        ("안내.hwp", "안내(초안).hwp", 0.9, -1),
        ("안내.hwp", "안내.pdf", 1.0, 0),
        ("안내_20250301.hwp", "안내_20250402.hwp", ALIKE_OF_DATES, 1),
        ("안내_20250301.hwp", "안내_20250402.hwp", ALIKE_OF_DATES - 0.01, 0),
        ("안내_20250301_v1.hwp", "안내_20250402_v2.hwp", ALIKE, 1),
        ("2024년 보고.hwp", "2025년 보고.hwp", 0.9, 0),
        ("2025년 1분기 보고.hwp", "2025년 2분기 보고.hwp", 1.0, 0),
        ("안내.hwp", "안내_20250301.hwp", 1.0, 0),  # nobody knows from when the first is
        ("안내_2025.hwp", "안내_20250301.hwp", 1.0, 0),
        ("v1.hwp", "v2.hwp", 1.0, 0),
    ],
)
def test_which_is_newer(first: str, second: str, jaccard: float, expected: int) -> None:
    names = (name_of_file(first),), (name_of_file(second),)
    assert newer(*names, jaccard) == expected
    assert newer(*names[::-1], jaccard) == -expected


def test_titles_tell_where_names_do_not() -> None:
    one, other = (named("a1"), named("안내문(초안)")), (named("b7"), named("안내문"))
    assert newer(one, other, 0.9) == 1
