import pytest
from hypothesis import given
from hypothesis import strategies as st

from onggi.cleaning.personal import Kind, find, masked

KINDS: tuple[Kind, ...] = (
    *("resident_number", "passport", "driver_licence", "card", "mobile", "email", "account", "business_number"),
)
MASKS: list[tuple[Kind, str, str]] = [
    ("resident_number", "주민등록번호 900101-1234568 입니다", "주민등록번호 900101-1****** 입니다"),
    ("resident_number", "901231-2000000(본인)", "901231-2******(본인)"),  # a check digit that fails: since October 2020
    ("resident_number", "(000229–4123456)", "(000229–4******)"),
    ("resident_number", "900101 - 5123456", "900101 - 5******"),
    ("resident_number", "생년 9001011234568", "생년 9001011******"),  # its check digit holds
    ("resident_number", "주민번호: 110111-1234567", "주민번호: 110111-1******"),
    ("passport", "여권번호 M12345678", "여권번호 M1*******"),
    ("passport", "Passport No. M123A4567", "Passport No. M1*******"),
    ("driver_licence", "면허 11-12-345678-90", "면허 11-**-******-**"),
    ("driver_licence", "서울 12-345678-90", "서울 12-******-**"),
    ("card", "4111-1111-1111-1111", "4111-11**-****-1111"),
    ("card", "4111111111111111", "411111******1111"),
    ("card", "카드 4111 1111 1111 1111", "카드 4111 11** **** 1111"),
    ("card", "9410-6100-0000-0001", "9410-61**-****-0001"),
    ("card", "3782-822463-10005", "3782-82****-*0005"),
    ("card", "3056-930902-5904", "3056-93****-5904"),
    ("mobile", "연락처 010-1234-5678", "연락처 010-****-5678"),
    ("mobile", "01012345678로", "010****5678로"),
    ("mobile", "011-123-4567", "011-***-4567"),
    ("mobile", "010.1234.5678", "010.****.5678"),
    ("mobile", "+82-10-1234-5678", "+82-1*-****-5678"),
    ("email", "문의: onggi.kim@example.co.kr로", "문의: on***.***@example.co.kr로"),
    ("account", "가온은행 123-456789-01-234 (예금주 옹기회)", "가온은행 123-******-**-*34 (예금주 옹기회)"),
    ("account", "입금계좌: 12345678901234", "입금계좌: 123*********34"),
    ("account", "후원계좌 : 우리 1002 123 123456", "후원계좌 : 우리 100* *** ****56"),
    ("account", "카뱅 3333012345678", "카뱅 333********78"),
    ("account", "우리 1002-123-123456", "우리 100*-***-****56"),
    ("mobile", "연락처 : 010 - 1234 - 5678", "연락처 : 010 - **** - 5678"),
    ("email", "연락처 gildong@example.\nor.kr", "연락처 gi*****@example.\nor.kr"),
    ("business_number", "사업자등록번호 : 123-45-67890", "사업자등록번호 : 123-**-*****"),
    ("business_number", "123 - 45 - 67891", "123 - ** - *****"),
    ("business_number", "사업자등록번호 123-45-67891", "사업자등록번호 123-**-*****"),
]
LEFT: list[tuple[Kind, str]] = [
    ("resident_number", "901301-1234567"),  # no 13th month
    ("resident_number", "010229-4123456"),  # no leap year
    ("resident_number", "900101-0234567"),  # 1800s: nobody lives
    ("resident_number", "9001011234567"),  # no hyphen, and no check digit
    ("resident_number", "900101-1******"),
    ("resident_number", "법인등록번호 110111-1234567"),
    ("resident_number", "110111-1000001"),  # the check digit of a corporation
    ("resident_number", "a.kr/2022/9001011234568"),
    ("resident_number", "문서번호 1900101-1234568"),
    ("passport", "제품번호 M12345678"),
    ("passport", "여권\nM12345678"),
    ("driver_licence", "면허 41-12-345678-90"),
    ("driver_licence", "2024-12-345678-90"),
    ("card", "4111-1111-1111-1112"),  # Luhn
    ("card", "4111 1111 1111 1111"),  # columns of a table, maybe
    ("card", "0000-0003-3431-0827"),  # ORCID
    ("card", "1234-5678-9012-3452"),  # no issuer
    ("card", "4111-1111-11111111"),
    ("mobile", "02-123-4567"),
    ("mobile", "1588-1234"),
    ("mobile", "010-1234-56789"),
    ("mobile", "2010-1234-5678"),
    ("email", "@example.com"),
    ("account", "은행 대표전화 02-1234-5678"),
    ("account", "은행 ☎ 123-456-7890123"),
    ("account", "123-456789-01-234"),
    ("account", "은행 1,000 2000 3000 4000"),
    ("account", "은행 1000 2000 3000"),
    ("account", "우리 02-1234-5678"),
    ("account", "국민우리 1002-123-123456"),
    ("account", "은행 1588-1234"),
    ("business_number", "123-45-67890"),
    ("business_number", "1123-45-67891"),
]


@pytest.mark.parametrize(("kind", "text", "expected"), MASKS)
def test_personal_data_is_masked_in_place(kind: Kind, text: str, expected: str) -> None:
    found = find(text, [kind])
    assert (masked(text, found), [item.kind for item in found]) == (expected, [kind])


@pytest.mark.parametrize(("kind", "text"), LEFT)
def test_what_only_looks_like_it_is_left(kind: Kind, text: str) -> None:
    assert masked(text, find(text, [kind])) == text


def test_nothing_is_masked_that_nobody_asked_for() -> None:
    text = "".join(f"{text}\n" for _, text, _ in MASKS)
    assert find(text, []) == []
    assert {item.kind for item in find(text, ["email"])} == {"email"}


def test_of_two_kinds_the_one_named_first_has_it() -> None:
    text = "은행 900101-1234568"
    assert [item.kind for item in find(text, ["resident_number", "account"])] == ["resident_number"]
    assert [item.kind for item in find(text, ["account", "resident_number"])] == ["account"]


PIECES = st.sampled_from([text for _, text, _ in MASKS] + [text for _, text in LEFT] + ["\n", " ", "-", "1", "가"])


@given(st.lists(PIECES, max_size=6).map("".join))
def test_masks_keep_the_length_and_what_is_masked_stays(text: str) -> None:
    found = find(text, KINDS)
    after = masked(text, found)
    assert len(after) == len(text)
    assert all(a == b or b == "*" for a, b in zip(text, after, strict=True))
    assert after.count("*") - text.count("*") == sum(
        item.edit.text.count("*") - text[item.edit.start : item.edit.end].count("*") for item in found
    )


@given(st.text(max_size=60))
def test_any_text_can_be_searched(text: str) -> None:
    find(text, KINDS)
