"""After a person was erased nothing of them is found anywhere: in no table, and not in the bytes of a file.

Every column that can hold text stands in one of the two lists below; a new one fails the first test until somebody has
decided whether it may hold something about a person.
"""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select, update

from domain.calling import drafts, hopper, outcomes
from domain.calling.models import Lead
from domain.contacts import do_not_call
from domain.models import metadata
from domain.privacy import erasing
from storage import compacting
from storage.database import Database
from tests.support.factories import NOON, ShopFixture, add_leads, build_shop

PERSONAL = {
    "activity": {"notes"},
    "call": {"e164", "external_id"},
    "contact": {
        *("name", "first_name", "last_name", "company", "email", "address", "city", "state", "postal_code"),
        *("country", "language", "timezone", "notes", "external_id", "tags", "attributes"),
    },
    "contact_phone": {"e164"},
    "do_not_call": {"e164", "reason"},
    "draft": {"text"},
    "held_number": {"e164"},
    "hopper_entry": {"e164"},
    "lead": {"external_id", "attributes"},
}
"""What says who somebody is, or what was said about them."""

SHOPS_OWN = {
    "activity": {"kind", "state", "action"},
    "audit_event": {"name", "kind", "target", "detail"},
    "bulk_edit": {"change", "chosen", "state"},
    "bulk_edit_line": {"former"},
    "call": {"result", "action", "resolution", "source"},
    "campaign": {
        *("name", "description", "region", "timezone", "hours", "holidays_country", "holidays_subdivision"),
        *("retry", "recyclable", "script"),
    },
    "campaign_segment": {"segment"},
    "console_action": {
        *(
            "slug",
            "labels",
            "type",
            "key",
            "colour",
            "campaign_status",
            "resolution",
            "lead_status",
            "reason",
        ),
        *("result", "origin"),
    },
    "contact_phone": {"kind"},
    "do_not_call": {"number_hash", "source"},
    "handing_batch": {"kind", "wanted", "given", "filters", "state"},
    "history_event": {"kind", "action", "before", "after"},
    "hopper_entry": {"segment", "shift", "source", "state"},
    "job_run": {"job", "trigger", "holder", "result", "counts", "error"},
    "job_state": {"job", "schedule", "holder"},
    "lead": {
        *("shift_wanted", "status", "campaign_resolution", "last_console_action", "dial_result", "segment"),
    },
    "lead_figure": {"resolution"},
    "lead_list": {"name", "state", "source", "fingerprint", "counts"},
    "lead_tally": {"status", "segment"},
    "number_key": {"key"},
    "organisation": {"name", "login_role", "settings"},
    "product": {"name", "currency"},
    "reason": {"resolution", "labels"},
    "recycle_batch": {"target", "filters", "state", "by_status"},
    "report_order": {"format", "every", "period", "folder", "filters", "problem"},
    "report_view": {"name", "filters"},
    "sale": {"currency"},
    "seller_message": {"text"},
    "seller_state_event": {"state", "pause_code"},
    "team": {"name"},
    "undo_entry": {"former"},
    "user_account": {"name", "full_name", "role", "shift", "password_hash"},
}
"""Codes, numbers of rows, and what the shop says about itself."""

MARK = "quixotic"
NUMBER = "+33199007777"


def texts() -> dict[str, set[str]]:
    """All columns that can hold text."""
    kinds = ("VARCHAR", "TEXT", "JSON")
    found = {
        table.name: {each.name for each in table.columns if str(each.type).upper().startswith(kinds)}
        for table in metadata.sorted_tables
    }
    return {table: columns for table, columns in found.items() if columns}


def found_in(database: Database) -> set[tuple[str, str]]:
    """The columns of all tables in which the person is found."""
    found = set()
    with database.reading() as session:
        for table in metadata.sorted_tables:
            for row in session.connection().execute(select(table)).mappings():
                for name, value in row.items():
                    written = value if isinstance(value, str) else json.dumps(value, default=str)
                    if MARK in written or NUMBER[1:] in written:
                        found.add((table.name, name))
    return found


