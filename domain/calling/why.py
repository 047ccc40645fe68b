"""Why is the queue empty? The funnel from leads loaded to callable now, and the people behind each of its rows.

Counted from the tally and from short ranges of the queue's indexes, so that it takes the same time in a list of
fifty thousand and of a million; ``why_buckets.standing`` says the same of a single lead, and a test holds that
both agree. Source: the calling specification, section 3.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlmodel import Session, col

from domain.calling import tally
from domain.calling.models import Activity, HopperEntry, Lead
from domain.calling.ready import capped_numbers
from domain.calling.tally import Place
from domain.calling.why_buckets import FINAL, OF_CLOSED, WAITING_STATES, Situation, Why, skipped, standing
from domain.calling.why_waiting import DUE, Waiting, summed, waiting
from domain.campaigns.models import Campaign, LeadList
from domain.campaigns.policy import policy_of
from domain.codes import DialStatus, HopperState, QueueState, status_label
from domain.contacts.models import ContactPhone
from domain.errors import Invalid, NotFound
from domain.people.rights import READING_ROLES, Actor, require


@dataclass(frozen=True, slots=True)
class Bucket:
    """One row: why, how many, when the next of them change (UTC, None where nobody knows) and what else to say."""

    reason: str
    label: str
    glyph: str
    count: int
    next_at: datetime | None = None
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class Funnel:
    """The leads of a campaign by why they are not callable; the counts of ``buckets`` add up to ``total``.

    ``callable_now`` includes those ``in_hopper``; the row of those callable is the last of ``buckets``.
    """

    total: int
    callable_now: int
    in_hopper: int
    buckets: tuple[Bucket, ...]


def funnel(session: Session, *, actor: Actor, campaign_id: int, now: datetime) -> Funnel:
    """Where every lead of a campaign stands at this moment (supervisors, auditors); at most six statements.

    Raises:
        NotFound: no such campaign.  NotAllowed: a seller.
    """
    require(actor, *READING_ROLES, to="see why the queue is empty")
    places = tally.places(session, organisation_id=actor.organisation_id, campaign_id=campaign_id)
    here = situation(session, actor=actor, campaign_id=campaign_id, now=now, segments=_segments(places))
    counting = _Counting(here)
    apart, in_hopper = _apart(session, here)
    for place, leads in places.items():
        counting.place(place, leads)
    for each in apart:
        counting.set_apart(each)
    if here.whole is None:
        counting.waiting(waiting(session, here, _worth_counting(places, here)), apart)
        counting.split_by_hours()
        if here.policy.capped:
            counting.capped(_capped(session, here))
    return counting.funnel(in_hopper)


def people(
    session: Session,
    *,
    actor: Actor,
    campaign_id: int,
    reason: str,
    now: datetime,
    segments: Iterable[str] = (),
) -> ColumnElement[bool]:
    """The condition on ``lead`` of those who stand in a row of the funnel.

    Raises:
        Invalid: there is no such row.
    """
    if reason not in set(Why):
        raise Invalid(f"There is no row {reason}; rows are {', '.join(Why)}.", code="bucket")
    known = list(segments) or list(
        _segments(tally.places(session, organisation_id=actor.organisation_id, campaign_id=campaign_id))
    )
    here = situation(session, actor=actor, campaign_id=campaign_id, now=now, segments=known)
    return standing(here) == reason


def situation(
    session: Session, *, actor: Actor, campaign_id: int, now: datetime, segments: Iterable[str]
) -> Situation:
    """What holds for the whole campaign at this moment: one statement for the campaign, one for its paused lists."""
    campaign = session.execute(
        select(Campaign).where(
            col(Campaign.organisation_id) == actor.organisation_id, col(Campaign.id) == campaign_id
        )
    ).scalar_one_or_none()
    if campaign is None:
        raise NotFound(f"There is no campaign number {campaign_id}.", code="no_campaign")
    policy = policy_of(campaign)
    paused = session.execute(
        select(col(LeadList.id)).where(
            col(LeadList.organisation_id) == actor.organisation_id,
            col(LeadList.campaign_id) == campaign_id,
            col(LeadList.active).is_(False),
        )
    ).scalars()
    reasons = {segment: policy.calendar.why_closed(now, segment) for segment in segments}
    closed = {segment: OF_CLOSED[why] for segment, why in reasons.items() if why is not None}
    whole = None if campaign.active else Why.CAMPAIGN_PAUSED
    dates = {Why.CAMPAIGN_NOT_STARTED, Why.CAMPAIGN_ENDED} & set(closed.values())
    if whole is None and dates and len(closed) == len(reasons):
        whole = min(dates)
    return Situation(
        organisation_id=actor.organisation_id,
        policy=policy,
        now=now,
        whole=whole,
        paused_lists=frozenset(each for each in paused if each is not None),
        closed=closed,
    )


def _segments(places: Iterable[Place]) -> set[str]:
    return {place.segment for place in places}


@dataclass(frozen=True, slots=True)
class _Apart:
    """A lead with an entry that is in somebody's hands or was skipped: it leaves its place in the figures."""

    place: Place
    why: Why
    until: datetime
    waits_on: bool


