import io
import zipfile

import pytest

from onggi.core.errors import DocumentError
from onggi.documents.reading import Limits, Parsed, read_file

LIMITS = Limits(max_mb=5)


def packed(*members: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return out.getvalue()


def found(data: bytes) -> list[tuple[str, str]]:
    """Return path and text of what was read, and of errors where and what."""
    items = read_file(data, "모음.zip", "모음.zip", LIMITS)
    return [(item.member, item.text) if isinstance(item, Parsed) else (item.where, item.what) for item in items]


def test_its_files_are_documents_in_the_order_of_their_names() -> None:
    data = packed(
        ("나/안내.md", "# 안내\n\n글".encode()), ("가.txt", "첫째".encode()), (".숨김.txt", b"x"),
        ("__MACOSX/가.txt", b"x"),
        ("속.zip", packed(("다.csv", b"1,2"), ("깊이.zip", packed(("라.txt", b"x"))))),
    )  # fmt: skip
    assert found(data) == [
        ("가.txt", "첫째"),
        ("나/안내.md", "안내\n\n글"),
        ("모음.zip/속.zip/깊이.zip", "lies more than 2 containers deep"),
        ("속.zip/다.csv", "1 | 2"),
    ]


def test_names_in_cp949_are_read() -> None:
    data = packed(("AAAA.txt", b"x")).replace(b"AAAA.txt", "안내.txt".encode("cp949"))
    assert found(data) == [("안내.txt", "x")]


def test_names_that_lead_out_are_refused_and_the_rest_is_read() -> None:
    data = packed(
        ("../밖.txt", b"x"), ("/etc/x.txt", b"x"), ("C:\\x.txt", b"x"), ("새\n줄.txt", b"x"), ("속.txt", b"y")
    )
    outside = "its name leads out of the archive"
    assert sorted(found(data)) == sorted(
        [
            ("모음.zip/../밖.txt", outside), ("모음.zip//etc/x.txt", outside), ("모음.zip/C:/x.txt", outside),
            ("모음.zip/\\uc0c8\\n\\uc904.txt", "its name holds control characters"), ("속.txt", "y"),
        ]
    )  # fmt: skip


def test_links_encrypted_files_and_twins_are_named() -> None:
    link = zipfile.ZipInfo("길.txt")
    link.external_attr = 0o120777 << 16
    with pytest.warns(UserWarning, match="Duplicate name"):
        data = packed((link, b"/etc/passwd"), ("둘.txt", b"1"), ("둘.txt", b"2"))
    assert found(data) == [
        ("모음.zip/길.txt", "is a link, which is not followed"),
        ("둘.txt", "1"),
        ("모음.zip/둘.txt", "the archive holds two files of this name"),
    ]
    locked = packed(("가.txt", b"x"))
    at = locked.index(b"PK\x01\x02")
    assert found(locked[: at + 8] + b"\x01" + locked[at + 9 :]) == [("모음.zip/가.txt", "is encrypted")]


def test_bombs_are_named() -> None:
    bomb = found(packed(("가.txt", b"0" * 2_000_000), ("나.txt", b"y")))
    assert [where for where, _ in bomb] == ["모음.zip/가.txt", "나.txt"]
    assert "times its size, as bombs do" in bomb[0][1]
    assert found(packed(*[(f"{n}.txt", b"0" * 999_999) for n in range(6)])) == [
        ("모음.zip", "unpacks to 6.0 MB, more than ingest.max_mb = 5")
    ]
    assert found(packed(*[(f"{n}.txt", b"x") for n in range(10_001)])) == [
        ("모음.zip", "holds 10001 files, more than 10000")
    ]


def test_a_truncated_archive_is_named() -> None:
    [item] = read_file(packed(("가.txt", b"x"))[:40], "모음.zip", "모음.zip", LIMITS)
    assert isinstance(item, DocumentError)
    assert item.what.startswith("is a truncated or broken archive")


def test_what_is_damaged_inside_costs_itself() -> None:
    data = packed(("가.txt", b"abcdefgh" * 9), ("나.txt", b"y"))
    at = data.index("가.txt".encode()) + len("가.txt".encode())
    damaged = data[: at + 2] + bytes(4) + data[at + 6 :]
    items = found(damaged)
    assert items[0][0] == "모음.zip/가.txt"
    assert items[0][1].startswith("cannot be unpacked (")
    assert items[1] == ("나.txt", "y")
