"""Makes up the people of the demonstration shop: names, firms, towns, e-mail addresses, all from a seed.

The same seed and the same number of people before give the same person.
"""

import random
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from math import gcd

NAME_FILE = "names.toml"
LANGUAGES = ("es", "pt", "en", "fr")
_TWO_FAMILY_NAMES = frozenset({"es", "pt"})
_MAIL_HOSTS = ("example.com", "example.org", "example.net")

# How often a language is spoken where a number lies, per 100, in the order of LANGUAGES.
_SPOKEN = {
    "US": (34, 20, 41, 5),
    "CA": (10, 8, 42, 40),
    "FR": (6, 10, 4, 80),
    "GB": (8, 10, 76, 6),
    "PR": (90, 2, 8, 0),
    "DO": (94, 2, 3, 1),
    "other": (10, 10, 70, 10),
}


@dataclass(frozen=True, slots=True)
class Person:
    """A made-up person; `language` is an ISO 639 code, `email` lies in a domain reserved for examples."""

    first_name: str
    last_name: str
    language: str
    email: str

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"


@dataclass(frozen=True, slots=True)
class NameLists:
    """What names are made of: lists by language (towns: by country), and the full names nobody is given."""

    given: dict[str, tuple[str, ...]]
    family: dict[str, tuple[str, ...]]
    towns: dict[str, tuple[str, ...]]
    companies: dict[str, tuple[str, ...]]
    streets: dict[str, tuple[str, ...]]
    refused: frozenset[str]


@lru_cache(maxsize=1)
def name_lists() -> NameLists:
    """The lists of names.toml, read once."""
    parts = tomllib.loads((files("storage.demo") / NAME_FILE).read_text(encoding="utf-8"))
    return NameLists(
        given={language: tuple(text.split()) for language, text in parts["given"].items()},
        family={language: tuple(text.split()) for language, text in parts["family"].items()},
        towns={country: tuple(names) for country, names in parts["towns"].items()},
        companies={language: tuple(forms) for language, forms in parts["companies"].items()},
        streets={language: tuple(forms) for language, forms in parts["streets"].items()},
        refused=frozenset(parts["refused"]["names"]),
    )


class NameMaker:
    """Gives one new full name after another; no full name twice in a language before its sums run out."""

    def __init__(self, seed: int) -> None:
        self._rng = random.Random(f"names {seed}")
        self._lists = name_lists()
        self._given: dict[str, int] = dict.fromkeys(LANGUAGES, 0)
        self._walk = {language: self._new_walk(language) for language in LANGUAGES}

    def person(self, country: str) -> Person:
        """A new person who may live in `country` (ISO 3166, two letters)."""
        weights = _SPOKEN.get(country, _SPOKEN["other"])
        language = self._rng.choices(LANGUAGES, weights)[0]
        first, last = self._next_pair(language)
        if language in _TWO_FAMILY_NAMES and self._rng.random() < 0.6:
            second = self._pick(self._lists.family[language])
            last = last if second == last else f"{last} {second}"
        return Person(first, last, language, self._email(first, last))

    def company(self, person: Person) -> str:
        """A made-up firm that bears the person's name."""
        return self._pick(self._lists.companies[person.language]).format(person.last_name.split()[0])

    def address(self, person: Person) -> str:
        """A made-up street and house number."""
        return self._pick(self._lists.streets[person.language]).format(1 + int(self._rng.random() * 180))

    def town(self, country: str) -> str:
        """A made-up town of `country`."""
        return self._pick(self._lists.towns.get(country, self._lists.towns["other"]))

    def _pick(self, choices: tuple[str, ...]) -> str:
        return choices[int(self._rng.random() * len(choices))]

    def _new_walk(self, language: str) -> tuple[int, int]:
        """A start and a step that visit every sum of given and family name once before any comes twice."""
        size = len(self._lists.given[language]) * len(self._lists.family[language])
        step = self._rng.randrange(size // 3, size // 2)
        while gcd(step, size) != 1:
            step += 1
        return self._rng.randrange(size), step

    def _next_pair(self, language: str) -> tuple[str, str]:
        start, step = self._walk[language]
        given, family = self._lists.given[language], self._lists.family[language]
        while True:
            place = (start + step * self._given[language]) % (len(given) * len(family))
            self._given[language] += 1
            first, last = given[place // len(family)], family[place % len(family)]
            if f"{first} {last}" not in self._lists.refused:
                return first, last

    def _email(self, first: str, last: str) -> str:
        host = _MAIL_HOSTS[int(self._rng.random() * len(_MAIL_HOSTS))]
        number = int(self._rng.random() * 90) + 10
        return f"{_plain(first)}.{_plain(last.split()[0])}{number}@{host}"


@lru_cache(maxsize=4096)
def _plain(name: str) -> str:
    """The name in lower-case ASCII letters, for an e-mail address."""
    letters = unicodedata.normalize("NFKD", name.lower())
    return "".join(c for c in letters if c.isascii() and (c.isalnum() or c == "-"))
