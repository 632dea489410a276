import pytest

from onggi.cleaning.languages import languages
from onggi.core.schema import Document
from tests.cleaning.samples import document


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("장독대", "korean"),
        ("LibreOffice Writer에서 장독을", "korean"),
        ("大韓民國 헌법", "korean"),
        ("ㄱㄴㄷ", "korean"),
        ("これは壺です", "japanese"),
        ("大韓民國憲法", "chinese"),
        ("the lid of a jar", "latin"),
        ("крышка", "other"),
        ("2025. 3. 1.", "none"),
    ],
)
def test_the_language_of_a_section(text: str, expected: str) -> None:
    assert languages(document("가", text)) == {expected: 1}


def test_each_section_has_its_own() -> None:
    made = document("가", "# 제목", "장독", "# Lid", "a jar")
    assert languages(made) == {"korean": 1, "latin": 1}
    assert languages(Document("가", "가", "가", "md", "")) == {}
