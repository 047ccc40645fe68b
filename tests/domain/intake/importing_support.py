"""A shop to import into, and short ways to import, count and look at what is there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlmodel import col, select

from domain.calling.models import HistoryEvent, Lead
from domain.campaigns import campaigns
from domain.campaigns.models import LeadList
from domain.campaigns.settings import CampaignSettings
from domain.contacts.models import Contact, ContactPhone, DoNotCall
from domain.intake.importing import import_leads
from domain.intake.matching import Duplicates, Scope
from domain.intake.options import Counts, ImportOptions, ImportResult, Progress
from domain.people.rights import Actor
from storage import bulk
from tests.support.factories import NOON, ShopFixture


def local(index: int) -> str:
    """A number reserved for fiction as a Frenchman writes it: 01 99 00 xx xx."""
    return f"01 99 00 {index // 100:02d} {index % 100:02d}"


def listed(header: str, *lines: str) -> str:
    return "\n".join([header, *lines]) + "\n"


def people(count: int, first: int = 0) -> str:
    """A list of people with name, number and city."""
    lines = (f"Person {index};{local(index)};Lyon" for index in range(first, first + count))
    return listed("name;phone;city", *lines)


@dataclass
class Desk:
    """The shop's import desk in a test."""

    shop: ShopFixture
    folder: Path

    def file(self, text: str, name: str = "list.csv") -> Path:
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def run(
        self,
        text: str,
        *,
        name: str = "list.csv",
        list_name: str | None = None,
        duplicates: Duplicates = Duplicates.SKIP,
        scope: Scope = Scope.CAMPAIGN,
        campaign_id: int | None = None,
        dry_run: bool = False,
        rejects: Path | None = None,
        overrides: dict[str, str] | None = None,
        actor: Actor | None = None,
        now: datetime = NOON,
        stop: Callable[[], bool] | None = None,
        progress: Callable[[Progress], None] | None = None,
    ) -> ImportResult:
        return import_leads(
            self.shop.database,
            bulk,
            actor=actor or self.shop.sup,
            path=self.file(text, name),
            campaign_id=campaign_id or self.shop.campaign_id,
            options=ImportOptions(
                list_name=list_name,
                duplicates=duplicates,
                scope=scope,
                dry_run=dry_run,
                rejects=rejects,
                overrides=overrides or {},
            ),
            now=now,
            stop=stop,
            progress=progress,
        )

    def counts(self, text: str, **options: object) -> Counts:
        return self.run(text, **options).counts  # type: ignore[arg-type]  # the options of run

    def campaign(self, name: str) -> int:
        with self.shop.database.transaction() as session:
            settings = CampaignSettings(region="FR")
            return campaigns.create(session, actor=self.shop.root, name=name, now=NOON, settings=settings).id

    def leads(self, campaign_id: int | None = None) -> Sequence[Lead]:
        with self.shop.database.reading() as session:
            wanted = col(Lead.campaign_id) == (campaign_id or self.shop.campaign_id)
            return session.exec(select(Lead).where(wanted).order_by(col(Lead.id))).all()

    def contacts(self) -> Sequence[Contact]:
        with self.shop.database.reading() as session:
            return session.exec(select(Contact).order_by(col(Contact.id))).all()

    def numbers(self, contact_id: int | None = None) -> list[str]:
        with self.shop.database.reading() as session:
            statement = select(ContactPhone).order_by(
                col(ContactPhone.contact_id), col(ContactPhone.position)
            )
            found = session.exec(statement).all()
        return [phone.e164 for phone in found if contact_id in (None, phone.contact_id)]

    def register(self) -> set[str | None]:
        with self.shop.database.reading() as session:
            return set(session.exec(select(DoNotCall.e164).where(col(DoNotCall.removed_at).is_(None))))

    def lists(self) -> Sequence[LeadList]:
        with self.shop.database.reading() as session:
            imported = col(LeadList.source).is_not(None)
            return session.exec(select(LeadList).where(imported).order_by(col(LeadList.id))).all()

    def events(self, kind: str) -> Sequence[HistoryEvent]:
        with self.shop.database.reading() as session:
            return session.exec(select(HistoryEvent).where(col(HistoryEvent.kind) == kind)).all()
