import pytest

from onggi.documents.titles import plausible


@pytest.mark.parametrize(
    "title",
    [
        "", "PowerPoint 프레젠테이션", "Microsoft Word - 공고.hwp", "문 내용", "3", "1111", "2024-03-01", "제목 없음",
        "무제-1.indd",
        "untitled", "공고문.hwp", "C:\\Users\\a\\공고", "2024³â ¾È³»¹®", "‹2832302E…>", "$[officename] 기능",
        "슬라이드 1",
        "Sheet1",
        "Document1", "새 문서", "\ufffd\ufffd 안내",
    ],
)  # fmt: skip
def test_what_programs_write_is_no_title(title: str) -> None:
    assert plausible(title) == ""


@pytest.mark.parametrize(
    "title", ["2024년 사업 안내", "제3장", "독 빌리기(안)", "Q&A", "café 안내", "ISO 9001", "문서 작성법", "내용증명"]
)
def test_what_people_write_is_one(title: str) -> None:
    assert plausible(f" {title}\n") == title
