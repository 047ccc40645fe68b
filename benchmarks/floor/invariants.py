"""What must hold after any evening on the floor; each broken rule is one line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import func, select, text
from sqlmodel import col

from benchmarks.floor.campaign import Place
from benchmarks.floor.log import Hold, Log
from domain.calling import why
from domain.calling.models import HistoryEvent, Lead
from storage import figures, integrity
from storage.database import Database

SHOWN = 5
"""So many of one kind are told one by one."""


def broken(
    database: Database, place: Place, logs: Sequence[Log], *, before: set[str], now: datetime
) -> list[str]:
    """Every rule that does not hold; ``before``: what ``rules`` found before the floor opened."""
    found = [error for log in logs for error in log.errors]
    found += seen(logs)
    found += _outcomes(database, place, logs)
    found += at_rest(database, place, before=before, now=now)
    return found


def at_rest(database: Database, place: Place, *, before: set[str], now: datetime) -> list[str]:
    """Every rule that what is kept breaks by itself, whatever anybody saw."""
    found = _counters(database, place)
    found += sorted(rules(database) - before)
    found += _buckets(database, place, now)
    return found


def seen(logs: Sequence[Log]) -> list[str]:
    """Every rule that breaks what the sellers saw of each other."""
    return _in_two_hands(logs) + _called_after_registering(logs)


def rules(database: Database) -> set[str]:
    """What ``db check`` finds, and figures that are not what their source says."""
    with database.reading() as session:
        differing = figures.differing(session)
    told = {f"{table}: {count} figures are not what history says" for table, count in differing.items()}
    return told | {str(violation) for violation in integrity.check(database)}


def _in_two_hands(logs: Sequence[Log]) -> list[str]:
    """Nobody is in two hands, no number in two calls: what two sellers held never overlaps."""
    by_lead: defaultdict[int, list[tuple[str, Hold]]] = defaultdict(list)
    by_number: defaultdict[str, list[tuple[str, Hold]]] = defaultdict(list)
    for log in logs:
        for hold in log.holds:
            by_lead[hold.lead_id].append((log.who, hold))
            for number in hold.numbers:
                by_number[number].append((log.who, hold))
    found = [f"lead {lead}: {told}" for lead, holds in by_lead.items() for told in _overlapping(holds)]
    found += [
        f"number of {_leads(holds)}: {told}" for holds in by_number.values() for told in _overlapping(holds)
    ]
    return _some(found, "held by two at once")


def _leads(holds: Iterable[tuple[str, Hold]]) -> str:
    return "leads " + ", ".join(sorted({str(hold.lead_id) for _, hold in holds}))


def _overlapping(holds: list[tuple[str, Hold]]) -> list[str]:
    found = []
    ordered = sorted(holds, key=lambda each: each[1].begin)
    latest = ordered[0]
    for other in ordered[1:]:
        if other[0] != latest[0] and other[1].begin < latest[1].end:
            found.append(f"in the hands of {latest[0]} and {other[0]} at once")
        latest = max(latest, other, key=lambda each: each[1].end)
    return found


def _called_after_registering(logs: Sequence[Log]) -> list[str]:
    """Nobody whose number was on the register when a seller asked for the next person was handed out."""
    released: defaultdict[str, list[int]] = defaultdict(list)
    registered: defaultdict[str, list[int]] = defaultdict(list)
    for log in logs:
        for number, at in log.registered:
            registered[number].append(at)
        for number, at in log.released:
            released[number].append(at)
    found = []
    for log in logs:
        for hold in log.holds:
            for number in hold.numbers:
                since = max((at for at in registered.get(number, ()) if at < hold.asked), default=None)
                if since is not None and not any(since <= at for at in released.get(number, ())):
                    found.append(
                        f"lead {hold.lead_id} was handed to {log.who} after its number was registered"
                    )
    return _some(found, "handed out though registered")


def _outcomes(database: Database, place: Place, logs: Sequence[Log]) -> list[str]:
    """Every outcome a seller was told is recorded stands in history exactly once, and no other does."""
    told = sorted(each for log in logs for each in log.events)
    kept = sorted(kept_outcomes(database, place))
    if told == kept:
        return []
    lost, unknown = set(told) - set(kept), set(kept) - set(told)
    return [
        f"outcomes: {len(lost)} told but not kept, {len(unknown)} kept but not told, {len(told)} told in all"
    ]


def kept_outcomes(database: Database, place: Place) -> list[int]:
    """The events of all outcomes in history."""
    with database.reading() as session:
        return list(
            session.execute(
                select(col(HistoryEvent.id)).where(
                    col(HistoryEvent.organisation_id) == place.administrator.organisation_id,
                    col(HistoryEvent.campaign_id) == place.campaign_id,
                    col(HistoryEvent.kind).in_(("outcome", "outcome_refused")),
                )
            ).scalars()
        )


_COUNTERS = """
SELECT count(*) FROM lead AS l LEFT JOIN (
    SELECT c.lead_id,
        sum(CASE WHEN c.source = 'console' THEN 1 ELSE 0 END) AS own,
        sum(CASE WHEN c.source <> 'console' THEN 1 ELSE 0 END) AS reported,
        sum(CASE WHEN c.result IN ('answered', 'in_progress') THEN 1 ELSE 0 END) AS answered
    FROM call AS c WHERE c.campaign_id = :campaign AND c.counted AND c.undone_at IS NULL GROUP BY c.lead_id
) AS h ON h.lead_id = l.id
WHERE l.campaign_id = :campaign AND (
    l.answered_count <> coalesce(h.answered, 0)
    OR l.dial_attempts <> coalesce(h.own, 0) + CASE
        WHEN l.imported_attempts > coalesce(h.reported, 0) THEN l.imported_attempts ELSE coalesce(h.reported, 0) END
)
"""


def _counters(database: Database, place: Place) -> list[str]:
    with database.reading() as session:
        wrong = int(session.execute(text(_COUNTERS), {"campaign": place.campaign_id}).scalar_one())
    return [f"{wrong} leads have counters that are not their calls"] if wrong else []


def _buckets(database: Database, place: Place, now: datetime) -> list[str]:
    """Every lead is in exactly one row of the funnel."""
    with database.reading() as session:
        funnel = why.funnel(session, actor=place.administrator, campaign_id=place.campaign_id, now=now)
        leads = session.execute(
            select(func.count()).select_from(Lead).where(col(Lead.campaign_id) == place.campaign_id)
        ).scalar_one()
    counted = sum(bucket.count for bucket in funnel.buckets)
    if counted == funnel.total == leads:
        return []
    return [f"the funnel's rows add up to {counted}, it says {funnel.total}, there are {leads} leads"]


def _some(found: list[str], of_what: str) -> list[str]:
    if len(found) <= SHOWN:
        return found
    return [*found[:SHOWN], f"and {len(found) - SHOWN} more {of_what}"]
