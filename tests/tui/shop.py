"""A small shop on real SQLite for the tests of screens: people, campaigns, leads, with names that try markup."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, select

from domain.calling import actions, hopper
from domain.calling.models import Lead
from domain.campaigns.models import Campaign, CampaignSegment
from domain.campaigns.segments import segment_key
from domain.campaigns.windows import parse_hours
from domain.codes import RECYCLABLE_STATUSES, Role, Shift
from domain.contacts.models import Contact, ContactPhone
from domain.people import entry, shop, users
from storage.database import Database
from tui.desk import Desk
from tui.preferences import Preferences

# A Thursday noon in Montevideo.
NOON = datetime(2025, 11, 20, 15, 0, tzinfo=UTC)
MONTEVIDEO = "America/Montevideo"
MARKUP = "[/x] [Bob]"

# Made-up people; numbers of the range reserved for fiction.
PEOPLE = (
    "María González", "Juan Pérez", f"{MARKUP} O[k]eefe", "李小龙", "Zoë Müller", "Ana Silva Ferreira da Costa e Souza",
    "Olga Ivanova", "Tomás Núñez", "Grace Hopper Lane", "Ivo Novák", "Noor Haddad", "Sam Okafor",
)  # fmt: skip


@dataclass
class Clock:
    """A clock that stands still until it is told."""

    at: datetime = NOON

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **span: float) -> None:
        """Let time pass: ``minutes=5``."""
        self.at += timedelta(**span)


@dataclass
class SmallShop:
    """The shop, and how to open an application on it."""

    database: Database
    clock: Clock
    campaigns: dict[str, int] = field(default_factory=dict)
    leads: dict[str, int] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return self.database.url

    def desk(self, **preferences: object) -> Desk:
        """A desk as the application has it; the reader sits in Montevideo."""
        told = {"zone": ZoneInfo(MONTEVIDEO), **preferences}
        return Desk(self.url, Preferences(**told), now=self.clock)

    def write(self, change: Callable[[Session], None]) -> None:
        """Change rows directly, where the domain has no use case for it."""
        with self.database.transaction() as session:
            change(session)


def build(
    database: Database,
    clock: Clock,
    *,
    names: Sequence[str] = PEOPLE,
    sellers: Sequence[tuple[str, str]] = (("ana", "Ana Silva"), ("bruno", "Bruno Paz"), ("carla", MARKUP)),
    campaigns: bool = True,
) -> SmallShop:
    """A shop with the standard actions, users of every role, one open campaign and one that is closed now."""
    made = SmallShop(database, clock)
    with database.transaction() as session:
        found = shop.create(session, now=clock(), name="corner shop", timezone=MONTEVIDEO)
        actions.seed_shop(session, organisation_id=found.organisation_id)
        users.first_administrator(session, name="root", now=clock())
        root = entry.sign_in(session, name="root", password=None, now=clock())
        for name, full_name in sellers:
            users.add(session, actor=root, name=name, role=Role.SELLER, now=clock(), full_name=full_name)
        users.add(
            session, actor=root, name="sofia", role=Role.SUPERVISOR, now=clock(),
            full_name="Sofía Duarte", shift=Shift.ANY, password="open sesame",
        )  # fmt: skip
        users.add(session, actor=root, name="audrey", role=Role.AUDITOR, now=clock(), full_name="Audrey Ito")
        if not campaigns:
            return made
        organisation_id = found.organisation_id
        spring = _campaign(session, organisation_id, "Spring subscriptions", "00:00-24:00", clock())
        renewals = _campaign(session, organisation_id, f"{MARKUP} Renewals", "mon-fri 17:00-20:00", clock())
        made.campaigns = {"spring": spring, "renewals": renewals}
        for number, name in enumerate(names):
            made.leads[name] = _lead(session, organisation_id, spring, name, number, clock())
        _lead(session, organisation_id, renewals, "Rita Lobo", 90, clock())
    with database.transaction() as session:
        hopper.top_up(session, organisation_id=organisation_id, campaign_id=spring, now=clock())
    return made


def _campaign(session: Session, organisation_id: int, name: str, hours: str, now: datetime) -> int:
    row = Campaign(
        organisation_id=organisation_id,
        name=name,
        region="US",
        timezone=MONTEVIDEO,
        hours=parse_hours(hours).model_dump(mode="json"),
        recyclable=sorted(status.value for status in RECYCLABLE_STATUSES),
        script="# Hello {name}\n\nAsk about the *print edition*.\n\n- Two for one until Friday",
        created_at=now,
        updated_at=now,
    )
    session.add(row)
    session.flush()
    assert row.id is not None
    return row.id


def _lead(
    session: Session, organisation_id: int, campaign_id: int, name: str, number: int, now: datetime
) -> int:
    contact = Contact(
        organisation_id=organisation_id,
        name=name,
        timezone=MONTEVIDEO,
        email="someone@example.org",
        tags=["vip"],
        created_at=now,
        updated_at=now,
    )
    session.add(contact)
    session.flush()
    assert contact.id is not None
    session.add(
        ContactPhone(organisation_id=organisation_id, contact_id=contact.id, e164=f"+12125550{100 + number}")
    )
    segment = segment_key([MONTEVIDEO])
    known = session.exec(
        select(CampaignSegment).where(
            CampaignSegment.campaign_id == campaign_id, CampaignSegment.segment == segment
        )
    ).first()
    if known is None:
        session.add(
            CampaignSegment(organisation_id=organisation_id, campaign_id=campaign_id, segment=segment)
        )
    lead = Lead(
        organisation_id=organisation_id,
        campaign_id=campaign_id,
        contact_id=contact.id,
        status="new",
        segment=segment,
        next_attempt_at=now,
        created_at=now,
        updated_at=now,
    )
    session.add(lead)
    session.flush()
    assert lead.id is not None
    return lead.id


def move_to(made: SmallShop, name: str, zone: str) -> None:
    """A contact lives elsewhere."""

    def change(session: Session) -> None:
        contact = session.exec(select(Contact).where(Contact.name == name)).one()
        contact.timezone = zone
        lead = session.exec(select(Lead).where(Lead.id == made.leads[name])).one()
        lead.segment = segment_key([zone])
        session.add_all([contact, lead])

    made.write(change)
