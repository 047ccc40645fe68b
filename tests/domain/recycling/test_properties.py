"""Whatever the leads and the choice: the preview says what the apply does, and an undo leaves nothing behind."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.codes import FINAL_STATUSES, NO_STATUS_KEY, DialStatus, QueueState
from domain.recycling.selection import TARGETS, Filters
from domain.repair import find
from storage.database import Database
from tests.domain.recycling.conftest import Desk
from tests.support.floor import Floor

_FINAL = {status.value for status in FINAL_STATUSES}
_leads = st.lists(
    st.fixed_dictionaries(
        {
            "status": st.sampled_from([*(status.value for status in DialStatus), None, ""]),
            "attempts": st.integers(0, 5),
            "exhausted": st.booleans(),
            "waits": st.integers(-3, 3),
            "owned": st.booleans(),
            "kind": st.sampled_from(["plain", "plain", "callback", "registered", "bad"]),
            "campaign_status": st.integers(1, 7),
        }
    ),
    min_size=1,
    max_size=8,
)
_choice = st.fixed_dictionaries(
    {
        "statuses": st.sets(st.sampled_from([*DialStatus, NO_STATUS_KEY]), min_size=1, max_size=14),
        "target": st.sampled_from(TARGETS),
        "reset_attempts": st.booleans(),
        "include_final": st.booleans(),
        "min_attempts": st.one_of(st.none(), st.integers(0, 3)),
    }
)


def _make(floor: Floor, lead: dict[str, Any]) -> int:
    number = floor.lead(
        status=lead["status"],
        dial_attempts=lead["attempts"],
        imported_attempts=lead["attempts"],
        exhausted=lead["exhausted"],
        next_attempt_at=floor.now + timedelta(hours=lead["waits"]),
        owner_id=floor["ana"].user_id if lead["owned"] else None,
        campaign_status=lead["campaign_status"],
    )
    if lead["kind"] == "callback" and lead["status"] not in _FINAL:
        floor.callback(number, floor.now + timedelta(hours=1))
    elif lead["kind"] == "registered":
        floor.register_quietly(floor.phones(number)[0].e164)
    elif lead["kind"] == "bad":
        floor.bad(number, floor.phones(number)[0].e164)
    return number


def _agree(database: Database, leads: list[dict[str, Any]], choice: dict[str, Any]) -> None:
    floor = Floor(database)
    desk = Desk(floor)
    made = [_make(floor, lead) for lead in leads]
    floor.recompute()
    before = {lead: desk.state(lead) for lead in made}
    wrong = _problems(floor)
    given = dict(choice)
    filters = Filters(tuple(sorted(given.pop("statuses"))), min_attempts=given.pop("min_attempts"))
    seen = desk.preview(filters=filters, **given)
    done = desk.recycle(filters=filters, **given)
    assert (done.selected, done.recycled, done.by_status) == (seen.selected, seen.recycled, seen.by_status)
    assert seen.selected == seen.recycled + sum(seen.left_out.values())
    assert seen.recycled == seen.callable_now + seen.later + seen.exhausted + seen.blocked
    moved = {lead for lead in made if floor.row(lead).recycle_batch_id == done.batch_id}
    assert len(moved) == done.recycled
    dialled = [floor.row(lead) for lead in moved]
    in_line = [row for row in dialled if row.queue_state in (QueueState.READY, QueueState.OWNED)]
    assert sum(row.next_attempt_at <= floor.now for row in in_line) == seen.callable_now
    assert {lead: desk.state(lead) for lead in made if lead not in moved} == {
        lead: values for lead, values in before.items() if lead not in moved
    }
    assert all(before[lead]["status"] != "dnc" for lead in moved)
    assert given["include_final"] or all(before[lead]["status"] not in _FINAL for lead in moved)
    assert _problems(floor) <= wrong
    placed = {lead: floor.row(lead).queue_state for lead in made}
    floor.recompute()
    assert {lead: floor.row(lead).queue_state for lead in made} == placed
    undone = desk.undo(done.batch_id)
    assert (undone.restored, undone.kept) == (done.recycled, 0)
    assert {lead: desk.state(lead) for lead in made} == before


def _problems(floor: Floor) -> int:
    with floor.database.reading() as session:
        return find.report(session, actor=floor["sup"], campaign_id=floor.campaign_id, now=floor.now).total


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(leads=_leads, choice=_choice)
def test_the_preview_says_what_happens_and_an_undo_restores_everything(
    sqlite_database: Database, leads: list[dict[str, Any]], choice: dict[str, Any]
) -> None:
    _agree(sqlite_database, leads, choice)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(leads=_leads, choice=_choice)
def test_so_it_is_on_a_server(
    postgres_database: Database, leads: list[dict[str, Any]], choice: dict[str, Any]
) -> None:
    _agree(postgres_database, leads, choice)
