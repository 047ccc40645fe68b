"""What a bulk edit writes for a chunk of leads, and what it writes to take that back: sets, not one by one.

Each function gets leads that are locked and returns, for those it changed, what stood there before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, select, update
from sqlmodel import Session, col

from domain.base import BigId, metadata
from domain.bulk.selection import Change, Kind
from domain.calling import queue_state
from domain.calling.models import Lead
from domain.campaigns.models import Campaign, CampaignSegment
from domain.campaigns.policy import policy_of
from domain.campaigns.segments import parse_segment, segment_key
from domain.constructs import among_numbers, insert_ignore
from domain.contacts import dnc_release, do_not_call
from domain.contacts.models import Contact, ContactPhone, DoNotCall
from domain.people.rights import Actor
from domain.recycling.locking import leave_hopper

Former = dict[str, object]
_CONTACT = metadata.tables["contact"]
_LEAD = metadata.tables["lead"]


class Given(NamedTuple):
    """One lead and its person; in an undo with what stood there before."""

    lead_id: int
    contact_id: int
    former: Mapping[str, object]


def apply(
    session: Session, *, actor: Actor, change: Change, these: Sequence[Given], now: datetime
) -> dict[int, Former]:
    """Make the change; by lead what stood there before."""
    match change.kind:
        case Kind.TAG:
            return _tag(session, change.value, these, now, wanted=True)
        case Kind.UNTAG:
            return _tag(session, change.value, these, now, wanted=False)
        case Kind.ZONE:
            return _zone(session, actor, these, {each.lead_id: change.value for each in these}, now)
        case Kind.PRIORITY | Kind.LIST:
            values = dict.fromkeys((each.lead_id for each in these), int(change.value))
            return _column(session, actor, _COLUMN[change.kind], values, now)
        case Kind.DO_NOT_CALL:
            return _register(session, actor, change.value, these, now)


def take_back(
    session: Session, *, actor: Actor, change: Change, these: Sequence[Given], now: datetime
) -> set[int]:
    """Put back what stood there before, where nobody changed it since; the leads that are as they were."""
    match change.kind:
        case Kind.TAG:
            return set(_tag(session, change.value, these, now, wanted=False))
        case Kind.UNTAG:
            return set(_tag(session, change.value, these, now, wanted=True))
        case Kind.ZONE:
            return _zone_back(session, actor, change.value, these, now)
        case Kind.PRIORITY | Kind.LIST:
            return _column_back(session, actor, change, these, now)
        case Kind.DO_NOT_CALL:
            return _release(session, actor, these, now)


_COLUMN = {Kind.PRIORITY: "priority", Kind.LIST: "list_id"}


# Tags ---------------------------------------------------------------------------------------------------------


def _tag(
    session: Session, tag: str, these: Sequence[Given], now: datetime, *, wanted: bool
) -> dict[int, Former]:
    rows = session.execute(
        select(col(Contact.id), col(Contact.tags))
        .where(
            among_numbers(col(Contact.id), [each.contact_id for each in these]),
            col(Contact.erased_at).is_(None),
        )
        .order_by(col(Contact.id))
        .with_for_update(key_share=True)
    )
    tags = {number: list(tags) for number, tags in rows if (tag in tags) is not wanted}
    written = [
        {
            "row": number,
            "kept": [*had, tag] if wanted else [each for each in had if each != tag],
            "moment": now,
        }
        for number, had in tags.items()
    ]
    if written:
        session.connection().execute(
            update(_CONTACT)
            .where(_CONTACT.c.id == bindparam("row", type_=BigId))
            .values(tags=bindparam("kept"), updated_at=bindparam("moment")),
            written,
        )
    return {each.lead_id: {} for each in these if each.contact_id in tags}


# Priority and list --------------------------------------------------------------------------------------------


def _column(
    session: Session, actor: Actor, name: str, values: Mapping[int, int | None], now: datetime
) -> dict[int, Former]:
    """Set one column of leads, each to its own value; they wait where they belong then."""
    ids = list(values)
    if not ids:
        return {}
    former = {
        number: {name: value}
        for number, value in session.execute(
            select(col(Lead.id), _LEAD.c[name]).where(among_numbers(col(Lead.id), ids))
        )
    }
    session.connection().execute(
        update(_LEAD)
        .where(_LEAD.c.id == bindparam("row", type_=BigId))
        .values(
            {name: bindparam("given"), "version": _LEAD.c.version + 1, "updated_at": bindparam("moment")}
        ),
        [{"row": number, "given": value, "moment": now} for number, value in values.items()],
    )
    _wait_anew(session, actor, ids)
    return former


def _column_back(
    session: Session, actor: Actor, change: Change, these: Sequence[Given], now: datetime
) -> set[int]:
    name = _COLUMN[change.kind]
    former = {each.lead_id: each.former.get(name) for each in these}
    untouched = session.execute(
        select(col(Lead.id)).where(
            among_numbers(col(Lead.id), list(former)), _LEAD.c[name] == int(change.value)
        )
    ).scalars()
    values = {number: _number(former[number]) for number in untouched}
    return set(_column(session, actor, name, values, now))


def _number(value: object) -> int | None:
    return None if value is None else int(str(value))


def _wait_anew(session: Session, actor: Actor, lead_ids: Sequence[int]) -> None:
    """Their free entries leave the hopper; the fill chooses them again by what they are now."""
    known = session.execute(
        select(col(Lead.campaign_id), col(Lead.segment), col(Lead.rank))
        .where(among_numbers(col(Lead.id), lead_ids))
        .distinct()
    ).all()
    session.execute(
        insert_ignore(CampaignSegment).values(
            [
                {
                    "organisation_id": actor.organisation_id,
                    "campaign_id": campaign_id,
                    "segment": segment,
                    "rank": rank,
                }
                for campaign_id, segment, rank in known
            ]
        )
    )
    leave_hopper(session, lead_ids)
    campaigns = select(Campaign).where(col(Campaign.id).in_({campaign_id for campaign_id, _, _ in known}))
    for campaign in session.execute(campaigns.order_by(col(Campaign.id))).scalars().all():
        queue_state.recompute(
            session,
            organisation_id=actor.organisation_id,
            dialable=policy_of(campaign).dialable,
            where=(col(Lead.campaign_id) == campaign.id) & among_numbers(col(Lead.id), lead_ids),
        )


# Time zone ----------------------------------------------------------------------------------------------------


def _zone(
    session: Session, actor: Actor, these: Sequence[Given], zones: Mapping[int, str], now: datetime
) -> dict[int, Former]:
    """The person's zone, and with it where their leads of every campaign wait."""
    people = {each.contact_id: zones[each.lead_id] for each in these}
    had = _zones_of(session, people)
    segments = {
        lead.lead_id: (lead, segment_key((people[lead.contact_id],), parse_segment(lead.segment).shift))
        for lead in _leads_of(session, actor, people)
    }
    _write_zones(session, people, now)
    _write_segments(session, actor, {number: segment for number, (_, segment) in segments.items()}, now)
    former: dict[int, Former] = {}
    for each in these:
        theirs = {
            str(lead.lead_id): lead.segment
            for lead, _ in segments.values()
            if lead.contact_id == each.contact_id
        }
        former[each.lead_id] = {"timezone": had[each.contact_id], "segments": theirs}
    return former


