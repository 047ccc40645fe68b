"""A small real shop for tests, built through the domain wherever it has a use case for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlmodel import Session

from domain.calling import actions
from domain.campaigns import campaigns
from domain.campaigns.models import CampaignSegment
from domain.campaigns.settings import CampaignSettings
from domain.campaigns.windows import ALWAYS, CallingHours
from domain.codes import QueueState, Role, Shift
from domain.constructs import insert_ignore
from domain.people import entry, shop, users
from domain.people.rights import Actor
from domain.sql import add_row, add_rows
from storage.database import Database

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
"""A Tuesday, noon in Montevideo is 15:00 UTC; in the tests' campaign zone (UTC) it is simply noon."""


@dataclass
class ShopFixture:
    """The shop with its people by name and its campaign."""

    database: Database
    people: dict[str, Actor]
    campaign_id: int
    leads: list[int] = field(default_factory=list)

    @property
    def ana(self) -> Actor:
        return self.people["ana"]

    @property
    def ben(self) -> Actor:
        return self.people["ben"]

    @property
    def sup(self) -> Actor:
        return self.people["sup"]

    @property
    def root(self) -> Actor:
        return self.people["root"]


def number(index: int) -> str:
    """A made-up French number reserved for fiction (+33 1 99 00 xx xx)."""
    return f"+3319900{index:04d}"


def build_shop(
    database: Database,
    *,
    leads: int = 10,
    now: datetime = NOON,
    hours: CallingHours = ALWAYS,
    settings: CampaignSettings | None = None,
    zone: str = "UTC",
) -> ShopFixture:
    """A shop with an administrator, a supervisor, three sellers, the standard actions and one campaign."""
    with database.transaction() as session:
        here = shop.create(session, now=now)
        actions.seed_shop(session, organisation_id=here.organisation_id)
        users.first_administrator(session, name="root", now=now)
        root = entry.sign_in(session, name="root", password=None, now=now)
        for name, role, shift in (
            ("sup", Role.SUPERVISOR, Shift.ANY),
            ("ana", Role.SELLER, Shift.MORNING),
            ("ben", Role.SELLER, Shift.AFTERNOON),
            ("eva", Role.SELLER, Shift.ANY),
            ("aud", Role.AUDITOR, Shift.ANY),
        ):
            users.add(session, actor=root, name=name, role=role, shift=shift, now=now)
        people = {
            name: entry.sign_in(session, name=name, password=None, now=now)
            for name in ("root", "sup", "ana", "ben", "eva", "aud")
        }
        given = settings or CampaignSettings()
        campaign = campaigns.create(session, actor=root, name="Spring", now=now, settings=given)
        campaigns.edit(
            session,
            actor=root,
            name="Spring",
            now=now,
            settings=CampaignSettings(hours=hours, timezone=zone, region="FR"),
        )
    made = ShopFixture(database, people, campaign.id)
    made.leads = add_leads(made, leads, now=now, zone=zone)
    return made


def add_leads(
    made: ShopFixture,
    count: int,
    *,
    now: datetime = NOON,
    first: int = 0,
    campaign_id: int | None = None,
    zone: str = "UTC",
    numbers: Sequence[Sequence[str]] | None = None,
    known: tuple[str, int] | None = None,
    **values: object,
) -> list[int]:
    """Leads with one number each (or the ``numbers`` given per lead), new and ready since an hour.

    known: a segment and rank the campaign has from now on, besides the zone's usual one.
    """
    campaign = campaign_id or made.campaign_id
    shared: dict[str, object] = {"organisation_id": made.root.organisation_id}
    placed = shared | {"campaign_id": campaign}
    with made.database.transaction() as session:
        know_segments(session, made.root.organisation_id, campaign, (zone, 49), known)
        name = f"list {campaign}-{first}-{count}-{now.isoformat()}"
        batch = add_row(session, "lead_list", {**placed, "name": name, "created_at": now})
        indexes = range(first, first + count)
        people = [
            {**shared, "name": f"Person {index}", "created_at": now, "updated_at": now} for index in indexes
        ]
        contacts = add_rows(session, "contact", people)
        given = numbers if numbers is not None else [[number(index)] for index in indexes]
        phones = [
            {**shared, "contact_id": contact, "e164": e164, "position": position}
            for contact, theirs in zip(contacts, given, strict=True)
            for position, e164 in enumerate(theirs)
        ]
        add_rows(session, "contact_phone", phones)
        leads: list[dict[str, object]] = [
            {
                **placed,
                "contact_id": contact,
                "list_id": batch,
                "created_at": now,
                "updated_at": now,
                "status": "new",
                "segment": zone,
                "next_attempt_at": now - timedelta(hours=1) + timedelta(seconds=index),
                "queue_state": QueueState.READY.value,
                **values,
            }
            for contact, index in zip(contacts, indexes, strict=True)
        ]
        return add_rows(session, "lead", leads)


def know_segments(
    session: Session, organisation_id: int, campaign_id: int, *known: tuple[str, int] | None
) -> None:
    """Let the campaign have these segments and ranks, as an import does before its leads."""
    for segment, rank in {each for each in known if each is not None}:
        values = {"organisation_id": organisation_id, "campaign_id": campaign_id}
        session.execute(_KNOWN, values | {"segment": segment, "rank": rank})


_KNOWN = insert_ignore(CampaignSegment)
