"""What people write into a phone cell, and what becomes of it."""

from __future__ import annotations

import random
import re
from functools import cache

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers.timezone import time_zones_for_number

from domain.contacts.digit_patterns import Ahead, DigitPattern, NotUnderstood
from domain.contacts.number_blocks import Unsettled, settle
from domain.contacts.numbering import Unusual, kind_of, region_named, resolve
from domain.contacts.phones import InvalidPhone, Phone, PhoneReason, normalise, read_cell, reader, time_zones
from domain.errors import Invalid
from tests.support.fuzz import tried

REGIONS = ["US", "CA", "GB", "FR", "UY", "ES", "PT", "BR", "MX", "AR", "DE", "IT"]
OTHERS = [
    "DO",
    "JM",
    "AU",
    "CX",
    "KZ",
    "RU",
    "NO",
    "FI",
    "CH",
    "IN",
    "ID",
    "CI",
    "SM",
    "VA",
    "GG",
    "MF",
    "HU",
    "LT",
    "BY",
    "CN",
    "JP",
    "NZ",
    "ZA",
    "AX",
]


def numbers_of(text: str, region: str = "UY") -> list[str]:
    return [phone.e164 for phone in read_cell(text, region).phones]


def reason_of(text: str, region: str = "UY") -> PhoneReason:
    answer = normalise(text, region)
    assert isinstance(answer, InvalidPhone)
    return answer.reason


@pytest.mark.parametrize(
    "text",
    [
        "091 234 567",
        "91234567",
        "+598 91 234 567",
        "(598) 91-234-567",
        "00598 91 234 567",
        "+598 (0)91 234 567",
        "091.234.567",
        "  091234567\t",
        "'091234567",
        '="091234567"',
        "\u202a+598 91 234 567\u202c",
        "０９１２３４５６７",
        "091\u00a0234\u00a0567",
        "Tel: 091234567",
        "cel.091234567",
        "Cel091234567",
        "tel:+59891234567",
        "091 234 567 (Juan)",
        "59891234567.0",
        "59891234567,00",
        "5.9891234567E+10",
        "5,9891234567e10",
    ],
)
def test_one_number_is_recognised_however_it_is_written(text: str) -> None:
    assert numbers_of(text) == ["+59891234567"]


@pytest.mark.parametrize(
    "text",
    [
        "091 234 567 / 099 111 222",
        "091234567/099111222",
        "091234567;099111222",
        "091234567, 099111222",
        "091234567 | 099111222",
        "091234567\n099111222",
        "091 234 567 y 099 111 222",
        "091 234 567 or 099 111 222",
        "091 234 567 ou 099 111 222",
        "091 234 567 - 099 111 222",
        "091234567 099111222",
        "+598 91 234 567 & +598 99 111 222",
    ],
)
def test_two_numbers_in_a_cell_are_two_phones_of_the_contact(text: str) -> None:
    assert numbers_of(text) == ["+59891234567", "+59899111222"]


def test_the_same_number_twice_in_a_cell_is_one_phone() -> None:
    assert numbers_of("091234567 / +598 91 234 567") == ["+59891234567"]


def test_a_slash_inside_one_number_does_not_split_it() -> None:
    assert numbers_of("030/1234567", "DE") == ["+49301234567"]
    assert numbers_of("11/2345-6789", "AR") == ["+541123456789"]


def test_what_is_no_number_beside_a_good_one_is_named() -> None:
    cell = read_cell("2902 1234 / 35", "UY")
    assert [phone.e164 for phone in cell.phones] == ["+59829021234"]
    assert cell.invalid == InvalidPhone("35", PhoneReason.TOO_SHORT)


