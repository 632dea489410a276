"""Personal data, found by rule and masked in place: digits become ``*``, and no offset of the text moves.

=================  =====================================================================================================
resident_number    of residents and foreigners: a birth date that there is, and a digit 1 to 8 for century and sex.
                   Numbers given since October 2020 have no check digit (enforcement rule of the Resident Registration
                   Act, 2020), so one that is written with a hyphen needs none; one without needs it. The number
                   of a corporation has the same shape: where 법인 stands before, or only its own check digit holds,
                   it stays.
passport           M12345678 and M123A4567, where 여권 or passport stands before in the line
driver_licence     11-12-345678-90, with a code of a region, or 서울 12-345678-90
card               14 to 16 digits of an issuer's range (ISO/IEC 7812) whose Luhn digit holds; in groups with spaces
                   only where 카드 or card stands before in the line, as four columns of numbers look like that too
mobile             010-1234-5678, 011-123-4567, +82 10-1234-5678
email              all but the first two characters of what stands before the @
account            10 to 14 digits in groups, where a bank or 계좌 stands before in the line, or a short name of one
                   right before (우리 1002-…), and which is no telephone; in groups with spaces only close behind 계좌
business_number    123-45-67891 whose check digit holds, or where 사업자 stands before in the line
=================  =====================================================================================================

Landlines are no personal data: an office's telephone is what many a question asks for.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from onggi.cleaning.edits import Edit

Kind = Literal["resident_number", "passport", "driver_licence", "card", "mobile", "email", "account", "business_number"]

KINDS = get_args(Kind)
_HYPHEN = "[-\u2010-\u2015\u2212\uff0d]"
_BEFORE = 40  # characters of the line in which a word can say what a number is
_REGIONS = range(11, 29)  # first two digits of a driver's licence: Seoul is 11


@dataclass(frozen=True, slots=True)
class Found:
    """A stretch of personal data and its mask, of the same length."""

    kind: Kind
    edit: Edit


@dataclass(frozen=True, slots=True)
class _Rule:
    """``kept`` letters and digits stay at the beginning and at the end of what a pattern finds, if it ``holds``."""

    pattern: re.Pattern[str]
    kept: tuple[int, int]
    holds: Callable[[re.Match[str]], bool] = lambda match: True


def find(text: str, kinds: Sequence[Kind]) -> list[Found]:
    """Return the personal data of some kinds in a text, in order; what two kinds find goes to the one named first."""
    found: list[Found] = []
    for kind in kinds:
        if kind == "email" and "@" not in text:
            continue
        rule = _RULES[kind]
        for match in rule.pattern.finditer(text):
            start, end = match.span()
            taken = any(start < other.edit.end and other.edit.start < end for other in found)
            if not taken and rule.holds(match):
                found.append(Found(kind, Edit(start, end, _starred(match[0], *rule.kept))))
    return sorted(found, key=lambda item: item.edit.start)


def masked(text: str, found: Iterable[Found]) -> str:
    """Return a text with what was found in it masked."""
    parts, last = [], 0
    for item in found:
        parts += [text[last : item.edit.start], item.edit.text]
        last = item.edit.end
    return "".join([*parts, text[last:]])


def _starred(text: str, first: int, last: int) -> str:
    places = [place for place, character in enumerate(text.partition("@")[0]) if character.isalnum()]
    stars = set(places[first : len(places) - last])
    return "".join("*" if place in stars else character for place, character in enumerate(text))


def _line_before(match: re.Match[str], length: int = _BEFORE) -> str:
    return match.string[max(0, match.start() - length) : match.start()].rpartition("\n")[2]


def _digits(text: str) -> list[int]:
    return [int(character) for character in text if character.isdigit()]


def _weighed(digits: Iterable[int], weights: Iterable[int]) -> int:
    return sum(digit * weight for digit, weight in zip(digits, weights, strict=False))


def _is_resident(match: re.Match[str]) -> bool:
    digits = _digits(match[0])
    century = {1: 1900, 2: 1900, 5: 1900, 6: 1900, 3: 2000, 4: 2000, 7: 2000, 8: 2000}.get(digits[6])
    if century is None or not _is_date(century + int("".join(map(str, digits[:2]))), digits[2:6]):
        return False
    foreign = 2 if digits[6] > 4 else 0
    checked = (11 - _weighed(digits, [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]) % 11 + foreign) % 10 == digits[12]
    if "-" not in re.sub(_HYPHEN, "-", match[0]):
        return checked
    before = _line_before(match)
    if re.search("주민|외국인", before):
        return True
    return "법인" not in before and (checked or not _is_corporation(digits))


def _is_date(year: int, digits: list[int]) -> bool:
    try:
        date(year, digits[0] * 10 + digits[1], digits[2] * 10 + digits[3])
    except ValueError:
        return False
    return True


def _is_corporation(digits: list[int]) -> bool:
    """Tell whether 13 digits are the number of a corporation: kind of legal person, and check digit."""
    kind = digits[4] * 10 + digits[5]
    return kind in (11, 12, 13, 14, 15, 21, 22, 31) and (10 - _weighed(digits, [1, 2] * 6) % 10) % 10 == digits[12]


def _is_card(match: re.Match[str]) -> bool:
    digits = _digits(match[0])
    if " " in match[0] and not re.search("카드|card", _line_before(match), re.IGNORECASE):
        return False
    doubled = [digit * 2 - 9 * (digit > 4) for digit in digits[-2::-2]]
    if (sum(doubled) + sum(digits[-1::-2])) % 10:
        return False
    number = "".join(map(str, digits))
    head, four = int(number[:2]), int(number[:4])
    if len(digits) == 14:
        return head in (36, 38, 39) or 3000 <= four <= 3059  # Diners
    if len(digits) == 15:
        return head in (34, 37)  # American Express
    issuers = number[0] in "49" or head in (*range(51, 56), 62, 65)  # Visa, Korea's own, Mastercard, UnionPay, Discover
    return issuers or 2221 <= four <= 2720 or 3528 <= four <= 3589 or four == 6011  # Mastercard, JCB, Discover


def _is_passport(match: re.Match[str]) -> bool:
    return bool(re.search("여권|passport", _line_before(match), re.IGNORECASE))


def _is_licence(match: re.Match[str]) -> bool:
    """Tell whether a number has a region: two digits before the year, or its name before the number."""
    if match["year"]:
        return int(match[0][:2]) in _REGIONS
    return bool(re.search("[가-힣]{2} ?$", _line_before(match)))


def _is_account(match: re.Match[str]) -> bool:
    before = _line_before(match, 30)
    if " " in match[0]:
        return bool(re.search(r"계좌\D{0,15}$", before)) and 10 <= len(_digits(match[0])) <= 14
    named = re.search("계좌|은행|농협|수협|신협|우체국|새마을금고|뱅크|예금", before) or _BANK.search(before)
    telephone = re.search(r"(☎|☏|전화|연락처|tel)\D*$", before, re.IGNORECASE)
    return bool(named) and not telephone and 10 <= len(_digits(match[0])) <= 14 and not _TELEPHONE.fullmatch(match[0])


def _is_business(match: re.Match[str]) -> bool:
    if "사업자" in _line_before(match, 20):
        return True
    digits = _digits(match[0])
    total = _weighed(digits, [1, 3, 7, 1, 3, 7, 1, 3, 5]) + digits[8] * 5 // 10
    return (10 - total % 10) % 10 == digits[9]


_TELEPHONE = re.compile(r"0\d{1,2}-\d{3,4}-\d{4}|1[5-8]\d\d-\d{4}(?:-\d+)?")


_BANK = re.compile(r"(?<![가-힣])(?:국민|신한|우리|하나|기업|제일|카뱅|카카오|토스)\s?:?\s?$")


def _pattern(first: str, not_before: str, rest: str) -> re.Pattern[str]:
    """Return a pattern that begins with a character, and looks behind only where that is found: four times as fast."""
    return re.compile(rf"{first}(?<!{not_before}{first}){rest}", re.ASCII)


_RULES: dict[Kind, _Rule] = {
    "resident_number": _Rule(
        _pattern(r"\d", r"[\w./=-]", rf"\d{{5}}(?: ?{_HYPHEN} ?| )?\d{{7}}(?![\w-])"), (7, 0), _is_resident
    ),
    "passport": _Rule(
        _pattern("[MSRODG]", "[A-Za-z0-9]", r"\d{3}(?:\d{5}|[A-Z]\d{4})(?![A-Za-z0-9])"), (2, 0), _is_passport
    ),
    "driver_licence": _Rule(
        _pattern(r"\d", r"[\d-]", r"\d-(?:(?P<year>\d\d)-)?\d{6}-\d\d(?![\d-])"), (2, 0), _is_licence
    ),
    "card": _Rule(
        _pattern(
            r"\d",
            r"[\w./=-]",
            r"(?:\d{3}([ -]?)\d{4}\1\d{4}\1\d{4}|(?<=3)\d{3}([ -]?)\d{6}\2\d{4,5})(?![\w-])",
        ),
        (6, 4),
        _is_card,
    ),
    "mobile": _Rule(
        _pattern(
            r"[0+8]",
            r"[\w.+-]",
            r"(?:(?<=0)|(?:(?<=\+)8|(?<=8))2[- ]?(?:\(0\) ?|0)?)"
            r"(?:10(?:[-. )]{0,2}| - )\d{4}|1[16789](?:[-. )]{0,2}| - )\d{3,4})(?:[-. ]?| - )\d{4}(?![\w-])",
        ),
        (3, 4),
    ),
    "email": _Rule(re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.\n?[\w-]+)+", re.ASCII), (2, 0)),
    "account": _Rule(
        _pattern(r"\d", r"[\w.-]", r"(?:\d{1,5}(?:-\d{2,7}){1,3}|\d{10,13}|\d{2,5}(?: \d{2,6}){1,3})(?![\w-])"),
        (3, 2),
        _is_account,
    ),
    "business_number": _Rule(_pattern(r"\d", r"[\w-]", r"\d\d ?- ?\d\d ?- ?\d{5}(?![\w-])"), (3, 0), _is_business),
}
