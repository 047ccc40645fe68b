"""Taking an import back: the leads nobody touched since, and the people it brought in.

For the command line and the list screen. Works in chunks that each commit; stopped half-way it is run again.
Numbers the import put on the do-not-call register stay there: taking one off is a decision of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, exists, select, update
from sqlmodel import Session, col

from domain.calling import history
from domain.calling.models import Activity, Call, Draft, HistoryEvent, HopperEntry, Lead
from domain.campaigns.models import LeadList
from domain.codes import HopperState
from domain.contacts.models import Contact, DoNotCall
from domain.errors import NotFound
from domain.intake.batches import UNDONE, drop_if_empty, hold_imports
from domain.intake.options import Transactions
from domain.people.rights import LEADING_ROLES, Actor, require
from domain.sales.models import Sale
from domain.sql import affected

CHUNK = 500


@dataclass(frozen=True, slots=True)
class UndoneImport:
    """How many leads were removed, and how many stay because somebody has worked with them.

    list_removed: whether the list went as well, for nobody is left in it. finished: False where it was stopped.
    """

    list_id: int
    removed: int
    kept: int
    list_removed: bool
    finished: bool = True


def undo_import(
    database: Transactions,
    *,
    actor: Actor,
    list_id: int,
    now: datetime,
    progress: Callable[[int], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> UndoneImport:
    """Remove the leads of a list that nobody touched since they came in.

    Touched is a lead with any call, outcome, note, sale, edit, assignment or recycling, or one that is in a
    seller's hands. A contact the import made goes with its last lead, unless something else refers to it; the
    list goes when nobody is left in it.
    progress: told how many leads were looked at. stop: asked between chunks; run again it goes on.
    Raises `NotAllowed` (a seller), `NotFound` (the list).
    """
    require(actor, *LEADING_ROLES, to="undo an import")
    campaign_id = _close_list(database, actor, list_id)
    removed = kept = 0
    after = 0
    finished = False
    while not (stop is not None and stop()):
        with database.transaction() as session:
            leads = _next_leads(session, actor, list_id, after)
            if not leads:
                finished = True
                break
            gone = _remove(session, actor, leads)
        after = max(leads)
        removed, kept = removed + gone, kept + len(leads) - gone
        if progress is not None:
            progress(removed + kept)
    with database.transaction() as session:
        hold_imports(session, actor.organisation_id)
        list_removed = drop_if_empty(session, actor.organisation_id, list_id)
        history.write(
            session,
            organisation_id=actor.organisation_id,
            at=now,
            kind="import_undone",
            user_id=actor.user_id,
            campaign_id=campaign_id,
            after={"list_id": list_id, "removed": removed, "kept": kept},
        )
    return UndoneImport(list_id, removed, kept, list_removed, finished)


def _close_list(database: Transactions, actor: Actor, list_id: int) -> int:
    """Mark the list as undone first, so that an import still running into it stops."""
    with database.transaction() as session:
        hold_imports(
            session, actor.organisation_id
        )  # a chunk being written would mark the list as open again
        same = and_(col(LeadList.organisation_id) == actor.organisation_id, col(LeadList.id) == list_id)
        campaign_id: int | None = session.execute(
            select(col(LeadList.campaign_id)).where(same)
        ).scalar_one_or_none()
        if campaign_id is None:
            raise NotFound(f"There is no lead list {list_id}. See: dialdeck lists list", code="no_list")
        affected(session, update(LeadList).where(same).values(state=UNDONE))
    return campaign_id


def _next_leads(session: Session, actor: Actor, list_id: int, after: int) -> dict[int, int]:
    """The next leads of the list with their contacts, held so that nobody claims them meanwhile."""
    rows = session.execute(
        select(col(Lead.id), col(Lead.contact_id))
        .where(
            col(Lead.organisation_id) == actor.organisation_id,
            col(Lead.list_id) == list_id,
            col(Lead.id) > after,
        )
        .order_by(col(Lead.id))
        .limit(CHUNK)
        .with_for_update()
    )
    return {lead_id: contact_id for lead_id, contact_id in rows if lead_id is not None}


def _untouched(actor: Actor) -> ColumnElement[bool]:
    shop = actor.organisation_id
    return and_(
        col(Lead.version) == 1,
        ~_any(col(HistoryEvent.organisation_id) == shop, col(HistoryEvent.lead_id) == col(Lead.id)),
        ~_any(col(Call.organisation_id) == shop, col(Call.lead_id) == col(Lead.id)),
        ~_any(col(Activity.contact_id) == col(Lead.contact_id), col(Activity.lead_id) == col(Lead.id)),
        ~_any(col(Sale.organisation_id) == shop, col(Sale.lead_id) == col(Lead.id)),
        ~_any(col(Draft.organisation_id) == shop, col(Draft.lead_id) == col(Lead.id)),
    )


def _any(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(*conditions)


def _remove(session: Session, actor: Actor, leads: dict[int, int]) -> int:
    entries = session.execute(
        select(col(HopperEntry.lead_id), col(HopperEntry.state))
        .where(col(HopperEntry.lead_id).in_(leads))
        .with_for_update()
    ).all()
    in_hands = {lead_id for lead_id, state in entries if state != HopperState.NEW}
    found = session.execute(
        select(col(Lead.id), col(Lead.contact_id), col(Lead.created_at)).where(
            col(Lead.id).in_([lead_id for lead_id in leads if lead_id not in in_hands]), _untouched(actor)
        )
    ).all()
    if not found:
        return 0
    gone = [lead_id for lead_id, _, _ in found]
    affected(session, delete(HopperEntry).where(col(HopperEntry.lead_id).in_(gone)))
    affected(session, delete(Lead).where(col(Lead.id).in_(gone)))
    for came in {created_at for _, _, created_at in found}:
        _remove_contacts(session, actor, [c for _, c, created_at in found if created_at == came], came)
    return len(gone)


def _remove_contacts(session: Session, actor: Actor, contacts: list[int], came: datetime) -> None:
    """Remove those of the contacts that came with their lead and that nothing refers to any more."""
    contact = col(Contact.id)
    shop = actor.organisation_id
    affected(
        session,
        delete(Contact).where(
            contact.in_(contacts),
            col(Contact.created_at) == came,
            ~_any(col(Lead.contact_id) == contact),
            ~_any(col(Call.contact_id) == contact),
            ~_any(col(Activity.contact_id) == contact),
            ~_any(col(Sale.contact_id) == contact),
            ~_any(col(DoNotCall.organisation_id) == shop, col(DoNotCall.contact_id) == contact),
        ),
    )