def _apart(session: Session, here: Situation) -> tuple[list[_Apart], int]:
    """Leads set apart by an entry, and how many entries are free to take. Two statements."""
    now, entry = here.now, HopperEntry
    due = exists(
        select(col(Activity.id)).where(
            col(Activity.lead_id) == col(Lead.id),
            col(Activity.state) == "pending",
            col(Activity.kind) == "callback",
            col(Activity.due_at) <= now,
        )
    )
    claimed = col(entry.locked_by).is_not(None) & (col(entry.expires_at) > now)
    own = (
        col(entry.organisation_id) == here.organisation_id,
        col(entry.campaign_id) == here.policy.campaign_id,
    )
    put_off = skipped(now)
    rows = session.execute(
        select(Lead, col(entry.locked_by), col(entry.expires_at), col(entry.kept_until), due)
        .join(entry, col(entry.lead_id) == col(Lead.id))
        .where(*own, claimed | (put_off[0] & put_off[1] & put_off[2]))
    )
    found = []
    for lead, holder, expires_at, kept_until, callback_due in rows:
        waits = QueueState.READY if lead.queue_state == QueueState.IN_HOPPER else QueueState(lead.queue_state)
        place = Place(
            lead.campaign_id, lead.list_id or 0, lead.status or "", waits, lead.segment, lead.exhausted
        )
        waits_on = (lead.queue_state in WAITING_STATES and lead.next_attempt_at > now) or (
            waits is QueueState.CALLBACK and not callback_due
        )
        if holder is not None:
            found.append(_Apart(place, Why.CLAIMED, expires_at, waits_on))
        elif _by_place(place, here) is None and here.whole is None:
            found.append(_Apart(place, Why.PUT_OFF, kept_until, waits_on))
    free = session.execute(
        select(func.count())
        .select_from(entry)
        .join(Lead, col(Lead.id) == col(entry.lead_id))
        .where(
            *own,
            col(Lead.status).in_(sorted(here.policy.dialable)),
            col(entry.segment).not_in(sorted(here.closed)),
            col(entry.state) == HopperState.NEW.value,
            or_(
                col(entry.kept_until).is_(None),
                col(entry.kept_until) <= now,
                col(entry.kept_for).is_not(None),
            ),
        )
    ).scalar_one()
    return found, free


def _by_place(place: Place, here: Situation) -> Why | None:
    """Why nobody of a place may be called, as far as the place alone tells."""
    if not place.status:
        return Why.NO_STATUS
    if place.status == DialStatus.DNC:
        return Why.DO_NOT_CALL
    if place.status in FINAL:
        return Why.FINAL
    if place.waits != QueueState.OUT:
        return None
    if place.status == DialStatus.CONTACTED:
        return Why.OUTCOME_MISSING
    if place.list_id in here.paused_lists:
        return Why.LIST_PAUSED
    if place.status not in here.policy.dialable:
        return Why.NOT_RETRIED
    return Why.ATTEMPTS_USED_UP if place.exhausted else Why.NO_GOOD_NUMBER


FEW = 1_000
"""So many leads of one segment and rank that are due are always counted, rather than those that wait."""


