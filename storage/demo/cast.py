"""Puts a made-up person behind each row: name, numbers, address, tags, all from the seed."""

import random
from dataclasses import dataclass

from storage.demo.dataset import Client
from storage.demo.names import NameMaker, Person
from storage.demo.numbers import Number, NumberBook

SECOND_NUMBER_SHARE = 0.1
_OWN_FIRM = frozenset({"entrepreneur", "self-employed"})
_FIRM_SHARE = 0.15


@dataclass(frozen=True, slots=True)
class Somebody:
    """A contact to be: a person with numbers (one, sometimes two of the same place) and an address."""

    person: Person
    numbers: tuple[Number, ...]
    kinds: tuple[str, ...]
    company: str | None
    address: str
    city: str
    state: str | None
    country: str
    tags: tuple[str, ...]
    attributes: dict[str, str]

    @property
    def zones(self) -> tuple[str, ...]:
        return self.numbers[0].place.zones


class Cast:
    """Makes one new person after another."""

    def __init__(self, seed: int) -> None:
        self._rng = random.Random(f"cast {seed}")
        self._names = NameMaker(seed)
        self._numbers = NumberBook(seed)

    def client(self, client: Client, *, one_number: bool = False) -> Somebody:
        """Somebody for a client of the bank; what the data says of them stays with them as attributes."""
        employed = client.job in _OWN_FIRM or self._rng.random() < _FIRM_SHARE
        return self._somebody(
            tags=_tags(client),
            attributes=_attributes(client),
            kind="mobile" if client.contact == "cellular" else "phone",
            company=employed,
            two_numbers=not one_number and self._rng.random() < SECOND_NUMBER_SHARE,
        )

    def reader(self) -> Somebody:
        """Somebody met at the fair, for the small campaign."""
        likes = ("on paper", "digital", "both")[int(self._rng.random() * 3)]
        return self._somebody(
            tags=("fair", likes), attributes={"reads": likes}, kind="mobile", company=False, two_numbers=False
        )

    def _somebody(
        self,
        *,
        tags: tuple[str, ...],
        attributes: dict[str, str],
        kind: str,
        company: bool,
        two_numbers: bool,
    ) -> Somebody:
        number = self._numbers.take()
        place = number.place
        person = self._names.person(place.country)
        second = self._numbers.take_near(number) if two_numbers else None
        return Somebody(
            person=person,
            numbers=(number,) if second is None else (number, second),
            kinds=(kind, "phone"),
            company=self._names.company(person) if company else None,
            address=self._names.address(person),
            city=place.city or self._names.town(place.country),
            state=place.state,
            country=place.country,
            tags=tags,
            attributes=attributes,
        )


def _tags(client: Client) -> tuple[str, ...]:
    found = [] if client.job == "unknown" else [client.job.rstrip(".")]
    if client.housing_loan:
        found.append("home loan")
    if client.personal_loan:
        found.append("personal loan")
    if client.previous_outcome == "success":
        found.append("bought before")
    return tuple(found)


def _attributes(client: Client) -> dict[str, str]:
    facts = {
        "age": str(client.age),
        "job": client.job,
        "marital": client.marital,
        "education": client.education,
        "in default": "yes" if client.in_default else "no",
        "balance": f"{client.balance} EUR",
        "last contact in the data": f"{client.day} {client.month}",
    }
    if client.previous:
        facts["campaign before"] = f"{client.previous_outcome}, {client.pdays} days earlier"
    return facts
