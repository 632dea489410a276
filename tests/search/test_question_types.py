from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from onggi.core.errors import TableError
from onggi.search.question_types import Centroids

SIGNS = "뜻법값"


class BySigns:
    """An encoder that counts three signs."""

    def queries(self, texts: Sequence[str]) -> np.ndarray:
        counts = np.array([[text.count(sign) for sign in SIGNS] for text in texts], np.float32)
        return counts / np.maximum(np.linalg.norm(counts, axis=1, keepdims=True), 1e-9)


def centroids(*known: tuple[str, str]) -> Centroids:
    return Centroids(BySigns(), known, Path("gold.parquet"))  # type: ignore[arg-type]


KNOWN = [("값", "규정"), ("뜻", "정의"), ("뜻뜻법", "정의"), ("법", "절차"), ("값값법", "규정")]


def test_the_type_of_the_nearest_centroid() -> None:
    found = centroids(*KNOWN)
    assert found.names == ["정의", "절차", "규정"]  # those that are known, in the order of the field
    assert found.types(["법", "뜻법", "값뜻값", "값"]) == ["절차", "정의", "규정", "규정"]
    mean = np.array([[1, 0, 0], [2 / 5**0.5, 1 / 5**0.5, 0]]).sum(0)
    assert found.centroids[0] == pytest.approx(mean / np.linalg.norm(mean))


def test_of_types_as_near_the_first_and_of_nothing_nothing() -> None:
    assert centroids(*KNOWN).types(["아무것도"]) == ["정의"]
    assert centroids(*KNOWN).types([]) == []


@pytest.mark.parametrize("known", [[], [("뜻", "기타")]])
def test_without_a_known_type(known: list[tuple[str, str]]) -> None:
    with pytest.raises(TableError, match=r"gold\.parquet: no train question has a type; choose by llm, or label"):
        centroids(*known)
