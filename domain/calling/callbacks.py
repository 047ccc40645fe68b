"""Callbacks: pending activities with a time, a seller's own or anyone's.

A personal one that is overdue by the campaign's ``callback_overdue_minutes`` becomes anyone's, so that a promise
made to a person does not depend on who is at work. Source: the calling specification, section 6.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, false, or_, select, update
from sqlmodel import Session, col

from domain.calling import history
from domain.calling.models import Activity, HopperEntry
from domain.campaigns.models import Campaign
from domain.constructs import among_numbers
from domain.contacts.models import Contact
from domain.people import teams
from domain.people.models import User
from domain.people.rights import READING_ROLES, Actor
from domain.sql import affected

PROMOTED_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class CallbackLine:
    """One pending callback."""

    id: int
    lead_id: int
    name: str
    campaign: str
    seller: str | None
    due_at: datetime
    due: bool
    note: str | None


def listing(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    campaign_id: int | None = None,
    everybody: bool = False,
    limit: int = 500,
) -> list[CallbackLine]:
    """Pending callbacks, earliest first: the actor's own and anyone's; with ``everybody`` all
    (supervisors and auditors; of a supervisor who leads teams, those of their sellers).
    """
    statement = (
        select(Activity, col(Contact.name), col(Campaign.name), col(User.name))
        .join(Contact, col(Contact.id) == col(Activity.contact_id))
        .join(Campaign, col(Campaign.id) == col(Activity.campaign_id))
        .outerjoin(User, col(User.id) == col(Activity.seller_id))
        .where(
            col(Activity.organisation_id) == actor.organisation_id,
            col(Activity.state) == "pending",
            col(Activity.kind) == "callback",
        )
        .order_by(col(Activity.due_at), col(Activity.id))
        .limit(limit)
    )
    if campaign_id is not None:
        statement = statement.where(col(Activity.campaign_id) == campaign_id)
    everybodys = everybody and actor.role in READING_ROLES
    visible = teams.visible_sellers(session, actor) if everybodys else {actor.user_id}
    if visible is not None:
        statement = statement.where(
            or_(col(Activity.seller_id).in_(sorted(visible)), col(Activity.seller_id).is_(None))
        )
    return [
        CallbackLine(
            id=activity.id or 0,
            lead_id=activity.lead_id or 0,
            name=name,
            campaign=campaign,
            seller=seller,
            due_at=activity.due_at or now,
            due=(activity.due_at or now) <= now,
            note=activity.notes,
        )
        for activity, name, campaign, seller in session.execute(statement)
    ]


def promote_overdue(session: Session, *, organisation_id: int, now: datetime) -> int:
    """Make personal callbacks anyone's that are overdue and not in anybody's hands; who made them stays written.

    The lead keeps its version, so that the outcome which made the callback can still be undone. Campaigns that
    are paused wait: nobody could call. At most ``PROMOTED_AT_ONCE`` at a time, four statements at most.

    Returns:
        How many became anyone's; fewer than ``PROMOTED_AT_ONCE``: there are no more.
    """
    found = session.execute(
        select(
            col(Activity.id),
            col(Activity.lead_id),
            col(Activity.contact_id),
            col(Activity.campaign_id),
            col(Activity.seller_id),
        )
        .where(
            col(Activity.organisation_id) == organisation_id,
            # Named, so that the index of who has what due goes on to the time.
            col(Activity.seller_id).in_(
                select(col(User.id)).where(col(User.organisation_id) == organisation_id)
            ),
            col(Activity.state) == "pending",
            col(Activity.kind) == "callback",
            _overdue(session, organisation_id, now),
            ~_in_hand(now),
        )
        .order_by(col(Activity.due_at), col(Activity.id))
        .limit(PROMOTED_AT_ONCE)
        .with_for_update(of=Activity, skip_locked=True)
    ).all()
    if not found:
        return 0
    affected(
        session,
        update(Activity)
        .where(among_numbers(col(Activity.id), [row.id for row in found]))
        .values(seller_id=None),
    )
    history.write_many(
        session,
        [
            {
                "organisation_id": organisation_id,
                "at": now,
                "kind": "callback_promoted",
                "lead_id": lead_id,
                "contact_id": contact_id,
                "campaign_id": campaign_id,
                "before": {"callback": activity_id, "seller_id": seller_id},
                "after": {"callback": activity_id, "seller_id": None},
            }
            for activity_id, lead_id, contact_id, campaign_id, seller_id in found
        ],
    )
    return len(found)


def _overdue(session: Session, organisation_id: int, now: datetime) -> ColumnElement[bool]:
    """A callback's time is longer ago than its campaign, an active one, allows (one statement)."""
    allowed: dict[int, list[int]] = defaultdict(list)
    for campaign_id, minutes in session.execute(
        select(col(Campaign.id), col(Campaign.callback_overdue_minutes)).where(
            col(Campaign.organisation_id) == organisation_id, col(Campaign.active)
        )
    ):
        allowed[minutes].append(campaign_id)
    if not allowed:
        return false()
    each = [
        and_(
            among_numbers(col(Activity.campaign_id), campaigns),
            col(Activity.due_at) <= now - timedelta(minutes=minutes),
        )
        for minutes, campaigns in sorted(allowed.items())
    ]
    every = [campaign_id for campaigns in allowed.values() for campaign_id in campaigns]
    latest = now - timedelta(minutes=min(allowed))
    return and_(among_numbers(col(Activity.campaign_id), every), col(Activity.due_at) <= latest, or_(*each))


def _in_hand(now: datetime) -> ColumnElement[bool]:
    """Somebody has the lead on screen, or put it aside for a moment (an undo, a jump)."""
    return exists(
        select(col(HopperEntry.id)).where(
            col(HopperEntry.lead_id) == col(Activity.lead_id),
            or_(
                and_(col(HopperEntry.locked_by).is_not(None), col(HopperEntry.expires_at) > now),
                and_(col(HopperEntry.kept_for).is_not(None), col(HopperEntry.kept_until) > now),
            ),
        )
    )
