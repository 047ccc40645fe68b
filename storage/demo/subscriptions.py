"""Writes the small campaign of the demonstration: it has just begun, nobody has been called yet.

Most are new people met at a fair; some are clients of the large campaign, so that a contact has two campaigns.
"""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session

from domain.calling import queue_state
from domain.campaigns.models import LeadList
from domain.campaigns.policy import policy_of
from domain.campaigns.segments import segment_key
from domain.codes import DialStatus
from domain.models import metadata
from storage.bulk import reserve_ids
from storage.demo import offers
from storage.demo.cast import Cast, Somebody
from storage.demo.ledger import Handed, Ledger
from storage.demo.sheets import Sheets

LEADS = 400
KNOWN_PART = 5
"""One in five is a client of the large campaign."""

ASSIGNED_PER_SELLER = 5
REGISTERED = 2
"""This many of the known ones are on the do-not-call register, so their leads are blocked here as well."""


class Subscriptions:
    """Writes the campaign; `known` are clients of the other one: contact, person, on the register or not."""

    def __init__(
        self,
        session: Session,
        *,
        organisation_id: int,
        sellers: Sequence[int],
        created_by: int,
        seed: int,
        now: datetime,
    ) -> None:
        self._session = session
        self._organisation_id = organisation_id
        self._sellers = sellers
        self._created_by = created_by
        self._opened = now - timedelta(days=1)
        self._assigned = 0
        self._rng = random.Random(f"subscriptions {seed}")
        self._sheets = Sheets()
        self._ledger = Ledger(self._sheets, seed)

    def write(self, cast: Cast, known: Sequence[tuple[int, Somebody, bool]], *, clients: int) -> None:
        """Write as many leads as suits a shop of `clients` people, LEADS at the most."""
        size = max(1, min(LEADS, clients // 2))
        self._assigned = min(ASSIGNED_PER_SELLER * len(self._sellers), size // 4)
        invited = self._invited(known, size // KNOWN_PART)
        campaign_id, zone, dialable = self._open_campaign()
        fair = self._list(campaign_id, "Spring fair", size - len(invited))
        bank = self._list(campaign_id, "Bank clients", len(invited)) if invited else fair
        contacts = reserve_ids(self._session, metadata.tables["contact"], size - len(invited))
        people = [(contact_id, cast.reader(), False, fair) for contact_id in contacts]
        for contact_id, reader, _, _ in people:
            self._ledger.contact(
                contact_id, reader, organisation_id=self._organisation_id, opened=self._opened
            )
            self._ledger.phones(contact_id, reader, organisation_id=self._organisation_id)
        people += [(contact_id, somebody, blocked, bank) for contact_id, somebody, blocked in invited]
        self._rng.shuffle(people)
        leads = reserve_ids(self._session, metadata.tables["lead"], size)
        for turn, (lead_id, person) in enumerate(zip(leads, people, strict=True)):
            self._lead(lead_id, person, turn, campaign_id, zone, dialable)
        self._sheets.write(self._session)

    def _invited(
        self, known: Sequence[tuple[int, Somebody, bool]], count: int
    ) -> list[tuple[int, Somebody, bool]]:
        blocked = [person for person in known if person[2]]
        others = [person for person in known if not person[2]]
        chosen = self._rng.sample(blocked, min(REGISTERED, count, len(blocked)))
        return chosen + self._rng.sample(others, min(count - len(chosen), len(others)))

    def _open_campaign(self) -> tuple[int, str, frozenset[str]]:
        first_id = 0
        for offer in offers.SUBSCRIPTION_OFFERS:
            row = offers.product(offer, organisation_id=self._organisation_id, created_at=self._opened)
            self._session.add(row)
            self._session.flush()
            first_id = first_id or row.id or 0
        campaign = offers.subscriptions(
            organisation_id=self._organisation_id,
            created_at=self._opened,
            starts=self._opened.date(),
            product_id=first_id,
        )
        self._session.add(campaign)
        self._session.flush()
        policy = policy_of(campaign)
        return policy.campaign_id, policy.zone, policy.dialable

    def _list(self, campaign_id: int, name: str, rows: int) -> int:
        lead_list = LeadList(
            organisation_id=self._organisation_id,
            campaign_id=campaign_id,
            name=name,
            source=f"{name.lower()}.csv",
            counts={"rows": rows, "imported": rows},
            created_by=self._created_by,
            created_at=self._opened,
        )
        self._session.add(lead_list)
        self._session.flush()
        assert lead_list.id is not None
        return lead_list.id

    def _lead(
        self,
        lead_id: int,
        person: tuple[int, Somebody, bool, int],
        turn: int,
        campaign_id: int,
        zone: str,
        dialable: frozenset[str],
    ) -> None:
        contact_id, somebody, blocked, list_id = person
        status = DialStatus.DNC if blocked else DialStatus.NEW
        owner_id = self._sellers[turn % len(self._sellers)] if turn < self._assigned and not blocked else None
        state = queue_state.of_lead(
            status=status.value, exhausted=False, owner_id=owner_id, dialable=dialable
        )
        segment = segment_key(somebody.zones, fallback=zone)
        self._ledger.fresh_lead(
            lead_id,
            contact_id,
            organisation_id=self._organisation_id,
            campaign_id=campaign_id,
            list_id=list_id,
            handed=None if owner_id is None else Handed(owner_id, self._opened, self._created_by),
            status=status.value,
            segment=segment,
            state=state.value,
            at=self._opened,
        )
