"""Whatever the leads and who gets them: the preview says what is done, and an undo leaves nothing behind."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from domain.codes import FINAL_STATUSES, DialStatus, QueueState
from domain.handing.targets import deal
from storage.database import Database
from tests.domain.handing.conftest import Desk
from tests.support.floor import Floor

_FINAL = {status.value for status in FINAL_STATUSES}
_leads = st.lists(
    st.fixed_dictionaries(
        {
            "status": st.sampled_from([*(status.value for status in DialStatus), None]),
            "exhausted": st.booleans(),
            "waits": st.integers(-3, 3),
            "owner": st.sampled_from([None, None, None, "ana", "eva"]),
            "kind": st.sampled_from(["plain", "plain", "callback", "hers", "registered", "bad"]),
            "campaign_status": st.integers(1, 7),
        }
    ),
    min_size=1,
    max_size=8,
)
_wanted = st.dictionaries(st.sampled_from(["ana", "ben", "morning"]), st.integers(0, 5), min_size=1).filter(
    lambda given: any(given.values())
)
_choice = st.fixed_dictionaries(
    {
        "wanted": st.one_of(
            _wanted, st.dictionaries(st.sampled_from(["ana", "ben", "afternoon"]), st.none(), min_size=1)
        ),
        "of": st.sampled_from([None, None, "eva"]),
        "move": st.booleans(),
        "release": st.booleans(),
    }
)


def _make(floor: Floor, lead: dict[str, Any]) -> int:
    number = floor.lead(
        status=lead["status"],
        exhausted=lead["exhausted"],
        next_attempt_at=floor.now + timedelta(hours=lead["waits"]),
        owner_id=floor[lead["owner"]].user_id if lead["owner"] else None,
        campaign_status=lead["campaign_status"],
    )
    if lead["kind"] in ("callback", "hers") and lead["status"] not in _FINAL:
        floor.callback(number, floor.now + timedelta(hours=1), "eva" if lead["kind"] == "hers" else None)
    elif lead["kind"] == "registered":
        floor.register_quietly(floor.phones(number)[0].e164)
    elif lead["kind"] == "bad":
        floor.bad(number, floor.phones(number)[0].e164)
    return number


def _whose_callbacks(floor: Floor) -> dict[int | None, int | None]:
    return {each.id: each.seller_id for each in floor.pending()}


def _agree(database: Database, leads: list[dict[str, Any]], choice: dict[str, Any]) -> None:
    floor = Floor(database)
    desk = Desk(floor)
    made = [_make(floor, lead) for lead in leads]
    floor.recompute()
    before = {lead: desk.state(lead) for lead in made}
    callbacks = _whose_callbacks(floor)
    to, filters = desk.to(**choice["wanted"]), desk.filters(seller=choice["of"])
    seen = desk.preview(to, filters=filters)
    done = desk.assign(to, filters=filters, move_callbacks=choice["move"])
    assert (done.leads, done.by_target) == (seen.leads, {k: n for k, n in seen.by_target.items() if n})
    assert seen.chosen == seen.available + sum(seen.left_out.values())
    moved = {event.lead_id for event in floor.events() if event.kind == "assign"}
    assert len(moved) == done.leads
    for lead in made:
        row, was = floor.row(lead), before[lead]
        if lead not in moved:
            assert desk.state(lead) == was
            continue
        assert row.status not in _FINAL
        assert row.campaign_status not in (4, 5)
        assert was["owner_id"] == (floor["eva"].user_id if choice["of"] else None)
        assert (row.owner_id is None) == (row.assigned_at is None)
        assert (row.queue_state == QueueState.OWNED) <= (row.owner_id is not None)
    stands = {lead: desk.state(lead)["queue_state"] for lead in made}
    floor.recompute()
    assert {lead: desk.state(lead)["queue_state"] for lead in made} == stands, "as the one rule says"
    batches = [done.batch_id]
    if choice["release"]:
        batches.append(desk.release(campaign_id=floor.campaign_id, move_callbacks=choice["move"]).batch_id)
    assert set(_whose_callbacks(floor)) == set(callbacks), "no callback is lost"
    for batch in reversed(batches):
        assert desk.undo(batch).kept == 0
    assert {lead: desk.state(lead) for lead in made} == before
    assert _whose_callbacks(floor) == callbacks


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(leads=_leads, choice=_choice)
def test_the_undo_restores_everything(sqlite_database: Database, leads: Any, choice: Any) -> None:
    _agree(sqlite_database, leads, choice)


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(leads=_leads, choice=_choice)
def test_the_undo_restores_everything_on_a_server(
    postgres_database: Database, leads: Any, choice: Any
) -> None:
    _agree(postgres_database, leads, choice)


@example(wanted={"a": 1, "b": 1, "c": 1, "d": 7}, there=3, cut=0)
@given(
    wanted=st.dictionaries(st.sampled_from("abcde"), st.integers(0, 30), min_size=1),
    there=st.integers(0, 80),
    cut=st.integers(0, 80),
)
def test_dealing_is_fair_and_does_not_depend_on_where_it_was_interrupted(
    wanted: dict[str, int | None], there: int, cut: int
) -> None:
    whole = deal(range(there), wanted, {})
    assert deal(range(there), dict(reversed(wanted.items())), {}) == whole, "however the targets were named"
    first = deal(range(min(cut, there)), wanted, {})
    given_so_far = {key: list(first.values()).count(key) for key in wanted}
    second = deal(range(min(cut, there), there), wanted, given_so_far)
    assert len(whole) == min(there, sum(number or 0 for number in wanted.values()))
    assert sorted({**first, **second}) == sorted(whole)
    for key, number in wanted.items():
        got = list(whole.values()).count(key)
        assert got <= (number or 0)
        if number:
            share = len(whole) * number / sum(each or 0 for each in wanted.values())
            assert abs(got - share) <= 2
