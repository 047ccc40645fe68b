"""The leads of a campaign, or of all, as a stream of rows: a page at a time, four statements a page.

A page is a range of the index of a campaign's contacts, so that the last page costs what the first does and nobody
holds more than one of them. What a lead's row does not say is read for the page's leads together.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Text, and_, case, cast, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from domain.audit import log
from domain.calling.actions import label_of
from domain.calling.models import Activity, Call, Lead, Reason
from domain.campaigns.models import Campaign
from domain.codes import QueueState
from domain.constructs import among_numbers
from domain.contacts.models import Contact, ContactPhone
from domain.errors import NotFound
from domain.exporting.columns import LeadRow
from domain.exporting.iso_time import iso_time
from domain.people import teams
from domain.people.models import User
from domain.people.rights import READING_ROLES, Actor, require
from domain.reporting import chosen
from domain.reporting.filters import ReportFilters, check

PAGE = 4_000


@dataclass(frozen=True, slots=True)
class _Names:
    """What codes and numbers of the shop are called."""

    users: dict[int, str]
    reasons: dict[tuple[str, int], str]


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Whose leads: of these campaigns (by name), narrowed by the filters, of these owners (None: of everybody)."""

    actor: Actor
    campaigns: tuple[tuple[int, str], ...]
    filters: ReportFilters
    owners: tuple[int, ...] | None

    def conditions(self, campaign_id: int) -> list[ColumnElement[bool]]:
        """The leads of one of the campaigns."""
        found = chosen.of_leads(self.actor, campaign_id, self.filters)
        if self.owners is not None:
            found.append(or_(col(Lead.owner_id).is_(None), col(Lead.owner_id).in_(self.owners)))
        return found


def size(
    session: Session,
    *,
    actor: Actor,
    campaign_id: int | None = None,
    filters: ReportFilters | None = None,
) -> int:
    """How many rows there will be, for whoever waits for them; one statement a campaign (raises as ``rows``)."""
    wanted = _wanted(session, actor, campaign_id, filters or ReportFilters())
    counted = select(func.count()).select_from(Lead)
    found = 0
    for number, _name in wanted.campaigns:
        found += session.execute(counted.where(*wanted.conditions(number))).scalar_one()
    return found


def rows(
    session: Session,
    *,
    actor: Actor,
    campaign_id: int | None = None,
    filters: ReportFilters | None = None,
    language: str = "en",
    page: int = PAGE,
) -> Iterator[LeadRow]:
    """The leads of a campaign (None: of all, one campaign after the other), one moment of the database.

    The session must stay open until the last row was taken. ``page``: how many are read at once. Who leads teams
    gets the leads of their sellers and those nobody has.

    Raises:
        NotAllowed: a seller, or a filter for a seller of others' teams.  NotFound: no such campaign, seller, list.
        Invalid: a filter that makes no sense. All at once, before anything is written for them.
    """
    wanted = _wanted(session, actor, campaign_id, filters or ReportFilters())
    return _all(session, wanted, _names(session, actor, language), page)


def noted(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    rows: int,
    campaign_id: int | None = None,
    filters: ReportFilters | None = None,
) -> None:
    """Write down that so many people's data were taken out: by whom, of which campaign, narrowed by which filters."""
    detail: dict[str, object] = {"rows": rows}
    if filters is not None and not filters.empty:
        detail["filters"] = sorted(filters.to_json())
    target = str(campaign_id) if campaign_id is not None else "all"
    log.acted(session, actor, at=now, kind="leads.export", target=target, detail=detail)


def _wanted(session: Session, actor: Actor, campaign_id: int | None, filters: ReportFilters) -> _Wanted:
    require(actor, *READING_ROLES, to="export leads")
    check(filters)
    campaigns = _campaigns(session, actor, campaign_id)
    if campaign_id is not None:
        if not campaigns:
            raise NotFound(f"There is no campaign number {campaign_id}.", code="no_campaign")
        chosen.names(session, actor=actor, campaign_id=campaign_id, filters=filters)
    elif filters.seller_id is not None:
        teams.require_visible(session, actor, [filters.seller_id], to="export their leads")
    owners = teams.visible_sellers(session, actor)
    return _Wanted(actor, tuple(campaigns), filters, None if owners is None else tuple(sorted(owners)))


def _campaigns(session: Session, actor: Actor, campaign_id: int | None) -> list[tuple[int, str]]:
    statement = (
        select(col(Campaign.id), col(Campaign.name))
        .where(col(Campaign.organisation_id) == actor.organisation_id)
        .order_by(col(Campaign.name))
    )
    if campaign_id is not None:
        statement = statement.where(col(Campaign.id) == campaign_id)
    return [(number or 0, name) for number, name in session.execute(statement)]


def _names(session: Session, actor: Actor, language: str) -> _Names:
    shop = actor.organisation_id
    users = session.execute(select(col(User.id), col(User.name)).where(col(User.organisation_id) == shop))
    reasons = session.execute(
        select(col(Reason.resolution), col(Reason.code), col(Reason.labels)).where(
            col(Reason.organisation_id) == shop
        )
    )
    return _Names(
        {number or 0: name for number, name in users},
        {(code, number): label_of(labels, language, str(number)) for code, number, labels in reasons},
    )


