"""Reading everything a repair needs to know of some leads: locked first, then two statements for any number."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, outerjoin, select, text
from sqlmodel import Session, col

from domain.calling.models import Activity, Call, ConsoleAction, HopperEntry, Lead
from domain.campaigns.models import LeadList
from domain.constructs import among_numbers
from domain.contacts import do_not_call
from domain.contacts.models import ContactPhone
from domain.repair.find import (
    ANSWERED,
    COUNTS,
    EXTERNAL,
    LAST,
    NOT_APPLIED,
    OWN,
    SINCE_RESET,
    in_hand,
    last_unexplained,
    stale,
)
from domain.repair.plan import Facts


def read(session: Session, *, organisation_id: int, lead_ids: Sequence[int], now: datetime) -> list[Facts]:
    """The leads, locked in the order of their ids; what is read of them stays true until the end."""
    these = (col(Lead.organisation_id) == organisation_id, among_numbers(col(Lead.id), lead_ids))
    locked = select(col(Lead.id)).where(*these).order_by(col(Lead.id)).with_for_update(key_share=True)
    session.execute(locked).all()
    rows = session.execute(_known(these, organisation_id, now))
    return [Facts(*row) for row in rows]


def _known(these: tuple[ColumnElement[bool], ...], organisation_id: int, now: datetime) -> Any:
    calls = _calls(these)
    held, gone = in_hand(now), and_(col(HopperEntry.id).is_not(None), stale(now))
    return (
        select(
            col(Lead.id),
            col(Lead.campaign_id),
            col(Lead.status),
            col(Lead.campaign_resolution),
            col(Lead.dial_result),
            col(Lead.dial_attempts),
            col(Lead.answered_count),
            col(Lead.last_dial_attempt),
            col(Lead.imported_attempts),
            col(Lead.recycle_batch_id),
            col(Lead.exhausted),
            col(Lead.queue_state),
            col(Lead.next_attempt_at),
            col(Lead.last_status_change),
            col(Lead.owner_id),
            col(Lead.segment),
            calls.c.external,
            calls.c.own,
            calls.c.answered,
            calls.c.last_call,
            _latest_result(),
            col(ConsoleAction.lead_status),
            col(ConsoleAction.resolution),
            do_not_call.on_register(),
            _good_number(),
            func.coalesce(col(LeadList.active), True),
            _callback_pending(),
            col(HopperEntry.id),
            func.coalesce(held, False) | _call_on_its_way(),
            gone,
            last_unexplained(),
            col(Lead.counting_from).is_not(None),
        )
        .select_from(
            outerjoin(Lead, calls, calls.c.lead_id == col(Lead.id))
            .outerjoin(HopperEntry, col(HopperEntry.lead_id) == col(Lead.id))
            .outerjoin(LeadList, col(LeadList.id) == col(Lead.list_id))
            .outerjoin(
                ConsoleAction,
                and_(
                    col(ConsoleAction.organisation_id) == organisation_id,
                    col(ConsoleAction.slug) == col(Lead.last_console_action),
                ),
            )
        )
        .where(*these)
        .order_by(col(Lead.id))
    )


def _calls(these: tuple[ColumnElement[bool], ...]) -> Any:
    """What the calls of each lead come to since its last reset; each lead has a row."""
    counting = and_(
        col(Call.organisation_id) == col(Lead.organisation_id),
        col(Call.campaign_id) == col(Lead.campaign_id),
        col(Call.lead_id) == col(Lead.id),
        COUNTS,
        SINCE_RESET,
    )
    return (
        select(
            col(Lead.id).label("lead_id"),
            EXTERNAL.label("external"),
            OWN.label("own"),
            ANSWERED.label("answered"),
            LAST.label("last_call"),
        )
        .select_from(outerjoin(Lead, Call, counting))
        .where(*these)
        .group_by(col(Lead.id))
        .subquery()
    )


def _latest_result() -> Any:
    """How the latest call since the last reset ended, one that does not count included."""
    return (
        select(col(Call.result))
        .where(
            col(Call.lead_id) == col(Lead.id),
            col(Call.result).is_not(None),
            col(Call.undone_at).is_(None),
            SINCE_RESET,
        )
        .order_by(col(Call.started_at).desc(), col(Call.id).desc())
        .limit(1)
        .correlate(Lead)
        .scalar_subquery()
    )


def _good_number() -> ColumnElement[bool]:
    return (
        select(col(ContactPhone.id))
        .where(col(ContactPhone.contact_id) == col(Lead.contact_id), col(ContactPhone.bad).is_(False))
        .exists()
    )


def _callback_pending() -> ColumnElement[bool]:
    return (
        select(col(Activity.id))
        .where(
            col(Activity.lead_id) == col(Lead.id),
            text("activity.state = 'pending'"),  # in the words of the index
            col(Activity.kind) == "callback",
        )
        .exists()
    )


def _call_on_its_way() -> ColumnElement[bool]:
    return select(col(Call.id)).where(col(Call.lead_id) == col(Lead.id), NOT_APPLIED).exists()
