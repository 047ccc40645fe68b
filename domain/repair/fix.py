"""Setting right what ``find`` finds: in chunks that each commit, restartable, tried out by rolling them back.

Each lead is looked at again when it is locked, so that somebody who was faster is left alone. Only the leads
with a problem are written, each with a row of history. Source: the calling specification, 5.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import delete, select, update
from sqlalchemy.exc import DataError, IntegrityError
from sqlmodel import Session, col

from domain.calling import expiry
from domain.calling.lead_plans import change_planned
from domain.calling.models import Activity, HopperEntry, Lead
from domain.calling.status_table import Cause
from domain.campaigns.models import Campaign
from domain.campaigns.policy import Policy, policy_of
from domain.codes import FINAL_STATUSES, NO_STATUS_KEY, QueueState
from domain.constructs import among_numbers
from domain.errors import DomainError
from domain.intake.options import Transactions
from domain.people.rights import LEADING_ROLES, READING_ROLES, Actor, require
from domain.repair import facts, find
from domain.repair.find import Scope
from domain.repair.kinds import KINDS, Kind, Problems
from domain.repair.plan import Facts, repaired
from domain.sql import affected

AT_ONCE: Final = 500
"""Leads to a transaction: no seller waits for one longer than for another seller."""
_SHOWN: Final = 20

_Done = Sequence[tuple[Facts, Mapping[str, object]]]
"""Leads as they stood, and what they became."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Leads done of those with a problem."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Repaired:
    """What was found and done.

    ``status_assigned``: how many leads were given which status. ``by_status``: how all leads looked at stand
    afterwards. ``failed`` names some of the leads that could not be set right (``errors`` counts them).
    ``stopped``: ended before the end; the next run goes on. ``samples``: some leads of each kind that was found.
    """

    found: Problems
    leads_checked: int
    leads_fixed: int
    errors: int
    status_assigned: dict[str, int]
    by_status: dict[str, int]
    dry_run: bool = False
    stopped: bool = False
    failed: tuple[int, ...] = ()
    samples: Mapping[Kind, tuple[int, ...]] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        """The keys scripts rely on."""
        counts = {kind.value: self.found.of(kind) for kind in KINDS}
        return {
            **counts,
            "total_issues": self.found.total,
            "leads_checked": self.leads_checked,
            "leads_fixed": self.leads_fixed,
            "errors": self.errors,
            "status_assigned": self.status_assigned,
            "by_status": self.by_status,
            "dry_run": self.dry_run,
        }


def look(
    session: Session,
    *,
    actor: Actor,
    campaign_id: int | None = None,
    list_id: int | None = None,
    now: datetime,
) -> Repaired:
    """What there is to set right, without doing it (supervisors and auditors). Two statements."""
    require(actor, *READING_ROLES, to="see what is wrong with leads")
    scope = Scope(actor.organisation_id, campaign_id, list_id, now)
    listed = find.listing(session, scope)
    standing = find.by_status(session, scope)
    return Repaired(
        found=find.counted(listed),
        leads_checked=sum(standing.values()),
        leads_fixed=0,
        errors=0,
        status_assigned={},
        by_status=standing,
        samples=find.samples(listed),
    )


