"""The report of a campaign with two and a half calls to a lead: as a whole, and through filters that need history.

Beside it stands the plain way: leads and calls counted by the driver alone, in three statements.
"""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import text
from sqlmodel import Session

from benchmarks.figures import Figure, Samples, at_most
from benchmarks.places import PostgresPlace, SqlitePlace
from benchmarks.raw import Driver, PostgresDriver, SqliteDriver
from benchmarks.shops import Desk, sit_down
from domain.reporting.figures import CampaignReport
from domain.reporting.filters import ReportFilters
from domain.reporting.report import campaign_report
from domain.sql import timed
from storage import figures
from storage.counting import count_statements

WHOLE_MS = 50
HISTORY_MS = 1_000
STATEMENTS = 12
DAYS = 180
AT_ONCE = 50_000
STATES = 500
"""What each seller did: so many states."""

_LEADS = """UPDATE lead SET campaign_resolution = CASE status WHEN 'sale' THEN 'S2' WHEN 'not_interested' THEN 'NI'
 WHEN 'dnc' THEN 'DN' WHEN 'invalid' THEN 'UN' WHEN 'closed' THEN 'CW' WHEN 'callback' THEN 'SC' WHEN 'new' THEN NULL
 ELSE 'NF' END, resolution_reason = CASE WHEN status IN ('not_interested', 'dnc') AND id % 3 <> 0 THEN id % 6 + 1 END,
 campaign_status = CASE WHEN status IN ('sale', 'not_interested', 'dnc') THEN 4 WHEN status IN ('invalid', 'closed')
 THEN 5 WHEN status IN ('callback', 'contacted') THEN 2 WHEN status = 'new' THEN 1 ELSE 3 END
 WHERE id > :after AND id <= :last"""
_CALLS = """INSERT INTO call (organisation_id, campaign_id, lead_id, contact_id, seller_id, started_at, ended_at,
 result, action, campaign_status, resolution, source, talk_seconds, wrap_seconds, counted) SELECT l.organisation_id,
 l.campaign_id, l.id, l.contact_id, s.id, {{at}}, {{at}}, 'answered', 'not-found',
 CASE WHEN k.number = 1 THEN l.campaign_status ELSE 3 END,
 CASE WHEN k.number = 1 THEN l.campaign_resolution ELSE 'NF' END,
 'console', 20 + l.id % 100, 5, {true} FROM lead l JOIN (SELECT 1 AS number UNION ALL SELECT 2 UNION ALL SELECT 3) k
 ON k.number <= 2 + l.id % 2 JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place, count(*) OVER () AS many
 FROM user_account WHERE role = 'seller') s ON s.place = (l.id * 7 + k.number) % s.many
 WHERE l.id > :after AND l.id <= :last"""
_MINUTE = f"((l.id * 7919 + k.number * 104729) % {DAYS * 24 * 60})"
_AT = {
    "sqlite": f"strftime('%Y-%m-%d %H:%M:%S', :begin, '+' || {_MINUTE} || ' minutes') || '.000000'",
    "postgresql": f"CAST(:begin AS timestamptz) + {_MINUTE} * interval '1 minute'",
}
_TRUE = {"sqlite": "1", "postgresql": "true"}
_STATE = """INSERT INTO seller_state_event (organisation_id, seller_id, campaign_id, state, at)
 VALUES (:shop, :seller, :campaign, :state, :at)"""

_PLAIN = (
    (
        "SELECT campaign_status, campaign_resolution, resolution_reason, dial_attempts, exhausted, count(*) FROM lead "
        "WHERE organisation_id = :shop AND campaign_id = :campaign GROUP BY 1, 2, 3, 4, 5"
    ),
    (
        "SELECT seller_id, count(*), sum(CASE WHEN campaign_status IN (2, 4, 6, 7) THEN 1 ELSE 0 END), "
        "sum(talk_seconds), sum(wrap_seconds) FROM call WHERE organisation_id = :shop "
        "AND campaign_id = :campaign AND counted AND undone_at IS NULL GROUP BY 1"
    ),
    (
        "SELECT {quarter}, count(*), sum(CASE WHEN resolution IN ('S1', 'S2') THEN 1 ELSE 0 END) FROM call "
        "WHERE organisation_id = :shop AND campaign_id = :campaign AND counted AND undone_at IS NULL GROUP BY 1"
    ),
)
_QUARTER = {
    "sqlite": "CAST(strftime('%s', substr(started_at, 1, 19)) AS INTEGER) / 900",
    "postgresql": "floor(extract(epoch FROM started_at) / 900)",
}


