"""The blocks of figures about leads: progress, resolutions, reasons, rates, attempts. Pure arithmetic over counts.

Every figure states its base, and no part can be larger than its whole: the contacted are among the called, and the
successes of the conversion among the contacted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

from domain.codes import (
    CONTACTED_CAMPAIGN_STATUSES,
    FINISHED_CAMPAIGN_STATUSES,
    REJECTED_RESOLUTIONS,
    SUCCESS_RESOLUTIONS,
    CampaignStatus,
    Resolution,
)
from domain.reporting.counts import LeadCount
from domain.reporting.figures import AttemptRow, Figure, ReasonFigure, share
from domain.reporting.filters import NONE

FILTERED = "filtered leads"
NO_REASON = -1
HOUR = 3600


def total(rows: Sequence[LeadCount], wanted: Callable[[LeadCount], bool] = lambda _row: True) -> int:
    """How many leads fit."""
    return sum(row.leads for row in rows if wanted(row))


def is_contacted(row: LeadCount) -> bool:
    """The person was reached."""
    return row.campaign_status in CONTACTED_CAMPAIGN_STATUSES


def is_called(row: LeadCount) -> bool:
    """An attempt was made, or an outcome tells of one."""
    return row.attempts > 0 or row.campaign_status != CampaignStatus.NOT_CONTACTED


def is_success(row: LeadCount) -> bool:
    """Sold."""
    return row.resolution in SUCCESS_RESOLUTIONS


def is_rejected(row: LeadCount) -> bool:
    """Refused."""
    return row.resolution in REJECTED_RESOLUTIONS


def is_finished(row: LeadCount) -> bool:
    """Ended, with or without contact."""
    return row.campaign_status in FINISHED_CAMPAIGN_STATUSES


_PROGRESS: tuple[tuple[str, str, Callable[[LeadCount], bool]], ...] = (
    ("not_contacted", "Not contacted yet", lambda row: row.campaign_status == CampaignStatus.NOT_CONTACTED),
    (
        "could_not_contact",
        "Called, could not contact",
        lambda row: row.campaign_status == CampaignStatus.COULD_NOT_CONTACT,
    ),
    ("contacted", "Contacted", is_contacted),
    (
        "ended_with_contact",
        "Ended with contact",
        lambda row: row.campaign_status == CampaignStatus.ENDED_WITH_CONTACT,
    ),
    (
        "ended_without_contact",
        "Ended without contact",
        lambda row: row.campaign_status == CampaignStatus.ENDED_WITHOUT_CONTACT,
    ),
    ("called", "Called", is_called),
    ("penetration", "Penetration: attempted at least once", lambda row: row.attempts > 0),
    ("exhausted", "Exhausted: attempts used up", lambda row: row.exhausted),
    ("finished", "Finished", is_finished),
)


def standing(rows: Sequence[LeadCount]) -> list[LeadCount]:
    """The same leads, whether tried once or often: fewer rows for all figures that do not ask how often."""
    found: defaultdict[tuple[int, str, int, int, bool], int] = defaultdict(int)
    for row in rows:
        found[row.campaign_status, row.resolution, row.reason, min(row.attempts, 1), row.exhausted] += (
            row.leads
        )
    return [LeadCount(*key, leads) for key, leads in found.items()]


def progress(rows: Sequence[LeadCount], made: int) -> tuple[Figure, ...]:
    """How far the filtered leads are, each a share of all of them; and the attempts ``made``, to a lead on average."""
    leads = total(rows)
    found = [
        share(f"progress:{key}", label, total(rows, wanted), leads, FILTERED)
        for key, label, wanted in _PROGRESS
    ]
    found.append(
        share("progress:attempts_per_lead", "Attempts per lead", made, leads, FILTERED, people=False)
    )
    return tuple(found)


def attempts_made(rows: Sequence[LeadCount]) -> int:
    """The attempts of the leads, all together."""
    return sum(row.attempts * row.leads for row in rows)


def resolutions(rows: Sequence[LeadCount]) -> tuple[Figure, ...]:
    """The 13 resolutions and none: together the filtered leads. A word this version does not know counts as none."""
    leads = total(rows)
    known = set(Resolution)
    found = [
        share(
            f"resolution:{code}",
            code.label,
            total(rows, lambda row, code=code: row.resolution == code),  # type: ignore[misc]  # bound now
            leads,
            FILTERED,
        )
        for code in Resolution
    ]
    without = total(rows, lambda row: row.resolution not in known)
    found.append(share(f"resolution:{NONE}", "No resolution", without, leads, FILTERED))
    return tuple(found)


def outcomes(rows: Sequence[LeadCount]) -> tuple[Figure, ...]:
    """Success and rejection, and what was left unsaid: rejects without reason, ended leads without resolution."""
    leads, rejected, ended = total(rows), total(rows, is_rejected), total(rows, is_finished)
    known = set(Resolution)
    return (
        share("outcome:success", "Success", total(rows, is_success), leads, FILTERED),
        share("outcome:rejected", "Rejected", rejected, leads, FILTERED),
        share(
            "outcome:rejects_without_reason",
            "Rejects without reason",
            total(rows, lambda row: is_rejected(row) and row.reason == NO_REASON),
            rejected,
            "rejected leads",
        ),
        share(
            "outcome:ended_without_resolution",
            "Ended without resolution",
            total(rows, lambda row: is_finished(row) and row.resolution not in known),
            ended,
            "ended leads",
        ),
    )


def reasons(rows: Sequence[LeadCount], labels: Mapping[tuple[str, int], str]) -> tuple[ReasonFigure, ...]:
    """Each reason under its resolution, most frequent first; then, of rejections, those without one."""
    by_code: defaultdict[str, defaultdict[int, int]] = defaultdict(lambda: defaultdict(int))
    for row in rows:
        if row.resolution in set(Resolution):
            by_code[row.resolution][row.reason] += row.leads
    found: list[ReasonFigure] = []
    for code in Resolution:
        counted = by_code[code]
        given = sorted(
            (each for each in counted if each != NO_REASON), key=lambda each: (-counted[each], each)
        )
        if not given and code not in REJECTED_RESOLUTIONS:
            continue
        whole, base = sum(counted.values()), f"leads with resolution {code}"
        for reason in given:
            label = labels.get((code, reason), f"Reason {reason}")
            figure = share(f"reason:{code}:{reason}", label, counted[reason], whole, base)
            found.append(ReasonFigure(code.value, reason, label, figure))
        if counted.get(NO_REASON):
            label = "Without reason"
            figure = share(f"reason:{code}:{NONE}", label, counted[NO_REASON], whole, base)
            found.append(ReasonFigure(code.value, None, label, figure))
    return tuple(found)


def rates(rows: Sequence[LeadCount], dials_per_hour: Figure) -> tuple[Figure, ...]:
    """The rates people compare campaigns by, each over its own base."""
    contacted = total(rows, is_contacted)
    return (
        share("rate:contact_rate", "Contact rate", contacted, total(rows, is_called), "called leads"),
        share(
            "rate:conversion",
            "Conversion",
            total(rows, lambda row: is_success(row) and is_contacted(row)),
            contacted,
            "contacted leads",
        ),
        share("rate:success_rate", "Success rate", total(rows, is_success), total(rows), FILTERED),
        dials_per_hour,
    )


def per_hour(key: str, label: str, dials: int, seconds: int, base: str) -> Figure:
    """Dials in an hour of work. The denominator are seconds of work; None where nobody was signed in."""
    value = dials * HOUR / seconds if seconds > 0 else None
    return Figure(key, label, value, dials, seconds, base, people=False)


def attempts(rows: Sequence[LeadCount]) -> tuple[AttemptRow, ...]:
    """How many leads had so many attempts, and with how many of them it was the one that sold."""
    leads: defaultdict[int, int] = defaultdict(int)
    sold: defaultdict[int, int] = defaultdict(int)
    for row in rows:
        leads[row.attempts] += row.leads
        sold[row.attempts] += row.leads if is_success(row) else 0
    return tuple(AttemptRow(number, leads[number], sold[number]) for number in sorted(leads))
