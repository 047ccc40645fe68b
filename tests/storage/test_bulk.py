"""Many rows at once: the same on both databases, inside the transaction that is open."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

import pytest
from sqlalchemy import Integer, String, column, func, literal
from sqlalchemy import table as plain_table
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from domain.constructs import insert_ignore, upsert
from domain.models import contacts, people
from storage.bulk import insert_rows, reserve_ids, staged_rows
from storage.counting import count_statements
from storage.database import Database

NOW = datetime(2026, 3, 2, 9, 30, 15, 250000, tzinfo=UTC)
CONTACT_COLUMNS = ("id", "organisation_id", "name", "tags", "attributes", "created_at", "updated_at")
CONTACT = contacts.Contact.__table__  # type: ignore[attr-defined]
PHONE = contacts.ContactPhone.__table__  # type: ignore[attr-defined]


def shop(session: Session) -> int:
    organisation = people.Organisation(name="Shop", created_at=NOW)
    session.add(organisation)
    session.flush()
    assert organisation.id is not None
    return organisation.id


def contact_rows(organisation_id: int, ids: list[int]) -> list[tuple[object, ...]]:
    return [
        (number, organisation_id, f"Person {number}", ["é", 'a "b"\t\n\\'], {}, NOW, NOW) for number in ids
    ]


def test_bulk_rows_read_back_as_what_was_written(database: Database) -> None:
    paris = NOW.astimezone(timezone(timedelta(hours=2)))
    with database.transaction() as session:
        organisation_id = shop(session)
        rows = [
            (7, organisation_id, "Zoë \\N\t\n", ["vip", "ñ"], {"job": 'says "no"'}, paris, NOW),
            (8, organisation_id, "", [], {}, NOW, NOW),
        ]
        assert insert_rows(session, CONTACT, CONTACT_COLUMNS, rows) == 2
    with database.reading() as session:
        first, second = session.exec(select(contacts.Contact).order_by(CONTACT.c.id)).all()
    assert (first.name, first.tags, first.attributes) == ("Zoë \\N\t\n", ["vip", "ñ"], {"job": 'says "no"'})
    assert (first.created_at, first.notes, second.name) == (NOW, None, "")


def test_bulk_rows_go_with_the_transaction_that_failed(database: Database) -> None:
    with pytest.raises(IntegrityError), database.transaction() as session:
        organisation_id = shop(session)
        insert_rows(session, CONTACT, CONTACT_COLUMNS, contact_rows(organisation_id, [1, 2, 3]))
        session.add(people.Organisation(name="Shop", created_at=NOW))
    with database.reading() as session:
        assert session.exec(select(func.count()).select_from(contacts.Contact)).one() == 0


def test_a_thousand_rows_are_one_statement(database: Database) -> None:
    with database.transaction() as session:
        organisation_id = shop(session)
        first, *ids = reserve_ids(session, CONTACT, 1001)
        insert_rows(
            session, CONTACT, CONTACT_COLUMNS, contact_rows(organisation_id, [first])
        )  # asks who it is
        with count_statements(database) as counter:
            insert_rows(session, CONTACT, CONTACT_COLUMNS, contact_rows(organisation_id, ids))
        assert counter.count == 1


def test_no_rows_send_nothing(database: Database) -> None:
    with database.transaction() as session, count_statements(database) as counter:
        assert insert_rows(session, CONTACT, CONTACT_COLUMNS, []) == 0
    assert counter.count == 0


def test_reserved_numbers_are_nobody_elses(database: Database) -> None:
    taken: list[int] = []
    for _ in range(3):
        with database.transaction() as session:
            if not taken:
                organisation_id = shop(session)
            ids = list(reserve_ids(session, CONTACT, 50))
            insert_rows(session, CONTACT, CONTACT_COLUMNS, contact_rows(organisation_id, ids))
            single = contacts.Contact(organisation_id=organisation_id, created_at=NOW, updated_at=NOW)
            session.add(single)
            session.flush()
            assert single.id is not None
            taken += [*ids, single.id]
    assert len(set(taken)) == 3 * 51
    assert all(earlier < later for earlier, later in pairwise(taken))


def test_rows_that_break_a_unique_rule_are_left_out_and_not_returned(database: Database) -> None:
    with database.transaction() as session:
        organisation_id = shop(session)
        insert_rows(session, CONTACT, CONTACT_COLUMNS, contact_rows(organisation_id, [1]))
        values = {
            "organisation_id": organisation_id,
            "contact_id": 1,
            "kind": "phone",
            "position": 0,
            "bad": False,
        }
        statement = insert_ignore(PHONE).returning(PHONE.c.e164)
        first = session.execute(statement, [{**values, "e164": "+59899000001"}]).scalars().all()
        again = session.execute(
            statement, [{**values, "e164": "+59899000001"}, {**values, "e164": "+59899000002"}]
        )
        assert first == ["+59899000001"]
        assert again.scalars().all() == ["+59899000002"]


def test_an_upsert_renews_what_is_there(database: Database) -> None:
    statement = upsert(people.Organisation, keys=["name"], update=["settings"])
    for zone in ("UTC", "America/Montevideo"):
        with database.transaction() as session:
            session.execute(statement.values(name="Shop", settings={"zone": zone}, created_at=NOW))
    with database.reading() as session:
        found = session.exec(select(people.Organisation)).one()
    assert found.settings == {"zone": "America/Montevideo"}


def test_an_upsert_must_say_what_it_renews() -> None:
    with pytest.raises(ValueError, match="renews"):
        upsert(people.Organisation, keys=["name"], update=[])


def test_staged_rows_feed_one_statement_and_are_gone_afterwards(database: Database) -> None:
    with database.transaction() as session:
        organisation_id = shop(session)
        insert_rows(session, CONTACT, CONTACT_COLUMNS, contact_rows(organisation_id, [1, 2]))
        columns = {"contact_id": Integer(), "e164": String()}
        staged = [(1, "+59899000001"), (2, "+59899000002"), (1, "+59899000001")]
        with staged_rows(session, "incoming", columns, staged) as incoming:
            source = select(
                literal(organisation_id), incoming.c.contact_id, incoming.c.e164, literal("phone"), literal(0),
                literal(False),
            )  # fmt: skip
            names = ["organisation_id", "contact_id", "e164", "kind", "position", "bad"]
            session.execute(insert_ignore(PHONE).from_select(names, source))
        assert session.exec(select(func.count()).select_from(contacts.ContactPhone)).one() == 2
    with database.transaction() as session, staged_rows(session, "incoming", columns, []):
        incoming_again = plain_table("incoming", column("e164"))
        assert session.execute(select(incoming_again.c.e164)).all() == []


def test_only_real_statements_are_counted(database: Database) -> None:
    with count_statements(database) as counter:
        with database.transaction() as session:
            shop(session)
        with database.reading() as session:
            session.exec(select(people.Organisation)).all()
    assert [statement.split()[0] for statement in counter.statements] == ["INSERT", "SELECT"]
