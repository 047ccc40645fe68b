"""Tables of campaigns and lead lists."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import Index, SmallInteger, UniqueConstraint, true
from sqlmodel import Field

from domain.base import BigId, Entity, Json


class Campaign(Entity, table=True):
    """An effort with a goal, a window of dates and hours, a retry policy, a script, sellers.

    ``hours`` is the JSON of ``domain.campaigns.hours.CallingHours``; ``retry`` that of
    ``domain.campaigns.retry.RetryRules``; ``start_date``/``end_date`` are local dates, inclusive.
    ``recyclable`` lists the statuses the hopper may take besides ``new``. The hopper is filled to ``hopper_level``;
    with ``hopper_auto`` to more where the pace of the last half hour asks for it.
    Caps count calls to one number over all campaigns: ``cap_per_day`` in a local day, ``cap_in_days`` calls
    within ``cap_days`` rolling days. Money is in minor units.
    """

    __tablename__: ClassVar[str] = "campaign"
    __table_args__ = (UniqueConstraint("organisation_id", "name"),)

    name: str
    active: bool = True
    description: str = ""
    region: str = "US"
    timezone: str = "UTC"
    start_date: date | None = None
    end_date: date | None = None
    hours: dict[str, object] = Field(default_factory=dict, sa_type=Json)
    holidays_country: str | None = None
    holidays_subdivision: str | None = None
    retry: dict[str, object] = Field(default_factory=dict, sa_type=Json)
    recyclable: list[str] = Field(default_factory=list, sa_type=Json)
    max_attempts: int = 5
    hopper_level: int = 200
    hopper_auto: bool = Field(default=True, sa_column_kwargs={"server_default": true()})
    cap_per_day: int | None = None
    cap_in_days: int | None = None
    cap_days: int | None = None
    call_later_seconds: int = 86400
    callback_overdue_minutes: int = 15
    close_exhausted: bool = False
    promotion_days: int = 5
    script: str = ""
    default_product_id: int | None = Field(default=None, foreign_key="product.id", sa_type=BigId)
    created_at: datetime
    updated_at: datetime


class LeadList(Entity, table=True):
    """The batch leads came in with (an import), so that it can be paused, reported on or undone.

    ``state``: ``importing`` (a stopped import; running it again continues at ``position``), ``complete`` or
    ``undone``. ``fingerprint`` names the file and mapping; ``counts`` holds the import's running counts.
    """

    __tablename__: ClassVar[str] = "lead_list"
    __table_args__ = (UniqueConstraint("organisation_id", "campaign_id", "name"),)

    campaign_id: int = Field(foreign_key="campaign.id", sa_type=BigId)
    name: str
    active: bool = True
    state: str = "complete"
    source: str | None = None
    fingerprint: str | None = None
    position: int = 0
    counts: dict[str, int] = Field(default_factory=dict, sa_type=Json)
    created_by: int | None = Field(default=None, foreign_key="user_account.id", sa_type=BigId)
    created_at: datetime


class CampaignSegment(Entity, table=True):
    """The pairs of segment (time zones, shift) and rank that leads of a campaign have, or once had.

    Lets the fill ask only open segments, each as one short index range. Whoever writes ``Lead.segment`` or
    ``Lead.priority`` makes sure that (campaign, segment, 99 − priority) exists here (insert, ignore if present).
    """

    __tablename__: ClassVar[str] = "campaign_segment"
    __table_args__ = (
        UniqueConstraint("campaign_id", "segment", "rank"),
        Index("ix_campaign_segment_org", "organisation_id", "campaign_id"),
    )

    campaign_id: int = Field(foreign_key="campaign.id", sa_type=BigId)
    segment: str
    rank: int = Field(default=49, sa_type=SmallInteger)
