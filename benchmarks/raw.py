"""The least SQL that does a seller's steps, through the driver alone: the baseline beside our own figures.

No rules, no plan, no choice of number: what remains when everything but the database is taken away. It writes
the same tables, with the same indexes, and commits as durably.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol, cast

from benchmarks.shops import Desk
from storage.database import Database

Values = dict[str, object]


class Driver(Protocol):
    """A driver's connection, with statements written once for both databases (``:name`` parameters)."""

    lock: str

    def begin(self) -> None: ...

    def rows(self, statement: str, values: Values) -> list[tuple[object, ...]]: ...

    def run(self, statement: str, values: Values | Sequence[Values]) -> None: ...

    def commit(self) -> None: ...

    def close(self) -> None: ...


class SqliteDriver:
    """The standard library's driver with the settings our writers have."""

    lock = ""

    def __init__(self, database: Database) -> None:
        self._connection = sqlite3.connect(database.address.file, isolation_level=None)
        for pragma in ("foreign_keys=ON", "synchronous=FULL", "cache_size=-16384", "mmap_size=268435456"):
            self._connection.execute(f"PRAGMA {pragma}")

    def begin(self) -> None:
        self._connection.execute("BEGIN IMMEDIATE")

    def rows(self, statement: str, values: Values) -> list[tuple[object, ...]]:
        return self._connection.execute(statement, _plain(values)).fetchall()

    def run(self, statement: str, values: Values | Sequence[Values]) -> None:
        if isinstance(values, dict):
            self._connection.execute(statement, _plain(values))
        else:
            self._connection.executemany(statement, [_plain(each) for each in values])

    def commit(self) -> None:
        self._connection.execute("COMMIT")

    def close(self) -> None:
        self._connection.close()


def _plain(values: Values) -> Values:
    """Times as the text SQLite keeps."""
    return {
        key: value.strftime("%Y-%m-%d %H:%M:%S.%f") if isinstance(value, datetime) else value
        for key, value in values.items()
    }


class PostgresDriver:
    """psycopg as it comes."""

    lock = " FOR UPDATE SKIP LOCKED"

    def __init__(self, database: Database) -> None:
        import psycopg

        url = database.address.url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._connection = psycopg.connect(url)
        self._known: dict[str, str] = {}

    def begin(self) -> None:
        """psycopg begins by itself."""

    def rows(self, statement: str, values: Values) -> list[tuple[object, ...]]:
        return cast(
            "list[tuple[object, ...]]", self._connection.execute(self._text(statement), values).fetchall()
        )

    def run(self, statement: str, values: Values | Sequence[Values]) -> None:
        if isinstance(values, dict):
            self._connection.execute(self._text(statement), values)
        else:
            with self._connection.cursor() as cursor:
                cursor.executemany(self._text(statement), values)

    def commit(self) -> None:
        self._connection.commit()

    def close(self) -> None:
        self._connection.close()

    def _text(self, statement: str) -> bytes:
        if statement not in self._known:
            self._known[statement] = re.sub(r"(?<!:):(\w+)", r"%(\1)s", statement)
        return self._known[statement].encode()


_DESK = """SELECT c.name, c.script, c.hours, c.retry, c.max_attempts,
 (SELECT count(*) FROM hopper_entry h WHERE h.organisation_id = :shop AND h.campaign_id = c.id AND h.state = 'new'),
 (SELECT count(*) FROM call k WHERE k.organisation_id = :shop AND k.seller_id = :seller AND k.started_at >= :today
  AND k.undone_at IS NULL) FROM campaign c WHERE c.id = :campaign"""
_FREE = """SELECT id, lead_id FROM hopper_entry WHERE organisation_id = :shop AND campaign_id = :campaign
 AND state = 'new' ORDER BY rank, ready_at, id LIMIT 1"""
_CLAIM = """UPDATE hopper_entry SET state = 'locked', locked_by = :seller, locked_at = :now, expires_at = :expires
 WHERE id = :entry"""
_HOLD = """INSERT INTO held_number (organisation_id, e164, entry_id, expires_at)
 SELECT :shop, p.e164, :entry, CAST(:expires AS {time}) FROM contact_phone p JOIN lead l ON l.contact_id = p.contact_id
 WHERE l.id = :lead"""
