"""The least SQL that recycles and takes back with an audit row for each lead, in the same chunks: the baseline.

No rules, nobody is left out, nothing is recomputed; the same tables, indexes and triggers, committed as durably.
"""

from __future__ import annotations

import json
from datetime import datetime

from benchmarks.raw import Driver, PostgresDriver, SqliteDriver, Values
from benchmarks.shops import Desk

CHUNK = 2_000

_IDS = """SELECT id FROM lead WHERE organisation_id = :shop AND campaign_id = :campaign
 AND status IN ('no_answer', 'busy') ORDER BY id"""
_AUDIT = """INSERT INTO history_event (organisation_id, at, user_id, lead_id, contact_id, campaign_id, kind, before,
 after, batch_id) SELECT organisation_id, {now}, :seller, id, contact_id, campaign_id, 'recycle',
 {object}('status', status, 'version', version), {object}('status', 'new', 'version', version + 1), :batch
 FROM lead WHERE {these}"""
_RECYCLE = """UPDATE lead SET status = 'new', last_status_change = :now, recycle_batch_id = :batch,
 version = version + 1, updated_at = :now WHERE {these}"""
_AUDIT_UNDO = """INSERT INTO history_event (organisation_id, at, user_id, lead_id, contact_id, campaign_id, kind,
 before, after, undoes) SELECT h.organisation_id, {now}, :seller, h.lead_id, h.contact_id, h.campaign_id,
 'recycle_undo', h.after, h.before, h.id FROM history_event h WHERE h.batch_id = :batch AND h.{of_these}"""
_UNDO = """UPDATE lead SET status = {status}, last_status_change = :now, recycle_batch_id = NULL,
 version = lead.version + 1, updated_at = :now FROM history_event h WHERE h.batch_id = :batch AND h.lead_id = lead.id
 AND h.{of_these}"""
_WORDS = {
    "sqlite": {
        "now": ":now",
        "object": "json_object",
        "these": "id IN (SELECT value FROM json_each(:ids))",
        "of_these": "lead_id BETWEEN :first AND :last",
        "status": "json_extract(h.before, '$.status')",
    },
    "postgresql": {
        "now": "CAST(:now AS timestamptz)",
        "object": "jsonb_build_object",
        "these": "id IN (SELECT unnest(CAST(translate(:ids, '[]', '{{}}') AS bigint[])))",
        "of_these": "lead_id BETWEEN :first AND :last",
        "status": "h.before ->> 'status'",
    },
}


class RawRecycle:
    """Recycles and takes back through the driver alone."""

    def __init__(self, desk: Desk) -> None:
        sqlite = desk.database.dialect == "sqlite"
        self.driver: Driver = SqliteDriver(desk.database) if sqlite else PostgresDriver(desk.database)
        words = _WORDS[desk.database.dialect]
        audit, recycle, audit_undo, undo = (
            text.format(**words).replace("{{}}", "{}") for text in (_AUDIT, _RECYCLE, _AUDIT_UNDO, _UNDO)
        )
        self._recycle, self._undo = (audit, recycle), (audit_undo, undo)
        self._values: Values = {
            "shop": desk.leader.organisation_id,
            "campaign": desk.campaign_id,
            "seller": desk.leader.user_id,
            "batch": 1_000_000,
        }
        self._ids: list[int] = []

    def recycle(self, now: datetime) -> int:
        """Everybody who did not answer or was busy is new."""
        self._values["batch"] = int(str(self._values["batch"])) + 1
        self.driver.begin()
        self._ids = [int(str(row[0])) for row in self.driver.rows(_IDS, self._values)]
        self.driver.commit()
        return self._chunks(self._recycle, now)

    def undo(self, now: datetime) -> int:
        """Those are as they were."""
        return self._chunks(self._undo, now)

    def _chunks(self, statements: tuple[str, str], now: datetime) -> int:
        for start in range(0, len(self._ids), CHUNK):
            part = self._ids[start : start + CHUNK]
            values = {
                **self._values,
                "now": now,
                "ids": json.dumps(part),
                "first": part[0],
                "last": part[-1],
            }
            self.driver.begin()
            for statement in statements:
                self.driver.run(statement, values)
            self.driver.commit()
        return len(self._ids)

    def close(self) -> None:
        self.driver.close()
