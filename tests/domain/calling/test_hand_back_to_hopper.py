"""A person who was taken by an undo or a jump is in the hopper once, and goes back there."""

from __future__ import annotations

from datetime import timedelta

from domain.calling import claims, hopper, outcomes, undo
from storage import integrity
from storage.database import Database
from tests.support.factories import NOON, build_shop


def test_the_hopper_is_filled_while_an_undone_person_is_in_hand(database: Database) -> None:
    shop = build_shop(database, leads=3)
    with database.transaction() as session:
        first = claims.next_lead(session, actor=shop.ana, campaign_id=shop.campaign_id, now=NOON).dossier
        assert first is not None
    with database.transaction() as session:
        outcomes.record(session, actor=shop.ana, lead_id=first.lead_id, action="busy", now=NOON)
    with database.transaction() as session:
        undo.undo(session, actor=shop.ana, now=NOON)
    with database.transaction() as session:
        filled = hopper.fill(session, actor=shop.sup, campaign_id=shop.campaign_id, now=NOON)
    assert filled.size == 2
    assert integrity.check(database) == []


def test_a_supervisor_may_jump_to_a_waiting_lead_and_give_it_back(database: Database) -> None:
    shop = build_shop(database, leads=3)
    wanted = shop.leads[2]
    with database.transaction() as session:
        claims.jump(session, actor=shop.sup, lead_id=wanted, now=NOON)
    with database.transaction() as session:
        hopper.fill(session, actor=shop.sup, campaign_id=shop.campaign_id, now=NOON)
    with database.transaction() as session:
        claims.leave(session, actor=shop.sup, now=NOON)
    with database.transaction() as session:
        filled = hopper.fill(session, actor=shop.sup, campaign_id=shop.campaign_id, now=NOON)
    assert filled.size == 3
    later = NOON + timedelta(seconds=1)
    with database.transaction() as session:
        again = claims.jump(session, actor=shop.ben, lead_id=wanted, now=later).dossier
    assert again is not None
    assert again.lead_id == wanted
    assert integrity.check(database) == []
