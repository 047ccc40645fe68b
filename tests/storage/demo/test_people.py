"""The people of the demonstration are made up, and their numbers ring nowhere."""

import re

import phonenumbers
import pytest
from phonenumbers.timezone import time_zones_for_number

from storage.demo.names import NameMaker, Person, name_lists
from storage.demo.numbers import Number, NumberBook, ranges

PEOPLE = 45_211 + 400

FICTION = re.compile(
    r"\+1\d{3}55501\d\d"
    r"|\+44(113|114|116|117|118|121|131|141|151|161)496\d{4}"
    r"|\+44207946\d{4}|\+44191498\d{4}|\+4428964[9]6\d{3}|\+44292018\d{4}"
    r"|\+33(19900|26191|35301|46571|53649)\d{4}"
)


@pytest.fixture(scope="module")
def numbers() -> list[Number]:
    book = NumberBook(7)
    return [book.take() for _ in range(PEOPLE)]


@pytest.fixture(scope="module")
def people(numbers: list[Number]) -> list[Person]:
    maker = NameMaker(7)
    return [maker.person(number.place.country) for number in numbers]


def test_no_number_is_given_twice(numbers: list[Number]) -> None:
    assert len({number.e164 for number in numbers}) == PEOPLE


def test_every_number_lies_in_a_range_reserved_for_fiction(numbers: list[Number]) -> None:
    assert [n.e164 for n in numbers if not FICTION.fullmatch(n.e164)] == []


def test_every_range_is_valid_for_libphonenumber_with_the_zones_given() -> None:
    wrong = []
    for block in ranges():
        for index in (0, block.size // 2, block.size - 1):
            number = block.number(index)
            parsed = phonenumbers.parse(number.e164)
            zones = tuple(time_zones_for_number(parsed))
            if not phonenumbers.is_valid_number(parsed) or zones != number.place.zones:
                wrong.append((number, zones))
    assert wrong == []


def test_ranges_do_not_overlap() -> None:
    every = [block.number(index).e164 for block in ranges() for index in range(block.size)]
    assert len(every) == len(set(every)) == 106_500


def test_numbers_are_mixed_over_countries_and_zones(numbers: list[Number]) -> None:
    first = numbers[:200]
    assert {"US", "CA", "GB", "FR"} <= {number.place.country for number in first}
    assert len({number.place.zones for number in first}) > 5


def test_a_second_number_is_a_new_one_from_the_very_same_place() -> None:
    book = NumberBook(1)
    first = [book.take() for _ in range(2_000)]
    second = [(number, other) for number in first if (other := book.take_near(number)) is not None]
    assert len(second) > 1_500
    assert all(other.place == number.place for number, other in second)
    every = [number.e164 for number in first] + [other.e164 for _, other in second]
    assert len(every) == len(set(every))


def test_a_book_that_is_used_up_says_so() -> None:
    book = NumberBook(1)
    with pytest.raises(LookupError):
        for _ in range(106_500):
            book.take()


def test_no_two_people_have_the_same_full_name(people: list[Person]) -> None:
    assert len({person.name for person in people}) == PEOPLE


def test_nobody_is_called_like_somebody_widely_known(people: list[Person]) -> None:
    lists = name_lists()
    possible = {
        f"{given} {family}"
        for language in lists.given
        for given in lists.given[language]
        for family in lists.family[language]
    }
    assert possible >= lists.refused
    assert not {f"{p.first_name} {p.last_name.split()[0]}" for p in people} & lists.refused


def test_mail_goes_to_domains_reserved_for_examples(people: list[Person]) -> None:
    address = re.compile(r"[a-z-]+\.[a-z-]+\d\d@example\.(com|org|net)")
    assert [p.email for p in people if not address.fullmatch(p.email)] == []


def test_names_carry_their_accents(people: list[Person]) -> None:
    assert any("é" in p.name for p in people if p.language == "fr")
    assert any("ã" in p.name for p in people if p.language == "pt")
    assert any("ñ" in p.name for p in people if p.language == "es")


def test_the_same_seed_makes_the_same_people_and_another_seed_others() -> None:
    def some(seed: int) -> list[tuple[str, str]]:
        book, maker = NumberBook(seed), NameMaker(seed)
        return [(n.e164, maker.person(n.place.country).name) for n in (book.take() for _ in range(50))]

    assert some(3) == some(3)
    assert some(3) != some(4)
