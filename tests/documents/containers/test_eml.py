from email.message import EmailMessage

import pytest

from onggi.documents.reading import Limits, Parsed, read_file

LIMITS = Limits(max_mb=5)


def message() -> EmailMessage:
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = "독 빌리기 안내", "두레과 <dure@example.org>", "주민"
    mail["Date"] = "Mon, 01 Mar 2027 09:00:00 +0900"
    mail.set_content("독은 사흘 빌립니다.\n\n두레과 드림\n")
    return mail


def read(mail: EmailMessage | bytes) -> list[Parsed]:
    data = mail if isinstance(mail, bytes) else mail.as_bytes()
    items = read_file(data, "편지.eml", "편지.eml", LIMITS)
    return [item for item in items if isinstance(item, Parsed)]


def test_subject_text_and_headers() -> None:
    [item] = read(message())
    assert (item.format, item.member, item.title) == ("eml", "", "독 빌리기 안내")
    assert item.text == "독 빌리기 안내\n\n독은 사흘 빌립니다.\n\n두레과 드림"
    assert item.meta["from"] == "두레과 <dure@example.org>"
    assert item.meta["date"] == "Mon, 01 Mar 2027 09:00:00 +0900"


def test_attachments_are_members_and_pictures_are_counted() -> None:
    mail = message()
    mail.add_attachment("구분,값\n독,3\n".encode(), maintype="text", subtype="csv", filename="표/요금.csv")
    mail.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="그림.png")
    inner = EmailMessage()
    inner["Subject"] = "앞선 편지"
    inner.set_content("안녕하세요.")
    mail.add_attachment(inner)
    first, table, forwarded = read(mail)
    assert first.removed == {"attachments without text": 1}
    assert (table.member, table.text, table.format) == ("요금.csv", "구분 | 값\n독 | 3", "csv")
    assert (forwarded.member, forwarded.text) == ("message.eml", "앞선 편지\n\n안녕하세요.")


def test_of_alternatives_the_plain_one_is_read_and_html_alone_is() -> None:
    mail = message()
    mail.add_alternative("<p>독은 <b>사흘</b></p>", subtype="html")
    assert read(mail)[0].text == "독 빌리기 안내\n\n독은 사흘 빌립니다.\n\n두레과 드림"
    alone = EmailMessage()
    alone.set_content("<p>독은 <b>사흘</b></p><script>x()</script>", subtype="html")
    assert read(alone)[0].text == "독은 사흘"


def test_a_body_that_calls_itself_euc_kr_is_read_as_cp949() -> None:
    head = "Subject: =?ks_c_5601-1987?B?wPy6uA==?=\r\nMIME-Version: 1.0\r\n"
    head += "Content-Type: text/plain; charset=euc-kr\r\n\r\n"
    [item] = read(head.encode() + "똠방각하".encode("cp949"))
    assert item.text.endswith("똠방각하")


def test_a_message_is_known_without_its_extension() -> None:
    [item] = read_file(message().as_bytes(), "편지", "편지", LIMITS)
    assert isinstance(item, Parsed) and item.format == "eml"


def test_parts_nested_without_end_are_named() -> None:
    nested = "".join(f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(3000))
    [item] = read_file(f"Subject: x\nMIME-Version: 1.0\n{nested}".encode(), "편지.eml", "편지.eml", LIMITS)
    assert "is a broken eml file (RecursionError" in str(item)


@pytest.mark.parametrize("encoding", ["cp949", "utf-8"])
def test_headers_in_bare_bytes(encoding: str) -> None:
    raw = (
        'Subject: 똠방각하의 독\nFrom: "두레과" <dure@example.org>\nMIME-Version: 1.0\n'
        'Content-Type: multipart/mixed; boundary="x"\n\n'
        f"--x\nContent-Type: text/plain; charset={encoding}\nContent-Transfer-Encoding: 8bit\n\n독은 사흘 빌립니다.\n"
        '--x\nContent-Type: text/csv; name="요금 표.csv"\nContent-Disposition: attachment; filename="요금 표.csv"\n'
        "Content-Transfer-Encoding: 8bit\n\n구분,값\n독,3\n--x--\n"
    ).encode(encoding)
    first, table = read(raw)
    assert (first.title, first.meta["from"]) == ("똠방각하의 독", "두레과 <dure@example.org>")
    assert first.text == "똠방각하의 독\n\n독은 사흘 빌립니다."
    assert (table.member, table.text) == ("요금 표.csv", "구분 | 값\n독 | 3")


def test_headers_that_are_in_no_encoding_do_not_stop_the_rest() -> None:
    [item] = read(b"Subject: \xff\xfe\x80\nTo: \xff\xff <a@example.org>\nContent-Type: text/plain\n\nrest")
    assert item.text.endswith("rest")
