"""The wallboard of a shop with two hundred sellers at work, looked at as its screen does every two seconds.

Each seller has a hundred and fifty calls of today behind them and somebody in hand; every second one is on the
telephone. Beside it stands the least SQL that reads the same rows, through the driver alone. In a shop of fewer than
five thousand leads there are fewer sellers, too.
"""

from __future__ import annotations

from contextlib import ExitStack
from datetime import datetime, timedelta

from sqlmodel import Session

from benchmarks.figures import Figure, Samples, at_most
from benchmarks.places import PostgresPlace, SqlitePlace
from benchmarks.raw import Driver, PostgresDriver, SqliteDriver, Values
from benchmarks.shops import Desk, sit_down
from domain.base import metadata
from domain.calling import claims, dialling, hopper
from domain.codes import Role, SellerState
from domain.jobs.schedules import Every
from domain.people import entry, presence, states, users
from domain.people.rights import Actor
from domain.reporting import wallboard
from domain.reporting.wallboard_rows import quarter
from storage import bulk, figures
from storage.counting import count_statements

SELLERS = 200
CALLS_EACH = 150
LOOK_MS = 30
STATEMENTS = 6
_PLANNED = {"fill_hopper": Every(timedelta(minutes=1))}
_CALL = (
    "organisation_id", "campaign_id", "lead_id", "contact_id", "seller_id", "started_at", "ended_at", "result",
    "action", "campaign_status", "resolution", "source", "talk_seconds", "wrap_seconds", "counted", "applied_at",
)  # fmt: skip
_ENDS = (
    ("no_answer", "not-found", 3, "NF"), ("no_answer", "not-found", 3, "NF"), ("busy", "busy", 3, "NF"),
    ("answered", "not-interested", 4, "NI"), ("answered", "sale", 4, "S2"),
)  # fmt: skip

_PLAIN = (
    """SELECT u.id, u.name, e.state, e.at, e.pause_code, h.lead_id, h.state, h.expires_at, k.started_at, k.ended_at,
 p.seen_at, c.action, c.started_at FROM user_account u
 LEFT JOIN seller_state_event e ON e.id = (SELECT x.id FROM seller_state_event x WHERE x.organisation_id = :shop
  AND x.seller_id = u.id ORDER BY x.at DESC, x.id DESC LIMIT 1)
 LEFT JOIN seller_presence p ON p.organisation_id = :shop AND p.seller_id = u.id
 LEFT JOIN hopper_entry h ON h.organisation_id = :shop AND h.locked_by = u.id
 LEFT JOIN call k ON k.id = h.call_id
 LEFT JOIN call c ON c.id = (SELECT x.id FROM call x WHERE x.organisation_id = :shop AND x.seller_id = u.id
  AND x.started_at >= :today AND x.action IS NOT NULL AND x.undone_at IS NULL ORDER BY x.started_at DESC LIMIT 1)
 WHERE u.organisation_id = :shop""",
    """SELECT seller_id, sum(attempts), sum(contacts), sum(successes) FROM seller_time_figure
 WHERE organisation_id = :shop AND quarter >= :day GROUP BY seller_id""",
    """SELECT campaign_id, sum(attempts), sum(contacts), sum(successes) FROM time_figure
 WHERE organisation_id = :shop AND campaign_id = :campaign AND quarter >= :day GROUP BY campaign_id""",
    """SELECT count(*), min(due_at) FROM activity WHERE organisation_id = :shop AND campaign_id = :campaign
 AND state = 'pending' AND kind = 'callback' AND due_at <= :now""",
    "SELECT waits, sum(leads) FROM lead_tally WHERE organisation_id = :shop GROUP BY waits",
    "SELECT sum(leads) FROM lead_figure WHERE organisation_id = :shop AND attempts > 0",
    "SELECT segment, state, count(*) FROM hopper_entry WHERE organisation_id = :shop GROUP BY segment, state",
    """SELECT s.segment, (SELECT count(*) FROM (SELECT 1 FROM lead l WHERE l.organisation_id = :shop
 AND l.campaign_id = s.campaign_id AND l.segment = s.segment AND l.rank = s.rank AND l.queue_state = 0
 AND l.next_attempt_at <= :now LIMIT 150) AS those) FROM campaign_segment s WHERE s.organisation_id = :shop""",
)