class _Waiting(NamedTuple):
    lead_id: int
    contact_id: int
    segment: str


def _leads_of(session: Session, actor: Actor, people: Iterable[int]) -> list[_Waiting]:
    rows = session.execute(
        select(col(Lead.id), col(Lead.contact_id), col(Lead.segment))
        .where(
            col(Lead.organisation_id) == actor.organisation_id,
            among_numbers(col(Lead.contact_id), list(people)),
        )
        .order_by(col(Lead.id))
        .with_for_update(key_share=True)
    )
    return [_Waiting(*row) for row in rows]


def _zones_of(session: Session, people: Iterable[int]) -> dict[int, str | None]:
    rows = session.execute(
        select(col(Contact.id), col(Contact.timezone))
        .where(among_numbers(col(Contact.id), list(people)))
        .order_by(col(Contact.id))
        .with_for_update(key_share=True)
    )
    return {row[0]: row[1] for row in rows}


def _write_zones(session: Session, people: Mapping[int, str | None], now: datetime) -> None:
    session.connection().execute(
        update(_CONTACT)
        .where(_CONTACT.c.id == bindparam("row", type_=BigId))
        .values(timezone=bindparam("zone"), updated_at=bindparam("moment")),
        [{"row": number, "zone": zone, "moment": now} for number, zone in people.items()],
    )


