"""What each seller has of a campaign before leads are handed out: own leads, due ones, callbacks; and what is free."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session, col

from domain.calling.models import Activity, Lead
from domain.codes import FINISHED_CAMPAIGN_STATUSES, QueueState, Role
from domain.people import teams
from domain.people.models import User
from domain.people.rights import READING_ROLES, Actor, require
from domain.recycling.preview import campaign_of
from domain.reporting.models import LeadFigure


@dataclass(frozen=True, slots=True)
class SellerLine:
    """A seller: ``owned`` open leads of the campaign, ``due`` of them callable by their time, ``callbacks`` to come."""

    seller_id: int
    name: str
    full_name: str
    shift: str
    active: bool
    owned: int
    due: int
    callbacks: int


@dataclass(frozen=True, slots=True)
class Standing:
    """All sellers by name, and ``free``: open leads that are nobody's."""

    sellers: tuple[SellerLine, ...]
    free: int


def standing(session: Session, *, actor: Actor, campaign_id: int, now: datetime) -> Standing:
    """Who has what of a campaign (supervisors and auditors), those who left while they have some. Five statements.

    Raises:
        NotAllowed: a seller.  NotFound: no such campaign.
    """
    require(actor, *READING_ROLES, to="see what sellers have")
    campaign_of(session, actor=actor, campaign_id=campaign_id)
    owned = _owned(session, actor, campaign_id)
    due = _due(session, actor, campaign_id, now)
    callbacks = _callbacks(session, actor, campaign_id)
    seen = teams.visible_sellers(session, actor)
    people = session.execute(
        select(User).where(col(User.organisation_id) == actor.organisation_id).order_by(col(User.name))
    ).scalars()
    lines = [
        SellerLine(
            seller_id=user.id or 0,
            name=user.name,
            full_name=user.full_name,
            shift=user.shift,
            active=user.active,
            owned=owned.get(user.id or 0, 0),
            due=due.get(user.id or 0, 0),
            callbacks=callbacks.get(user.id or 0, 0),
        )
        for user in people
        if (seen is None or user.id in seen)
        and ((user.active and user.role == Role.SELLER) or user.id in owned or user.id in callbacks)
    ]
    return Standing(tuple(lines), owned.get(0, 0))


def _owned(session: Session, actor: Actor, campaign_id: int) -> dict[int, int]:
    """Open leads by owner (0: nobody), from the figures the database keeps."""
    rows = session.execute(
        select(col(LeadFigure.owner_id), func.sum(col(LeadFigure.leads)))
        .where(
            col(LeadFigure.organisation_id) == actor.organisation_id,
            col(LeadFigure.campaign_id) == campaign_id,
            col(LeadFigure.campaign_status).not_in(sorted(FINISHED_CAMPAIGN_STATUSES)),
        )
        .group_by(col(LeadFigure.owner_id))
    )
    return {owner: int(leads) for owner, leads in rows if leads}


def _due(session: Session, actor: Actor, campaign_id: int, now: datetime) -> dict[int, int]:
    rows = session.execute(
        select(col(Lead.owner_id), func.count())
        .where(
            col(Lead.organisation_id) == actor.organisation_id,
            col(Lead.campaign_id) == campaign_id,
            col(Lead.queue_state) == QueueState.OWNED.value,
            col(Lead.next_attempt_at) <= now,
        )
        .group_by(col(Lead.owner_id))
    )
    return {owner: leads for owner, leads in rows if owner is not None}


def _callbacks(session: Session, actor: Actor, campaign_id: int) -> dict[int, int]:
    rows = session.execute(
        select(col(Activity.seller_id), func.count())
        .where(
            col(Activity.organisation_id) == actor.organisation_id,
            col(Activity.campaign_id) == campaign_id,
            col(Activity.state) == "pending",
            col(Activity.kind) == "callback",
        )
        .group_by(col(Activity.seller_id))
    )
    return {seller: callbacks for seller, callbacks in rows if seller is not None}
