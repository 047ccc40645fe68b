"""Past bulk edits: who, when, what, how many, whether they were taken back; and how one is taken hold of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlmodel import Session, col

from domain.bulk.models import BulkEdit
from domain.bulk.selection import Change, Kind
from domain.campaigns.models import Campaign, LeadList
from domain.errors import NotFound
from domain.people.models import User
from domain.people.rights import READING_ROLES, Actor, require


class State(StrEnum):
    """Where a bulk edit stands."""

    RUNNING = "running"
    STOPPED = "stopped"
    DONE = "done"
    UNDOING = "undoing"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class BulkEditView:
    """One bulk edit; ``restored`` and ``kept`` tell of its undo. ``shown`` is the value as people know it."""

    id: int
    campaign: str
    at: datetime
    who: str | None
    kind: str
    value: str
    selected: int
    changed: int
    state: str
    undone_at: datetime | None
    restored: int
    kept: int
    shown: str


def held(session: Session, *, actor: Actor, bulk_edit_id: int) -> BulkEdit:
    """A bulk edit of this shop, locked.

    Raises:
        NotFound: there is none with this number.
    """
    batch: BulkEdit | None = session.execute(
        select(BulkEdit)
        .where(col(BulkEdit.organisation_id) == actor.organisation_id, col(BulkEdit.id) == bulk_edit_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if batch is None:
        raise NotFound(
            f"There is no bulk edit {bulk_edit_id}. See: dialdeck leads bulk-edits", code="no_bulk_edit"
        )
    return batch


def batches(
    session: Session,
    *,
    actor: Actor,
    campaign_id: int | None = None,
    limit: int = 20,
    before: int | None = None,
) -> list[BulkEditView]:
    """Past bulk edits, newest first (those who lead, and auditors); of those before number ``before``."""
    require(actor, *READING_ROLES, to="see bulk edits")
    statement = (
        select(BulkEdit, col(Campaign.name), col(User.name))
        .join(Campaign, col(Campaign.id) == col(BulkEdit.campaign_id))
        .outerjoin(User, col(User.id) == col(BulkEdit.user_id))
        .where(col(BulkEdit.organisation_id) == actor.organisation_id)
        .order_by(col(BulkEdit.id).desc())
        .limit(limit)
    )
    if campaign_id is not None:
        statement = statement.where(col(BulkEdit.campaign_id) == campaign_id)
    if before is not None:
        statement = statement.where(col(BulkEdit.id) < before)
    rows = [
        (batch, campaign, who, Change.from_json(batch.change))
        for batch, campaign, who in session.execute(statement)
    ]
    lists = _list_names(session, actor, [change for *_rest, change in rows])
    found = []
    for batch, campaign, who, change in rows:
        found.append(
            BulkEditView(
                id=batch.id or 0,
                campaign=campaign,
                at=batch.created_at,
                who=who,
                kind=change.kind.value,
                value=change.value,
                selected=batch.selected,
                changed=batch.changed,
                state=batch.state,
                undone_at=batch.undone_at,
                restored=batch.restored,
                kept=batch.kept,
                shown=lists.get(change.value, change.value) if change.kind is Kind.LIST else change.value,
            )
        )
    return found


def _list_names(session: Session, actor: Actor, changes: Sequence[Change]) -> dict[str, str]:
    """What the lists are called that leads were put on; by number, as a change names them."""
    numbers = {int(each.value) for each in changes if each.kind is Kind.LIST and each.value.isdecimal()}
    if not numbers:
        return {}
    found = session.execute(
        select(col(LeadList.id), col(LeadList.name)).where(
            col(LeadList.organisation_id) == actor.organisation_id, col(LeadList.id).in_(numbers)
        )
    )
    return {str(number): name for number, name in found}
