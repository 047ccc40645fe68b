"""The campaign a floor works: enough people for the whole run, some of whom share a number, and its sellers."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

from sqlalchemy import select
from sqlmodel import Session, col

from domain.base import metadata
from domain.calling import actions
from domain.campaigns import campaigns
from domain.campaigns.models import Campaign, CampaignSegment, LeadList
from domain.campaigns.settings import CampaignSettings
from domain.campaigns.windows import ALWAYS
from domain.codes import QueueState, Role, Shift
from domain.constructs import insert_ignore
from domain.people import shop, users
from domain.people.models import User
from domain.people.rights import Actor
from storage import bulk
from storage.database import Database

FASTEST = 1_500
"""Outcomes a second no floor on one machine goes beyond: the people are enough for that."""
STEP_MS = 4.0
"""The least a seller needs for a person without thinking."""
LEVEL = 500
AT_ONCE = 5_000
SHARING = 50
"""Every so manieth lead has the number of the one before: two people of one household."""
IMPORTED = 2_000


@dataclass(frozen=True)
class Place:
    """What was made: the campaign, who works in it, and the numbers of its people."""

    campaign_id: int
    campaign: str
    leads: int
    sellers: tuple[Actor, ...]
    supervisors: tuple[Actor, ...]
    administrator: Actor


def enough(sellers: int, think_ms: float, seconds: float) -> int:
    """How many people a run needs, everybody called once."""
    each_second = min(FASTEST, sellers * 1000 / (think_ms + STEP_MS))
    return max(2_000, int(each_second * seconds * 1.1) + LEVEL + sellers)


def make(database: Database, *, sellers: int, supervisors: int, leads: int, now: datetime) -> Place:
    """A campaign of its own in the shop that is there (or in a new one), with its own sellers."""
    with database.transaction() as session:
        here = shop.create(session, now=now)
        actions.seed_shop(session, organisation_id=here.organisation_id)
        users.first_administrator(session, name="root", now=now)
        root = _administrator(session, here)
        name = _free_name(session, here.organisation_id, now)
        made = campaigns.create(
            session,
            actor=root,
            name=name,
            now=now,
            settings=CampaignSettings(
                hours=ALWAYS, timezone="UTC", hopper_level=LEVEL, hopper_auto=False, max_attempts=30
            ),
        )
        people = [
            _hired(session, root, f"floor-{role.value}-{number}", role, now)
            for role, wanted in ((Role.SELLER, sellers), (Role.SUPERVISOR, supervisors))
            for number in range(1, wanted + 1)
        ]
        session.execute(
            insert_ignore(CampaignSegment).values(
                organisation_id=here.organisation_id, campaign_id=made.id, segment="UTC", rank=49
            )
        )
        batch = LeadList(
            organisation_id=here.organisation_id, campaign_id=made.id, name="everybody", created_at=now
        )
        session.add(batch)
        session.flush()
        assert batch.id is not None
        list_id = batch.id
    for first in range(0, leads, AT_ONCE):
        with database.transaction() as session:
            _people(session, root.organisation_id, made.id, list_id, first, min(AT_ONCE, leads - first), now)
    _settle(database)
    return Place(
        made.id,
        name,
        leads,
        tuple(each for each in people if each.role is Role.SELLER),
        tuple(each for each in people if each.role is Role.SUPERVISOR),
        root,
    )


def _settle(database: Database) -> None:
    """The statistics a server's planner would soon have by itself."""
    if database.dialect == "postgresql":
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("ANALYZE")


def phone(index: int) -> str:
    """A number of no country."""
    return f"+999{index:010d}"


def _people(
    session: Session,
    organisation_id: int,
    campaign_id: int,
    list_id: int,
    first: int,
    size: int,
    now: datetime,
) -> None:
    tables = metadata.tables
    ids = list(bulk.reserve_ids(session, tables["contact"], size))
    names = [f"Person {first + place}" for place in range(size)]
    bulk.insert_rows(
        session,
        tables["contact"],
        ("id", "organisation_id", "name", "tags", "attributes", "created_at", "updated_at"),
        [(each, organisation_id, name, [], {}, now, now) for each, name in zip(ids, names, strict=True)],
    )
    bulk.insert_rows(
        session,
        tables["contact_phone"],
        ("organisation_id", "contact_id", "e164", "kind", "position", "bad"),
        [(organisation_id, each, phone(each - (each % SHARING == 0)), "phone", 0, False) for each in ids],
    )
    bulk.insert_rows(
        session,
        tables["lead"],
        (
            "organisation_id", "campaign_id", "contact_id", "list_id", "status", "campaign_status",
            "dial_attempts", "answered_count", "imported_attempts", "exhausted", "next_attempt_at", "queue_state",
            "segment", "priority", "attributes", "version", "created_at", "updated_at",
        ),
        [
            (
                organisation_id, campaign_id, each, list_id, "new", 1, 0, 0, 0, False, now - timedelta(hours=1),
                QueueState.READY.value, "UTC", 50, {}, 1, now, now,
            )
            for each in ids
        ],
    )  # fmt: skip


def _administrator(session: Session, here: shop.Shop) -> Actor:
    row = session.execute(
        select(User)
        .where(
            col(User.organisation_id) == here.organisation_id,
            col(User.role) == Role.ADMIN.value,
            col(User.active),
        )
        .order_by(col(User.id))
        .limit(1)
    ).scalar_one()
    return _actor(row)


def _actor(row: User) -> Actor:
    assert row.id is not None
    return Actor(row.id, row.organisation_id, row.name, row.full_name, Role(row.role), Shift(row.shift))


def _hired(session: Session, root: Actor, name: str, role: Role, now: datetime) -> Actor:
    """Somebody of a run before, or somebody new."""
    found = session.execute(
        select(User).where(col(User.organisation_id) == root.organisation_id, col(User.name) == name)
    ).scalar_one_or_none()
    if found is None:
        users.add(session, actor=root, name=name, role=role, now=now)
        found = session.execute(
            select(User).where(col(User.organisation_id) == root.organisation_id, col(User.name) == name)
        ).scalar_one()
    elif not found.active:
        users.set_active(session, actor=root, name=name, active=True, now=now)
    return replace(_actor(found), role=role)


def _free_name(session: Session, organisation_id: int, now: datetime) -> str:
    taken = set(
        session.execute(
            select(col(Campaign.name)).where(col(Campaign.organisation_id) == organisation_id)
        ).scalars()
    )
    wanted = f"Floor {now:%Y-%m-%d %H:%M:%S}"
    return next(name for name in _numbered(wanted) if name not in taken)


def _numbered(name: str) -> Iterator[str]:
    yield name
    yield from (f"{name} ({number})" for number in count(2))


def write_import(folder: Path) -> Path:
    """A file to import meanwhile: made-up people with numbers that are reserved for fiction (+33 1 99 00 …)."""
    file = folder / "more people.csv"
    with file.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(("name", "phone"))
        writer.writerows((f"Imported {n}", f"+3319900{n:04d}") for n in range(IMPORTED))
    return file


def close(database: Database, place: Place, *, now: datetime) -> None:
    """Leave the campaign paused and its sellers out of the way of whoever works in this shop."""
    with database.transaction() as session:
        campaigns.set_active(session, actor=place.administrator, name=place.campaign, active=False, now=now)
        for each in (*place.sellers, *place.supervisors):
            users.set_active(session, actor=place.administrator, name=each.name, active=False, now=now)
