import codecs

import pytest

from onggi.core.errors import DocumentError
from onggi.documents.encoding import decode

KOREAN = "장독대 운영 안내"


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (KOREAN.encode(), "utf-8"),
        (codecs.BOM_UTF8 + KOREAN.encode(), "utf-8-sig"),
        (KOREAN.encode("utf-16"), "utf-16"),
        (codecs.BOM_UTF16_BE + KOREAN.encode("utf-16-be"), "utf-16"),
        (KOREAN.encode("cp949"), "cp949"),
        (KOREAN.encode("utf-16-le"), "utf-16-le"),
        (KOREAN.encode("utf-16-be"), "utf-16-be"),
        (KOREAN.encode("iso2022_kr"), "iso2022_kr"),
        (b"plain", "utf-8"),
    ],
)
def test_the_encoding_is_found(data: bytes, encoding: str) -> None:
    text, found = decode(data, "안내.txt")
    assert (text, found) == ("plain" if data == b"plain" else KOREAN, encoding)


def test_cp949_holds_syllables_that_euc_kr_does_not() -> None:
    assert decode("뷁똠방각하".encode("cp949"), "펲.txt") == ("뷁똠방각하", "cp949")


@pytest.mark.parametrize(
    ("declared", "data", "encoding"),
    [
        ("euc-kr", KOREAN.encode("cp949"), "cp949"),
        ("ISO-8859-1", KOREAN.encode("cp949"), "cp949"),
        ("iso-8859-1", "\xff\xff caf\xe9".encode("latin-1"), "iso8859-1"),
        ("euc-kr", KOREAN.encode(), "utf-8"),
        ("shift_jis", "案内ください".encode("shift_jis"), "shift_jis"),
        ("no-such-encoding", KOREAN.encode(), "utf-8"),
        ("hex", KOREAN.encode(), "utf-8"),
        ("utf-16", KOREAN.encode(), "utf-8"),
    ],
)
def test_a_declared_encoding_counts_where_it_fits(declared: str, data: bytes, encoding: str) -> None:
    text, found = decode(data, "쪽.html", declared)
    assert found == encoding
    assert text.encode(encoding) == data


def test_other_bytes_are_named_by_the_first_that_no_encoding_reads() -> None:
    data = "안내".encode() + b"\xff\xff"
    with pytest.raises(DocumentError) as caught:
        decode(data, "폴더/안내.txt")
    assert str(caught.value) == "폴더/안내.txt: byte 6 is not UTF-8 or CP949; convert it (iconv -f ENCODING -t utf-8)"


def test_a_broken_utf16_file_is_named() -> None:
    with pytest.raises(DocumentError, match="byte 4 is not UTF-16"):
        decode("가".encode("utf-16") + b"\x00", "가.txt")


@pytest.mark.parametrize(
    ("data", "what"), [(b"ELF\x00\x01", "holds NUL bytes"), (b"\x01\x02\x03\x04 text", "is mostly control characters")]
)
def test_binary_data_is_no_text(data: bytes, what: str) -> None:
    with pytest.raises(DocumentError, match=what):
        decode(data, "그림.txt")


def test_long_text_in_utf16_without_a_mark_is_found() -> None:
    text = "독은 사흘 빌린다.\r\n" * 5000
    assert decode(text.encode("utf-16-le"), "가.txt") == (text, "utf-16-le")


def test_broken_iso_2022_kr_is_named() -> None:
    with pytest.raises(DocumentError, match="byte 4 is not ISO2022-KR"):
        decode(b"\x1b$)C\xff", "가.txt")
