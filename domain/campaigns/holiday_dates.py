"""The public holidays on which a campaign does not call, by country and, where it has them, subdivision."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from domain.errors import Invalid


def _unknown(message: str) -> Invalid:
    return Invalid(message, code="unknown_holidays", title="Unknown holiday calendar")


@lru_cache(maxsize=256)
def check_holiday_place(country: str, subdivision: str | None = None) -> tuple[str, str | None]:
    """The codes of a holiday calendar as they are kept ("uy" → "UY").

    Raises ``Invalid``, naming the nearest, where no such calendar is known.
    """
    from holidays import country_holidays, list_supported_countries

    code = country.strip().upper()
    if code not in list_supported_countries():
        near = _nearest_country(country, list_supported_countries())
        hint = f"did you mean {near}?" if near else "use the two-letter code of a country, such as UY."
        raise _unknown(f'No holidays are known for the country "{country}"; {hint}')
    if not subdivision:
        return code, None
    place = country_holidays(code)
    names = {str(name).upper(): str(name) for name in place.subdivisions}
    names |= {str(alias).upper(): str(name) for alias, name in place.subdivisions_aliases.items()}
    found = names.get(subdivision.strip().upper())
    if found is None:
        raise _unknown(_unknown_subdivision(code, subdivision, names))
    return code, found


def _unknown_subdivision(country: str, subdivision: str, names: dict[str, str]) -> str:
    from difflib import get_close_matches

    if not names:
        return f'{country} has the same holidays everywhere; leave "{subdivision}" out.'
    near = get_close_matches(subdivision.strip().upper(), names, n=1, cutoff=0.5)
    known = ", ".join(sorted(set(names.values())))
    hint = f"did you mean {names[near[0]]}?" if near else f"known are {known}."
    return f'No holidays are known for "{subdivision}" in {country}; {hint}'


def _nearest_country(text: str, codes: dict[str, list[str]]) -> str | None:
    from difflib import get_close_matches

    from babel import Locale

    names: dict[str, str] = {code.lower(): code for code in codes}
    for language in ("en", "es"):
        territories = Locale(language).territories
        names |= {str(name).lower(): code for code, name in territories.items() if code in codes}
    near = get_close_matches(text.strip().lower(), names, n=1, cutoff=0.6)
    return names[near[0]] if near else None


@lru_cache(maxsize=512)
def holiday_dates(country: str, subdivision: str | None, year: int) -> frozenset[date]:
    """The public holidays of a year, observed days included. Raises ``Invalid`` for an unknown place."""
    from holidays import country_holidays

    code, part = check_holiday_place(country, subdivision)
    return frozenset(day for day in country_holidays(code, subdiv=part, years=year) if day.year == year)