def _worth_counting(places: dict[Place, int], here: Situation) -> int:
    """How many of a range are counted before the other side is: half of what a segment has.

    None where statuses from elsewhere stand in the pool: they are not in play, but would count as due.
    """
    pool = {place: leads for place, leads in places.items() if place.waits == QueueState.READY and leads}
    if any(_by_place(place, here) is not None for place in pool):
        return 0
    return max(FEW, sum(pool.values()) // (2 * max(1, len(_segments(pool)))))


def _capped(session: Session, here: Situation) -> int:
    """How many could be called now but for the caps of their numbers. One statement."""
    numbers = capped_numbers(here.organisation_id, here.policy, here.now)
    with_one = select(col(ContactPhone.contact_id)).where(
        col(ContactPhone.organisation_id) == here.organisation_id, col(ContactPhone.e164).in_(numbers)
    )
    return int(
        session.execute(
            select(func.count())
            .select_from(Lead)
            .where(
                col(Lead.organisation_id) == here.organisation_id,
                col(Lead.campaign_id) == here.policy.campaign_id,
                col(Lead.contact_id).in_(with_one),
                standing(here) == Why.CAPPED.value,
            )
        ).scalar_one()
    )


class _Counting:
    """The figures of one funnel on their way: leads still in play by how they wait and segment, and the rows."""

    def __init__(self, here: Situation) -> None:
        self.here = here
        self.rows: Counter[Why] = Counter()
        self.next_at: dict[Why, datetime] = {}
        self.finals: Counter[str] = Counter()
        self.in_play: defaultdict[tuple[int, str], int] = defaultdict(int)
        self.closed_zones: dict[Why, str] = {}

    def place(self, place: Place, leads: int) -> None:
        why = _by_place(place, self.here) or self.here.whole
        if why is not None:
            self.rows[why] += leads
            if why is Why.FINAL:
                self.finals[place.status] += leads
        else:
            self.in_play[place.waits, place.segment] += leads

    def set_apart(self, each: _Apart) -> None:
        self.place(each.place, -1)
        self.rows[each.why] += 1
        self._sooner(each.why, each.until)

    def waiting(self, found: Iterable[Waiting], apart: Iterable[_Apart]) -> None:
        """Take those whose time is to come out of those in play."""
        leads, first = summed(found)
        elsewhere, due_elsewhere = self._set_apart(apart)
        for waits, mark in DUE.items():
            for segment in [segment for how, segment in self.in_play if how == waits]:
                if (waits, segment) not in leads:
                    due = leads[mark, segment] - due_elsewhere[waits, segment]
                    wait = self.in_play[waits, segment] - due
                    self._wait(waits, segment, wait, first.get((mark, segment)))
        for (waits, segment), wait in leads.items():
            if waits >= 0:
                wait -= elsewhere[waits, segment]
                self._wait(waits, segment, wait, first.get((waits, segment)))

    def _set_apart(
        self, apart: Iterable[_Apart]
    ) -> tuple[Counter[tuple[int, str]], Counter[tuple[int, str]]]:
        """Of those in play that are set apart: who waits for a time besides, and whose time has come."""
        later: Counter[tuple[int, str]] = Counter()
        due: Counter[tuple[int, str]] = Counter()
        for each in apart:
            if each.waits_on:
                later[each.place.waits, each.place.segment] += 1
            elif _by_place(each.place, self.here) is None:
                due[each.place.waits, each.place.segment] += 1
        return later, due

    def _wait(self, waits: int, segment: str, leads: int, first: datetime | None) -> None:
        """Leads of a segment wait, the first of them until its time."""
        wait = min(leads, self.in_play[waits, segment])
        if wait <= 0:
            return
        why = Why.CALLBACK_LATER if waits == QueueState.CALLBACK else Why.WAITING
        self.in_play[waits, segment] -= wait
        self.rows[why] += wait
        self._sooner(why, first and self.here.policy.calendar.next_open(first, segment))

    def split_by_hours(self) -> None:
        """Those whose time has come: callable where their segment is open."""
        for (_, segment), leads in self.in_play.items():
            why = self.here.closed.get(segment, Why.CALLABLE_NOW)
            self.rows[why] += leads
            if leads and why is not Why.CALLABLE_NOW:
                opening = self.here.policy.calendar.next_open(self.here.now, segment)
                before = self.next_at.get(why)
                self._sooner(why, opening)
                if self.next_at.get(why) != before:
                    self.closed_zones[why] = self.here.policy.calendar.zones(segment)[0].key

    def capped(self, leads: int) -> None:
        capped = min(leads, self.rows[Why.CALLABLE_NOW])
        self.rows[Why.CALLABLE_NOW] -= capped
        self.rows[Why.CAPPED] += capped
        if capped:
            self._sooner(Why.CAPPED, self.here.policy.counted_since(self.here.now)[0] + timedelta(days=1))

    def _sooner(self, why: Why, at: datetime | None) -> None:
        if at is not None:
            self.next_at[why] = min(at, self.next_at.get(why, at))

    def funnel(self, in_hopper: int) -> Funnel:
        buckets = tuple(
            self._bucket(why, in_hopper) for why in Why if self.rows[why] or why is Why.CALLABLE_NOW
        )
        return Funnel(
            total=sum(self.rows.values()),
            callable_now=self.rows[Why.CALLABLE_NOW],
            in_hopper=min(in_hopper, self.rows[Why.CALLABLE_NOW]),
            buckets=buckets,
        )

    def _bucket(self, why: Why, in_hopper: int) -> Bucket:
        detail: str | None = self.closed_zones.get(why)
        if why is Why.FINAL:
            detail = " · ".join(f"{status_label(s)} {n:,}" for s, n in self.finals.most_common() if n)
        elif why is Why.CALLABLE_NOW:
            detail = f"in hopper {min(in_hopper, self.rows[why]):,}"
        return Bucket(why.value, why.label, why.glyph, self.rows[why], self.next_at.get(why), detail)
