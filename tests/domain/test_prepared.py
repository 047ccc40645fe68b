"""Statements that are only sent: they answer what the same statement answers the usual way, and fail alike."""

from __future__ import annotations

import pytest
from sqlalchemy import bindparam, event, insert, outerjoin, select, text, update
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import object_session
from sqlmodel import col

from domain.base import BigId, metadata
from domain.calling.models import Activity, HopperEntry, Lead
from domain.contacts.models import ContactPhone
from domain.prepared import Prepared, row_object
from domain.sql import LEAD, ORGANISATION
from storage.counting import count_statements
from storage.database import Database
from tests.support.floor import Floor

_PHONES = (
    select(col(ContactPhone.id), col(ContactPhone.e164), col(ContactPhone.bad), col(Lead.next_attempt_at))
    .join(Lead, col(Lead.contact_id) == col(ContactPhone.contact_id))
    .where(col(Lead.organisation_id) == ORGANISATION, col(Lead.id) == LEAD)
)
_LEAD = (
    select(Lead, HopperEntry, col(ContactPhone.e164))
    .select_from(outerjoin(Lead, HopperEntry, col(HopperEntry.lead_id) == col(Lead.id)))
    .join(ContactPhone, col(ContactPhone.contact_id) == col(Lead.contact_id))
    .where(col(Lead.organisation_id) == ORGANISATION, col(Lead.id) == LEAD)
)


def _which(floor: Floor, lead_id: int) -> dict[str, object]:
    return {"organisation": floor.organisation_id, "lead": lead_id}


def test_its_rows_are_those_of_the_statement(floor: Floor) -> None:
    lead_id = floor.lead()
    with floor.database.reading() as session:
        usual = session.execute(_PHONES, _which(floor, lead_id)).all()
        found = Prepared(_PHONES).all(session, _which(floor, lead_id))
    assert [tuple(row) for row in found] == [tuple(row) for row in usual]
    assert found[0].e164 == usual[0].e164
    assert found[0].bad is False


def test_rows_of_tables_come_as_objects_of_no_session(floor: Floor) -> None:
    lead_id = floor.lead(attributes={"plan": "basic"})
    with floor.database.reading() as session:
        row = Prepared(_LEAD).one_or_none(session, _which(floor, lead_id))
        usual = session.execute(_LEAD, _which(floor, lead_id)).one()
        assert row is not None
        lead, entry, e164 = row
        assert object_session(lead) is None
        assert lead.model_dump() == usual[0].model_dump()
        assert (entry, e164) == (None, usual[2])


def test_what_is_not_there_is_none_and_two_are_a_defect(floor: Floor) -> None:
    everybody = Prepared(select(col(Lead.id)).where(col(Lead.organisation_id) == ORGANISATION))
    floor.leads(2)
    with floor.database.reading() as session:
        assert Prepared(_PHONES).one_or_none(session, _which(floor, 0)) is None
        with pytest.raises(AssertionError, match="more than one"):
            everybody.one_or_none(session, {"organisation": floor.organisation_id})


def test_constants_are_written_into_the_statement(floor: Floor) -> None:
    pending = Prepared(
        select(col(Activity.id)).where(
            col(Activity.lead_id) == LEAD,
            col(Activity.state) == "pending",
            col(Activity.kind).in_(("callback", "it's")),
        )
    )
    sent: list[tuple[str, object]] = []

    def hear(_c: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        sent.append((statement, parameters))

    engine = floor.database.read_engine
    event.listen(engine, "before_cursor_execute", hear)
    try:
        with floor.database.reading() as session:
            assert pending.all(session, {"lead": 1}) == []
    finally:
        event.remove(engine, "before_cursor_execute", hear)
    statement, parameters = sent[-1]
    assert "'pending'" in statement
    assert "'it''s'" in statement
    assert list(parameters.values() if isinstance(parameters, dict) else parameters) == [1]  # type: ignore[call-overload]  # a list or a dict


def test_what_it_writes_is_counted_and_stays(floor: Floor) -> None:
    lead_id = floor.lead()
    raised = Prepared(
        update(Lead).where(col(Lead.id) == bindparam("row", type_=BigId)).values(priority=bindparam("to"))
    )
    with count_statements(floor.database) as sent, floor.database.transaction() as session:
        assert raised.affect(session, {"row": lead_id, "to": 70}) == 1
        assert raised.affect(session, {"row": 0, "to": 70}) == 0
    assert sent.count == 2
    assert floor.row(lead_id).priority == 70


def test_columns_without_a_value_take_their_defaults(floor: Floor) -> None:
    table = metadata.tables["contact"]
    added = Prepared(insert(table).returning(table.c.id, table.c.tags))
    values = {
        "organisation_id": floor.organisation_id, "name": "Ada", "created_at": floor.now, "updated_at": floor.now,
    }  # fmt: skip
    with floor.database.transaction() as session:
        one = added.one_or_none(session, values)
        other = added.one_or_none(session, {**values, "tags": ["vip"]})
    assert one is not None
    assert other is not None
    assert (one.tags, other.tags) == ([], ["vip"])


def test_a_broken_rule_is_told_as_ever_and_leaves_nothing(floor: Floor) -> None:
    floor.lead()
    table = metadata.tables["contact_phone"]
    added = Prepared(insert(table).returning(table.c.id))
    nobodys = {"organisation_id": floor.organisation_id, "contact_id": 2**40, "e164": "+9991"}
    with pytest.raises(IntegrityError) as told, floor.database.transaction() as session:
        added.all(session, {**nobodys, "kind": "phone", "position": 0, "bad": False})
    assert "+9991" not in str(told.value), "values are personal data"


@pytest.mark.postgresql
def test_a_connection_lost_meanwhile_is_given_up(postgres_database: Database) -> None:
    floor = Floor(postgres_database)
    phones = Prepared(_PHONES)
    lead_id = floor.lead()
    with floor.database.reading() as session:
        pid = session.execute(text("SELECT pg_backend_pid()")).scalar_one()
        with floor.database.engine.connect() as other:
            other.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})
        with pytest.raises(OperationalError) as told:
            phones.all(session, _which(floor, lead_id))
        assert told.value.connection_invalidated
        session.rollback()
    with floor.database.reading() as session:
        assert phones.all(session, _which(floor, lead_id))


def test_an_object_made_of_values_belongs_to_no_session(floor: Floor) -> None:
    made = row_object(HopperEntry, {"id": 7, "lead_id": 3})
    assert (made.id, made.lead_id) == (7, 3)
    assert object_session(made) is None