def measure(place: SqlitePlace | PostgresPlace, sizes: tuple[int, ...], repeats: int) -> list[Figure]:
    """All of it at all sizes on one kind of database."""
    return [figure for leads in sizes for figure in _at(place, leads, repeats)]


def _at(place: SqlitePlace | PostgresPlace, leads: int, repeats: int) -> list[Figure]:
    found: list[Figure] = []
    with place.shop(leads) as database:
        desk = sit_down(database)
        _call(desk, leads)
        sqlite = database.dialect == "sqlite"
        driver: Driver = SqliteDriver(database) if sqlite else PostgresDriver(database)
        try:
            plain = Samples()
            for _ in range(3):
                plain.time(lambda: _plainly(desk, driver))
        finally:
            driver.close()
        for name, (filters, most) in _asked(desk).items():
            times = max(10, repeats // 5) if filters.empty else max(3, repeats // 50)
            found.append(
                _figure(place, desk, leads, name, filters, most, times, plain if filters.empty else None)
            )
    return found


def _asked(desk: Desk) -> dict[str, tuple[ReportFilters, int]]:
    """What is asked for, and in how many milliseconds it was promised."""
    last: date = desk.now.date()
    return {
        "a report": (ReportFilters(), WHOLE_MS),
        "a report of a seller": (ReportFilters(seller_id=desk.seller.user_id), HISTORY_MS),
        "a report of a week": (ReportFilters(acted_from=last - timedelta(days=6), acted_to=last), HISTORY_MS),
        "a report of a status": (ReportFilters(statuses=("sale",)), HISTORY_MS),
        "a report of a tag": (ReportFilters(tags=("nobody has it",)), HISTORY_MS),
    }


def _call(desk: Desk, leads: int) -> None:
    """Resolutions and reasons, two or three calls to everybody over half a year, and what sellers did."""
    dialect = desk.database.dialect
    calls = timed(_CALLS.format(true=_TRUE[dialect]).format(at=_AT[dialect]), "begin")
    begin = desk.now - timedelta(days=DAYS)
    for after in range(0, leads, AT_ONCE):
        values = {"after": after, "last": after + AT_ONCE}
        with desk.database.transaction() as session:
            session.execute(text(_LEADS), values)
            session.execute(calls, {**values, "begin": begin})
    with desk.database.transaction() as session:
        _states(session, desk)
    if dialect == "postgresql":
        figures.fold_all(desk.database.transaction, organisation_id=desk.leader.organisation_id)
        with desk.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))


def _states(session: Session, desk: Desk) -> None:
    sellers = session.execute(text("SELECT id FROM user_account WHERE role = 'seller' ORDER BY id")).scalars()
    begin = desk.now - timedelta(minutes=2 * STATES)
    states = ("ready", "talking", "wrap_up", "paused")
    rows = [
        {
            "shop": desk.leader.organisation_id,
            "seller": seller,
            "campaign": desk.campaign_id,
            "state": states[number % len(states)],
            "at": begin + timedelta(minutes=2 * number),
        }
        for seller in sellers.all()
        for number in range(STATES)
    ]
    session.execute(timed(_STATE, "at"), rows)


def _plainly(desk: Desk, driver: Driver) -> None:
    driver.begin()
    for statement in _PLAIN:
        values: dict[str, object] = {"shop": desk.leader.organisation_id, "campaign": desk.campaign_id}
        assert driver.rows(statement.format(quarter=_QUARTER[desk.database.dialect]), values)
    driver.commit()


def _figure(
    place: SqlitePlace | PostgresPlace,
    desk: Desk,
    leads: int,
    name: str,
    filters: ReportFilters,
    most: int,
    times: int,
    plain: Samples | None,
) -> Figure:
    samples = Samples()

    def ours() -> CampaignReport:
        with desk.database.reading() as session:
            return campaign_report(
                session, actor=desk.leader, campaign_id=desk.campaign_id, filters=filters, now=desk.now
            )

    assert ours().base.leads == leads
    for _ in range(times):
        samples.time(ours)
    with count_statements(desk.database) as counter:
        ours()
    return Figure(
        what=name,
        database=place.name,
        leads=leads,
        p50=samples.p50,
        p95=samples.p95,
        cpu=samples.cpu_p50,
        statements=counter.count,
        raw=None if plain is None else plain.p50,
        times=times,
        note="" if plain is None else "plain: counted from leads and calls",
        targets=[
            at_most(f"≤ {most:,} ms", samples.p50, most, digits=1, unit=" ms"),
            at_most(f"statements ≤ {STATEMENTS}", counter.count, STATEMENTS),
        ],
    )
