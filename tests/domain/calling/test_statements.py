"""How many statements a seller's steps send, whatever the number of leads (BEGIN, COMMIT and settings aside)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.calling import claims, outcomes, undo
from domain.calling.action_seed import ACTION_SEED
from domain.codes import QueueState
from domain.sales import products
from domain.sales.sales import SaleInput
from storage.counting import StatementCounter, count_statements
from tests.support.floor import Floor

SLUGS = [slug for slug, _, _ in ACTION_SEED]


def told(counter: StatementCounter) -> str:
    return "\n".join(" ".join(statement.split())[:110] for statement in counter.statements)


def count_next(floor: Floor) -> StatementCounter:
    with count_statements(floor.database) as counter, floor.database.transaction() as session:
        found = claims.next_lead(session, actor=floor["ana"], campaign_id=floor.campaign_id, now=floor.now)
    assert found.dossier is not None
    return counter


@pytest.mark.parametrize("many", [False, True], ids=["few", "many"])
@pytest.mark.parametrize(
    "tier", ["pool", "callback", "callback of anyone", "dropped", "assigned", "kept", "in hand", "capped"]
)
def test_next_sends_eight_at_most(floor: Floor, tier: str, many: bool) -> None:
    count = 120 if many else 3
    first = floor.leads(count)[0]
    floor.fill()
    if tier == "callback":
        floor.callback(floor.lead(), floor.now, "ana")
    elif tier == "callback of anyone":
        floor.callback(floor.lead(), floor.now)
    elif tier == "dropped":
        floor.lead(status="dropped", queue_state=QueueState.DROPPED.value)
    elif tier == "assigned":
        floor.own("ana", count)
    elif tier == "capped":
        from domain.campaigns.windows import parse_hours

        floor.set(hours=parse_hours("00:00-23:00"), cap_per_day=3, cap_in_days=9, cap_days=7)
    elif tier in ("kept", "in hand"):
        floor.take("ana")
        if tier == "kept":
            floor.hold("ana", floor.lead())
            floor.record("ana", floor.take("ana").lead_id, "not-interested")
        floor.later(minutes=1)
    counter = count_next(floor)
    assert counter.count <= 8, told(counter)
    assert first


@pytest.mark.parametrize("slug", SLUGS)
def test_an_outcome_sends_twelve_at_most_and_do_not_call_twenty(floor: Floor, slug: str) -> None:
    """The longest way: a callback that was dialled, with a draft; for do-not-call also leads with its numbers."""
    first, second = floor.spare(2)
    lead_id = floor.lead(numbers=[[first, second]])
    others = floor.leads(30, numbers=[[second]] * 30)
    floor.callback(lead_id, floor.now, "ana")
    floor.callback(others[0], floor.now + timedelta(hours=1), "ben")
    floor.fill()
    assert floor.next_id("ana") == lead_id
    floor.dial("ana", lead_id)
    floor.hang_up("ana")
    floor.draft("ana", lead_id, "a note")
    with floor.database.transaction() as session:
        product = products.add(
            session, actor=floor["sup"], name="Paper", price_minor=100, currency="EUR", now=floor.now
        )
    with count_statements(floor.database) as counter, floor.database.transaction() as session:
        outcomes.record(
            session,
            actor=floor["ana"],
            lead_id=lead_id,
            action=slug,
            now=floor.now,
            at=floor.now + timedelta(hours=1) if slug == "schedule" else None,
            sale=SaleInput(product.id) if slug == "sale" else None,
        )
    assert counter.count <= (20 if slug == "do-not-call" else 12), told(counter)


@pytest.mark.parametrize("slug", [slug for slug in SLUGS if slug != "do-not-call"])
def test_an_undo_sends_twenty_five_at_most(floor: Floor, slug: str) -> None:
    """The longest way: of a dialled callback with a note, while somebody else is in hand."""
    lead_id = floor.lead()
    floor.callback(lead_id, floor.now, "ana")
    floor.leads(40)
    assert floor.next_id("ana") == lead_id
    floor.dial("ana", lead_id)
    floor.draft("ana", lead_id, "a note")
    floor.record("ana", lead_id, slug, at=floor.now + timedelta(hours=1) if slug == "schedule" else None)
    assert floor.next_id("ana") != lead_id
    with count_statements(floor.database) as counter, floor.database.transaction() as session:
        undo.undo(session, actor=floor["ana"], now=floor.now)
    assert counter.count <= 25, told(counter)
    assert floor.drafts(lead_id)[0].text == "a note"


@pytest.mark.parametrize("count", [1, 40])
def test_do_not_call_sends_as_many_for_one_lead_as_for_many(floor: Floor, count: int) -> None:
    [shared] = floor.spare(1)
    floor.leads(count, numbers=[[shared]] * count)
    with count_statements(floor.database) as counter:
        floor.register(shared)
    assert counter.count <= 9, told(counter)