@pytest.mark.parametrize("text", ["2902 1234 int 12", "2902-1234 x12", "2902 1234 ext. 12", "2902 1234 #12"])
def test_an_extension_is_kept_beside_the_number(text: str) -> None:
    assert read_cell(text, "UY").phones == (Phone("+59829021234", ("America/Montevideo",), "12"),)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", PhoneReason.EMPTY),
        ("   ", PhoneReason.EMPTY),
        ("--", PhoneReason.EMPTY),
        ("no tiene", PhoneReason.NOT_A_NUMBER),
        ("#N/A", PhoneReason.NOT_A_NUMBER),
        ("0", PhoneReason.TOO_SHORT),
        ("123", PhoneReason.TOO_SHORT),
        ("598912345670000000", PhoneReason.TOO_LONG),
        ("9" * 400, PhoneReason.TOO_LONG),
        ("5.98E+10", PhoneReason.DIGITS_LOST),
        ("5,98912E+10", PhoneReason.DIGITS_LOST),
        ("O91234567", PhoneReason.LETTERS),
        ("09l234567", PhoneReason.LETTERS),
        ("+999 123 456 789", PhoneReason.UNKNOWN_COUNTRY),
        ("0115 496 0123", PhoneReason.NOT_IN_USE),
    ],
)
def test_a_bad_number_is_refused_with_its_reason(text: str, reason: PhoneReason) -> None:
    assert reason_of(text, "GB" if text.startswith("0115") else "UY") is reason
    assert InvalidPhone(text, reason).message


def test_numbers_reserved_for_fiction_pass() -> None:
    assert numbers_of("(212) 555-0123", "US") == ["+12125550123"]
    assert numbers_of("0113 496 0123", "GB") == ["+441134960123"]
    assert numbers_of("01 99 00 12 00", "FR") == ["+33199001200"]


def test_without_a_region_only_international_numbers_are_read() -> None:
    assert isinstance(normalise("+59891234567", None), Phone)
    answer = normalise("091234567", None)
    assert isinstance(answer, InvalidPhone)
    assert answer.reason is PhoneReason.UNKNOWN_COUNTRY


def test_an_unknown_region_is_named() -> None:
    with pytest.raises(Invalid, match='no region "XX"'):
        normalise("091234567", "XX")


def by_the_library(text: str, region: str) -> str | None:
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def by_us(digits: str, plus: bool, region: str) -> str | None:
    try:
        found = resolve(digits, plus=plus, region=region_named(region))
    except Unusual:
        return None
    return f"+{found.country_code}{found.national}" if found.verdict else None


@cache
def example(region: str, kind: int) -> str:
    """A number of the kind in the region, as the library has one; else nothing."""
    number = phonenumbers.example_number_for_type(region, kind)
    return phonenumbers.national_significant_number(number) if number else ""


def written(dice: random.Random, region: str) -> tuple[str, bool]:
    """Digits as somebody of the region might write them, right or wrong, and whether a plus stands before."""
    code = str(phonenumbers.country_code_for_region(region))
    national = example(region, dice.choice([0, 1, 0, 1, 3, 4, 5, 6, 7, 8, 9, 10]))
    keep = dice.randint(0, len(national)) if dice.random() < 0.7 else 0
    length = len(national) if keep else dice.randint(2, 15)
    national = national[:keep] + "".join(dice.choices("0123456789", k=max(0, length - keep)))
    before = dice.choice(["", "", code, "+" + code, "+" + code, "+" + code + "0", "0", "1", "8", "015", "90"])
    if dice.random() < 0.1:
        before = dice.choice(["00", "011", "0011", "810", "0014"]) + code
    return before.lstrip("+") + national, before.startswith("+")


def test_the_fast_reading_agrees_with_the_library_on_60_000_numbers() -> None:
    dice = random.Random(20260102)
    valid = 0
    for _ in range(60_000):
        region = dice.choice(REGIONS * 3 + OTHERS)
        digits, plus = written(dice, region)
        expected = by_the_library(("+" if plus else "") + digits, region)
        valid += expected is not None
        assert by_us(digits, plus, region) == expected, (digits, plus, region)
        phone = reader(region).plain(("+" if plus else "") + digits)
        assert (phone.e164 if phone else None) == expected, (digits, plus, region)
    assert valid > 13_500, "too few valid numbers among the tries to prove anything"


