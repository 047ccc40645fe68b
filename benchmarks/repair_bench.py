"""The repair: what is wrong is reported, then set right, in a shop with so many wrong leads, time and again.

Of those wrong about four in five were dialled but are still new, the others have calls nobody counted. Every
round breaks other leads, ours and the raw SQL in turn. The raw baseline is one transaction without any rule.
"""

from __future__ import annotations

import json
from contextlib import ExitStack
from datetime import timedelta

from sqlalchemy import text

from benchmarks.figures import Figure, Samples, at_most
from benchmarks.places import PostgresPlace, SqlitePlace
from benchmarks.raw import Driver, PostgresDriver, SqliteDriver, Values
from benchmarks.shops import Desk, sit_down
from domain.repair import find, fix
from domain.sql import timed
from storage.counting import count_statements

DIALLED_PART = 458 / 585
ROUNDS = 5
_LIMITS = {58_466: 150, 1_000_000: 1_500}

_SOME = """SELECT id FROM lead WHERE organisation_id = :shop AND campaign_id = :campaign AND status = 'new'
 AND dial_attempts = 0 AND id > :after ORDER BY id LIMIT :count"""
_DIALLED = (
    "UPDATE lead SET dial_attempts = 2, imported_attempts = 2 WHERE id >= :first AND id <= :last AND {new}"
)
_CALLED = """INSERT INTO call (organisation_id, campaign_id, lead_id, contact_id, started_at, result, source, counted,
 talk_seconds, wrap_seconds, applied_at) SELECT organisation_id, campaign_id, id, contact_id, :at, 'busy', 'external',
 true, 0, 0, :at FROM lead WHERE id >= :first AND id <= :last AND {new}"""
_NEW = "status = 'new' AND dial_attempts = 0 AND organisation_id = :shop AND campaign_id = :campaign"


