"""What may stand in a contact's e-mail, country and language, typed by hand or read from a file.

A light check: it refuses what is certainly none, and leaves the rest to the people who know.
"""

from __future__ import annotations

import re
from functools import lru_cache

from domain.errors import Invalid

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_LANGUAGE = re.compile(r"([A-Za-z]{2,3})(?:[-_](?:[A-Za-z]{4}|[A-Za-z]{2}|\d{3}))*")


def is_email(text: str) -> bool:
    """A light check: one @, something before it, a dot after it, no blanks."""
    return _EMAIL.fullmatch(text) is not None


def email(text: str) -> str:
    """The address as it is kept; raises ``Invalid`` for a text that is none."""
    if not is_email(text):
        raise Invalid(f"{text} is no e-mail address.", code="email")
    return text


def country(text: str) -> str:
    """The country as it is kept: a code in capitals, or its English or Spanish name; raises ``Invalid`` else."""
    known = _countries()
    if text.upper() in known:
        return text.upper()
    if text.casefold() not in known.values() and text.casefold() not in _spanish_countries():
        raise Invalid(f"{text} is no country; use its name or a two-letter code such as UY.", code="country")
    return text


def language(text: str) -> str:
    """A language code such as es or pt-BR; raises ``Invalid`` for one nobody knows."""
    found = _LANGUAGE.fullmatch(text)
    if found is None or found[1].lower() not in _languages():
        raise Invalid(f"{text} is no language; use a code such as es or pt-BR.", code="language")
    return text


@lru_cache
def _countries() -> dict[str, str]:
    """English names (folded) of the two-letter codes."""
    return _territories("en")


@lru_cache
def _spanish_countries() -> frozenset[str]:
    return frozenset(_territories("es").values())


def _territories(locale: str) -> dict[str, str]:
    from babel import Locale

    names = Locale(locale).territories
    return {code: str(name).casefold() for code, name in names.items() if len(code) == 2 and code != "ZZ"}


@lru_cache
def _languages() -> frozenset[str]:
    from babel import Locale

    return frozenset(Locale("en").languages)