class Watched:
    """A shop with everybody at work, and the ways to look at it."""

    def __init__(self, desk: Desk, sellers: int) -> None:
        self.desk = desk
        self.now = desk.now + timedelta(hours=1)
        self.sellers = self._everybody(sellers)
        with desk.database.transaction() as session:
            self._day_of_calls(session)
        figures.fold_all(desk.database.transaction, organisation_id=desk.leader.organisation_id)
        self._at_work()
        self.driver: Driver = (
            SqliteDriver(desk.database)
            if desk.database.dialect == "sqlite"
            else PostgresDriver(desk.database)
        )
        today = self.now.replace(hour=0, minute=0, second=0, microsecond=0)
        self.values: Values = {
            "shop": desk.leader.organisation_id,
            "campaign": desk.campaign_id,
            "now": self.now,
            "today": today,
            "day": quarter(today),
        }

    def _everybody(self, number_of_sellers: int) -> list[Actor]:
        with self.desk.database.transaction() as session:
            known = [user.name for user in users.listing(session, actor=self.desk.leader)]
            sellers = [name for name in known if name.startswith("seller")][:number_of_sellers]
            for number in range(len(sellers), number_of_sellers):
                name = f"seller-{number}"
                users.add(session, actor=self.desk.leader, name=name, role=Role.SELLER, now=self.now)
                sellers.append(name)
            return [entry.sign_in(session, name=name, password=None, now=self.now) for name in sellers]

    def _day_of_calls(self, session: Session) -> None:
        shop, campaign = self.desk.leader.organisation_id, self.desk.campaign_id
        rows: list[tuple[object, ...]] = []
        for place, seller in enumerate(self.sellers):
            for number in range(CALLS_EACH):
                result, action, status, resolution = _ENDS[(place + number) % len(_ENDS)]
                at = self.now - timedelta(minutes=2 * number + 5, seconds=place % 60)
                rows.append((
                    shop, campaign, 1, 1, seller.user_id, at, at, result, action, status, resolution,
                    "console", 40, 10, True, at,
                ))  # fmt: skip
        bulk.insert_rows(session, metadata.tables["call"], _CALL, rows)

    def _at_work(self) -> None:
        database, campaign = self.desk.database, self.desk.campaign_id
        with database.transaction() as session:
            hopper.fill(
                session,
                actor=self.desk.leader,
                campaign_id=campaign,
                now=self.now,
                target=2 * len(self.sellers),
            )
        for place, seller in enumerate(self.sellers):
            with database.transaction() as session:
                presence.beat(session, actor=seller, now=self.now)
                states.enter(
                    session, actor=seller, state=SellerState.READY, now=self.now, campaign_id=campaign
                )
                got = claims.next_lead(session, actor=seller, campaign_id=campaign, now=self.now)
                if got.dossier is not None and place % 2:
                    dialling.start(session, actor=seller, lead_id=got.dossier.lead_id, now=self.now)

    def look(self) -> wallboard.Wallboard:
        """As the screen does."""
        with self.desk.database.reading() as session:
            return wallboard.wallboard(session, actor=self.desk.leader, now=self._moment(), planned=_PLANNED)

    def _moment(self) -> datetime:
        return self.now + timedelta(seconds=30)

    def look_plainly(self) -> None:
        """The same rows, nothing made of them."""
        self.driver.begin()
        for statement in _PLAIN:
            self.driver.rows(
                statement, {key: self.values[key] for key in self.values if f":{key}" in statement}
            )
        self.driver.commit()


def measure(place: SqlitePlace | PostgresPlace, sizes: tuple[int, ...], repeats: int) -> list[Figure]:
    """The look at all sizes on one kind of database."""
    found: list[Figure] = []
    with ExitStack() as stack:
        for leads in sizes:
            sellers = min(SELLERS, leads // 25)
            watched = Watched(sit_down(stack.enter_context(place.shop(leads))), sellers)
            with count_statements(watched.desk.database) as counted:
                board = watched.look()
            assert sum(row.calls for row in board.sellers) >= sellers * CALLS_EACH
            watched.look_plainly()
            ours, plain = Samples(), Samples()
            for _ in range(max(5, repeats // 4)):
                ours.time(watched.look)
                plain.time(watched.look_plainly)
            watched.driver.close()
            found.append(
                Figure(
                    what=f"wallboard, {sellers} sellers",
                    database=place.name,
                    leads=leads,
                    p50=ours.p50,
                    p95=ours.p95,
                    cpu=ours.cpu_p50,
                    statements=counted.count,
                    raw=plain.p50,
                    times=len(ours.wall),
                    targets=[
                        at_most(f"≤ {LOOK_MS} ms", ours.p50, LOOK_MS, digits=1),
                        at_most(f"statements ≤ {STATEMENTS}", counted.count, STATEMENTS),
                    ],
                )
            )
    return found
