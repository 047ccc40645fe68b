"""Two reports side by side: two campaigns, or two periods of one; each figure with what they differ by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlmodel import Session

from domain.people.rights import Actor
from domain.reporting.figures import CampaignReport, Figure
from domain.reporting.filters import ReportFilters
from domain.reporting.report import MINIMUM_SAMPLE, campaign_report


@dataclass(frozen=True, slots=True)
class Compared:
    """A figure on both sides; ``difference`` of the values, the second less the first, None where one has none."""

    key: str
    label: str
    first: Figure | None
    second: Figure | None
    difference: float | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two reports and their figures in pairs."""

    first: CampaignReport
    second: CampaignReport
    figures: tuple[Compared, ...]


def compared(
    session: Session,
    *,
    actor: Actor,
    campaign_id: int,
    filters: ReportFilters,
    now: datetime,
    other_campaign_id: int | None = None,
    other_from: date | None = None,
    other_to: date | None = None,
    language: str = "en",
    minimum: int = MINIMUM_SAMPLE,
) -> Comparison:
    """A campaign beside another, or beside itself on other days of action (``other_from``, ``other_to``).

    Another campaign is looked at through the same filters, but for the list, which only one campaign has.

    Raises:
        As ``campaign_report``.
    """
    others = filters
    if other_campaign_id is not None and other_campaign_id != campaign_id:
        others = replace(others, list_id=None)
    if other_from is not None or other_to is not None:
        others = replace(others, acted_from=other_from, acted_to=other_to)
    first, second = (
        campaign_report(
            session,
            actor=actor,
            campaign_id=number,
            filters=given,
            now=now,
            language=language,
            minimum=minimum,
        )
        for number, given in ((campaign_id, filters), (other_campaign_id or campaign_id, others))
    )
    return compare(first, second)


def compare(first: CampaignReport, second: CampaignReport) -> Comparison:
    """Two reports in pairs of figures, in the order of the first; what only the second has comes last."""
    ours, theirs = (dict(_figures(each)) for each in (first, second))
    pairs = []
    for key in [*ours, *(key for key in theirs if key not in ours)]:
        left, right = ours.get(key), theirs.get(key)
        known = left or right
        assert known is not None, "the key is of one of them"
        difference = None
        if left is not None and right is not None and left.value is not None and right.value is not None:
            difference = right.value - left.value
        pairs.append(Compared(key, known.label, left, right, difference))
    return Comparison(first, second, tuple(pairs))


def _figures(report: CampaignReport) -> Iterator[tuple[str, Figure]]:
    for figure in (*report.progress, *report.resolutions, *report.outcomes):
        yield figure.key, figure
    for reason in report.reasons:
        yield reason.figure.key, reason.figure
    for figure in report.rates:
        yield figure.key, figure
