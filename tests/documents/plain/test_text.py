from collections.abc import Callable

from onggi.core.schema import Section
from onggi.documents.blocks import Joined
from onggi.documents.plain import text

Read = Callable[[str, bytes], Joined]


def test_lines_are_kept_and_blank_ones_folded(read: Read) -> None:
    joined = read(".txt", "가온시 공고\r\n제3호\r\n\r\n\r\n\r\n1. 대상\r\n".encode("cp949"))
    assert joined.text == "가온시 공고\n제3호\n\n1. 대상"
    assert joined.sections == [Section([], 0, len(joined.text))]


def test_the_encoding_is_told() -> None:
    assert text.read("공고".encode("cp949"), "공고.txt").meta == {"encoding": "cp949"}


def test_lines_are_places_of_the_file(read: Read) -> None:
    joined = read(".txt", "\ufeff\n가\r\n\r\n\r\n\r\n  나  \n\u200b\n다\u2028라\n".encode())
    assert joined.text == "가\n\n  나\n\n다\n라"
    assert [(joined.text[o.start : o.end], o.unit, o.number) for o in joined.origins] == [
        ("가", "line", 2), ("나", "line", 6), ("다", "line", 8), ("라", "line", 8),
    ]  # fmt: skip
