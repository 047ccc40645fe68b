"""Prices as people write them, and as they are kept: whole minor units of a currency."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation, Overflow

from domain.errors import Invalid

LARGEST = 2**31 - 1
"""The largest amount, in minor units, and the largest quantity both databases keep."""


def minor_units(text: str, currency: str) -> int:
    """The price in minor units: ``19.90`` in EUR is 1990. A decimal comma is understood as well.

    Raises:
        Invalid: no number, below zero, too large, or with more decimals than the currency has.
    """
    from babel.numbers import get_currency_precision

    digits = get_currency_precision(currency.upper())
    try:
        scaled = Decimal(text.strip().replace(",", ".")).scaleb(digits)
    except (InvalidOperation, Overflow):
        raise Invalid(f'"{text}" is no price; write for example 19.90', code="price") from None
    if not scaled.is_finite() or scaled < 0 or scaled != scaled.to_integral_value():
        raise Invalid(
            f"{text} is no price in {currency.upper()}: it has {digits} decimals and is not below zero.",
            code="price",
        )
    if scaled > LARGEST:
        raise Invalid(f"{text} is too high a price; at most {price_text(LARGEST, currency)}.", code="price")
    return int(scaled)


def price_text(minor: int, currency: str) -> str:
    """The price as text: ``19.90 EUR``."""
    from babel.numbers import get_currency_precision

    digits = get_currency_precision(currency)
    return f"{Decimal(minor).scaleb(-digits):,.{digits}f} {currency}"
