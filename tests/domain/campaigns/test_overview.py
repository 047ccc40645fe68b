"""The cards of the campaign picker: what waits for a seller in each campaign."""

from __future__ import annotations

from datetime import timedelta

from domain.calling import hopper
from domain.campaigns import campaigns, overview
from domain.codes import QueueState
from storage.counting import count_statements
from storage.database import Database
from tests.support.factories import NOON, add_leads, build_shop


def test_a_card_counts_ready_waiting_and_own_leads(database: Database) -> None:
    made = build_shop(database, leads=3)
    add_leads(made, 2, first=10, next_attempt_at=NOON + timedelta(hours=1))
    add_leads(made, 1, first=20, owner_id=made.ana.user_id, queue_state=QueueState.OWNED.value)
    add_leads(made, 1, first=30, status="sale", queue_state=QueueState.OUT.value)
    with database.transaction() as session:
        hopper.fill(session, actor=made.sup, campaign_id=made.campaign_id, now=NOON, target=2)

    with count_statements(database) as counter, database.reading() as session:
        card = overview.cards(session, actor=made.ana, now=NOON)[0]

    assert (card.leads, card.ready, card.waiting, card.assigned) == (7, 3, 2, 1)
    assert counter.count <= 8


def test_people_of_a_closed_campaign_wait_for_its_hours(database: Database) -> None:
    made = build_shop(database, leads=3)
    with database.transaction() as session:
        campaigns.set_active(session, actor=made.sup, name="Spring", active=False, now=NOON)
    with database.reading() as session:
        card = overview.cards(session, actor=made.ana, now=NOON)[0]
    assert (card.open_now, card.leads, card.ready, card.waiting) == (False, 3, 0, 3)


def test_an_empty_campaign_has_a_card_of_zeros(database: Database) -> None:
    made = build_shop(database, leads=0)
    with database.reading() as session:
        card = overview.cards(session, actor=made.ben, now=NOON)[0]
    assert (card.leads, card.ready, card.waiting, card.assigned, card.due) == (0, 0, 0, 0, 0)