def _all(session: Session, wanted: _Wanted, names: _Names, page: int) -> Iterator[LeadRow]:
    for campaign_id, campaign in wanted.campaigns:
        statement = _LEADS.where(*wanted.conditions(campaign_id)).limit(page)
        after = 0
        while True:
            found = _fetched(session, statement.where(col(Lead.contact_id) > after))
            if found:
                yield from _told(session, wanted.actor, found, campaign, names)
            if len(found) < page:
                break
            after = found[-1].contact_id


def _fetched(session: Session, statement: Select[*tuple[Any, ...]]) -> Sequence[Row[*tuple[Any, ...]]]:
    """All rows of a statement, by the shortest way: none of them is an object of a model."""
    return session.connection().execute(statement).all()


_PERSON = aliased(Contact)  # the filters look at contacts of their own
_COLUMNS: tuple[Any, ...] = (
    col(Lead.id).label("lead_id"),
    col(Lead.contact_id),
    col(Lead.status),
    col(Lead.campaign_status),
    col(Lead.campaign_resolution),
    col(Lead.resolution_reason),
    col(Lead.owner_id),
    iso_time(col(Lead.assigned_at)),
    iso_time(col(Lead.last_action_at)),
    iso_time(col(Lead.created_at)),
    col(Lead.answered_count),
    col(Lead.last_console_action),
    col(Lead.dial_attempts),
    iso_time(col(Lead.last_dial_attempt)),
    case((col(Lead.queue_state) != QueueState.OUT.value, iso_time(col(Lead.next_attempt_at)))),
    col(_PERSON.name),
    col(_PERSON.company),
    col(_PERSON.email),
    cast(col(_PERSON.tags), Text),
)
_LEADS: Select[*tuple[Any, ...]] = (
    select(*_COLUMNS).join(_PERSON, col(_PERSON.id) == col(Lead.contact_id)).order_by(col(Lead.contact_id))
)


def _told(
    session: Session, actor: Actor, page: Sequence[Row[*tuple[Any, ...]]], campaign: str, names: _Names
) -> Iterator[LeadRow]:
    """A page of leads with what their own rows do not say."""
    leads = [row.lead_id for row in page]
    phones = _numbers(session, actor, [row.contact_id for row in page])
    calls = _calls(session, actor, leads)
    others = _other_activities(session, actor, leads)
    for (
        lead_id, contact_id, status, campaign_status, resolution, reason, owner_id, assigned_at, last_action_at,
        created_at, answered, action, attempts, last_attempt, next_attempt, name, company, email, tags,
    ) in page:  # fmt: skip
        called, reached = calls.get(lead_id, (0, 0))
        phone, mobile = phones.get(contact_id, (None, None))
        yield LeadRow(
            contact_id,
            name or company or "",
            email,
            phone,
            mobile,
            campaign,
            status or None,
            resolution,
            names.reasons.get((resolution, reason), str(reason)) if reason is not None else None,
            names.users.get(owner_id),
            assigned_at,
            last_action_at,
            created_at,
            reached if reached > answered else answered,
            called + others.get(lead_id, 0),
            action,
            attempts,
            last_attempt,
            next_attempt,
            _tags(tags),
            lead_id,
            campaign_status,
            reason,
        )


@lru_cache(maxsize=4096)
def _tags(text: str | None) -> tuple[str, ...]:
    """A list of tags as the database has it; the same few come again and again."""
    return tuple(json.loads(text)) if text else ()


def _numbers(session: Session, actor: Actor, contacts: list[int]) -> dict[int, tuple[str | None, str | None]]:
    """Of each contact the number to call first, and the first mobile."""
    statement = (
        select(col(ContactPhone.contact_id), col(ContactPhone.e164), col(ContactPhone.kind))
        .where(
            col(ContactPhone.organisation_id) == actor.organisation_id,
            among_numbers(col(ContactPhone.contact_id), contacts),
        )
        .order_by(col(ContactPhone.contact_id), col(ContactPhone.bad), col(ContactPhone.position))
    )
    found: dict[int, tuple[str | None, str | None]] = {}
    for contact_id, e164, kind in _fetched(session, statement):
        phone, mobile = found.get(contact_id, (None, None))
        found[contact_id] = (phone or e164, mobile or (e164 if kind == "mobile" else None))
    return found


_REACHED = chosen.ones(and_(col(Call.counted), chosen.IS_CONTACT))


def _calls(session: Session, actor: Actor, leads: list[int]) -> dict[int, tuple[int, int]]:
    """Of each lead the calls nobody took back, and how many of them reached the person."""
    statement = (
        select(col(Call.lead_id), func.count(), func.sum(_REACHED))
        .where(
            col(Call.organisation_id) == actor.organisation_id,
            col(Call.undone_at).is_(None),
            among_numbers(col(Call.lead_id), leads),
        )
        .group_by(col(Call.lead_id))
    )
    return {lead_id: (calls, contacts) for lead_id, calls, contacts in _fetched(session, statement)}


def _other_activities(session: Session, actor: Actor, leads: list[int]) -> dict[int, int]:
    """Of each lead what happened or is due beside its calls: callbacks, notes."""
    statement = (
        select(col(Activity.lead_id), func.count())
        .where(
            col(Activity.organisation_id) == actor.organisation_id,
            among_numbers(col(Activity.lead_id), leads),
            col(Activity.call_id).is_(None),
            col(Activity.state).in_(("pending", "completed")),
        )
        .group_by(col(Activity.lead_id))
    )
    return {int(lead_id): int(count) for lead_id, count in _fetched(session, statement)}