def _write_segments(session: Session, actor: Actor, segments: Mapping[int, str], now: datetime) -> None:
    if not segments:
        return
    session.connection().execute(
        update(_LEAD)
        .where(_LEAD.c.id == bindparam("row", type_=BigId))
        .values(segment=bindparam("given"), updated_at=bindparam("moment")),
        [{"row": number, "given": segment, "moment": now} for number, segment in segments.items()],
    )
    _wait_anew(session, actor, list(segments))


def _zone_back(session: Session, actor: Actor, zone: str, these: Sequence[Given], now: datetime) -> set[int]:
    now_in = _zones_of(session, [each.contact_id for each in these])
    untouched = [each for each in these if now_in.get(each.contact_id) == zone]
    if not untouched:
        return set()
    zones = {each.contact_id: each.former.get("timezone") for each in untouched}
    _write_zones(session, {number: str(was) if was else None for number, was in zones.items()}, now)
    there = {lead.lead_id for lead in _leads_of(session, actor, zones)}
    segments: dict[int, str] = {}
    for each in untouched:
        theirs = each.former.get("segments")
        if isinstance(theirs, dict):
            segments |= {
                int(number): str(segment) for number, segment in theirs.items() if int(number) in there
            }
    _write_segments(session, actor, segments, now)
    return {each.lead_id for each in untouched}


# Do not call --------------------------------------------------------------------------------------------------


def _register(
    session: Session, actor: Actor, reason: str, these: Sequence[Given], now: datetime
) -> dict[int, Former]:
    people = {each.contact_id: each.lead_id for each in these}
    rows = session.execute(
        select(col(ContactPhone.contact_id), col(ContactPhone.e164)).where(
            among_numbers(col(ContactPhone.contact_id), list(people))
        )
    ).all()
    done = do_not_call.register(
        session,
        actor=actor,
        numbers=[e164 for _, e164 in rows],
        contact_id=None,
        now=now,
        source="bulk",
        reason=reason or None,
    )
    entries = {
        e164: number
        for number, e164 in session.execute(
            select(col(DoNotCall.id), col(DoNotCall.e164)).where(
                among_numbers(col(DoNotCall.id), done.entry_ids)
            )
        )
    }
    former: dict[int, list[int]] = {each.lead_id: [] for each in these}
    for contact_id, e164 in rows:
        if e164 in entries:
            former[people[contact_id]].append(entries[e164])
    return {number: {"entries": ids} for number, ids in former.items()}


def _release(session: Session, actor: Actor, these: Sequence[Given], now: datetime) -> set[int]:
    """Numbers registered by hand since, or taken off since, stay as they are."""
    asked: dict[int, list[int]] = {}
    for each in these:
        entries = each.former.get("entries")
        asked[each.lead_id] = [int(str(entry)) for entry in entries] if isinstance(entries, list) else []
    rows = session.execute(
        select(col(DoNotCall.id), col(DoNotCall.e164)).where(
            col(DoNotCall.organisation_id) == actor.organisation_id,
            among_numbers(col(DoNotCall.id), [entry for entries in asked.values() for entry in entries]),
            col(DoNotCall.removed_at).is_(None),
        )
    )
    in_force = {number: e164 for number, e164 in rows if e164 is not None}
    for e164 in sorted(set(in_force.values())):  # whom each alone held back is asked number by number
        dnc_release.release(session, actor=actor, number=e164, now=now)
    return {number for number, entries in asked.items() if any(entry in in_force for entry in entries)}
