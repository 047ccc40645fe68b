"""Leads as one line each: who, which number, where they stand; for the queue and for searches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, case, select
from sqlmodel import Session, col

from domain.calling.models import Lead
from domain.calling.views import QueueLine
from domain.campaigns.models import Campaign
from domain.codes import QueueState
from domain.contacts.models import Contact, ContactPhone


def of(
    session: Session,
    *,
    organisation_id: int,
    where: ColumnElement[bool],
    only: Sequence[ColumnElement[bool]] = (),
    order: Sequence[Any],
    limit: int | None = None,
) -> list[QueueLine]:
    """The lines of the leads that ``where`` and ``only`` let through (one statement)."""
    phone = (
        select(col(ContactPhone.e164))
        .where(col(ContactPhone.contact_id) == col(Lead.contact_id))
        .order_by(col(ContactPhone.bad), col(ContactPhone.position))
        .limit(1)
        .scalar_subquery()
    )
    statement = (
        select(
            col(Lead.id),
            col(Contact.name),
            col(Contact.company),
            case((col(Lead.queue_state) != QueueState.OUT.value, col(Lead.next_attempt_at))),
            col(Lead.status),
            col(Lead.campaign_resolution),
            phone,
            col(Campaign.name),
            col(Lead.dial_attempts),
        )
        .join(Contact, col(Contact.id) == col(Lead.contact_id))
        .join(Campaign, col(Campaign.id) == col(Lead.campaign_id))
        .where(col(Lead.organisation_id) == organisation_id, where, *only)
        .order_by(*order)
        .limit(limit)
    )
    return [
        QueueLine(
            lead_id,
            name or company or "(no name)",
            "handled",
            at,
            status,
            resolution,
            e164,
            campaign,
            attempts,
        )
        for lead_id, name, company, at, status, resolution, e164, campaign, attempts in session.execute(
            statement
        )
    ]
