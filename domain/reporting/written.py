"""A report for programs: as a JSON document, and as the rows of one table in long form.

The keys are those other programs rely on; values are fractions, percentages only where they are called so.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from domain.reporting.compare import Comparison
from domain.reporting.figures import CampaignReport, Figure, SellerRow

HEADINGS: Final = ("Block", "Key", "Figure", "Count", "Of", "Base", "Value")
"""The columns of a report as a table: a count, what it is a part of and what that is called, and the quotient."""

COMPARED: Final = ("Key", "Figure", "First", "First of", "First value", "Second", "Second of", "Second value",
                   "Difference", "Base")  # fmt: skip

_COUNTS: Final = ("assigned", "calls", "contacts", "successes", "rejections")
_SECONDS: Final = ("talk_seconds", "wrap_seconds", "pause_seconds", "signed_in_seconds")

Cell = str | int | float | None


def document(report: CampaignReport) -> dict[str, object]:
    """The report as JSON can hold it."""
    return {
        "campaign": report.campaign,
        "as_of": _moment(report.as_of),
        "timezone": report.timezone,
        "filters": report.filters.to_json(),
        "filters_in_words": report.filters_in_words,
        "base": {
            "leads": report.base.leads,
            "assigned": report.base.assigned,
            "unassigned": report.base.unassigned,
            "filtered": report.base.filtered,
        },
        "attempts_made": report.attempts_made,
        "progress": {_name(each): figure(each) for each in report.progress},
        "resolutions": {
            _name(each): {"count": each.numerator, "percent": percent(each)} for each in report.resolutions
        },
        "outcomes": {_name(each): figure(each) for each in report.outcomes},
        "reasons": [
            {
                "resolution": each.resolution,
                "reason": each.reason,
                "label": each.label,
                "count": each.figure.numerator,
                "percent": percent(each.figure),
                "base": each.figure.base,
            }
            for each in report.reasons
        ],
        "rates": {_name(each): rate(each) for each in report.rates},
        "sellers": [seller(each) for each in report.sellers],
        "minimum_contacts_to_rank": report.minimum,
        "by_day": [
            {
                "day": each.day.isoformat(),
                "attempts": each.attempts,
                "contacts": each.contacts,
                "successes": each.successes,
            }
            for each in report.by_day
        ],
        "by_hour": [
            {
                "hour": each.hour,
                "attempts": each.attempts,
                "contacts": each.contacts,
                "successes": each.successes,
            }
            for each in report.by_hour
        ],
        "attempts": [
            {"attempts": each.attempts, "leads": each.leads, "successes": each.successes}
            for each in report.attempts
        ],
    }


def figure(each: Figure) -> dict[str, object]:
    """A figure with its label."""
    return {"label": each.label, **rate(each)}


def rate(each: Figure) -> dict[str, object]:
    """A figure: value, null where it is a part of nothing, and what it is made of."""
    return {
        "value": each.value,
        "numerator": each.numerator,
        "denominator": each.denominator,
        "base": each.base,
    }


def percent(each: Figure) -> float | None:
    """A share in per cent."""
    return None if each.value is None else round(100 * each.value, 4)


def seller(row: SellerRow) -> dict[str, object]:
    """What a seller did."""
    return {
        "seller_id": row.seller_id,
        "seller": row.name,
        "rank": row.rank,
        **{name: getattr(row, name) for name in (*_COUNTS, *_SECONDS)},
        "contact_rate": rate(row.contact_rate),
        "conversion": rate(row.conversion),
        "dials_per_hour": rate(row.dials_per_hour),
    }


def comparison(found: Comparison) -> dict[str, object]:
    """Two reports, and their figures in pairs."""
    return {
        "first": document(found.first),
        "second": document(found.second),
        "figures": [
            {
                "key": each.key,
                "label": each.label,
                "first": None if each.first is None else rate(each.first),
                "second": None if each.second is None else rate(each.second),
                "difference": each.difference,
            }
            for each in found.figures
        ],
    }


# ── as rows ──────────────────────────────────────────────────────────────────────────────────────────────


def rows(report: CampaignReport) -> Iterator[tuple[Cell, ...]]:
    """The report under ``HEADINGS``."""
    yield "Report", "campaign", report.campaign, None, None, None, None
    yield "Report", "as_of", _moment(report.as_of), None, None, None, None
    yield "Report", "filters", report.filters_in_words, None, None, None, None
    for name in ("leads", "assigned", "unassigned", "filtered"):
        yield "Base", f"base:{name}", name.capitalize(), getattr(report.base, name), None, None, None
    for title, figures in (
        ("Progress", report.progress),
        ("Resolutions", report.resolutions),
        ("Outcomes", report.outcomes),
    ):
        for each in figures:
            yield _row(title, each)
    for reason in report.reasons:
        yield _row(f"Reasons of {reason.resolution}", reason.figure)
    for each in report.rates:
        yield _row("Rates", each)
    for seller_row in report.sellers:
        yield from _seller_rows(seller_row)
    for point in report.by_day:
        for name in ("attempts", "contacts", "successes"):
            day = point.day.isoformat()
            yield f"Day {day}", f"day:{day}:{name}", name.capitalize(), getattr(point, name), None, None, None
    for hour in report.by_hour:
        for name in ("attempts", "contacts", "successes"):
            key = f"hour:{hour.hour}:{name}"
            yield f"Hour {hour.hour}", key, name.capitalize(), getattr(hour, name), None, None, None
    for tries in report.attempts:
        key = f"attempts:{tries.attempts}"
        yield "Attempts", key, f"Leads with {tries.attempts} attempts", tries.leads, None, None, None
        label = f"Successes after {tries.attempts} attempts"
        share = tries.successes / tries.leads if tries.leads else None
        yield "Attempts", f"{key}:success", label, tries.successes, tries.leads, "leads tried so often", share


def _seller_rows(row: SellerRow) -> Iterator[tuple[Cell, ...]]:
    title = f"Seller {row.name}"
    yield title, f"{row.people_key}:rank", "Rank", row.rank, None, None, None
    for name in (*_COUNTS, *_SECONDS):
        label = name.replace("_", " ").capitalize()
        yield title, f"{row.people_key}:{name}", label, getattr(row, name), None, None, None
    for each in (row.contact_rate, row.conversion, row.dials_per_hour):
        yield _row(title, each)


def _row(title: str, each: Figure) -> tuple[Cell, ...]:
    return title, each.key, each.label, each.numerator, each.denominator, each.base, each.value


def compared_rows(found: Comparison) -> Iterator[tuple[Cell, ...]]:
    """The comparison under ``COMPARED``."""
    for each in found.figures:
        known = each.first or each.second
        assert known is not None, "a pair has a side"
        yield (
            each.key,
            each.label,
            *_side(each.first),
            *_side(each.second),
            each.difference,
            known.base,
        )


def _side(each: Figure | None) -> tuple[Cell, ...]:
    return (None, None, None) if each is None else (each.numerator, each.denominator, each.value)


def _name(each: Figure) -> str:
    return each.key.partition(":")[2]


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
