"""A seller's steps in a running campaign: next person, outcome, do not call, undo, and the fill of the hopper.

Both sizes are measured in turn, our use cases and the raw SQL in turn, so that what else the machine does falls
on all alike. Every step is one transaction, committed durably, as the screen makes it.
"""

from __future__ import annotations

from contextlib import ExitStack
from datetime import timedelta
from functools import partial

from sqlalchemy import select
from sqlmodel import Session, col

from benchmarks.counts import count_steps
from benchmarks.figures import Figure, Samples, Target, at_most
from benchmarks.places import PostgresPlace, SqlitePlace
from benchmarks.raw import Raw
from benchmarks.shops import LEVEL, Desk, sit_down
from domain.calling import claims, hopper, outcomes, undo
from domain.calling.views import NextLead
from domain.campaigns.models import Campaign, CampaignSegment
from domain.campaigns.policy import policy_of

WARM_UP = 10
AT_ONCE = 5
"""How many people one round takes of each shop, before it is the other's turn."""
_LIMITS = {"next": 8, "outcome": 12, "do not call": 20, "fill": 6}
GROWTH_LIMIT = 1.2
LOW = LEVEL // claims.LOW_PART
STEPS = ("next", "outcome", "do not call", "undo", "fill")
_WORDS = {
    "next": "next person, with all that is shown",
    "outcome": "outcome",
    "do not call": "outcome: do not call",
    "undo": "undo",
    "fill": f"fill of {LEVEL}",
}


class Worked:
    """One shop being worked: samples and statement counts by step, ours and raw."""

    def __init__(self, desk: Desk, leads: int) -> None:
        self.desk = desk
        self.leads = leads
        self.now = desk.now
        self.samples = {step: Samples() for step in STEPS}
        self.raw_samples = {step: Samples() for step in STEPS}
        self.raw = Raw(desk, sit_down(desk.database, "seller2").seller.user_id)

    # our use cases, one transaction each

    def next_lead(self) -> NextLead:
        desk = self.desk
        with desk.database.transaction() as session:
            return claims.next_lead(session, actor=desk.seller, campaign_id=desk.campaign_id, now=self.now)

    def record(self, lead_id: int, action: str) -> None:
        with self.desk.database.transaction() as session:
            outcomes.record(session, actor=self.desk.seller, lead_id=lead_id, action=action, now=self.now)

    def undo(self) -> None:
        with self.desk.database.transaction() as session:
            undo.undo(session, actor=self.desk.seller, now=self.now)

    def top_up(self) -> int:
        desk = self.desk
        with desk.database.transaction() as session:
            return hopper.top_up(
                session,
                organisation_id=desk.seller.organisation_id,
                campaign_id=desk.campaign_id,
                now=self.now,
            ).added

    def clear(self) -> None:
        with self.desk.database.transaction() as session:
            hopper.clear(session, actor=self.desk.leader, campaign_id=self.desk.campaign_id)

    # steps

    def somebody(self, samples: Samples | None = None) -> int:
        """The next person's lead; the hopper is filled beside it when it runs low."""
        self.now += timedelta(seconds=10)
        got = samples.time(self.next_lead) if samples is not None else self.next_lead()
        if got.low:
            self.top_up()
        assert got.dossier is not None, got.why
        return got.dossier.lead_id

    def work(self, people: int) -> None:
        """Next person and outcome, ours and raw in turn."""
        for _ in range(people):
            lead_id = self.somebody(self.samples["next"])
            self.samples["outcome"].time(partial(self.record, lead_id, "not-found"))
            lead_id = self.raw_samples["next"].time(lambda: self.raw.next_lead(self.now))
            self.raw_samples["outcome"].time(partial(self.raw.outcome, lead_id, self.now))

    def forbid(self, people: int) -> None:
        """The same with *do not call*."""
        for _ in range(people):
            lead_id = self.somebody()
            self.samples["do not call"].time(partial(self.record, lead_id, "do-not-call"))
            lead_id = self.raw.next_lead(self.now)
            self.raw_samples["do not call"].time(
                partial(self.raw.outcome, lead_id, self.now, do_not_call=True)
            )

    def take_back(self, people: int) -> None:
        """An outcome, undone; then recorded again."""
        for _ in range(people):
            lead_id = self.somebody()
            self.record(lead_id, "not-found")
            self.samples["undo"].time(self.undo)
            self.record(lead_id, "not-found")
            lead_id = self.raw.next_lead(self.now)
            entry = self.raw.outcome(lead_id, self.now)
            self.raw_samples["undo"].time(partial(self.raw.undo, lead_id, entry, self.now))
            self.raw.outcome(lead_id, self.now)

    def fill(self, fills: int) -> None:
        """An empty hopper filled, emptied, filled."""
        with self.desk.database.reading() as session:
            ranges = _open_ranges(self, session)
        for _ in range(fills):
            self.clear()
            added = self.samples["fill"].time(self.top_up)
            self.clear()
            raw = self.raw_samples["fill"].time(lambda: self.raw.fill(ranges, LEVEL, self.now))
            assert added == raw, (added, raw)

    def forget(self) -> None:
        """The warm-up is over."""
        for samples in (*self.samples.values(), *self.raw_samples.values()):
            samples.forget()