def mark(made: ShopFixture, lead_id: int) -> int:
    """Write about a person wherever that can be done; returns the contact."""
    with made.database.transaction() as session:
        contact_id = session.get_one(Lead, lead_id).contact_id
        hopper.fill(session, actor=made.sup, campaign_id=made.campaign_id, now=NOON)
    hold(made, lead_id)
    with made.database.transaction() as session:
        outcomes.record(session, actor=made.ana, lead_id=lead_id, action="busy", now=NOON, note=MARK)
        drafts.save(session, actor=made.ben, lead_id=lead_id, text=MARK, now=NOON)
        do_not_call.add(session, actor=made.sup, numbers=["+33199007778"], now=NOON, reason=MARK)
        write(session, "contact_phone", "contact_id", contact_id, e164=NUMBER)
        person: dict[str, object] = dict.fromkeys(PERSONAL["contact"], MARK)
        write(session, "contact", "id", contact_id, **{**person, "tags": [MARK], "attributes": {MARK: MARK}})
        write(session, "lead", "id", lead_id, external_id=MARK, attributes={MARK: MARK}, status="new")
        write(session, "call", "lead_id", lead_id, external_id=MARK, e164=NUMBER)
    hold(made, lead_id)
    with made.database.transaction() as session:
        write(session, "do_not_call", "id", None, contact_id=contact_id, e164=NUMBER)
    return contact_id


def hold(made: ShopFixture, lead_id: int) -> None:
    from domain.calling import claims

    with made.database.transaction() as session:
        assert claims.jump(session, actor=made.ana, lead_id=lead_id, now=NOON).dossier is not None


def write(session: object, table: str, key: str, row: int | None, **values: object) -> None:
    """Columns as they are, behind the domain's back; all rows where none is named."""
    rows = metadata.tables[table]
    statement = update(rows).values(**values)
    session.execute(statement.where(rows.c[key] == row) if row is not None else statement)  # type: ignore[attr-defined]


def test_every_column_that_holds_text_is_known() -> None:
    known = {
        table: PERSONAL.get(table, set()) | SHOPS_OWN.get(table, set()) for table in {*PERSONAL, *SHOPS_OWN}
    }
    assert texts() == known
    assert all(PERSONAL[table].isdisjoint(SHOPS_OWN.get(table, ())) for table in PERSONAL)


def test_nothing_of_the_person_is_left_in_any_table(database: Database) -> None:
    made = build_shop(database, leads=3)
    [lead_id] = add_leads(made, 1, first=50)
    contact_id = mark(made, lead_id)
    personal = {(table, column) for table, columns in PERSONAL.items() for column in columns}
    assert found_in(database) == personal  # otherwise the search would find nothing for the wrong reason
    with database.transaction() as session:
        erasing.erase(session, actor=made.root, contact_id=contact_id, now=NOON + timedelta(hours=2))
    assert found_in(database) == set()


def test_nor_in_the_bytes_of_the_file(sqlite_database: Database) -> None:
    made = build_shop(sqlite_database, leads=3)
    [lead_id] = add_leads(made, 1, first=50)
    contact_id = mark(made, lead_id)
    file = sqlite_database.address.file
    assert MARK.encode() in everything(file)
    with sqlite_database.transaction() as session:
        erasing.erase(session, actor=made.root, contact_id=contact_id, now=NOON + timedelta(hours=2))
    assert compacting.compact(sqlite_database)
    assert MARK.encode() not in everything(file)
    assert NUMBER[1:].encode() not in everything(file)


def test_what_is_deleted_from_a_file_is_overwritten(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as session:
        assert session.connection().exec_driver_sql("PRAGMA secure_delete").scalar_one() == 1


def everything(file: Path) -> bytes:
    """The bytes of a database file and of its log."""
    log = file.with_name(f"{file.name}-wal")
    return file.read_bytes() + (log.read_bytes() if log.exists() else b"")
