"""The fill takes the first by priority, then those who wait longest, over all time zones at once."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import func, insert, select, update
from sqlmodel import col

from domain.calling import hopper, ready
from domain.calling.models import HopperEntry, Lead
from domain.campaigns.models import CampaignSegment
from storage.counting import count_statements
from storage.database import Database
from tests.support.factories import NOON, ShopFixture, add_leads, build_shop

ZONES = ("Asia/Tokyo", "Europe/Paris", "America/Lima", "UTC", "Africa/Lagos")
PRIORITIES = (10, 50, 50, 50, 90)


def scattered(database: Database, count: int) -> ShopFixture:
    """A shop whose leads lie in any zone with any priority; every third waits for later."""
    made = build_shop(database, leads=0)
    chance = Random(count)
    with database.transaction() as session:
        session.execute(
            insert(CampaignSegment),
            [
                {
                    "organisation_id": made.root.organisation_id,
                    "campaign_id": made.campaign_id,
                    "segment": zone,
                    "rank": 99 - priority,
                }
                for zone in ZONES
                for priority in set(PRIORITIES)
                if (zone, priority) != ("UTC", 50)
            ],
        )
    made.leads = add_leads(made, count)
    with database.transaction() as session:
        session.execute(
            update(Lead),
            [
                {
                    "id": lead_id,
                    "segment": chance.choice(ZONES),
                    "priority": chance.choice(PRIORITIES),
                    "next_attempt_at": NOON
                    - timedelta(minutes=chance.randrange(1, 20) * (-1 if number % 3 == 0 else 1)),
                }
                for number, lead_id in enumerate(made.leads)
            ],
        )
    return made


def expected(made: ShopFixture, count: int) -> list[int]:
    with made.database.reading() as session:
        leads = session.execute(select(Lead).where(col(Lead.next_attempt_at) <= NOON)).scalars()
        ordered = sorted(leads, key=lambda lead: (-lead.priority, lead.next_attempt_at, lead.id or 0))
    return [lead.id or 0 for lead in ordered[:count]]


def filled(made: ShopFixture) -> list[int]:
    with made.database.reading() as session:
        return list(session.execute(select(col(HopperEntry.lead_id)).order_by(col(HopperEntry.id))).scalars())


@pytest.mark.parametrize("at_once", [ready.RANGES_AT_ONCE, 4])
@pytest.mark.parametrize("target", [1, 12, 100])
def test_the_first_of_all_zones_come_in(
    database: Database, monkeypatch: pytest.MonkeyPatch, at_once: int, target: int
) -> None:
    monkeypatch.setattr(ready, "RANGES_AT_ONCE", at_once)
    made = scattered(database, 45)

    with database.transaction() as session:
        done = hopper.fill(session, actor=made.sup, campaign_id=made.campaign_id, now=NOON, target=target)

    assert filled(made) == expected(made, target)
    assert done.added == done.size == min(target, 30)


def test_a_fill_sends_six_statements_at_most(database: Database) -> None:
    made = scattered(database, 45)
    with count_statements(database) as counter, database.transaction() as session:
        hopper.fill(session, actor=made.sup, campaign_id=made.campaign_id, now=NOON, target=20)
    assert counter.count <= 6


def test_a_fill_sends_no_longer_text_for_more_ranges(database: Database) -> None:
    """What a database must read before it answers; nor one value for each range beside it."""
    made = scattered(database, 45)
    with database.reading() as session:
        ranges = session.execute(select(func.count()).select_from(CampaignSegment)).scalar_one()
    with count_statements(database) as counter, database.transaction() as session:
        hopper.fill(session, actor=made.sup, campaign_id=made.campaign_id, now=NOON, target=20)
    assert ranges >= 15
    assert max(len(statement) for statement in counter.statements) < 6_000
