"""Hands out telephone numbers that ring nowhere: ranges reserved for fiction, each number once.

Source: North American 555-0100 to 0199 in every geographic area code (area_codes.csv, as libphonenumber 9.0
knows them), the drama ranges of the British regulator and those of the French one. 0115 496 is left out:
libphonenumber takes it for invalid.
"""

import csv
import random
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files

AREA_CODE_FILE = "area_codes.csv"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a number lies: country (ISO 3166), state and city where the number tells, IANA time zones."""

    country: str
    state: str | None
    city: str | None
    zones: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Number:
    """A reserved number in E.164 and where it lies."""

    e164: str
    place: Place


@dataclass(frozen=True, slots=True)
class Range:
    """`size` numbers that begin with `prefix` and go on with a counter of `digits` digits from `first`."""

    prefix: str
    digits: int
    first: int
    size: int
    place: Place

    def number(self, index: int) -> Number:
        return Number(f"{self.prefix}{self.first + index:0{self.digits}d}", self.place)


_LONDON = ("Europe/London",)
_PARIS = ("Europe/Paris",)
_BRITISH = {
    "113496": "Leeds",
    "114496": "Sheffield",
    "116496": "Leicester",
    "117496": "Bristol",
    "118496": "Reading",
    "121496": "Birmingham",
    "131496": "Edinburgh",
    "141496": "Glasgow",
    "151496": "Liverpool",
    "161496": "Manchester",
    "207946": "London",
    "191498": "Newcastle",
}
# Two British ranges begin within a block of ten thousand.
_BRITISH_PARTS = {("289649", 6000): "Belfast", ("292018", 0): "Cardiff"}
_FRENCH = {
    "19900": "Île-de-France",
    "26191": "Nord-Ouest",
    "35301": "Nord-Est",
    "46571": "Sud-Est",
    "53649": "Sud-Ouest",
}


def ranges() -> Iterator[Range]:
    """Every range the demonstration uses, in a fixed order."""
    with (files("storage.demo") / AREA_CODE_FILE).open(encoding="utf-8") as text:
        for row in csv.DictReader(text):
            place = Place(row["country"], row["state"], row["city"] or None, tuple(row["zones"].split()))
            for code in row["codes"].split():
                yield Range(f"+1{code}5550", 3, 100, 100, place)
    for prefix, city in _BRITISH.items():
        yield Range(f"+44{prefix}", 4, 0, 1000, Place("GB", None, city, _LONDON))
    for (prefix, first), city in _BRITISH_PARTS.items():
        yield Range(f"+44{prefix}", 4, first, 1000, Place("GB", None, city, _LONDON))
    for prefix, region in _FRENCH.items():
        yield Range(f"+33{prefix}", 4, 0, 10_000, Place("FR", region, None, _PARIS))


# People per hundred from each part of the world; the ranges are not of one size, the shop is to be mixed.
_SHARES = (("north america", 62), ("GB", 17), ("FR", 21))


# Of every hundred numbers this many are kept as second numbers.
_KEPT_FOR_SECOND = 15


class NumberBook:
    """Gives one reserved number after another, mixed over the countries, never one twice.

    Raises `LookupError` when every range is used up (90,000 numbers).
    """

    def __init__(self, seed: int) -> None:
        self._rng = random.Random(f"numbers {seed}")
        self._left: dict[str, list[tuple[Range, int]]] = {name: [] for name, _ in _SHARES}
        for block in ranges():
            part = block.place.country if block.place.country in self._left else "north america"
            self._left[part].extend((block, index) for index in range(block.size))
        self._second: dict[Place, list[tuple[Range, int]]] = {}
        for part, numbers in self._left.items():
            self._rng.shuffle(numbers)
            kept = len(numbers) * _KEPT_FOR_SECOND // 100
            for block, index in numbers[:kept]:
                self._second.setdefault(block.place, []).append((block, index))
            self._left[part] = numbers[kept:]

    def take(self) -> Number:
        """A number nobody has, from a country by its share."""
        names = [name for name, _ in _SHARES if self._left[name]]
        if not names:
            raise LookupError("all numbers reserved for fiction are in use")
        shares = [share for name, share in _SHARES if self._left[name]]
        return self._number(self._left[self._rng.choices(names, shares)[0]])

    def take_near(self, other: Number) -> Number | None:
        """A second number for somebody, from the very same place; None when the place has none left."""
        kept = self._second.get(other.place)
        return self._number(kept) if kept else None

    def _number(self, numbers: list[tuple[Range, int]]) -> Number:
        block, index = numbers.pop()
        return block.number(index)