_PERSON = "SELECT l.*, c.* FROM lead l JOIN contact c ON c.id = l.contact_id WHERE l.id = :lead"
_PHONES = """SELECT p.id, p.e164, p.kind, p.bad, d.id FROM contact_phone p LEFT JOIN do_not_call d
 ON d.organisation_id = p.organisation_id AND d.e164 = p.e164 AND d.removed_at IS NULL
 WHERE p.contact_id = (SELECT contact_id FROM lead WHERE id = :lead)"""
_TIMELINE = """SELECT a.id, a.at, a.kind, a.state, a.action, a.notes, a.due_at, k.result, k.talk_seconds, u.name
 FROM activity a LEFT JOIN call k ON k.id = a.call_id LEFT JOIN user_account u ON u.id = a.seller_id
 WHERE a.contact_id = (SELECT contact_id FROM lead WHERE id = :lead) ORDER BY a.at DESC LIMIT 60"""

_CALL = """INSERT INTO call (organisation_id, campaign_id, lead_id, contact_id, seller_id, started_at, ended_at,
 result, action, source, talk_seconds, wrap_seconds, counted, applied_at) VALUES (:shop, :campaign, :lead, :lead,
 :seller, :now, :now, :result, :action, 'console', 0, 0, {true}, :now) RETURNING id"""
_LEAD = """UPDATE lead SET status = :status, campaign_status = 3, campaign_resolution = :resolution,
 last_console_action = :action, last_dial_attempt = :now, dial_result = :result, dial_attempts = dial_attempts + 1,
 last_status_change = :now, last_action_at = :now, next_attempt_at = :next, queue_state = :state,
 version = version + 1, updated_at = :now WHERE id = :lead"""
_ACTIVITY = """INSERT INTO activity (organisation_id, contact_id, campaign_id, lead_id, seller_id, call_id, kind,
 state, action, at, created_by, completed_at) VALUES (:shop, :lead, :campaign, :lead, :seller, :call, 'call',
 'completed', :action, :now, :seller, :now) RETURNING id"""
_LEAVE = "DELETE FROM hopper_entry WHERE lead_id = :lead"
_EVENT = """INSERT INTO history_event (organisation_id, at, user_id, lead_id, contact_id, campaign_id, call_id, kind,
 action, before, after) VALUES (:shop, :now, :seller, :lead, :lead, :campaign, :call, :kind, :action, :before, :after)
 RETURNING id"""
_REMEMBER = """INSERT INTO undo_entry (organisation_id, seller_id, lead_id, campaign_id, event_id, lead_version, at,
 former) VALUES (:shop, :seller, :lead, :campaign, :event, 0, :now, :former) RETURNING id"""
_STATE = """INSERT INTO seller_state_event (organisation_id, seller_id, campaign_id, state, at)
 VALUES (:shop, :seller, :campaign, 'ready', :now)"""

_REPORTED = """INSERT INTO call (organisation_id, campaign_id, lead_id, contact_id, started_at, result, source,
 external_id, talk_seconds, wrap_seconds, counted, applied_at) VALUES (:shop, :campaign, :lead, :lead, :now, 'busy',
 'external', :external, 0, 0, {true}, :now) RETURNING id"""
_LEAD_REPORTED = """UPDATE lead SET status = 'busy', campaign_status = 3, dial_result = 'busy',
 last_dial_attempt = :now,
 dial_attempts = dial_attempts + 1, last_status_change = :now, next_attempt_at = :next, version = version + 1,
 updated_at = :now WHERE id = :lead"""
_LEAD_AND_CAMPAIGN = "SELECT * FROM lead l JOIN campaign c ON c.id = l.campaign_id WHERE l.id = :lead"

_REGISTER = """INSERT INTO do_not_call (organisation_id, e164, contact_id, source, added_by, added_at)
 SELECT :shop, p.e164, p.contact_id, 'outcome', :seller, CAST(:now AS {time}) FROM contact_phone p
 WHERE p.contact_id = :lead ON CONFLICT DO NOTHING"""