def run(
    database: Transactions,
    *,
    actor: Actor,
    campaign_id: int | None = None,
    list_id: int | None = None,
    dry_run: bool = False,
    now: datetime,
    on_progress: Callable[[Progress], None] | None = None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Repaired:
    """Set right every lead with a problem in the shop, a campaign or a list (supervisors).

    Args:
        dry_run: the very same statements, rolled back chunk by chunk; ``by_status`` is then what would be.
        on_progress: told after each chunk. ``should_stop``: asked before each.

    Raises:
        NotAllowed: a seller or an auditor.  Unavailable: the database; chunks committed before stay.
    """
    require(actor, *LEADING_ROLES, to="repair leads")
    scope = Scope(actor.organisation_id, campaign_id, list_id, now)
    with database.reading() as session:
        listed = find.listing(session, scope)
        before = find.by_status(session, scope)
    work = _Work(database, scope, actor.user_id or None, now, dry_run)
    stopped = False
    for start in range(0, len(listed), AT_ONCE):
        stopped = should_stop()
        if stopped:
            break
        part = [lead_id for lead_id, _ in listed[start : start + AT_ONCE]]
        work.repair(part)
        if on_progress is not None:
            on_progress(Progress(start + len(part), len(listed)))
    return Repaired(
        found=find.counted(listed),
        leads_checked=sum(before.values()),
        leads_fixed=work.fixed,
        errors=work.errors,
        status_assigned=dict(work.assigned.most_common()),
        by_status=_after(database, scope, before, work),
        dry_run=dry_run,
        stopped=stopped,
        failed=tuple(work.failed),
        samples=find.samples(listed),
    )


def _after(database: Transactions, scope: Scope, before: Mapping[str, int], work: _Work) -> dict[str, int]:
    """How the leads stand now, or would stand."""
    if not work.dry_run:
        with database.reading() as session:
            return find.by_status(session, scope)
    would_be = Counter(before)
    would_be.update(work.assigned)
    would_be.subtract(work.left)
    return {status: leads for status, leads in would_be.items() if leads}


@dataclass(slots=True)
class _Work:
    """What was done so far. ``assigned``: the statuses given, ``left``: those they took the place of."""

    database: Transactions
    scope: Scope
    user_id: int | None
    now: datetime
    dry_run: bool
    fixed: int = 0
    errors: int = 0
    assigned: Counter[str] = field(default_factory=Counter)
    left: Counter[str] = field(default_factory=Counter)
    failed: list[int] = field(default_factory=list)

    def repair(self, lead_ids: Sequence[int]) -> None:
        """One transaction; where a lead makes it fail the others are done without it."""
        with self.database.transaction() as session:
            done = self._attempt(session, lead_ids)
        if done is None:
            self._without_the_wrong_one(lead_ids)
            return
        self.fixed += len(done)
        for known, values in done:
            status = values["status"]
            if status != known.status:
                self.assigned[str(status)] += 1
                self.left[known.status or NO_STATUS_KEY] += 1

    def _attempt(self, session: Session, lead_ids: Sequence[int]) -> _Done | None:
        """The leads that were set right, or None where one of them cannot be (then none was)."""
        try:
            with session.begin_nested() as savepoint:
                done = self._chunk(session, lead_ids)
                if self.dry_run:
                    savepoint.rollback()
        except (IntegrityError, DataError, DomainError, ValueError, LookupError, ArithmeticError):
            return None  # what stands in a lead or its campaign; trouble of the database itself goes on up
        return done

    def _without_the_wrong_one(self, lead_ids: Sequence[int]) -> None:
        if len(lead_ids) > 1:
            middle = len(lead_ids) // 2
            self.repair(lead_ids[:middle])
            self.repair(lead_ids[middle:])
            return
        self.errors += 1
        self.failed += lead_ids if len(self.failed) < _SHOWN else []

    def _chunk(self, session: Session, lead_ids: Sequence[int]) -> _Done:
        """Six statements, whatever the number of leads; up to three more where claims or callbacks end."""
        shop = self.scope.organisation_id
        found = facts.read(session, organisation_id=shop, lead_ids=lead_ids, now=self.now)
        wrong = [each for each in found if each.kind is not None]
        policies = _policies(session, wrong)
        plans = [(each, repaired(each, policies[each.campaign_id], self.now)) for each in wrong]
        changed = change_planned(
            session,
            cause=Cause.REPAIR,
            organisation_id=shop,
            plans={each.lead_id: values for each, values in plans},
            at=self.now,
            user_id=self.user_id,
        )
        done = [(each, values) for each, values in plans if each.lead_id in changed]
        _leave_hopper(session, shop, done, self.now)
        _cancel_callbacks(session, done, self.now)
        return done


def _policies(session: Session, wrong: Sequence[Facts]) -> dict[int, Policy]:
    campaigns = session.execute(
        select(Campaign).where(col(Campaign.id).in_({each.campaign_id for each in wrong}))
    ).scalars()
    return {campaign.id or 0: policy_of(campaign) for campaign in campaigns}


def _leave_hopper(
    session: Session,
    organisation_id: int,
    done: _Done,
    now: datetime,
) -> None:
    """Entries of leads that do not wait in the hopper any more go; whoever had claimed one may be late still."""
    gone = [each.entry_id for each, _ in _moved(done) if each.entry_id is not None]
    if not gone:
        return
    claimed = session.execute(
        select(HopperEntry, Lead)
        .join(Lead, col(Lead.id) == col(HopperEntry.lead_id))
        .where(among_numbers(col(HopperEntry.id), gone), col(HopperEntry.locked_by).is_not(None))
        .execution_options(populate_existing=True)
    )
    for entry, lead in claimed:
        expiry.note(session, entry=entry, lead=lead, now=now)
    affected(
        session,
        delete(HopperEntry).where(
            col(HopperEntry.organisation_id) == organisation_id, among_numbers(col(HopperEntry.id), gone)
        ),
    )


def _moved(done: _Done) -> _Done:
    """Those that got another status, or wait elsewhere."""
    return [
        (each, values)
        for each, values in done
        if each.stale
        or values["status"] != each.status
        or values["queue_state"] not in (each.queue_state, QueueState.IN_HOPPER)
    ]


def _cancel_callbacks(session: Session, done: _Done, now: datetime) -> None:
    """A lead that has ended is called back by nobody."""
    ended = [
        each.lead_id for each, values in done if each.callback_pending and values["status"] in FINAL_STATUSES
    ]
    if ended:
        affected(
            session,
            update(Activity)
            .where(
                among_numbers(col(Activity.lead_id), ended),
                col(Activity.state) == "pending",
                col(Activity.kind) == "callback",
            )
            .values(state="cancelled", completed_at=now),
        )
