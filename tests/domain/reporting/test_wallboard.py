"""The wallboard: what sellers do and did today, how campaigns stand, alerts, at the same price for any number."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text
from sqlmodel import Session

from domain.campaigns.windows import parse_hours
from domain.codes import QueueState, SellerState
from domain.errors import NotAllowed
from domain.jobs import turns
from domain.jobs.schedules import Every
from domain.people import presence, states, teams
from domain.reporting import wallboard as board
from domain.reporting import wallboard_rows as rows
from domain.reporting.seller_states import BoardState
from domain.reporting.wallboard import Alert, CampaignRow, SellerRow, Wallboard
from storage import figures
from storage.counting import count_statements
from tests.support.floor import Floor


def look(floor: Floor, who: str = "sup", **given: object) -> Wallboard:
    with floor.database.reading() as session:
        return board.wallboard(session, actor=floor[who], now=floor.now, **given)  # type: ignore[arg-type]  # passed on


def seller(floor: Floor, name: str) -> SellerRow:
    return next(row for row in look(floor).sellers if row.name == name)


def campaign(floor: Floor, name: str = "Spring") -> CampaignRow:
    return next(row for row in look(floor).campaigns if row.name == name)


def enter(floor: Floor, who: str, state: SellerState, **given: object) -> None:
    with floor.database.transaction() as session:
        states.enter(session, actor=floor[who], state=state, now=floor.now, **given)  # type: ignore[arg-type]


def beat(floor: Floor, who: str) -> None:
    with floor.database.transaction() as session:
        presence.beat(session, actor=floor[who], now=floor.now)


# ── sellers ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_seller_goes_through_the_states_as_they_work(floor: Floor) -> None:
    floor.leads(3)
    enter(floor, "ana", SellerState.READY, campaign_id=floor.campaign_id)
    seen = []

    def note() -> None:
        row = seller(floor, "ana")
        seen.append((row.state, row.since, row.lead_id is not None))

    began = floor.now
    floor.later(seconds=10)
    lead_id = floor.take("ana").lead_id
    note()
    dialled = floor.later(seconds=10)
    floor.dial("ana", lead_id)
    floor.later(minutes=2)
    note()
    ended = floor.now
    floor.hang_up("ana")
    floor.later(seconds=20)
    note()
    floor.record("ana", lead_id, "not-interested")
    recorded = floor.now
    floor.later(seconds=5)
    note()
    with floor.database.transaction() as session:
        states.pause(session, actor=floor["ana"], code="lunch", now=floor.now)
    paused = floor.now
    floor.later(minutes=1)
    note()
    enter(floor, "ana", SellerState.AWAY)
    gone = floor.now
    floor.later(minutes=1)
    note()
    assert seen == [
        (BoardState.IDLE, began, True),
        (BoardState.TALKING, dialled, True),
        (BoardState.WRAP_UP, ended, True),
        (BoardState.IDLE, recorded, False),
        (BoardState.PAUSED, paused, False),
        (BoardState.AWAY, gone, False),
    ]


def test_a_terminal_that_died_in_a_call_shows_its_seller_away_with_the_person_still_in_hand(
    floor: Floor,
) -> None:
    lead_id = floor.leads(1)[0]
    enter(floor, "ana", SellerState.READY)
    beat(floor, "ana")
    floor.take("ana")
    floor.dial("ana", lead_id)
    floor.later(seconds=50)
    beat(floor, "ana")
    heard = floor.now
    floor.later(minutes=2)
    assert seller(floor, "ana").state is BoardState.TALKING
    floor.later(minutes=2)
    row = seller(floor, "ana")
    assert (row.state, row.since, row.silent) == (BoardState.AWAY, heard, True)
    assert row.lead_id == lead_id


def test_a_seller_who_never_worked_is_away(floor: Floor) -> None:
    assert {(row.name, row.state, row.since) for row in look(floor).sellers} == {
        (name, BoardState.AWAY, None) for name in ("ana", "ben", "eva")
    }


def test_the_day_of_a_seller_counts_calls_contacts_and_successes_that_stand(floor: Floor) -> None:
    floor.leads(6)
    for action in ("not-found", "not-interested", "sale"):
        floor.later(minutes=10)
        lead_id = floor.take("ana").lead_id
        floor.dial("ana", lead_id)
        floor.record("ana", lead_id, action)
    row = seller(floor, "ana")
    assert (row.calls, row.contacts, row.successes) == (3, 2, 1)
    assert (row.contact_rate, row.success_rate) == (pytest.approx(2 / 3), 0.5)
    assert (row.last_outcome, row.last_outcome_at) == (floor.action("sale").label, floor.now)
    floor.undo("ana")
    row = seller(floor, "ana")
    # The call itself was made; what came of it is open again.
    assert (row.calls, row.successes, row.last_outcome) == (3, 0, floor.action("not-interested").label)
    assert seller(floor, "ben").calls == 0
    found = look(floor)
    assert (found.calls, found.contacts, found.successes) == (3, 1, 0)


def test_today_is_the_shops_day(floor: Floor) -> None:
    """21:30 UTC on the 10th is still the 10th in Montevideo at 2 o'clock UTC, and the 11th at 4."""
    from dataclasses import replace

    floor.people["sup"] = replace(floor["sup"], timezone="America/Montevideo")
    floor.now = datetime.fromisoformat("2026-03-10T21:30:00+00:00")
    lead_id = floor.leads(1)[0]
    floor.take("ana")
    floor.dial("ana", lead_id)
    floor.record("ana", lead_id, "sale")
    floor.now = datetime.fromisoformat("2026-03-11T02:00:00+00:00")
    assert (look(floor).calls, look(floor).successes, seller(floor, "ana").successes) == (1, 1, 1)
    floor.now = datetime.fromisoformat("2026-03-11T04:00:00+00:00")
    assert (look(floor).calls, seller(floor, "ana").calls) == (0, 0)