def _open_ranges(worked: Worked, session: Session) -> list[tuple[str, int]]:
    """The (segment, rank) pairs that may be called now, as the fill finds them."""
    desk = worked.desk
    campaign = session.execute(select(Campaign).where(col(Campaign.id) == desk.campaign_id)).scalar_one()
    calendar = policy_of(campaign).calendar
    pairs = session.execute(
        select(col(CampaignSegment.segment), col(CampaignSegment.rank))
        .where(col(CampaignSegment.campaign_id) == desk.campaign_id)
        .order_by(col(CampaignSegment.rank))
    )
    return [(segment, rank) for segment, rank in pairs if calendar.is_open(worked.now, segment)]


def measure(place: SqlitePlace | PostgresPlace, sizes: tuple[int, ...], repeats: int) -> list[Figure]:
    """All steps at all sizes on one kind of database; ``repeats`` is how often next and outcome are taken."""
    with ExitStack() as stack:
        worked = []
        for leads in sizes:
            desk = sit_down(stack.enter_context(place.shop(leads)))
            each = Worked(desk, leads)
            stack.callback(each.raw.close)
            each.top_up()
            each.work(WARM_UP)
            each.forget()
            worked.append(each)
        several = max(1, repeats // 5)
        for _ in range(0, repeats, AT_ONCE):
            for each in worked:
                each.work(AT_ONCE)
        for _ in range(0, several, AT_ONCE):
            for each in worked:
                each.forbid(AT_ONCE)
                each.take_back(AT_ONCE)
        for each in worked:
            each.fill(2)
            each.samples["fill"].forget()
            each.raw_samples["fill"].forget()
        for _ in range(max(3, repeats // 20)):
            for each in worked:
                each.fill(1)
        return [figure for each in worked for figure in _figures(place.name, each, worked[0])]


def _figures(database: str, worked: Worked, smallest: Worked) -> list[Figure]:
    counts = count_steps(worked.desk, worked.now + timedelta(minutes=1))
    found = []
    for step in STEPS:
        samples, raw = worked.samples[step], worked.raw_samples[step]
        count = counts[step]
        figure = Figure(
            what=_WORDS[step],
            database=database,
            leads=worked.leads,
            p50=samples.p50,
            p95=samples.p95,
            cpu=samples.cpu_p50,
            statements=count.most,
            raw=raw.p50,
            times=len(samples.wall),
            note=f"most statements: {count.note}",
        )
        if step in _LIMITS:
            limit = _LIMITS[step]
            figure.targets.append(at_most(f"statements ≤ {limit}", count.most, limit))
        if worked is not smallest and step in ("next", "fill"):
            figure.targets.append(_growth(samples, smallest.samples[step], smallest.leads))
        found.append(figure)
    return found


def _growth(here: Samples, there: Samples, leads: int) -> Target:
    return at_most(
        f"≤ {GROWTH_LIMIT} × its time at {leads:,}", here.p50 / there.p50, GROWTH_LIMIT, digits=2, unit=" ×"
    )
