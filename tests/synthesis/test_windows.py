from collections import Counter

import pytest

from onggi.synthesis.windows import Window, shares, windows
from tests.synthesis.samples import document, params

TEN = "장독을 빌려 줍니다"


def found(*chunks: int) -> list[Window]:
    """Return one window a document, of so many chunks each."""
    return [
        Window(source, tuple(source.chunks))
        for place, n in enumerate(chunks)
        for source in [document(*[TEN] * n, name=f"{place}.md")]
    ]


def test_windows_hold_neighbouring_chunks_and_miss_none() -> None:
    source = document(*[TEN] * 5)
    parts = list(windows(source, 25))
    assert [len(part.chunks) for part in parts] == [2, 2, 1]
    assert [part.text for part in parts] == [f"{TEN}\n\n{TEN}", f"{TEN}\n\n{TEN}", TEN]
    assert all(source.text[part.start :].startswith(part.text) for part in parts)
    assert [len(part.chunks) for part in windows(source, 1)] == [1] * 5


def test_a_window_without_headings_is_named_by_its_file() -> None:
    (window,) = windows(document(TEN, heading=""), 100)
    assert window.heading == "a.md"


@pytest.mark.parametrize(
    ("caps", "counts"),
    [
        ({"per_chunk": 2}, [2, 4, 6]),
        ({"per_chunk": None, "per_document": 3}, [3, 3, 3]),
        ({"per_chunk": None, "per_type": 5}, [5, 10, 15]),
        ({"per_chunk": 2, "per_document": 3, "per_type": 100}, [2, 3, 3]),
    ],
)
def test_the_least_cap_says_how_many_are_asked_for(caps: dict[str, int | None], counts: list[int]) -> None:
    asked = shares(found(1, 2, 3), params(**caps), 1.0)
    assert [len(types) for types in asked] == counts


def test_types_are_asked_for_equally_often_and_surplus_is_on_top() -> None:
    asked = shares(found(*[1] * 7, *[3] * 9), params(per_chunk=None, per_type=50), 1.5)
    assert Counter(type_ for types in asked for type_ in types) == dict.fromkeys(params().types, 75)
    assert len(asked) == 16 and all(asked)