def test_the_quarters_of_sellers_made_anew_from_the_calls_are_the_same(floor: Floor) -> None:
    floor.leads(4)
    for who, action in (("ana", "sale"), ("ben", "not-found"), ("ana", "not-interested")):
        floor.later(minutes=20)
        lead_id = floor.take(who).lead_id
        floor.dial(who, lead_id)
        floor.record(who, lead_id, action)
    floor.undo("ana")
    with floor.database.reading() as session:
        assert "seller_time_figure" not in figures.differing(session)


def test_supervisors_of_teams_see_their_own_sellers(floor: Floor) -> None:
    with floor.database.transaction() as session:
        teams.add(
            session,
            actor=floor["root"],
            name="Morning",
            members=("ana",),
            supervisors=("sup",),
            now=floor.now,
        )
    assert [row.name for row in look(floor).sellers] == ["ana"]
    assert [row.name for row in look(floor, "root").sellers] == ["ana", "ben", "eva"]


def test_sellers_do_not_look_at_the_wallboard(floor: Floor) -> None:
    assert look(floor, "aud").sellers
    with pytest.raises(NotAllowed, match="look at the wallboard"):
        look(floor, "ana")


def test_another_shop_is_never_on_it(floor: Floor) -> None:
    other = Floor(floor.database)
    other.leads(3)
    lead_id = other.take("ana").lead_id
    other.dial("ana", lead_id)
    other.record("ana", lead_id, "sale")
    found = look(floor)
    assert (found.calls, len(found.campaigns), found.campaigns[0].leads) == (0, 1, 0)
    assert all(row.state is BoardState.AWAY for row in found.sellers)


# ── campaigns ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_campaign_tells_ready_due_claimed_and_waiting(floor: Floor) -> None:
    floor.leads(6)
    floor.leads(2, next_attempt_at=floor.now + timedelta(hours=2), status="busy")
    floor.leads(3, status="sale", queue_state=QueueState.OUT.value, dial_attempts=1)
    floor.callback(floor.lead(), floor.now - timedelta(minutes=1), "ben")
    floor.callback(floor.lead(), floor.now + timedelta(hours=1), "ben")
    floor.fill(target=4)
    floor.take("ana")
    row = campaign(floor)
    assert (row.ready, row.claimed, row.due, row.leads) == (3, 1, 1, 13)
    assert row.waiting == 2 + 2 + 1  # in the pool, not yet due, the callback to come
    assert (row.callable_now, row.at_least) == (3 + 2, False)
    assert (row.penetration, row.exhaustion) == (pytest.approx(3 / 13), pytest.approx(3 / 13))


def test_a_campaign_says_when_it_runs_dry_at_the_pace_of_the_last_hour(floor: Floor) -> None:
    floor.now = datetime.fromisoformat("2026-03-10T12:00:00+00:00")
    floor.leads(20)
    for _ in range(8):
        lead_id = floor.take("ana").lead_id
        floor.dial("ana", lead_id)
        floor.record("ana", lead_id, "not-interested")
        floor.later(minutes=5)
    row = campaign(floor)
    assert row.pace == pytest.approx(8 / (40 / 60))
    assert row.callable_now == 12
    assert row.runs_dry_at == floor.now + timedelta(hours=1)
    assert look(floor).alerts == ()
    floor.later(hours=6)
    assert (campaign(floor).pace, campaign(floor).runs_dry_at) == (None, None)


def test_out_of_hours_nobody_is_ready_and_nothing_is_dry(floor: Floor) -> None:
    floor.leads(3)
    floor.fill()
    floor.set(hours=parse_hours("13:00-14:00"))
    row = campaign(floor)
    assert (row.open_now, row.ready, row.waiting, row.callable_now) == (False, 0, 3, 0)
    assert look(floor).alerts == ()


