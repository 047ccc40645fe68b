"""A shop with a running campaign of any size, written below the importer; and the desk a seller works it from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import select, text
from sqlmodel import Session, col

from benchmarks.people import TABLES, Crowd, Place
from domain.base import metadata
from domain.calling import actions
from domain.campaigns import campaigns
from domain.campaigns.hours import parse_hours
from domain.campaigns.models import Campaign, CampaignSegment, LeadList
from domain.campaigns.settings import CampaignSettings
from domain.codes import Role, Shift
from domain.people import entry, shop, users
from domain.people.models import User
from domain.people.rights import Actor
from storage import bulk
from storage.database import Database

CAMPAIGN = "Running"
LEADS_PER_SELLER = 10_000
FEWEST_SELLERS = 8
LEVEL = 200
SCRIPT = """# Good day, {name}

My name is {seller}. You have been with us for some time, and we have a new plan for you.

- **Basic**: ten a month
- **Plus**: twenty a month, with everything

May I tell you more about it?
"""


@dataclass(frozen=True)
class Desk:
    """An open shop: who works, in which campaign, who leads, and the moment its people were made at."""

    database: Database
    seller: Actor
    leader: Actor
    campaign_id: int
    now: datetime


def build(database: Database, leads: int, *, now: datetime | None = None) -> None:
    """Fill an empty schema with a shop of ``leads`` people.

    now: the moment its times lie around; without it yesterday at 15:00 UTC, an hour in which about half of
    the zones may be called.
    """
    at = now or datetime.now(UTC).replace(hour=15, minute=0, second=0, microsecond=0) - timedelta(days=1)
    place = _shop(database, at, max(FEWEST_SELLERS, leads // LEADS_PER_SELLER))
    crowd = Crowd(leads, place)
    for lists in crowd.batches():
        with database.transaction() as session:
            for (table, columns), rows in zip(TABLES, lists, strict=True):
                bulk.insert_rows(session, metadata.tables[table], columns, rows)
    with database.transaction() as session:
        for segment, rank in sorted(crowd.segments):
            session.add(
                CampaignSegment(
                    organisation_id=place.organisation_id,
                    campaign_id=place.campaign_id,
                    segment=segment,
                    rank=rank,
                )
            )
    _settle(database)


def _shop(database: Database, at: datetime, sellers_wanted: int) -> Place:
    with database.transaction() as session:
        here = shop.create(session, now=at)
        actions.seed_shop(session, organisation_id=here.organisation_id)
        users.first_administrator(session, name="root", now=at)
        root = entry.sign_in(session, name="root", password=None, now=at)
        names = [f"seller{n}" for n in range(1, sellers_wanted + 1)]
        for name in names:
            users.add(session, actor=root, name=name, role=Role.SELLER, shift=Shift.ANY, now=at)
        sellers = tuple(entry.sign_in(session, name=name, password=None, now=at).user_id for name in names)
        made = campaigns.create(
            session,
            actor=root,
            name=CAMPAIGN,
            now=at,
            settings=CampaignSettings(
                hours=parse_hours("09:00-21:00"),
                hopper_level=LEVEL,
                script=SCRIPT,
                timezone="America/Montevideo",
            ),
        )
        batch = LeadList(
            organisation_id=here.organisation_id, campaign_id=made.id, name="everybody", created_at=at
        )
        session.add(batch)
        session.flush()
        assert batch.id is not None
        return Place(here.organisation_id, made.id, batch.id, sellers, at)


def _settle(database: Database) -> None:
    """What a database that has run for weeks has done by itself: numbering beyond the rows, statistics."""
    if database.dialect == "sqlite":
        return
    with database.transaction() as session:
        for table, columns in TABLES:
            if "id" in columns:
                session.execute(
                    text(
                        f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"
                    )
                )
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))


def sit_down(database: Database, seller: str = "seller1") -> Desk:
    """The desk of one seller in a shop that ``build`` made."""
    with database.reading() as session:
        campaign = session.execute(select(Campaign).where(col(Campaign.name) == CAMPAIGN)).scalar_one()
        made_at = session.execute(select(col(User.created_at)).where(col(User.name) == "root")).scalar_one()
        assert campaign.id is not None
        return Desk(
            database=database,
            seller=_actor(session, seller, made_at),
            leader=_actor(session, "root", made_at),
            campaign_id=campaign.id,
            now=made_at,
        )


def _actor(session: Session, name: str, now: datetime) -> Actor:
    return entry.sign_in(session, name=name, password=None, now=now)
