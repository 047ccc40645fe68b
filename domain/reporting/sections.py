"""A report for people: its blocks as tables of texts and numbers, with what a bar beside a row would show.

The command prints them, the page draws them; every share stands beside its numbers and their base.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from domain.reporting.compare import Comparison
from domain.reporting.figures import CampaignReport, Figure, SellerRow

Kind = Literal["text", "count", "share", "number", "hours"]
Cell = str | int | float | None
NONE = "–"


@dataclass(frozen=True, slots=True)
class Section:
    """A block. ``bars``: of each row a part of 1, or None; ``note`` says what the columns mean."""

    key: str
    title: str
    columns: tuple[tuple[str, Kind], ...]
    rows: tuple[tuple[Cell, ...], ...]
    bars: tuple[float | None, ...] = ()
    note: str = ""

    def texts(self) -> list[list[str]]:
        """The cells as people read them."""
        return [
            [shown(cell, kind) for cell, (_title, kind) in zip(row, self.columns, strict=True)]
            for row in self.rows
        ]


def shown(cell: Cell, kind: Kind) -> str:
    """A value as people read it; a dash where there is none."""
    if cell is None:
        return NONE
    if isinstance(cell, str):
        return cell
    if kind == "share":
        return f"{100 * cell:.1f} %"
    if kind == "hours":
        minutes = round(cell / 60)
        return f"{minutes // 60}:{minutes % 60:02d}"
    return f"{cell:,}" if kind == "count" else f"{cell:,.1f}"


def sections(report: CampaignReport) -> tuple[Section, ...]:
    """All blocks of a report, in the order they are read."""
    base = report.base
    return (
        Section(
            "base",
            "Base",
            (("Leads", "text"), ("Count", "count")),
            (
                ("In the campaign", base.leads),
                ("Assigned to a seller", base.assigned),
                ("Not assigned", base.unassigned),
                ("Filtered: this report is about them", base.filtered),
                ("Attempts of the filtered", report.attempts_made),
            ),
        ),
        _figures("progress", "Progress", report.progress),
        _figures("resolutions", "Resolutions", report.resolutions),
        _figures("outcomes", "Success and rejection", report.outcomes),
        _reasons(report),
        _figures("rates", "Rates", report.rates),
        _sellers(report),
        _over_time(report),
        _by_hour(report),
        _attempts(report),
    )


def value(each: Figure) -> str:
    """What a figure comes to: a share in per cent, a rate of something else as a number."""
    return shown(each.value, "share" if is_share(each) else "number")


def is_share(each: Figure) -> bool:
    """Whether a figure is a part of a whole, and not so many to an hour or to a lead."""
    return not each.key.endswith(("dials_per_hour", "attempts_per_lead"))


def of(each: Figure) -> str:
    """What the denominator is, in words people read: hours of work are kept in seconds."""
    if each.key.endswith("dials_per_hour"):
        return f"{shown(each.denominator, 'hours')} {each.base}"
    return each.base if each.denominator is None else f"{each.denominator:,} {each.base}"


def _figures(key: str, title: str, figures: Sequence[Figure]) -> Section:
    return Section(
        key,
        title,
        (("Figure", "text"), ("Count", "count"), ("Value", "text"), ("Of", "text")),
        tuple((each.label, each.numerator, value(each), of(each)) for each in figures),
        tuple(each.value if is_share(each) else None for each in figures),
    )


def _reasons(report: CampaignReport) -> Section:
    return Section(
        "reasons",
        "Reasons",
        (("Resolution", "text"), ("Reason", "text"), ("Count", "count"), ("Share", "share"), ("Of", "text")),
        tuple(
            (each.resolution, each.label, each.figure.numerator, each.figure.value, of(each.figure))
            for each in report.reasons
        ),
        tuple(each.figure.value for each in report.reasons),
    )


def _sellers(report: CampaignReport) -> Section:
    return Section(
        "sellers",
        "Sellers, by who acted",
        (
            ("Rank", "count"),
            ("Seller", "text"),
            ("Assigned", "count"),
            ("Calls", "count"),
            ("Contacts", "count"),
            ("Contacts/calls", "share"),
            ("Successes", "count"),
            ("Successes/contacts", "share"),
            ("Rejections", "count"),
            ("Talk", "hours"),
            ("Wrap-up", "hours"),
            ("Pause", "hours"),
            ("Calls/hour", "number"),
        ),
        tuple(_seller(row) for row in report.sellers),
        tuple(row.conversion.value for row in report.sellers),
        f"Ranked by successes of contacts, from {report.minimum} contacts on. Times in hours and minutes.",
    )


def _seller(row: SellerRow) -> tuple[Cell, ...]:
    return (
        row.rank,
        row.name,
        row.assigned,
        row.calls,
        row.contacts,
        row.contact_rate.value,
        row.successes,
        row.conversion.value,
        row.rejections,
        row.talk_seconds,
        row.wrap_seconds,
        row.pause_seconds,
        row.dials_per_hour.value,
    )


_CALLS: tuple[tuple[str, Kind], ...] = (("Attempts", "count"), ("Contacts", "count"), ("Successes", "count"))


def _over_time(report: CampaignReport) -> Section:
    most = max((each.attempts for each in report.by_day), default=0)
    return Section(
        "by_day",
        "By day",
        (("Day", "text"), *_CALLS),
        tuple((each.day.isoformat(), each.attempts, each.contacts, each.successes) for each in report.by_day),
        tuple(each.attempts / most if most else None for each in report.by_day),
        f"Days as in {report.timezone}; bars are attempts.",
    )


def _by_hour(report: CampaignReport) -> Section:
    most = max((each.attempts for each in report.by_hour), default=0)
    return Section(
        "by_hour",
        "By hour of the day",
        (("Hour", "text"), *_CALLS),
        tuple(
            (f"{each.hour:02d}:00", each.attempts, each.contacts, each.successes) for each in report.by_hour
        ),
        tuple(each.attempts / most if most else None for each in report.by_hour),
        f"The clock of {report.timezone}; bars are attempts.",
    )


def _attempts(report: CampaignReport) -> Section:
    most = max((each.leads for each in report.attempts), default=0)
    return Section(
        "attempts",
        "By number of attempts",
        (("Attempts", "count"), ("Leads", "count"), ("Successes", "count"), ("Successes/leads", "share")),
        tuple(
            (each.attempts, each.leads, each.successes, each.successes / each.leads if each.leads else None)
            for each in report.attempts
        ),
        tuple(each.leads / most if most else None for each in report.attempts),
        "How many leads had so many attempts, and with how many of them it was the last one that sold.",
    )


def compared(found: Comparison) -> Section:
    """Two reports side by side."""
    rows = []
    for each in found.figures:
        known = each.first or each.second
        assert known is not None, "a pair has a side"
        points: Cell = each.difference
        if each.difference is not None and is_share(known):
            points = f"{100 * each.difference:+.1f} points"
        elif each.difference is not None:
            points = f"{each.difference:+,.1f}"
        rows.append(
            (
                each.label,
                *(cell for side in (each.first, each.second) for cell in _side(side)),
                points,
                known.base,
            )
        )
    return Section(
        "compared",
        "Side by side",
        (
            ("Figure", "text"),
            ("First", "count"),
            ("", "text"),
            ("Second", "count"),
            ("", "text"),
            ("Difference", "text"),
            ("Base", "text"),
        ),
        tuple(rows),
    )


def _side(each: Figure | None) -> tuple[Cell, Cell]:
    return (None, None) if each is None else (each.numerator, value(each))
