"""The numbers of a contact as the queue sees them: which may be dialled, and which comes next.

Source: the calling specification, 1.5: last answered first, then list order, rotating by attempt; bad and
blocked ones never.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    and_,
    bindparam,
    exists,
    func,
    literal,
    or_,
    outerjoin,
    select,
)
from sqlmodel import Session, col
from sqlmodel.sql.sqltypes import UTCDateTime

from domain.calling.models import Call, HeldNumber, HopperEntry, Lead
from domain.campaigns.policy import Policy
from domain.codes import CallResult
from domain.contacts.models import ContactPhone, DoNotCall
from domain.prepared import Prepared
from domain.sql import CONTACT, NOW, ORGANISATION

PUT_OFF = timedelta(hours=12)
"""After how long a lead whose numbers were called as often as allowed is looked at again."""


@dataclass(frozen=True, slots=True)
class Number:
    """One number with its marks. ``held_by`` is the seller who has it in hand (another lead with it).

    ``capped``: called as often as the campaign allows, in whatever campaign.
    """

    phone_id: int
    e164: str
    kind: str
    position: int
    bad: bool
    do_not_call: bool
    answered_at: datetime | None
    held_by: int | None
    capped: bool = False

    @property
    def good(self) -> bool:
        """May be dialled: not bad and not on the register."""
        return not self.bad and not self.do_not_call


def another_good_number() -> ColumnElement[bool]:
    """Whether the contact of ``Lead`` has a good number other than the one its ``HopperEntry`` names."""
    in_force = select(col(DoNotCall.id)).where(
        col(DoNotCall.organisation_id) == col(ContactPhone.organisation_id),
        col(DoNotCall.removed_at).is_(None),
    )
    person = and_(col(DoNotCall.e164).is_(None), col(DoNotCall.contact_id) == col(ContactPhone.contact_id))
    return exists(
        select(col(ContactPhone.id)).where(
            col(ContactPhone.contact_id) == col(Lead.contact_id),
            col(ContactPhone.e164) != col(HopperEntry.e164),
            col(ContactPhone.bad).is_(False),
            ~exists(in_force.where(col(DoNotCall.e164) == col(ContactPhone.e164))),
            ~exists(in_force.where(person)),
        )
    )


def _calls_since(since: str) -> ColumnElement[int]:
    """How often a number was called since then, over all campaigns."""
    return (
        select(func.count())
        .select_from(Call)
        .where(
            col(Call.organisation_id) == ORGANISATION,
            col(Call.e164) == col(ContactPhone.e164),
            col(Call.started_at) >= bindparam(since, type_=UTCDateTime()),
            col(Call.undone_at).is_(None),
        )
        .scalar_subquery()
    )


def _numbers(
    capped: ColumnElement[bool],
) -> Select[int | None, str, str, int, bool, bool, datetime, int | None, bool]:
    in_force = select(col(DoNotCall.id)).where(
        col(DoNotCall.organisation_id) == ORGANISATION, col(DoNotCall.removed_at).is_(None)
    )
    registered = or_(  # two questions, for each has an index of its own
        exists(in_force.where(col(DoNotCall.e164) == col(ContactPhone.e164))),
        exists(in_force.where(col(DoNotCall.e164).is_(None), col(DoNotCall.contact_id) == CONTACT)),
    )
    held = outerjoin(
        outerjoin(
            ContactPhone,
            HeldNumber,
            and_(
                col(HeldNumber.organisation_id) == ORGANISATION,
                col(HeldNumber.e164) == col(ContactPhone.e164),
                col(HeldNumber.expires_at) > NOW,
            ),
        ),
        HopperEntry,
        col(HopperEntry.id) == col(HeldNumber.entry_id),
    )
    answered = (
        select(func.max(col(Call.started_at)))
        .where(
            col(Call.contact_id) == CONTACT,
            col(Call.e164) == col(ContactPhone.e164),
            col(Call.result) == CallResult.ANSWERED.value,
            col(Call.undone_at).is_(None),
        )
        .scalar_subquery()
    )
    return (
        select(
            col(ContactPhone.id),
            col(ContactPhone.e164),
            col(ContactPhone.kind),
            col(ContactPhone.position),
            col(ContactPhone.bad),
            registered,
            answered.label("answered_at"),
            col(HopperEntry.locked_by),
            capped,
        )
        .select_from(held)
        .where(col(ContactPhone.contact_id) == CONTACT)
        .order_by(col(ContactPhone.position), col(ContactPhone.id))
    )


_UNLIMITED = 2**31 - 1
_NUMBERS = Prepared(_numbers(literal(False)))
_CAPPED_NUMBERS = Prepared(
    _numbers(
        or_(
            _calls_since("today") >= bindparam("per_day", type_=Integer()),
            _calls_since("earlier") >= bindparam("in_days", type_=Integer()),
        )
    )
)


def of_contact(
    session: Session, *, organisation_id: int, contact_id: int, now: datetime, policy: Policy | None = None
) -> list[Number]:
    """All numbers of a contact in list order, with register and claim marks (one statement).

    Args:
        policy: whose caps to look at; None looks at none.
    """
    values: dict[str, object] = {"organisation": organisation_id, "contact": contact_id, "now": now}
    if policy is None or not policy.capped:
        return [Number(*row) for row in _NUMBERS.all(session, values)]
    values["today"], values["earlier"] = policy.counted_since(now)
    values["per_day"] = _UNLIMITED if policy.cap_per_day is None else policy.cap_per_day
    values["in_days"] = _UNLIMITED if policy.cap_in_days is None else policy.cap_in_days
    return [Number(*row) for row in _CAPPED_NUMBERS.all(session, values)]


def choose(numbers: Sequence[Number], attempts: int) -> Number | None:
    """The number to dial at the next attempt, or None where none is good; a capped one only for want of others.

    Args:
        attempts: how many attempts the lead has had; the order rotates by it.
    """
    good = sorted(
        (number for number in numbers if number.good),
        key=lambda number: (
            number.answered_at is None,
            -(number.answered_at.timestamp() if number.answered_at else 0),
            number.position,
        ),
    )
    good = [number for number in good if not number.capped] or good
    return good[attempts % len(good)] if good else None
