"""Calls that another system wrote into our call log by itself: each reaches its lead once, in order of call time.

What a call does to its lead is decided by ``domain.calling.calls``, as for one that is reported to us. A row that
cannot be read is marked and told, and stops no other. Source: the calling specification, section 6.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import and_, case, exists, null, or_, select, text, update
from sqlalchemy.exc import DataError, IntegrityError
from sqlmodel import Session, col

from domain.calling import calls, history
from domain.calling.calls import SAME_CALL, ReportedCall
from domain.calling.models import Call, HopperEntry, Lead
from domain.campaigns.models import Campaign
from domain.campaigns.policy import policy_of
from domain.codes import CallResult
from domain.constructs import among_numbers
from domain.contacts.models import Contact
from domain.errors import DomainError
from domain.intake.options import Transactions
from domain.sql import affected

AT_ONCE = 20
"""Calls to a transaction: sellers wait for none of them longer than for one another."""
LONGEST_CALL = timedelta(days=1)
"""A call without a result is taken to be running this long."""

_NOT_APPLIED = text("call.applied_at IS NULL AND call.source = 'external'")
"""In the very words of the index of those: as parameters SQLite would not see it."""


_NUMBER_MAY_STAY = case(
    (
        exists(
            select(col(Contact.id)).where(
                col(Contact.id) == col(Call.contact_id), col(Contact.erased_at).is_not(None)
            )
        ),
        null(),
    ),
    else_=col(Call.e164),
)
"""The number of a call, unless its person was erased: another system may not know that."""


@dataclass(slots=True)
class AppliedCalls:
    """What became of the calls looked at.

    ``applied`` decided their lead's status, ``counted`` only counted (older than another, or the lead has ended),
    ``same`` were known already, ``waiting`` are looked at again the next time (still running, or a seller has the
    person in hand), ``unreadable`` cannot be used: ``rows`` names some of them.
    """

    applied: int = 0
    counted: int = 0
    same: int = 0
    waiting: int = 0
    unreadable: int = 0
    rows: list[int] = field(default_factory=list)


_SHOWN = 20


def apply_unapplied(
    database: Transactions,
    *,
    organisation_id: int,
    now: datetime,
    should_stop: Callable[[], bool] = lambda: False,
) -> AppliedCalls:
    """Let all calls from outside that did not reach their lead yet do so, oldest first, late ones included.

    Commits every ``AT_ONCE`` calls. Stopped, or repeated, it goes on with what is left.
    """
    done = AppliedCalls()
    after: tuple[datetime, int] | None = None
    while not should_stop():
        with database.transaction() as session:
            rows = _next_rows(session, organisation_id, after, now)
            _Part(session, organisation_id, now, done).work(rows)
        if len(rows) < AT_ONCE:
            break
        after = (rows[-1].started_at, rows[-1].id or 0)
    return done


def _next_rows(
    session: Session, organisation_id: int, after: tuple[datetime, int] | None, now: datetime
) -> Sequence[Call]:
    beyond = []
    if after is not None:
        at, call_id = after
        started = col(Call.started_at)
        beyond = [started >= at, or_(started > at, and_(started == at, col(Call.id) > call_id))]
    return (
        session.execute(
            select(Call)
            .where(
                col(Call.organisation_id) == organisation_id,
                _NOT_APPLIED,
                col(Call.started_at) <= now + SAME_CALL,
                *beyond,
            )
            .order_by(col(Call.started_at), col(Call.id))
            .limit(AT_ONCE)
            .with_for_update(skip_locked=True)
            .execution_options(populate_existing=True)
        )
        .scalars()
        .all()
    )


class _Part:
    """Some calls, in the order they were made, with what has to be known about them (three statements)."""

    def __init__(self, session: Session, organisation_id: int, now: datetime, done: AppliedCalls) -> None:
        self._session, self._organisation_id, self._now, self._done = session, organisation_id, now, done
        self._leads: dict[int, tuple[Lead, Campaign]] = {}
        self._in_hand: set[int] = set()
        self._others: dict[int, list[Call]] = defaultdict(list)

    def work(self, rows: Sequence[Call]) -> None:
        if not rows:
            return
        self._look(rows)
        same, unreadable = [], []
        for row in rows:
            result = self._result(row)
            if result is None or row.lead_id in self._in_hand:
                self._done.waiting += 1
            elif not isinstance(result, CallResult):
                unreadable.append(row)
            elif self._known(row):
                same.append(row)
            elif not self._apply(row, result):
                unreadable.append(row)
        self._done.same += len(same)
        self._done.unreadable += len(unreadable)
        self._done.rows += [row.id or 0 for row in unreadable][: _SHOWN - len(self._done.rows)]
        self._mark(same, unreadable)

    def _look(self, rows: Sequence[Call]) -> None:
        lead_ids = {row.lead_id for row in rows}
        session, times = self._session, [row.started_at for row in rows]
        found = session.execute(
            select(Lead, Campaign)
            .join(Campaign, col(Campaign.id) == col(Lead.campaign_id))
            .where(col(Lead.organisation_id) == self._organisation_id, among_numbers(col(Lead.id), lead_ids))
            .order_by(col(Lead.id))
            .with_for_update(of=Lead, key_share=True)
            .execution_options(populate_existing=True)
        )
        self._leads = {lead.id or 0: (lead, campaign) for lead, campaign in found}
        self._in_hand = set(
            session.execute(
                select(col(HopperEntry.lead_id)).where(
                    col(HopperEntry.organisation_id) == self._organisation_id,
                    among_numbers(col(HopperEntry.lead_id), lead_ids),
                    col(HopperEntry.locked_by).is_not(None),
                    col(HopperEntry.expires_at) > self._now,
                )
            ).scalars()
        )
        near = select(Call).where(
            among_numbers(col(Call.lead_id), lead_ids),
            col(Call.started_at).between(min(times) - SAME_CALL, max(times) + SAME_CALL),
            col(Call.undone_at).is_(None),
        )
        for other in session.execute(near).scalars():
            self._others[other.lead_id].append(other)

    def _result(self, row: Call) -> CallResult | str | None:
        """How the call ended: None while it may be running, a text where nobody knows what it means."""
        if not row.result:
            running = row.ended_at is None and row.started_at > self._now - LONGEST_CALL
            return None if running else ""
        found = self._leads.get(row.lead_id)
        known = row.result in set(CallResult) and found is not None
        if not known or found is None or found[0].campaign_id != row.campaign_id:
            return row.result + "?"
        return CallResult(row.result)

    def _known(self, row: Call) -> bool:
        """Our own call within two minutes, or a report of the very same moment where one of the two has no id.

        A call whose number nobody wrote down is the same on any number of the lead.
        """
        for other in self._others[row.lead_id]:
            if row.e164 and other.e164 and row.e164 != other.e164:
                continue
            if other.source != "external":
                if abs(other.started_at - row.started_at) <= SAME_CALL:
                    return True
            elif other.id != row.id and other.started_at == row.started_at:
                first = other.applied_at is not None or (other.id or 0) < (row.id or 0)
                if first and (other.external_id is None or row.external_id is None):
                    return True
        return False

    def _apply(self, row: Call, result: CallResult) -> bool:
        """The call reaches its lead; False where that cannot be done, whatever is wrong with the row."""
        lead, campaign = self._leads[row.lead_id]
        call = ReportedCall(
            lead_id=row.lead_id,
            result=result,
            started_at=row.started_at,
            ended_at=row.ended_at,
            answered_at=row.answered_at,
            external_id=row.external_id,
            seller_id=row.seller_id,
            e164=row.e164,
            counted=row.counted,
        )
        call_id = row.id or 0
        try:
            with self._session.begin_nested():
                affected(
                    self._session,
                    update(Call)
                    .where(col(Call.id) == call_id)
                    .values(applied_at=self._now, e164=_NUMBER_MAY_STAY),
                )
                decided = calls.apply(
                    self._session,
                    actor=None,
                    lead=lead,
                    policy=policy_of(campaign),
                    call=call,
                    call_id=call_id,
                    now=self._now,
                )
        except (DomainError, ValueError, ArithmeticError, DataError, IntegrityError):
            return False  # told by its number: what another system wrote must not stop the calls after it
        if decided:
            self._done.applied += 1
        else:
            self._done.counted += 1
        return True

    def _mark(self, same: Sequence[Call], unreadable: Sequence[Call]) -> None:
        """Neither is looked at again, nor counted; who looks for the second kind finds them in history."""
        ids = [row.id or 0 for row in (*same, *unreadable)]
        if ids:
            affected(
                self._session,
                update(Call)
                .where(among_numbers(col(Call.id), ids))
                .values(applied_at=self._now, counted=False),
            )
        history.write_many(
            self._session,
            [
                {
                    "organisation_id": self._organisation_id,
                    "at": self._now,
                    "kind": "call_unreadable",
                    "lead_id": row.lead_id,
                    "contact_id": row.contact_id,
                    "campaign_id": row.campaign_id,
                    "call_id": row.id,
                }
                for row in unreadable
            ],
        )
