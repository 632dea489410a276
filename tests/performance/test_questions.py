from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onggi.core import tables
from onggi.core.errors import GoldError
from onggi.core.schema import Question
from onggi.performance.questions import drawn, gold


def test_gold_questions_alone_and_each_text_once(tmp_path: Path) -> None:
    path = tmp_path / "gold.parquet"
    made = [("a", "독은?", "gold"), ("b", "장은?", "gold"), ("c", "독은?", "gold"), ("d", "쓴 물음", "synthetic")]
    tables.write(path, Question, [Question(q, text, "", [], [], origin, "test") for q, text, origin in made])  # type: ignore[arg-type]
    assert gold(path) == ["독은?", "장은?"]


def test_without_gold_questions_nothing_can_be_timed(tmp_path: Path) -> None:
    tables.write(tmp_path / "gold.parquet", Question, [])
    with pytest.raises(GoldError, match="no gold question to time"):
        gold(tmp_path / "gold.parquet")


@given(st.sets(st.text(min_size=1), min_size=1, max_size=20), st.integers(1, 100), st.integers(0, 3))
def test_all_are_asked_before_one_is_asked_again(texts: set[str], count: int, seed: int) -> None:
    asked = drawn(texts, count, seed)
    assert len(asked) == count and asked == drawn(sorted(texts, reverse=True), count, seed)
    for start in range(0, count, len(texts)):
        part = asked[start : start + len(texts)]
        assert len(set(part)) == len(part)


def test_another_seed_is_another_order() -> None:
    texts = [str(n) for n in range(50)]
    assert drawn(texts, 50, 0) != drawn(texts, 50, 1) != texts