def measure(place: SqlitePlace | PostgresPlace, sizes: tuple[int, ...], repeats: int) -> list[Figure]:
    """Report and repair at all sizes on one kind of database."""
    rounds = max(1, min(ROUNDS, repeats // 20))
    return [figure for leads in sizes for figure in _in_shop(place, leads, rounds)]


def _in_shop(place: SqlitePlace | PostgresPlace, leads: int, rounds: int) -> list[Figure]:
    wrong = max(5, round(leads / 100))
    ours, raw, report, raw_report = Samples(), Samples(), Samples(), Samples()
    with ExitStack() as stack:
        desk = sit_down(stack.enter_context(place.shop(leads)))
        baseline = _Raw(desk)
        stack.callback(baseline.close)
        breaker = _Breaker(desk)
        now = desk.now + timedelta(hours=1)
        statements = 0
        for _ in range(rounds):
            breaker.damage(wrong)
            raw_report.time(baseline.report)
            assert raw.time(lambda: baseline.repair(now)) == wrong
            breaker.damage(wrong)
            with desk.database.reading() as session:
                found = report.time(
                    lambda: find.report(session, actor=desk.leader, campaign_id=desk.campaign_id, now=now)
                )
            with count_statements(desk.database) as counter:
                done = ours.time(
                    lambda: fix.run(desk.database, actor=desk.leader, campaign_id=desk.campaign_id, now=now)
                )
            statements = counter.count
            assert found.total == done.leads_fixed == wrong, (found, done)
    chunks = -(-wrong // fix.AT_ONCE)
    limit = _LIMITS.get(leads)
    repaired = Figure(
        what=f"repair of {wrong:,}, found and set right",
        database=place.name,
        leads=leads,
        p50=ours.p50,
        p95=ours.p95,
        cpu=ours.cpu_p50,
        statements=statements,
        raw=raw.p50,
        times=rounds,
        note=f"{chunks} transactions of {fix.AT_ONCE} leads; raw: one transaction",
    )
    if limit is not None:
        repaired.targets.append(at_most(f"≤ {limit:,} ms", repaired.p50, limit, unit=" ms"))
    told = Figure(
        what=f"report of {wrong:,} problems",
        database=place.name,
        leads=leads,
        p50=report.p50,
        p95=report.p95,
        cpu=report.cpu_p50,
        statements=1,
        raw=raw_report.p50,
        times=rounds,
    )
    return [told, repaired]


class _Breaker:
    """Makes leads wrong: always others, none twice."""

    def __init__(self, desk: Desk) -> None:
        self._database = desk.database
        self._common = {"shop": desk.seller.organisation_id, "campaign": desk.campaign_id}
        self._at = desk.now - timedelta(days=1)
        self._after = 0

    def damage(self, count: int) -> None:
        """So many more leads are wrong."""
        with self._database.transaction() as session:
            values = {**self._common, "after": self._after, "count": count}
            ids = list(session.execute(text(_SOME), values).scalars())
            assert len(ids) == count, "the shop has no more new leads to break"
            split = max(1, round(count * DIALLED_PART))
            dialled, called = ids[:split], ids[split:]
            session.execute(
                text(_DIALLED.format(new=_NEW)), {**self._common, "first": dialled[0], "last": dialled[-1]}
            )
            session.execute(
                timed(_CALLED.format(new=_NEW), "at"),
                {**self._common, "at": self._at, "first": called[0], "last": called[-1]},
            )
            self._after = ids[-1]


_RAW_WRONG = """SELECT {what} FROM lead l WHERE l.organisation_id = :shop AND l.campaign_id = :campaign
 AND l.status = 'new' AND l.dial_attempts > 0 AND l.recycle_batch_id IS NULL
 UNION ALL SELECT {what} FROM lead l WHERE l.organisation_id = :shop AND l.campaign_id = :campaign
 AND l.dial_attempts = 0 AND EXISTS (SELECT 1 FROM call k WHERE k.organisation_id = l.organisation_id
 AND k.campaign_id = l.campaign_id AND k.lead_id = l.id AND k.counted AND k.undone_at IS NULL)"""
_RAW_FACTS = """l.id, l.contact_id, l.dial_attempts,
 (SELECT count(*) FROM call c WHERE c.lead_id = l.id AND c.counted AND c.undone_at IS NULL),
 (SELECT c.result FROM call c WHERE c.lead_id = l.id ORDER BY c.started_at DESC LIMIT 1),
 (SELECT max(c.started_at) FROM call c WHERE c.lead_id = l.id)"""
_RAW_LEAD = """UPDATE lead SET status = :status, dial_attempts = :attempts, last_status_change = :now,
 last_dial_attempt = COALESCE(CAST(:last AS {time}), last_dial_attempt), next_attempt_at = :now,
 version = version + 1, updated_at = :now WHERE id = :lead"""
_RAW_EVENT = """INSERT INTO history_event (organisation_id, at, lead_id, contact_id, campaign_id, kind, before, after)
 VALUES (:shop, :now, :lead, :contact, :campaign, 'repair', :before, :after)"""


class _Raw:
    """The least SQL that finds and mends these leads, through the driver alone."""

    def __init__(self, desk: Desk) -> None:
        database = desk.database
        self._driver: Driver = (
            SqliteDriver(database) if database.dialect == "sqlite" else PostgresDriver(database)
        )
        self._lead = _RAW_LEAD.format(time="TEXT" if database.dialect == "sqlite" else "timestamptz")
        self._common: Values = {"shop": desk.seller.organisation_id, "campaign": desk.campaign_id}

    def report(self) -> int:
        self._driver.begin()
        found = len(self._driver.rows(_RAW_WRONG.format(what="l.id"), self._common))
        self._driver.commit()
        return found

    def repair(self, now: object) -> int:
        driver = self._driver
        driver.begin()
        changes: list[Values] = []
        for lead, contact, attempts, called, result, last in driver.rows(
            _RAW_WRONG.format(what=_RAW_FACTS), self._common
        ):
            status = result or "no_answer"
            changes.append(
                {
                    **self._common,
                    "lead": lead,
                    "contact": contact,
                    "status": status,
                    "attempts": attempts or called,
                    "last": last,
                    "now": now,
                    "before": json.dumps({"status": "new", "dial_attempts": attempts}),
                    "after": json.dumps({"status": status, "dial_attempts": attempts or called}),
                }
            )
        driver.run(_RAW_EVENT, changes)
        driver.run(self._lead, changes)
        driver.commit()
        return len(changes)

    def close(self) -> None:
        self._driver.close()