def test_a_paused_campaign_stands_last_and_is_never_dry(floor: Floor) -> None:
    floor.campaign("Autumn")
    floor.leads(2, status="busy", next_attempt_at=floor.now + timedelta(hours=1))
    floor.set_active(False)
    assert [(row.name, row.active) for row in look(floor).campaigns] == [("Autumn", True), ("Spring", False)]
    assert look(floor).alerts == ()


# ── alerts ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_queue_that_is_dry_and_one_that_soon_will_be(floor: Floor) -> None:
    floor.leads(4)
    for _ in range(3):
        lead_id = floor.take("ana").lead_id
        floor.dial("ana", lead_id)
        floor.record("ana", lead_id, "not-interested")
        floor.later(minutes=5)
    at = campaign(floor).runs_dry_at
    assert look(floor).alerts == (Alert("queue_dry_soon", floor.campaign_id, "Spring", count=1, at=at),)
    floor.handle("ana", "not-interested")
    assert look(floor).alerts == (Alert("queue_dry", floor.campaign_id, "Spring"),)


def test_callbacks_overdue_and_leads_with_problems_are_alerts(floor: Floor) -> None:
    floor.leads(2)
    due = floor.now
    floor.callback(floor.lead(), due, "ben")
    floor.change(floor.lead(queue_state=QueueState.OUT.value), status=None)
    floor.change(floor.lead(queue_state=QueueState.OUT.value), dial_attempts=2)
    floor.later(minutes=10)
    assert [alert.kind for alert in look(floor).alerts] == ["problems"]
    floor.later(minutes=5)
    assert look(floor).alerts == (
        Alert("callbacks_overdue", floor.campaign_id, "Spring", count=1, at=due),
        Alert("problems", floor.campaign_id, "Spring", count=2),
    )


def test_who_is_being_called_for_the_first_time_is_no_problem(floor: Floor) -> None:
    lead_id = floor.leads(2)[0]
    floor.take("ana")
    floor.dial("ana", lead_id)
    assert floor.row(lead_id).dial_attempts == 1
    assert campaign(floor).problems == 0


def test_a_job_that_fails_or_that_nobody_runs_is_an_alert(floor: Floor) -> None:
    planned = {"fill_hopper": Every(timedelta(minutes=1))}
    with floor.database.transaction() as session:
        turns.prepare(session, organisation_id=floor.organisation_id, planned=planned, now=floor.now)
    assert look(floor, planned=planned).alerts == ()
    floor.later(minutes=10)
    [alert] = look(floor, planned=planned).alerts
    assert (alert.kind, alert.job) == ("job_overdue", "fill_hopper")
    assert look(floor).alerts == ()


# ── the price ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("sellers", [2, 200])
def test_it_costs_six_statements_whatever_the_number_of_sellers(floor: Floor, sellers: int) -> None:
    for number in range(sellers - 3):
        floor.hire(f"seller{number}")
    floor.campaign("Autumn")
    floor.leads(12)
    for who in ("ana", "ben"):
        enter(floor, who, SellerState.READY)
        beat(floor, who)
        lead_id = floor.take(who).lead_id
        floor.dial(who, lead_id)
        if who == "ana":
            floor.record(who, lead_id, "sale")
    planned = {"fill_hopper": Every(timedelta(minutes=1))}
    with count_statements(floor.database) as counter:
        found = look(floor, planned=planned)
    assert counter.count <= 6, "\n".join(" ".join(each.split())[:100] for each in counter.statements)
    assert len(found.sellers) == max(sellers, 3)
    assert {row.state for row in found.sellers if row.name == "ben"} == {BoardState.TALKING}


def test_a_hundred_quarters_of_the_day_are_summed(floor: Floor) -> None:
    """Rows of the same key, as a server collects them, and quarters all over the day add up."""
    with floor.database.transaction() as session:
        _quarters(session, floor)
    row = seller(floor, "ana")
    assert (row.calls, row.contacts, row.successes) == (40, 20, 10)


def _quarters(session: Session, floor: Floor) -> None:
    first = int(floor.now.replace(hour=0).timestamp()) // 900
    for quarter in range(first - 5, first + 10):
        session.execute(
            text(
                "INSERT INTO seller_time_figure (organisation_id, quarter, seller_id, attempts, contacts, successes) "
                "VALUES (:organisation, :quarter, :seller, 4, 2, 1)"
            ),
            {
                "organisation": floor.organisation_id,
                "quarter": quarter,
                "seller": floor["ana"].user_id,
            },
        )


def test_of_a_pool_that_lasts_long_only_as_many_are_counted_as_it_takes(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "_CALLABLE", rows._CALLABLE.replace("SELECT 30 + 6000", "SELECT 5 + 0"))
    floor.leads(9)
    floor.fill(target=2)
    lead_id = floor.take("ana").lead_id
    floor.dial("ana", lead_id)
    row = campaign(floor)
    assert row.at_least
    assert row.callable_now == 1 + 5
    assert row.runs_dry_at is None
    assert [alert.kind for alert in look(floor).alerts] == []
