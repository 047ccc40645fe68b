"""What an exported lead says: the columns in their order, for people who open a table and for programs.

Codes stay codes where they are words of their own (status, resolution, action); a reason is told by its text.
"""

from __future__ import annotations

from typing import NamedTuple

HEADINGS = (
    "Contact ID",
    "Contact name",
    "Email",
    "Phone",
    "Mobile",
    "Status",
    "Campaign resolution",
    "Resolution reason",
    "Seller",
    "Date assigned",
    "Last action date",
    "Date created",
    "Times contacted",
    "Activity count",
    "Last console action",
    "Attempts",
    "Last attempt",
    "Next attempt",
    "Tags",
)
"""The columns of one campaign's leads; those of all campaigns name the campaign after the mobile."""

_BEFORE_CAMPAIGN = HEADINGS.index("Mobile") + 1
HEADINGS_OF_ALL = (*HEADINGS[:_BEFORE_CAMPAIGN], "Campaign", *HEADINGS[_BEFORE_CAMPAIGN:])


class LeadRow(NamedTuple):
    """One exported lead: first the columns in their order, then what only programs want. Times are ISO 8601 UTC.

    ``phone`` is the first number that is not known to be wrong, ``mobile`` the first such one that is a mobile's.
    ``times_contacted`` counts the calls that reached the person, at least as many as an import brought along;
    ``activity_count`` all calls, and what else happened or is due with the lead.
    """

    contact_id: int
    name: str
    email: str | None
    phone: str | None
    mobile: str | None
    campaign: str
    status: str | None
    resolution: str | None
    reason: str | None
    seller: str | None
    assigned_at: str | None
    last_action_at: str | None
    created_at: str
    times_contacted: int
    activity_count: int
    action: str | None
    attempts: int
    last_attempt: str | None
    next_attempt: str | None
    tags: tuple[str, ...]
    lead_id: int
    campaign_status: int
    reason_code: int | None


_TAGS = LeadRow._fields.index("tags")


def cells(row: LeadRow, *, of_all: bool = False) -> list[object]:
    """The row under ``HEADINGS`` (``of_all``: ``HEADINGS_OF_ALL``)."""
    tags = ", ".join(row.tags)
    if of_all:
        return [*row[:_TAGS], tags]
    return [*row[:_BEFORE_CAMPAIGN], *row[_BEFORE_CAMPAIGN + 1 : _TAGS], tags]


def document(row: LeadRow) -> dict[str, object]:
    """The row for a program: the same values by name, with the codes people are spared and the tags as a list."""
    return {
        "lead_id": row.lead_id,
        "contact_id": row.contact_id,
        "contact_name": row.name,
        "email": row.email,
        "phone": row.phone,
        "mobile": row.mobile,
        "campaign": row.campaign,
        "status": row.status,
        "campaign_status": row.campaign_status,
        "campaign_resolution": row.resolution,
        "resolution_reason": row.reason_code,
        "resolution_reason_label": row.reason,
        "seller": row.seller,
        "date_assigned": row.assigned_at,
        "last_action_date": row.last_action_at,
        "date_created": row.created_at,
        "times_contacted": row.times_contacted,
        "activity_count": row.activity_count,
        "last_console_action": row.action,
        "attempts": row.attempts,
        "last_attempt": row.last_attempt,
        "next_attempt": row.next_attempt,
        "tags": list(row.tags),
    }