def test_time_zones_agree_with_the_library() -> None:
    dice = random.Random(7)
    seen: set[tuple[str, ...]] = set()
    for _ in range(20_000):
        digits, plus = written(dice, dice.choice(REGIONS * 2 + OTHERS))
        e164 = by_the_library(("+" if plus else "+1") + digits, "US")
        if e164 is None:
            continue
        expected = time_zones_for_number(phonenumbers.parse(e164, None))
        zones = time_zones(e164)
        for last in dice.sample(range(10), 3):
            phone = reader("US").plain(e164[:-1] + str(last))
            assert phone is None or phone.zones == time_zones(phone.e164)
        assert zones == tuple(zone for zone in expected if zone != "Etc/Unknown"), e164
        seen.add(zones)
    assert len(seen) > 30


def test_a_block_of_numbers_is_settled_only_where_the_library_says_the_same_of_all_of_them() -> None:
    dice = random.Random(11)
    settled = 0
    for _ in range(6_000):
        region = dice.choice(REGIONS * 2 + OTHERS)
        digits, plus = written(dice, region)
        begin, more = digits[:-4], 4
        if not begin:
            continue
        try:
            block = settle(begin, more, plus=plus, region=region_named(region))
        except Unsettled:
            continue
        settled += 1
        for _ in range(8):
            tail = "".join(dice.choices("0123456789", k=more))
            expected = by_the_library(("+" if plus else "") + begin + tail, region)
            found = f"+{block.country_code}{block.national}{tail}" if block.verdict else None
            assert found == expected, (begin, tail, plus, region)
    assert settled > 2_000


@given(st.text(alphabet="0123456789", max_size=12), st.integers(0, 3))
def test_a_digit_pattern_says_what_the_regular_expression_says(digits: str, more: int) -> None:
    text = r"(?:2[1-35]|4\d)\d{2,4}|0(?:80)?1|9{3}"
    pattern, expression = DigitPattern(text), re.compile(text)
    tails = [f"{number:0{more}d}" if more else "" for number in range(10**more)]
    for answer, match in ((pattern.fully, expression.fullmatch), (pattern.begins, expression.match)):
        matches = {match(digits + tail) is not None for tail in tails}
        expected = Ahead.DEPENDS if len(matches) == 2 else Ahead.ALWAYS if matches == {True} else Ahead.NEVER
        assert answer(digits, more) is expected


def test_what_a_digit_pattern_does_not_know_is_left_alone() -> None:
    for text in ("1$|2", "[^1]", "a", "1+", "(1"):
        with pytest.raises(NotUnderstood):
            DigitPattern(text)


def test_toll_free_numbers_may_lie_anywhere_in_the_country() -> None:
    assert len(time_zones("+18005550123")) > 20
    assert time_zones("+12125550123") == ("America/New_York",)
    assert time_zones("+1212555") == ()


def test_a_mobile_is_known_where_the_library_knows_one() -> None:
    dice = random.Random(7)
    seen = {"mobile": 0, "phone": 0}
    for _ in range(6000):
        region = dice.choice([*REGIONS, *OTHERS])
        digits, plus = written(dice, region)
        e164 = by_us(digits, plus, region)
        if e164 is None:
            continue
        kind = phonenumbers.number_type(phonenumbers.parse(e164, None))
        expected = "mobile" if kind == phonenumbers.PhoneNumberType.MOBILE else "phone"
        assert kind_of(e164) == expected, (e164, kind)
        seen[expected] += 1
    assert min(seen.values()) > 200
    assert kind_of("+59899123456") == "mobile"
    assert kind_of("+12125550123") == "phone", "there a mobile's number looks like any other"


@tried(100)
@given(st.text(alphabet="0123456789+() .-/;,xyEe'\"=#\u202aO\n", max_size=40) | st.text(max_size=60))
def test_any_text_is_answered_and_what_passes_is_valid(text: str) -> None:
    cell = read_cell(text, "UY")
    assert cell.phones or cell.invalid
    for phone in cell.phones:
        assert phonenumbers.is_valid_number(phonenumbers.parse(phone.e164, None)), phone
