"""Handing 50,000 leads (or all there are) to ten sellers and taking that back, beside the least SQL that does the same.

All of the campaign wait in the pool, due. The raw SQL gives each lead an owner and a history row in the same chunks;
nobody is left out, nothing is recomputed, callbacks stay.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import partial
from typing import Final

from sqlalchemy import text

from benchmarks.figures import Figure, Samples, at_most
from benchmarks.places import PostgresPlace, SqlitePlace
from benchmarks.raw import Driver, PostgresDriver, SqliteDriver, Values
from benchmarks.shops import Desk, sit_down
from domain.handing import assigning, preview, targets, undoing
from domain.handing.assigning import Handed
from domain.handing.targets import Target
from storage.counting import count_statements

ASSIGNED: Final = 50_000
SELLERS: Final = 10
SECONDS: Final = 1.0
CHUNK: Final = 2_000

_IDS = """SELECT id FROM lead WHERE organisation_id = :shop AND campaign_id = :campaign AND queue_state = 0
 ORDER BY rank, next_attempt_at, id LIMIT :wanted"""
_AUDIT = """INSERT INTO history_event (organisation_id, at, user_id, lead_id, contact_id, campaign_id, kind, before,
 after, batch_id) SELECT organisation_id, {now}, :seller, id, contact_id, campaign_id, 'assign',
 {object}('owner_id', owner_id, 'queue_state', queue_state, 'version', version),
 {object}('owner_id', {owner}, 'queue_state', 2, 'version', version + 1), :batch FROM lead WHERE {these}"""
_ASSIGN = """UPDATE lead SET owner_id = {owner}, queue_state = 2, assigned_at = :now, version = version + 1,
 updated_at = :now WHERE {these}"""
_WORDS = {
    "sqlite": {
        "now": ":now",
        "object": "json_object",
        "these": "id IN (SELECT value FROM json_each(:ids))",
        "owner": ":first_owner + id % 8",
    },
    "postgresql": {
        "now": "CAST(:now AS timestamptz)",
        "object": "jsonb_build_object",
        "these": "id IN (SELECT unnest(CAST(translate(:ids, '[]', '{}') AS bigint[])))",
        "owner": "CAST(:first_owner AS bigint) + mod(id, 8)",
    },
}


def measure(place: SqlitePlace | PostgresPlace, sizes: tuple[int, ...], rounds: int) -> list[Figure]:
    """All of it at all sizes on one kind of database."""
    return [figure for leads in sizes for figure in _at(place, leads, rounds)]


def _now() -> datetime:
    return datetime.now(UTC)


def _at(place: SqlitePlace | PostgresPlace, leads: int, rounds: int) -> list[Figure]:
    with place.shop(leads) as database:
        desk = sit_down(database)
        with database.reading() as session:
            sellers = targets.assignable(session, actor=desk.leader, only_sellers=True)[:SELLERS]
        _prepare(desk)
        with database.reading() as session:
            free = session.execute(text("SELECT count(*) FROM lead WHERE queue_state = 0")).scalar_one()
        wanted = min(ASSIGNED, int(free))
        to = targets.evenly([Target(seller_id=number) for number, _ in sellers], wanted)
        ours, undone, seen, raw = Samples(), Samples(), Samples(), Samples()
        driver = _driver(desk)
        counted = 0
        try:
            for number in range(rounds + 1):
                if number == 1:  # the first round warms up
                    for each in (ours, undone, seen, raw):
                        each.forget()
                _prepare(desk)
                seen.time(partial(_preview, desk, to))
                with count_statements(database) as counter:
                    done = ours.time(partial(_assign, desk, to))
                counted = counter.count
                back = undone.time(partial(_undo, desk, done.batch_id))
                assert (done.leads, back) == (wanted, wanted), (done, back)
                _prepare(desk)
                raw.time(partial(_raw, desk, driver, sellers[0][0]))
        finally:
            driver.close()
    limit = at_most(f"≤ {SECONDS:g} s", ours.p50 / 1000, SECONDS, digits=2, unit=" s")
    common = {"database": place.name, "leads": leads, "times": rounds}
    what = f"{wanted:,} to {len(sellers)} sellers"
    return [
        Figure(
            what=f"hand out {what}", p50=ours.p50, cpu=ours.cpu_p50, statements=counted, raw=raw.p50,
            note="with a row of history for each", targets=[limit], **common,
        ),
        Figure(what=f"undo of {what}", p50=undone.p50, cpu=undone.cpu_p50, **common),
        Figure(what=f"preview of {what}", p50=seen.p50, cpu=seen.cpu_p50, **common),
    ]  # fmt: skip


def _prepare(desk: Desk) -> None:
    """Everybody open waits in the pool; nobody is anybody's."""
    with desk.database.transaction() as session:
        for statement in (
            "DELETE FROM hopper_entry",
            "DELETE FROM do_not_call",
            "UPDATE lead SET owner_id = NULL, queue_state = 0 WHERE queue_state IN (1, 2)",
            "UPDATE lead SET campaign_status = 3 WHERE campaign_status IN (4, 5) AND queue_state = 0",
        ):
            session.execute(text(statement))
    if desk.database.dialect == "postgresql":
        with desk.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for statement in ("VACUUM ANALYZE lead", "CHECKPOINT"):
                connection.execute(text(statement))


def _preview(desk: Desk, to: list[Target]) -> int:
    with desk.database.reading() as session:
        return preview.of_assign(session, actor=desk.leader, campaign_id=desk.campaign_id, to=to).leads


def _assign(desk: Desk, to: list[Target]) -> Handed:
    return assigning.run(desk.database, actor=desk.leader, campaign_id=desk.campaign_id, to=to, clock=_now)


def _undo(desk: Desk, batch_id: int) -> int:
    return undoing.undo(desk.database, actor=desk.leader, batch_id=batch_id, clock=_now).restored


def _driver(desk: Desk) -> Driver:
    return SqliteDriver(desk.database) if desk.database.dialect == "sqlite" else PostgresDriver(desk.database)


def _raw(desk: Desk, driver: Driver, first_owner: int) -> None:
    """The same with the driver alone."""
    words = _WORDS[desk.database.dialect]
    statements = [each.format(**words) for each in (_AUDIT, _ASSIGN)]
    values: Values = {
        "shop": desk.leader.organisation_id,
        "campaign": desk.campaign_id,
        "seller": desk.leader.user_id,
        "batch": 10_000_000,
        "first_owner": first_owner,
        "wanted": ASSIGNED,
        "now": _now(),
    }
    driver.begin()
    ids = sorted(int(str(row[0])) for row in driver.rows(_IDS, values))
    driver.commit()
    for start in range(0, len(ids), CHUNK):
        driver.begin()
        for statement in statements:
            driver.run(statement, {**values, "ids": json.dumps(ids[start : start + CHUNK])})
        driver.commit()
