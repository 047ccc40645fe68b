"""A typed time for one lead: understood on the contact's clock, as the console and every ``--at`` do."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from domain.calling.models import Lead
from domain.calling.when import is_day_first, parse_when, settled
from domain.campaigns.models import Campaign
from domain.campaigns.policy import policy_of
from domain.errors import NotFound
from domain.people.rights import SELLING_ROLES, Actor, require


def moment_for(
    session: Session, *, actor: Actor, lead_id: int, text: str, now: datetime, language: str = "en"
) -> datetime:
    """The instant (UTC) a person means for this lead; a day without a time is its opening.

    Whether it may be promised is for the outcome to say.

    Raises:
        NotFound: no such lead.  Invalid: the time is not understood, or has passed.
    """
    require(actor, *SELLING_ROLES, to="promise a call")
    row = session.execute(
        select(col(Lead.segment), Campaign)
        .join(Campaign, col(Campaign.id) == col(Lead.campaign_id))
        .where(col(Lead.organisation_id) == actor.organisation_id, col(Lead.id) == lead_id)
    ).one_or_none()
    if row is None:
        raise NotFound(f"There is no lead {lead_id}.", code="no_lead")
    segment, calendar = row[0], policy_of(row[1]).calendar
    typed = parse_when(
        text,
        now=now,
        zone=calendar.zones(segment)[0],
        day_first=is_day_first(language),
        language=language,
    )
    return settled(typed, calendar=calendar, segment=segment)