_SAME_NUMBER = """SELECT l.id FROM contact_phone mine JOIN contact_phone p ON p.organisation_id = :shop
 AND p.e164 = mine.e164 JOIN lead l ON l.contact_id = p.contact_id WHERE mine.contact_id = :lead AND l.id <> :lead"""

_LAST = "SELECT former FROM undo_entry WHERE id = :undo"
_UNCALL = "UPDATE call SET undone_at = :now WHERE id = :call"
_UNDO_ACTIVITY = "UPDATE activity SET state = 'undone' WHERE id = :activity"
_UNDO_LEAD = """UPDATE lead SET status = :status, campaign_status = 1, campaign_resolution = NULL,
 last_console_action = NULL, last_dial_attempt = NULL, dial_result = NULL, dial_attempts = dial_attempts - 1,
 next_attempt_at = :now, queue_state = 0, version = version + 1, updated_at = :now WHERE id = :lead"""
_UNDONE = "UPDATE undo_entry SET undone_at = :now WHERE id = :undo"
_RECLAIM = """INSERT INTO hopper_entry (organisation_id, campaign_id, lead_id, segment, rank, source, state, from_pool,
 ready_at, locked_by, locked_at, expires_at, created_at) VALUES (:shop, :campaign, :lead, '', 49, 'manual', 'locked',
 {false}, :now, :seller, :now, :expires, :now) RETURNING id"""

_RANGE = """SELECT * FROM (SELECT id, contact_id, segment, rank, next_attempt_at FROM lead
 WHERE organisation_id = :shop AND campaign_id = :campaign AND queue_state = 0 AND segment = :segment_{n}
 AND rank = :rank_{n} AND next_attempt_at <= :now ORDER BY next_attempt_at, id LIMIT :target) AS r{n}"""
_CANDIDATES = """SELECT c.id, c.segment, c.rank, c.next_attempt_at, (SELECT p.e164 FROM contact_phone p
 WHERE p.contact_id = c.contact_id ORDER BY p.position LIMIT 1) FROM (SELECT * FROM ({ranges}) AS every
 ORDER BY rank, next_attempt_at, id LIMIT :target) AS c"""
_MARK = "UPDATE lead SET queue_state = 1 WHERE id IN ({leads})"
_ENTRY = """INSERT INTO hopper_entry (organisation_id, campaign_id, lead_id, e164, segment, rank, source, state,
 from_pool, ready_at, created_at) VALUES (:shop, :campaign, :lead, :e164, :segment, :rank, 'retry', 'new', {true},
 :ready, :now)"""


