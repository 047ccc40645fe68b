"""The lead list an import goes into: found, made, continued, and kept up to date with every chunk.

For the import. Position and counts stand in the list, written in the transaction of the rows they belong to.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

from sqlalchemy import delete, exists, select, update
from sqlmodel import Session, col

from domain.calling.models import Lead
from domain.campaigns.models import Campaign, LeadList
from domain.campaigns.policy import policy_of
from domain.errors import Conflict, Invalid
from domain.intake.loading import Terms
from domain.intake.options import Counts
from domain.people.models import Organisation
from domain.sql import affected

IMPORTING = "importing"
COMPLETE = "complete"
UNDONE = "undone"

_FIRST_LEAD = "first_lead_id"
_EARLIER = "earlier_"
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Wanted:
    """The list an import asks for. Without a name it gets one of its own, named after the file.

    ``fingerprint`` names the file and what is asked for: a run with the same one continues a stopped one.
    """

    organisation_id: int
    campaign_id: int
    name: str | None
    file_name: str
    fingerprint: str


@dataclass(slots=True)
class Batch:
    """The lead list of an import (0 where a dry run would make one) and how far the import is.

    ``position`` is the last line done, ``first_lead_id`` the first lead it made, ``earlier`` what imports before
    this one counted in the same list.
    """

    list_id: int
    name: str
    position: int = 0
    counts: Counts = field(default_factory=Counts)
    first_lead_id: int = 0
    resumed: bool = False
    earlier: Counts = field(default_factory=Counts)


def find_batch(session: Session, wanted: Wanted) -> Batch:
    """Where an import would go and continue; writes nothing."""
    found, name = _find(session, wanted, for_update=False)
    return Batch(0, name) if found is None else _batch(found, wanted)


def open_batch(session: Session, wanted: Wanted, *, user_id: int, now: datetime) -> Batch:
    """Find or make the list and mark it as being imported into.

    Raises `Invalid` for a name that cannot be one.
    """
    found, name = _find(session, wanted, for_update=True)
    if found is None:
        found = LeadList(
            organisation_id=wanted.organisation_id,
            campaign_id=wanted.campaign_id,
            name=name,
            created_by=user_id,
            created_at=now,
        )
    batch = _batch(found, wanted)
    if not batch.resumed:
        found.state = IMPORTING
        found.source = wanted.file_name
        found.fingerprint = wanted.fingerprint
        found.position, found.counts = 0, _kept(batch)
    session.add(found)
    session.flush()
    batch.list_id = found.id or 0
    return batch


def _find(session: Session, wanted: Wanted, *, for_update: bool) -> tuple[LeadList | None, str]:
    """The list to use if there is one, and the name to use.

    A name the person gave is used as it is. Otherwise a list of another file is left alone, so that each can be
    undone by itself: the name gets a number.
    """
    for name in _names(wanted):
        statement = select(LeadList).where(
            col(LeadList.organisation_id) == wanted.organisation_id,
            col(LeadList.campaign_id) == wanted.campaign_id,
            col(LeadList.name) == name,
        )
        found = session.execute(statement.with_for_update() if for_update else statement).scalar_one_or_none()
        if found is None or wanted.name is not None:
            return found, name
        if found.state in (IMPORTING, UNDONE) or found.fingerprint == wanted.fingerprint:
            return found, name
    raise AssertionError("names with numbers do not end")


def _names(wanted: Wanted) -> Iterator[str]:
    name = (wanted.name if wanted.name is not None else wanted.file_name).strip()
    if not name or len(name) > _LONGEST_NAME:
        raise Invalid(
            f"A lead list needs a name of 1 to {_LONGEST_NAME} characters; give one with --list NAME.",
            code="list_name",
        )
    yield name
    for number in count(2):
        yield f"{name} ({number})"


def _batch(found: LeadList, wanted: Wanted) -> Batch:
    batch = Batch(found.id or 0, found.name)
    counts = {name: each for name, each in found.counts.items() if not name.startswith(_EARLIER)}
    first_lead_id = counts.pop(_FIRST_LEAD, 0)
    batch.earlier = Counts(
        **{
            name.removeprefix(_EARLIER): each
            for name, each in found.counts.items()
            if name.startswith(_EARLIER)
        }
    )
    if found.state == IMPORTING and found.fingerprint == wanted.fingerprint and found.position:
        batch.first_lead_id = first_lead_id
        batch.counts = Counts(**counts)
        batch.position = found.position
        batch.resumed = True
    elif found.state == UNDONE:
        batch.earlier = Counts()
    else:
        batch.earlier += Counts(**counts)
    return batch


def _kept(batch: Batch) -> dict[str, int]:
    """What the list remembers while rows come in."""
    kept = {**batch.counts.as_numbers(), _FIRST_LEAD: batch.first_lead_id}
    if batch.earlier != Counts():
        kept |= {_EARLIER + name: each for name, each in batch.earlier.as_numbers().items()}
    return kept


def lock(session: Session, organisation_id: int, batch: Batch) -> Terms:
    """Let no other import of the shop write in this transaction; returns the rules that hold now.

    Two at once could bring in the same number. Raises `Conflict` where somebody else goes on in this list.
    """
    hold_imports(session, organisation_id)
    row = session.execute(
        select(LeadList, Campaign)
        .join(Campaign, col(Campaign.id) == col(LeadList.campaign_id))
        .where(col(LeadList.id) == batch.list_id)
    ).one_or_none()
    if row is None or (row[0].state, row[0].position) != (IMPORTING, batch.position):
        raise Conflict(
            f'Somebody else is importing into the list "{batch.name}" (or undid it); try again when it is done.',
            code="import_running",
        )
    # Whoever pauses the list or changes the campaign meanwhile means the rows to come as well.
    return Terms(policy_of(row[1]), row[0].active)


def hold_imports(session: Session, organisation_id: int) -> None:
    """Let no import of the shop write until this transaction ends."""
    session.execute(
        select(col(Organisation.id))
        .where(col(Organisation.id) == organisation_id)
        .with_for_update(key_share=True)
    )


def drop_if_empty(session: Session, organisation_id: int, list_id: int) -> bool:
    """Remove a lead list without leads, which would only be in the way; returns whether it was. Imports are held."""
    empty = delete(LeadList).where(
        col(LeadList.organisation_id) == organisation_id,
        col(LeadList.id) == list_id,
        ~exists().where(col(Lead.organisation_id) == organisation_id, col(Lead.list_id) == list_id),
    )
    return affected(session, empty) == 1


def keep(session: Session, batch: Batch, state: str) -> None:
    """Write position and counts into the list, with the rows they belong to.

    A list that is complete counts everything that was ever imported into it.
    """
    counts = _kept(batch)
    if state == COMPLETE:
        counts = {**(batch.earlier + batch.counts).as_numbers(), _FIRST_LEAD: batch.first_lead_id}
    session.execute(
        update(LeadList)
        .where(col(LeadList.id) == batch.list_id)
        .values(state=state, position=batch.position, counts=counts)
    )
