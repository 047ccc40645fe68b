"""The figures reports are read from, kept by the database in the transaction that changes leads and calls.

As with ``domain.calling.tally_model``: a file keeps one row for each key, a server adds rows that a job draws
together, and the sum over the rows of a key is the figure. ``storage.roll_ups`` says what each is the sum of.
At the end: what users keep of reports, their filters and what is written for them regularly.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import Index, SmallInteger, UniqueConstraint
from sqlmodel import Field

from domain.base import BigId, Entity, Json

LEAD_KEY = (
    "organisation_id",
    "campaign_id",
    "list_id",
    "owner_id",
    "campaign_status",
    "resolution",
    "reason",
    "attempts",
    "exhausted",
)
SELLER_KEY = ("organisation_id", "campaign_id", "seller_id")
TIME_KEY = ("organisation_id", "campaign_id", "quarter")
LONGEST_STATE = 4 * 3600
"""Seconds after which a state nobody ended no longer counts: the terminal was closed in another way."""

STATE_KEY = ("organisation_id", "campaign_id", "seller_id")
SELLER_TIME_KEY = ("organisation_id", "quarter", "seller_id")


def _one_row_a_key(name: str, key: tuple[str, ...]) -> Index:
    return Index(name, *key, unique=True, info={"only": "sqlite"}).ddl_if(dialect="sqlite")


class LeadFigure(Entity, table=True):
    """How many leads stand where in their campaign.

    ``list_id`` and ``owner_id`` 0 for none, ``resolution`` '' for none, ``reason`` -1 for none; ``attempts`` are
    the lead's own, so that their sum is the campaign's.
    """

    __tablename__: ClassVar[str] = "lead_figure"
    __table_args__ = (
        Index("ix_lead_figure_campaign", "organisation_id", "campaign_id"),
        _one_row_a_key("uq_lead_figure_key", LEAD_KEY),
    )

    campaign_id: int = Field(sa_type=BigId)
    list_id: int = Field(default=0, sa_type=BigId)
    owner_id: int = Field(default=0, sa_type=BigId)
    campaign_status: int = Field(default=1, sa_type=SmallInteger)
    resolution: str = ""
    reason: int = -1
    attempts: int = 0
    exhausted: bool = False
    leads: int


class SellerFigure(Entity, table=True):
    """What a seller did in a campaign: counted calls that nobody took back. ``seller_id`` 0 is nobody's.

    ``contacts`` are calls that reached the person, ``successes`` and ``rejections`` those whose outcome said so;
    times in seconds.
    """

    __tablename__: ClassVar[str] = "seller_figure"
    __table_args__ = (
        Index("ix_seller_figure_campaign", "organisation_id", "campaign_id"),
        _one_row_a_key("uq_seller_figure_key", SELLER_KEY),
    )

    campaign_id: int = Field(sa_type=BigId)
    seller_id: int = Field(default=0, sa_type=BigId)
    attempts: int
    contacts: int
    successes: int
    rejections: int
    talk_seconds: int
    wrap_seconds: int


class TimeFigure(Entity, table=True):
    """What happened in a campaign in each quarter of an hour: counted calls that nobody took back.

    ``quarter`` counts quarters of an hour since 1970 UTC, fine enough for the days of every time zone.
    """

    __tablename__: ClassVar[str] = "time_figure"
    __table_args__ = (
        Index("ix_time_figure_campaign", "organisation_id", "campaign_id", "quarter"),
        _one_row_a_key("uq_time_figure_key", TIME_KEY),
    )

    campaign_id: int = Field(sa_type=BigId)
    quarter: int
    attempts: int
    contacts: int
    successes: int


class SellerTimeFigure(Entity, table=True):
    """What a seller did in each quarter of an hour, in all campaigns: counted calls that nobody took back.

    ``quarter`` as in ``TimeFigure``; ``seller_id`` 0 is nobody's. The day of everybody who sells is a short range.
    """

    __tablename__: ClassVar[str] = "seller_time_figure"
    __table_args__ = (
        Index("ix_seller_time_figure_quarter", "organisation_id", "quarter"),
        _one_row_a_key("uq_seller_time_figure_key", SELLER_TIME_KEY),
    )

    quarter: int
    seller_id: int = Field(default=0, sa_type=BigId)
    attempts: int
    contacts: int
    successes: int


class SellerStateFigure(Entity, table=True):
    """How long a seller was signed in to a campaign, and paused: the states that another one has ended.

    In seconds; a state counts ``LONGEST_STATE`` at most. ``campaign_id`` 0 for none.
    """

    __tablename__: ClassVar[str] = "seller_state_figure"
    __table_args__ = (
        Index("ix_seller_state_figure_campaign", "organisation_id", "campaign_id"),
        _one_row_a_key("uq_seller_state_figure_key", STATE_KEY),
    )

    campaign_id: int = Field(default=0, sa_type=BigId)
    seller_id: int = Field(sa_type=BigId)
    signed_in_seconds: int
    paused_seconds: int


class ReportView(Entity, table=True):
    """Filters of a campaign's report that a user keeps under a name."""

    __tablename__: ClassVar[str] = "report_view"
    __table_args__ = (UniqueConstraint("organisation_id", "user_id", "campaign_id", "name"),)

    user_id: int = Field(foreign_key="user_account.id", sa_type=BigId)
    campaign_id: int = Field(foreign_key="campaign.id", sa_type=BigId)
    name: str
    filters: dict[str, object] = Field(default_factory=dict, sa_type=Json)
    created_at: datetime


class ReportOrder(Entity, table=True):
    """A report that a job writes to a folder again and again (``domain.reporting.orders``).

    ``every`` is ``daily`` or ``weekly``; ``period`` is ``all`` (the campaign so far) or ``due`` (the day or week
    just ended); ``written_until`` the last day of the latest one written; ``problem`` why the last try failed.
    """

    __tablename__: ClassVar[str] = "report_order"
    __table_args__ = (Index("ix_report_order_campaign", "organisation_id", "campaign_id"),)

    campaign_id: int = Field(foreign_key="campaign.id", sa_type=BigId)
    format: str
    every: str
    period: str = "all"
    folder: str
    filters: dict[str, object] = Field(default_factory=dict, sa_type=Json)
    created_by: int | None = Field(default=None, foreign_key="user_account.id", sa_type=BigId)
    created_at: datetime
    written_until: date | None = None
    written_at: datetime | None = None
    problem: str | None = None
