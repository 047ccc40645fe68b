"""Which leads a bulk edit is about, what it makes of them, and which of them it leaves as they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, case, exists, func, literal, or_, select
from sqlmodel import Session, col

from domain.calling import leads
from domain.calling.models import Lead
from domain.campaigns.models import LeadList
from domain.campaigns.segments import zone_named
from domain.codes import NO_STATUS_KEY, Resolution
from domain.constructs import among_numbers
from domain.contacts import do_not_call
from domain.contacts.models import Contact, ContactPhone
from domain.errors import Invalid, NotFound
from domain.json_sql import json_has
from domain.people.rights import Actor
from domain.recycling.selection import in_hands


class Kind(StrEnum):
    """What can be changed for many."""

    TAG = "tag"
    UNTAG = "untag"
    PRIORITY = "priority"
    ZONE = "zone"
    LIST = "list"
    DO_NOT_CALL = "do_not_call"


class LeftOut(StrEnum):
    """Why a chosen lead stays as it is."""

    SAME = "same"
    IN_HANDS = "in_hands"
    NO_NUMBER = "no_number"


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of the leads. ``value``: the tag, the priority, the zone, the number of the list, the reason."""

    kind: Kind
    value: str = ""

    def as_json(self) -> dict[str, object]:
        return {"kind": self.kind.value, "value": self.value}

    @classmethod
    def from_json(cls, document: Mapping[str, object]) -> Change:
        return cls(Kind(str(document["kind"])), str(document.get("value") or ""))


@dataclass(frozen=True, slots=True)
class Selection:
    """Leads of one campaign: those that every filter lets through, or the very ones of ``lead_ids``."""

    campaign_id: int
    statuses: tuple[str, ...] = ()
    list_id: int | None = None
    seller_id: int | None = None
    resolution: str | None = None
    tag: str | None = None
    lead_ids: tuple[int, ...] = ()

    def as_json(self) -> dict[str, object]:
        """As a batch keeps it; of named leads only how many they were."""
        found = {key: value for key, value in asdict(self).items() if value not in (None, ())}
        if self.lead_ids:
            found["lead_ids"] = len(self.lead_ids)
        return found


def check(session: Session, *, actor: Actor, selection: Selection, change: Change) -> Change:
    """The change as it is kept.

    Raises:
        Invalid: an unknown status, resolution or zone, an empty tag, a priority beyond 0 to 99, nobody chosen.
        NotFound: no such list in the campaign.
    """
    leads.known_statuses(selection.statuses)
    if selection.resolution is not None and selection.resolution not in set(Resolution):
        raise Invalid(
            f"{selection.resolution} is no resolution; use {', '.join(Resolution)}.", code="resolution"
        )
    if selection == Selection(selection.campaign_id):
        raise Invalid(
            "Say which leads: a status, a list, a seller, a resolution, a tag or leads.", code="nobody"
        )
    value = change.value.strip()
    if change.kind in (Kind.TAG, Kind.UNTAG) and not value:
        raise Invalid("A tag needs a text.", code="tag")
    if change.kind is Kind.ZONE:
        value = zone_named(value).key
    if change.kind is Kind.PRIORITY and not (value.isdecimal() and int(value) <= 99):
        raise Invalid("The priority is a number from 0 to 99, higher is sooner.", code="priority")
    if change.kind is Kind.LIST:
        there = session.execute(
            select(col(LeadList.id)).where(
                col(LeadList.organisation_id) == actor.organisation_id,
                col(LeadList.campaign_id) == selection.campaign_id,
                col(LeadList.id) == (int(value) if value.isdecimal() else 0),
            )
        ).scalar_one_or_none()
        if there is None:
            raise NotFound("That list is not one of this campaign. See: dialdeck lists list", code="no_list")
    return Change(change.kind, value)


def chosen(*, organisation_id: int, selection: Selection) -> list[ColumnElement[bool]]:
    """The conditions over ``lead`` of a selection."""
    found: list[ColumnElement[bool]] = [
        col(Lead.organisation_id) == organisation_id,
        col(Lead.campaign_id) == selection.campaign_id,
    ]
    if selection.lead_ids:
        found.append(among_numbers(col(Lead.id), selection.lead_ids))
    if selection.statuses:
        listed: ColumnElement[bool] = col(Lead.status).in_(
            [status for status in selection.statuses if status != NO_STATUS_KEY]
        )
        if NO_STATUS_KEY in selection.statuses:
            listed = or_(listed, col(Lead.status).is_(None), col(Lead.status) == "")
        found.append(listed)
    if selection.list_id is not None:
        found.append(col(Lead.list_id) == selection.list_id)
    if selection.seller_id is not None:
        found.append(col(Lead.owner_id) == selection.seller_id)
    if selection.resolution is not None:
        found.append(col(Lead.campaign_resolution) == selection.resolution)
    if selection.tag is not None:
        found.append(_person_has(json_has(col(Contact.tags), selection.tag)))
    return found


def left_out(change: Change) -> ColumnElement[str]:
    """Why a chosen lead stays as it is (a ``LeftOut``); '' where it is changed."""
    same = literal(LeftOut.SAME.value)
    held = (in_hands(), literal(LeftOut.IN_HANDS.value))
    reasons: list[tuple[ColumnElement[bool], ColumnElement[str]]]
    match change.kind:
        case Kind.TAG:
            reasons = [(_person_has(json_has(col(Contact.tags), change.value)), same)]
        case Kind.UNTAG:
            reasons = [(~_person_has(json_has(col(Contact.tags), change.value)), same)]
        case Kind.PRIORITY:
            reasons = [(col(Lead.priority) == int(change.value), same), held]
        case Kind.ZONE:
            reasons = [(_person_has(col(Contact.timezone) == change.value), same)]
        case Kind.LIST:
            reasons = [(func.coalesce(col(Lead.list_id), 0) == int(change.value), same), held]
        case Kind.DO_NOT_CALL:
            numbered = exists(
                select(col(ContactPhone.id)).where(col(ContactPhone.contact_id) == col(Lead.contact_id))
            )
            reasons = [(do_not_call.on_register(), same), (~numbered, literal(LeftOut.NO_NUMBER.value))]
    return case(*reasons, else_=literal(""))


def _person_has(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists(select(col(Contact.id)).where(col(Contact.id) == col(Lead.contact_id), condition))
