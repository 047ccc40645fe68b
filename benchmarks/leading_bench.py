"""What those who lead look at, and calls reported from outside: the funnel, the picker, one call result.

Beside the funnel stands the plain way to count it: every lead looked at and put into its row.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta

from sqlalchemy import func, select
from sqlmodel import Session, col

from benchmarks.figures import Figure, Samples, at_most
from benchmarks.places import PostgresPlace, SqlitePlace
from benchmarks.raw import Raw
from benchmarks.shops import Desk, sit_down
from domain.calling import calls, why
from domain.calling.calls import ReportedCall
from domain.calling.models import Lead
from domain.calling.why_buckets import standing
from domain.campaigns import overview
from domain.codes import CallResult
from storage.counting import count_statements

FUNNEL_MS = 100
CALL_MS = 1.5


class Leading:
    """One shop being led: samples by what was looked at, ours and plain."""

    def __init__(self, desk: Desk, leads: int) -> None:
        self.desk = desk
        self.leads = leads
        self.now = desk.now + timedelta(days=1)
        self.samples = {name: Samples() for name in ("funnel", "picker", "call")}
        self.raw_samples = {name: Samples() for name in ("funnel", "picker", "call")}
        self.statements: dict[str, int] = {}
        self.raw = Raw(desk, desk.seller.user_id)
        self._number = 0
        with desk.database.reading() as session:
            found = session.execute(
                select(col(Lead.id))
                .where(col(Lead.campaign_id) == desk.campaign_id, col(Lead.status) == "new")
                .order_by(col(Lead.id))
                .limit(5_000)
            )
            self._people = list(found.scalars())

    def _read(self, name: str, look: Callable[[Session], object]) -> None:
        def asked() -> object:
            with self.desk.database.reading() as session:
                return look(session)

        with count_statements(self.desk.database) as counted:
            self.samples[name].time(asked)
        self.statements[name] = max(self.statements.get(name, 0), counted.count)

    def look(self) -> None:
        """The funnel and the picker, ours and plain in turn."""
        desk = self.desk
        self._read(
            "funnel",
            lambda session: why.funnel(
                session, actor=desk.leader, campaign_id=desk.campaign_id, now=self.now
            ),
        )
        self._read("picker", lambda session: overview.cards(session, actor=desk.seller, now=self.now))
        with desk.database.reading() as session:
            self.raw_samples["picker"].time(lambda: self._count_leads(session))

    def look_at_every_lead(self) -> None:
        """The plain way to the funnel."""
        with self.desk.database.reading() as session:
            segments = list(
                session.execute(
                    select(col(Lead.segment)).where(col(Lead.campaign_id) == self.desk.campaign_id).distinct()
                ).scalars()
            )
            here = why.situation(
                session,
                actor=self.desk.leader,
                campaign_id=self.desk.campaign_id,
                now=self.now,
                segments=segments,
            )
            row = standing(here).label("row")
            every = select(row).where(col(Lead.campaign_id) == self.desk.campaign_id).subquery()
            counted = select(every.c.row, func.count()).group_by(every.c.row)
            plain = dict(self.raw_samples["funnel"].time(lambda: session.execute(counted).all()))
            ours = why.funnel(
                session, actor=self.desk.leader, campaign_id=self.desk.campaign_id, now=self.now
            )
            assert plain == {bucket.reason: bucket.count for bucket in ours.buckets if bucket.count}

    def _count_leads(self, session: Session) -> None:
        session.execute(select(col(Lead.campaign_id), func.count()).group_by(col(Lead.campaign_id))).all()

    def report(self) -> None:
        """One call result from outside, committed."""
        lead_id, self._number = self._people[self._number % len(self._people)], self._number + 1
        call = ReportedCall(
            lead_id, CallResult.BUSY, self.now, external_id=f"bench-{self.desk.campaign_id}-{self._number}"
        )
        self.now += timedelta(seconds=1)
        with self.desk.database.transaction() as session:
            calls.record(session, actor=self.desk.leader, call=call, now=self.now)

    def report_plainly(self) -> None:
        """The rows of a call result written by the driver alone."""
        lead_id, self._number = self._people[self._number % len(self._people)], self._number + 1
        self.now += timedelta(seconds=1)
        self.raw.call_result(lead_id, f"plain-{self.desk.campaign_id}-{self._number}", self.now)


def measure(place: SqlitePlace | PostgresPlace, sizes: tuple[int, ...], repeats: int) -> list[Figure]:
    """All of it at all sizes on one kind of database."""
    figures: list[Figure] = []
    with ExitStack() as stack:
        for leads in sizes:
            leading = Leading(sit_down(stack.enter_context(place.shop(leads))), leads)
            leading.look()
            for samples in (*leading.samples.values(), *leading.raw_samples.values()):
                samples.forget()
            for _ in range(max(3, repeats // 10)):
                leading.look()
            leading.look_at_every_lead()
            with count_statements(leading.desk.database) as counted:
                leading.report()
            leading.statements["call"] = counted.count
            for _ in range(max(5, repeats)):
                leading.samples["call"].time(leading.report)
                leading.raw_samples["call"].time(leading.report_plainly)
            leading.raw.close()
            figures += _figures(place.name, leading)
    return figures


def _figures(database: str, leading: Leading) -> list[Figure]:
    words = {
        "funnel": "why the queue is empty",
        "picker": "the list of campaigns",
        "call": "a call result from outside",
    }
    found = []
    for name, samples in leading.samples.items():
        raw = leading.raw_samples[name].wall
        found.append(
            Figure(
                what=words[name],
                database=database,
                leads=leading.leads,
                p50=samples.p50,
                p95=samples.p95,
                cpu=samples.cpu_p50,
                statements=leading.statements[name],
                raw=leading.raw_samples[name].p50 if raw else None,
                times=len(samples.wall),
                note={"funnel": "plain: every lead looked at", "picker": "plain: leads counted"}.get(
                    name, ""
                ),
            )
        )
    by_name = dict(zip(leading.samples, found, strict=True))
    by_name["funnel"].targets.append(at_most(f"≤ {FUNNEL_MS} ms", by_name["funnel"].p50, FUNNEL_MS, digits=1))
    by_name["call"].targets.append(at_most(f"≤ {CALL_MS} ms", by_name["call"].p50, CALL_MS, digits=2))
    return found
