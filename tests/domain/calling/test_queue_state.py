"""Where a lead waits: one rule in Python and in SQL, over every combination there is (specification, 3)."""

from __future__ import annotations

from itertools import product

import pytest
from sqlalchemy import insert, select
from sqlmodel import col

from domain.base import metadata
from domain.calling import queue_state
from domain.calling.models import HopperEntry, Lead
from domain.codes import FINAL_STATUSES, RECYCLABLE_STATUSES, DialStatus, HopperState, QueueState
from storage.database import Database
from tests.support.floor import Floor

STATUSES: list[str | None] = [None, "", *(status.value for status in DialStatus)]
BOTH = (False, True)
ALL = frozenset({"new", *(status.value for status in RECYCLABLE_STATUSES)})
SOME = frozenset({"new", "busy"})


def combinations() -> list[tuple[str | None, bool, bool, bool, bool, bool, bool, bool]]:
    """status, exhausted, owned, list active, good number, callback pending, quick retry, in the hopper"""
    return list(product(STATUSES, *[BOTH] * 7))


def by_rule(floor: Floor, dialable: frozenset[str], given: tuple[object, ...]) -> QueueState:
    status, exhausted, owned, list_active, good_number, callback, quick, in_hopper = given
    assert status is None or isinstance(status, str)
    found = queue_state.of_lead(
        status=status,
        exhausted=bool(exhausted),
        owner_id=floor["ana"].user_id if owned else None,
        dialable=dialable,
        list_active=bool(list_active),
        good_number=bool(good_number),
        callback_pending=bool(callback),
        quick_retry=bool(quick),
    )
    return QueueState.IN_HOPPER if found is QueueState.READY and in_hopper else found


def write(floor: Floor) -> dict[int, tuple[object, ...]]:
    """A lead for every combination, written straight into the tables."""
    organisation, now = floor.organisation_id, floor.now
    [on] = floor.leads(1)
    [off] = floor.leads(1)
    lists = {True: floor.row(on).list_id, False: floor.row(off).list_id}
    floor.pause_list(off)
    tables = metadata.tables
    with floor.database.transaction() as session:
        connection = session.connection()
        first = max(on, off) + 1
        every = dict(enumerate(combinations(), start=first))
        common = {"organisation_id": organisation}
        times = {"created_at": now, "updated_at": now}
        connection.execute(
            insert(tables["contact"]),
            [{**common, **times, "id": n, "name": "", "tags": [], "attributes": {}} for n in every],
        )
        connection.execute(
            insert(tables["contact_phone"]),
            [
                {
                    **common,
                    "contact_id": n,
                    "e164": f"+33{n:09d}",
                    "kind": "phone",
                    "position": 0,
                    "bad": not each[4],
                }
                for n, each in every.items()
            ],
        )
        connection.execute(
            insert(tables["lead"]),
            [
                {
                    **common, **times, "id": n, "contact_id": n, "campaign_id": floor.campaign_id,
                    "status": each[0], "exhausted": each[1],
                    "owner_id": floor["ana"].user_id if each[2] else None,
                    "list_id": lists[each[3]], "next_attempt_at": now, "segment": "UTC", "priority": 50,
                    "queue_state": QueueState.DROPPED.value if each[6] else QueueState.READY.value,
                    "campaign_status": 1, "dial_attempts": 0, "answered_count": 0, "imported_attempts": 0,
                    "attributes": {}, "version": 1,
                }
                for n, each in every.items()
            ],
        )  # fmt: skip
        connection.execute(
            insert(tables["activity"]),
            [
                {**common, "contact_id": n, "campaign_id": floor.campaign_id, "lead_id": n, "kind": kind,
                 "state": "pending" if each[5] else "completed", "at": now, "due_at": now}
                for n, each in every.items()
                for kind in ("callback",)
            ],
        )  # fmt: skip
        connection.execute(
            insert(tables["hopper_entry"]),
            [
                {**common, "campaign_id": floor.campaign_id, "lead_id": n, "segment": "UTC", "rank": 49,
                 "source": "fresh", "state": HopperState.NEW.value, "from_pool": True, "ready_at": now,
                 "created_at": now}
                for n, each in every.items()
                if each[7]
            ],
        )  # fmt: skip
    return every


@pytest.mark.parametrize("dialable", [ALL, SOME], ids=["all recyclable", "busy only"])
def test_the_rule_for_one_lead_is_the_rule_for_many(database: Database, dialable: frozenset[str]) -> None:
    floor = Floor(database)
    other = Floor(floor.database)
    theirs = other.lead(status="sale")
    every = write(floor)
    expected = {n: by_rule(floor, dialable, each) for n, each in every.items()}
    with floor.database.transaction() as session:
        queue_state.recompute(
            session,
            organisation_id=floor.organisation_id,
            dialable=dialable,
            where=col(Lead.campaign_id) == floor.campaign_id,
        )
    with floor.database.reading() as session:
        found = dict(
            session.execute(
                select(col(Lead.id), col(Lead.queue_state)).where(col(Lead.id).in_(list(every)))
            ).all()
        )
        entries = set(session.execute(select(col(HopperEntry.lead_id))).scalars()) & set(every)
    wrong = {every[n]: (QueueState(found[n]), expected[n]) for n in every if found[n] != expected[n]}
    assert wrong == {}
    assert other.row(theirs).queue_state == QueueState.READY  # another shop's leads are left alone
    out = {n for n in every if expected[n] is QueueState.OUT}
    assert entries & out == set()
    assert {n for n in every if expected[n] is QueueState.IN_HOPPER} <= entries


def test_what_it_says_in_words() -> None:
    def state(**given: object) -> QueueState:
        values = {"status": "new", "exhausted": False, "owner_id": None, "dialable": ALL, **given}
        return queue_state.of_lead(**values)  # type: ignore[arg-type]  # names and types of the rule

    assert state() is QueueState.READY
    assert state(owner_id=1) is QueueState.OWNED
    assert state(status="dropped", quick_retry=True, owner_id=1) is QueueState.DROPPED
    assert state(exhausted=True) is QueueState.OUT
    assert state(exhausted=True, callback_pending=True) is QueueState.CALLBACK
    assert state(status="contacted") is QueueState.OUT
    assert state(status="contacted", callback_pending=True) is QueueState.CALLBACK
    assert {state(status=status) for status in (None, "")} == {QueueState.OUT}
    for status in FINAL_STATUSES:
        assert state(status=status.value, callback_pending=True) is QueueState.OUT
    for given in ({"list_active": False}, {"good_number": False}):
        assert state(callback_pending=True, **given) is QueueState.OUT
