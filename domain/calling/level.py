"""How many leads a hopper holds ready: the campaign's level, or more where sellers are so fast that it would run dry.

The pace is what was called from the console in the last half hour; with it the hopper lasts a quarter of one.
Source: the calling specification, section 3.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ScalarSelect, and_, case, func, literal, select
from sqlmodel import col

from domain.calling.models import Call
from domain.campaigns.models import Campaign
from domain.people.models import User

HIGHEST_LEVEL = 10_000
LOOK_BACK = timedelta(minutes=30)
LASTS = timedelta(minutes=15)


def pace(now: datetime) -> ScalarSelect[int]:
    """The calls of a campaign's sellers in the last half hour, to be selected along with ``campaign``.

    Asked seller by seller, whose latest calls an index has; nothing is asked where the level is fixed.
    """
    calls = (
        select(func.count())
        .select_from(User)
        .join(
            Call,
            and_(
                col(Call.organisation_id) == col(User.organisation_id),
                col(Call.seller_id) == col(User.id),
                col(Call.started_at) >= now - LOOK_BACK,
            ),
        )
        .where(
            col(User.organisation_id) == col(Campaign.organisation_id),
            col(Call.campaign_id) == col(Campaign.id),
            col(Call.source) == "console",
            col(Call.undone_at).is_(None),
        )
        .correlate(Campaign)
        .scalar_subquery()
    )
    return (
        select(case((col(Campaign.hopper_auto), calls), else_=literal(0)))
        .correlate(Campaign)
        .scalar_subquery()
    )


def target(campaign: Campaign, calls: int) -> int:
    """The level of a campaign whose sellers made so many calls in the last half hour."""
    wanted = -(-calls * LASTS // LOOK_BACK) if campaign.hopper_auto else 0
    return max(campaign.hopper_level, min(HIGHEST_LEVEL, wanted))