class Raw:
    """A seller's steps in raw SQL. ``seller`` works beside the one who is measured."""

    def __init__(self, desk: Desk, seller_id: int) -> None:
        self.driver: Driver = (
            SqliteDriver(desk.database)
            if desk.database.dialect == "sqlite"
            else PostgresDriver(desk.database)
        )
        words = (
            {"true": "1", "false": "0", "time": "TEXT"}
            if desk.database.dialect == "sqlite"
            else {"true": "true", "false": "false", "time": "timestamptz"}
        )
        self._sql = {
            name: text.format(**words)
            for name, text in {
                "hold": _HOLD, "call": _CALL, "register": _REGISTER, "reclaim": _RECLAIM, "entry": _ENTRY,
                "reported": _REPORTED,
            }.items()
        }  # fmt: skip
        self._common: Values = {
            "shop": desk.seller.organisation_id,
            "campaign": desk.campaign_id,
            "seller": seller_id,
        }

    def _values(self, now: datetime, **more: object) -> Values:
        return {**self._common, "now": now, "expires": now + timedelta(minutes=10), **more}

    def next_lead(self, now: datetime) -> int:
        """Claim the first free person and read what a screen shows."""
        driver, values = self.driver, self._values(now, today=now.replace(hour=0, minute=0))
        driver.begin()
        driver.rows(_DESK, values)
        entry, lead = cast("tuple[int, int]", driver.rows(_FREE + driver.lock, values)[0])
        values |= {"entry": entry, "lead": lead}
        driver.run(_CLAIM, values)
        driver.run(self._sql["hold"], values)
        driver.rows(_PERSON, values)
        driver.rows(_PHONES, values)
        driver.rows(_TIMELINE, values)
        driver.commit()
        return lead

    def outcome(self, lead: int, now: datetime, *, do_not_call: bool = False) -> int:
        """Record nobody home (or do not call); returns the number of the undo entry."""
        driver = self.driver
        state: Values = {
            "status": "no_answer", "resolution": "NF", "action": "not-found", "result": "no_answer", "state": 0,
        }  # fmt: skip
        if do_not_call:
            state = {
                "status": "dnc",
                "resolution": "DN",
                "action": "do-not-call",
                "result": "answered",
                "state": 9,
            }
        values = self._values(now, lead=lead, next=now + timedelta(hours=4), **state)
        driver.begin()
        values["call"] = driver.rows(self._sql["call"], values)[0][0]
        driver.run(_LEAD, values)
        activity = driver.rows(_ACTIVITY, values)[0][0]
        driver.run(_LEAVE, values)
        values |= {"before": json.dumps({"status": "new"}), "after": json.dumps(state), "kind": "outcome"}
        values["event"] = driver.rows(_EVENT, values)[0][0]
        if do_not_call:
            driver.run(self._sql["register"], values)
            driver.rows(_SAME_NUMBER, values)
        values["former"] = json.dumps({"status": "new", "call": values["call"], "activity": activity})
        undo = driver.rows(_REMEMBER, values)[0][0]
        driver.run(_STATE, values)
        driver.commit()
        return cast(int, undo)

    def call_result(self, lead: int, external_id: str, now: datetime) -> None:
        """A call reported from outside: call log, lead, history."""
        driver = self.driver
        values = self._values(now, lead=lead, next=now + timedelta(minutes=30), external=external_id)
        driver.begin()
        driver.rows(_LEAD_AND_CAMPAIGN, values)
        call = driver.rows(self._sql["reported"], values)[0][0]
        driver.run(_LEAD_REPORTED, values)
        values |= {"before": json.dumps({"status": "new"}), "after": json.dumps({"status": "busy"})}
        driver.rows(_EVENT, values | {"kind": "call", "action": "busy", "call": call})
        driver.commit()

    def undo(self, lead: int, undo: int, now: datetime) -> None:
        """Take an outcome back; the person is claimed again."""
        driver, values = self.driver, self._values(now, lead=lead, undo=undo)
        driver.begin()
        kept = driver.rows(_LAST, values)[0][0]
        former = json.loads(kept) if isinstance(kept, str) else cast(Values, kept)
        values |= former
        driver.run(_UNCALL, values)
        driver.run(_UNDO_ACTIVITY, values)
        driver.run(_UNDO_LEAD, values)
        values |= {"before": "{}", "after": "{}", "kind": "undo", "action": "not-found"}
        driver.rows(_EVENT, values)
        driver.run(_UNDONE, values)
        values["entry"] = driver.rows(self._sql["reclaim"], values)[0][0]
        driver.run(self._sql["hold"], values)
        driver.commit()

    def fill(self, ranges: Sequence[tuple[str, int]], target: int, now: datetime) -> int:
        """Put the first ``target`` of these (segment, rank) ranges into the hopper."""
        driver, values = self.driver, self._values(now, target=target)
        for n, (segment, rank) in enumerate(ranges):
            values |= {f"segment_{n}": segment, f"rank_{n}": rank}
        driver.begin()
        every = " UNION ALL ".join(_RANGE.format(n=n) for n in range(len(ranges)))
        found = driver.rows(_CANDIDATES.format(ranges=every), values)
        marked: Values = {f"lead_{n}": row[0] for n, row in enumerate(found)}
        driver.run(_MARK.format(leads=", ".join(f":{name}" for name in marked)), marked)
        driver.run(
            self._sql["entry"],
            [
                self._values(now, lead=row[0], segment=row[1], rank=row[2], ready=row[3], e164=row[4])
                for row in found
            ],
        )
        driver.commit()
        return len(found)

    def close(self) -> None:
        self.driver.close()
