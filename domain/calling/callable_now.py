"""Whether one lead may be called now and, if not, every reason: for ``leads show`` and the screens."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from domain.calling.models import Activity, HopperEntry, Lead
from domain.calling.phones import Number
from domain.campaigns.models import Campaign, LeadList
from domain.campaigns.policy import Policy, policy_of
from domain.codes import FINAL_STATUSES, DialStatus, status_label
from domain.people.models import User
from domain.people.rights import Actor


def reasons_against(
    session: Session,
    *,
    actor: Actor,
    lead: Lead,
    campaign: Campaign,
    batch: LeadList | None,
    entry: HopperEntry | None,
    numbers: list[Number],
    now: datetime,
) -> list[str]:
    """Every reason why a lead may not be called at this moment; empty where it may."""
    policy = policy_of(campaign)
    found: list[str] = []
    if not campaign.active:
        found.append("the campaign is paused")
    if batch is not None and not batch.active:
        found.append(f"the list {batch.name} is paused")
    found.extend(_by_status(lead, policy))
    due = _pending_callback(session, lead)
    if due is not None and due > now:
        found.append(f"a callback is set for {due.isoformat(timespec='minutes')}")
    elif due is None and lead.next_attempt_at > now and lead.status not in FINAL_STATUSES:
        found.append(f"the next attempt is at {lead.next_attempt_at.isoformat(timespec='minutes')}")
    if due is None and lead.exhausted:
        found.append(f"the attempts are used up ({lead.dial_attempts} of {policy.max_attempts})")
    found.extend(_by_number(numbers, actor))
    if not policy.calendar.is_open(now, lead.segment):
        opening = policy.calendar.next_open(now, lead.segment)
        until = f" until {opening.isoformat(timespec='minutes')}" if opening else ""
        found.append(f"outside calling hours{until}")
    if entry is not None and entry.locked_by is not None and (entry.expires_at or now) > now:
        holder = session.get(User, entry.locked_by)
        found.append(f"in {holder.name if holder else 'a seller'}'s hands")
    elif entry is not None and entry.kept_until is not None and entry.kept_until > now:
        found.append(f"put off until {entry.kept_until.isoformat(timespec='minutes')}")
    return found


def _by_status(lead: Lead, policy: Policy) -> list[str]:
    if not lead.status:
        return ["it has no status"]
    if lead.status == DialStatus.DNC:
        return ["do not call"]
    if lead.status in FINAL_STATUSES:
        return [f"it has ended: {status_label(lead.status)}"]
    if lead.status == DialStatus.CONTACTED:
        return ["contacted, the outcome is missing"]
    if lead.status not in policy.dialable:
        return [f"the campaign does not retry {status_label(lead.status)}"]
    return []


def _by_number(numbers: list[Number], actor: Actor) -> list[str]:
    if not numbers:
        return ["it has no number"]
    if any(number.good for number in numbers):
        held = [n for n in numbers if n.held_by is not None and n.held_by != actor.user_id]
        return ["a number is in another seller's hands"] if held else []
    if all(number.do_not_call for number in numbers):
        return ["all numbers are on the do-not-call register"]
    return ["no good number is left"]


def _pending_callback(session: Session, lead: Lead) -> datetime | None:
    due: datetime | None = session.execute(
        select(col(Activity.due_at))
        .where(
            col(Activity.lead_id) == lead.id,
            col(Activity.state) == "pending",
            col(Activity.kind) == "callback",
        )
        .order_by(col(Activity.due_at))
        .limit(1)
    ).scalar_one_or_none()
    return due
