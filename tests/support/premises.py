"""A shop for tests of the domain: its people, campaigns and leads, the clock, and what its tables hold.

Many shops share a database here, one for each test, so that a rule which forgets its organisation shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from sqlmodel import Session, SQLModel, col, select

from domain.calling import actions
from domain.calling.models import Activity, Call, Draft, HistoryEvent, HopperEntry, Lead
from domain.calling.views import ActionView
from domain.campaigns import campaigns, lists
from domain.campaigns.models import LeadList
from domain.campaigns.segments import segment_key
from domain.campaigns.settings import CampaignSettings
from domain.campaigns.windows import ALWAYS
from domain.codes import QueueState, Role, Shift
from domain.contacts.models import Contact, ContactPhone, DoNotCall
from domain.people.rights import Actor
from domain.sales.models import Sale
from domain.sql import add_row, add_rows
from storage.database import Database
from tests.support.factories import NOON, ShopFixture, add_leads, know_segments, number

Row = TypeVar("Row", bound=SQLModel)

PEOPLE = (
    ("root", Role.ADMIN, Shift.ANY),
    ("sup", Role.SUPERVISOR, Shift.ANY),
    ("aud", Role.AUDITOR, Shift.ANY),
    ("ana", Role.SELLER, Shift.MORNING),
    ("ben", Role.SELLER, Shift.AFTERNOON),
    ("eva", Role.SELLER, Shift.ANY),
)


class Premises:
    """One shop with its people, a campaign that may always call, and a clock that the test moves."""

    def __init__(self, database: Database, *, settings: CampaignSettings | None = None) -> None:
        self.database = database
        self.now = NOON
        self._numbers = 0
        with database.transaction() as session:
            name = f"shop {id(self)} {datetime.now().timestamp()}"  # noqa: DTZ005 - only a name
            self.organisation_id = add_row(session, "organisation", {"name": name, "created_at": NOON})
            actions.seed_shop(session, organisation_id=self.organisation_id)
            self.people = self._hired(session, PEOPLE)
            self.campaign_id = self._campaign(session, "Spring", settings)

    def _hired(self, session: Session, people: Sequence[tuple[str, Role, Shift]]) -> dict[str, Actor]:
        rows = [
            {
                "organisation_id": self.organisation_id,
                "name": name,
                "full_name": name.title(),
                "role": role.value,
                "shift": shift.value,
                "created_at": NOON,
                "updated_at": NOON,
            }
            for name, role, shift in people
        ]
        ids = add_rows(session, "user_account", rows)
        return {
            name: Actor(user_id, self.organisation_id, name, name.title(), role, shift)
            for user_id, (name, role, shift) in zip(ids, people, strict=True)
        }

    def hire(self, name: str, shift: Shift = Shift.ANY) -> str:
        """One more seller."""
        with self.database.transaction() as session:
            self.people |= self._hired(session, [(name, Role.SELLER, shift)])
        return name

    def __getitem__(self, name: str) -> Actor:
        return self.people[name]

    # ── the clock ────────────────────────────────────────────────────────────────────────────────────────

    def later(self, **units: float) -> datetime:
        """Move the clock on; returns the new time."""
        self.now += timedelta(**units)
        return self.now

    # ── campaigns and people to call ─────────────────────────────────────────────────────────────────────

    def campaign(self, name: str, settings: CampaignSettings | None = None) -> int:
        """A campaign in UTC that may always call, unless ``settings`` say otherwise."""
        with self.database.transaction() as session:
            return self._campaign(session, name, settings)

    def _campaign(self, session: Session, name: str, settings: CampaignSettings | None) -> int:
        given = settings or CampaignSettings()
        given = replace(
            given,
            timezone=given.timezone or "UTC",
            region=given.region or "FR",
            hours=given.hours or ALWAYS,
        )
        return campaigns.create(session, actor=self["root"], name=name, now=self.now, settings=given).id

    def set(self, name: str = "Spring", **settings: object) -> None:
        """Change settings of a campaign."""
        with self.database.transaction() as session:
            campaigns.edit(
                session,
                actor=self["sup"],
                name=name,
                now=self.now,
                settings=CampaignSettings(**settings),  # type: ignore[arg-type]  # names and types of the settings
            )

    def leads(
        self,
        count: int = 1,
        *,
        campaign_id: int | None = None,
        zone: str = "UTC",
        shift: Shift | None = None,
        numbers: Sequence[Sequence[str]] | None = None,
        **values: object,
    ) -> list[int]:
        """New leads, ready since an hour, in the order of their numbers; ``values`` are columns of the lead."""
        made = ShopFixture(self.database, self.people, campaign_id or self.campaign_id)
        segment = segment_key([zone], shift)
        rank = 99 - int(str(values.get("priority", 50)))
        if shift is not None:
            values |= {"segment": segment, "shift_wanted": shift.value}
        first, self._numbers = self._numbers, self._numbers + count
        return add_leads(
            made,
            count,
            now=self.now,
            first=first,
            zone=zone,
            numbers=numbers,
            known=(segment, rank),
            **values,
        )

    def lead(self, **values: object) -> int:
        """One lead as ``leads`` makes them."""
        return self.leads(1, **values)[0]  # type: ignore[arg-type]  # passed on

    def know_segment(self, campaign_id: int, segment: str, priority: int = 50) -> None:
        with self.database.transaction() as session:
            know_segments(session, self.organisation_id, campaign_id, (segment, 99 - priority))

    def also_in(self, campaign_id: int, lead_id: int, **values: object) -> int:
        """The same person in another campaign."""
        first = self.row(lead_id)
        self.know_segment(campaign_id, first.segment)
        columns: dict[str, object] = {
            "status": "new",
            "queue_state": QueueState.READY.value,
            "next_attempt_at": self.now - timedelta(hours=1),
            **values,
        }
        with self.database.transaction() as session:
            lead = Lead(
                organisation_id=self.organisation_id,
                campaign_id=campaign_id,
                contact_id=first.contact_id,
                segment=first.segment,
                created_at=self.now,
                updated_at=self.now,
                **columns,
            )
            session.add(lead)
            session.flush()
            assert lead.id is not None
            return lead.id

    def own(self, who: str, count: int = 1, **values: object) -> list[int]:
        """Leads handed to a seller."""
        return self.leads(
            count,
            **{"owner_id": self[who].user_id, "queue_state": QueueState.OWNED.value, **values},  # type: ignore[arg-type]
        )

    def callback(self, lead_id: int, at: datetime, who: str | None = None, note: str | None = None) -> int:
        """A pending callback of a lead, for a seller or for anyone."""
        lead = self.row(lead_id)
        self.change(lead_id, status="callback", queue_state=QueueState.CALLBACK.value, next_attempt_at=at)
        with self.database.transaction() as session:
            activity = Activity(
                organisation_id=self.organisation_id,
                contact_id=lead.contact_id,
                campaign_id=lead.campaign_id,
                lead_id=lead_id,
                seller_id=self[who].user_id if who else None,
                kind="callback",
                state="pending",
                at=self.now,
                due_at=at,
                notes=note,
            )
            session.add(activity)
            session.flush()
            assert activity.id is not None
            return activity.id

    def change(self, lead_id: int, **values: object) -> None:
        """Change columns of a lead behind the domain's back: data as it comes from elsewhere."""
        with self.database.transaction() as session:
            lead = session.get_one(Lead, lead_id)
            for name, value in values.items():
                setattr(lead, name, value)
            session.add(lead)

    def change_entry(self, lead_id: int, **values: object) -> None:
        """Change columns of a lead's hopper entry behind the domain's back."""
        with self.database.transaction() as session:
            entry = session.exec(select(HopperEntry).where(HopperEntry.lead_id == lead_id)).one()
            for name, value in values.items():
                setattr(entry, name, value)
            session.add(entry)

    def bad(self, lead_id: int, e164: str) -> None:
        """A number found wrong before."""
        contact_id = self.row(lead_id).contact_id
        with self.database.transaction() as session:
            phone = session.exec(
                select(ContactPhone).where(ContactPhone.contact_id == contact_id, ContactPhone.e164 == e164)
            ).one()
            phone.bad = True
            session.add(phone)

    def rename(self, lead_id: int, name: str) -> None:
        with self.database.transaction() as session:
            contact = session.get_one(Contact, session.get_one(Lead, lead_id).contact_id)
            contact.name = name
            session.add(contact)

    def rename_list(self, lead_id: int, name: str) -> None:
        with self.database.transaction() as session:
            batch = session.get_one(LeadList, session.get_one(Lead, lead_id).list_id)
            batch.name = name
            session.add(batch)

    def add_number(self, lead_id: int, e164: str) -> None:
        """One more number for the person behind a lead."""
        contact_id = self.row(lead_id).contact_id
        with self.database.transaction() as session:
            session.add(
                ContactPhone(
                    organisation_id=self.organisation_id, contact_id=contact_id, e164=e164, position=9
                )
            )

    def register_quietly(self, e164: str) -> None:
        """A number on the register that blocked no lead: it came there before the lead did."""
        with self.database.transaction() as session:
            session.add(
                DoNotCall(organisation_id=self.organisation_id, e164=e164, source="import", added_at=self.now)
            )

    def action(self, slug: str) -> ActionView:
        with self.database.reading() as session:
            views = actions.for_console(session, organisation_id=self.organisation_id, include_inactive=True)
        return next(view for view in views if view.slug == slug)

    def edit_action(self, slug: str, **changes: object) -> ActionView:
        with self.database.transaction() as session:
            return actions.edit(session, actor=self["root"], slug=slug, changes=changes, now=self.now)

    def pause_list(self, lead_id: int, *, active: bool = False) -> None:
        with self.database.transaction() as session:
            list_id = session.get_one(Lead, lead_id).list_id
            lists.set_active(session, actor=self["sup"], name_or_id=str(list_id), active=active, now=self.now)

    def set_active(self, active: bool, name: str = "Spring") -> None:
        with self.database.transaction() as session:
            campaigns.set_active(session, actor=self["sup"], name=name, active=active, now=self.now)

    # ── what is in the database ──────────────────────────────────────────────────────────────────────────

    def row(self, lead_id: int) -> Lead:
        with self.database.reading() as session:
            return session.get_one(Lead, lead_id)

    def _rows(self, model: type[Row], lead_id: int | None) -> list[Row]:
        with self.database.reading() as session:
            wanted = select(model).where(model.organisation_id == self.organisation_id)  # type: ignore[attr-defined]
            if lead_id is not None:
                wanted = wanted.where(model.lead_id == lead_id)  # type: ignore[attr-defined]
            return list(session.exec(wanted.order_by(model.id)).all())  # type: ignore[attr-defined]

    def calls(self, lead_id: int | None = None) -> list[Call]:
        return self._rows(Call, lead_id)

    def activities(self, lead_id: int | None = None) -> list[Activity]:
        return self._rows(Activity, lead_id)

    def pending(self, lead_id: int | None = None) -> list[Activity]:
        return [each for each in self.activities(lead_id) if each.state == "pending"]

    def events(self, lead_id: int | None = None) -> list[HistoryEvent]:
        return self._rows(HistoryEvent, lead_id)

    def entries(self, lead_id: int | None = None) -> list[HopperEntry]:
        return self._rows(HopperEntry, lead_id)

    def drafts(self, lead_id: int | None = None) -> list[Draft]:
        return self._rows(Draft, lead_id)

    def sales(self, lead_id: int | None = None) -> list[Sale]:
        return self._rows(Sale, lead_id)

    def phones(self, lead_id: int) -> list[ContactPhone]:
        contact_id = self.row(lead_id).contact_id
        with self.database.reading() as session:
            return list(
                session.exec(
                    select(ContactPhone)
                    .where(ContactPhone.contact_id == contact_id)
                    .order_by(col(ContactPhone.position))
                ).all()
            )

    def spare(self, count: int) -> list[str]:
        """Numbers nobody has yet."""
        first, self._numbers = self._numbers, self._numbers + count
        return [number(index) for index in range(first, first + count)]
