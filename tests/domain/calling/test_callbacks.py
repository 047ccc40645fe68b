"""Coming back: call later, schedule, promotion, the halves of the day, cut calls (specification, 2 and 3)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from domain.calling.allowed import OutsideHours
from domain.campaigns.retry import parse_retry_rules
from domain.campaigns.windows import parse_hours
from domain.codes import QueueState
from domain.errors import Invalid
from tests.support.floor import Floor

DAYTIME = parse_hours("09:00-21:00")


@pytest.fixture
def day(floor: Floor) -> Floor:
    """A campaign from nine to nine; it is Tuesday noon."""
    floor.set(hours=DAYTIME)
    return floor


# ── call later ───────────────────────────────────────────────────────────────────────────────────────────


def test_call_later_comes_back_in_a_day_for_anyone(day: Floor) -> None:
    lead_id = day.lead()
    result = day.handle("ana", "call-later", lead_id)
    assert result.next_attempt_at == day.now + timedelta(days=1)
    assert result.callback_at is None
    assert day.pending(lead_id) == []
    day.later(hours=23, minutes=59)
    assert day.next_id("ben") is None
    day.later(minutes=1)
    assert day.next_id("ben") == lead_id


def test_call_later_is_moved_into_calling_hours(day: Floor) -> None:
    day.set(call_later_seconds=10 * 3600)
    result = day.handle("ana", "call-later", day.lead())
    assert result.next_attempt_at == datetime(2026, 3, 11, 9, tzinfo=UTC)


def test_the_wait_of_call_later_is_a_setting(day: Floor) -> None:
    day.set(call_later_seconds=3 * 3600)
    assert day.handle("ana", "call-later", day.lead()).next_attempt_at == day.now + timedelta(hours=3)


def test_call_later_with_a_time_is_a_callback_of_the_seller(day: Floor) -> None:
    lead_id = day.lead()
    at = day.now + timedelta(hours=2)
    assert day.handle("ana", "call-later", lead_id, at=at).callback_at == at
    [callback] = day.pending(lead_id)
    assert (callback.kind, callback.seller_id, callback.due_at) == ("callback", day["ana"].user_id, at)


def test_call_later_stays_with_the_owner(day: Floor) -> None:
    lead_id = day.own("ana")[0]
    day.handle("ana", "call-later", lead_id)
    day.later(days=1)
    assert day.next_id("ben") is None
    assert day.next_id("ana") == lead_id


# ── schedule ─────────────────────────────────────────────────────────────────────────────────────────────


def test_a_callback_comes_at_its_time_with_its_note(day: Floor) -> None:
    lead_id = day.lead()
    at = day.now + timedelta(days=1, hours=1)
    result = day.handle("ana", "schedule", lead_id, at=at, note="ask for Juan")
    assert (result.callback_at, result.next_attempt_at) == (at, at)
    assert day.row(lead_id).queue_state == QueueState.CALLBACK
    day.now = at - timedelta(minutes=1)
    assert day.next_id("ana") is None
    day.now = at
    dossier = day.take("ana")
    assert (dossier.lead_id, dossier.source) == (lead_id, "callback")
    assert dossier.callback is not None
    assert (dossier.callback.due_at, dossier.callback.note) == (at, "ask for Juan")


def test_the_time_and_note_of_a_kept_callback_are_not_lost(day: Floor) -> None:
    lead_id = day.lead()
    at = day.now + timedelta(hours=2)
    day.handle("ana", "schedule", lead_id, at=at, note="ask for Juan")
    day.now = at
    day.handle("ana", "not-found", note="no Juan")
    kept = [each for each in day.activities(lead_id) if each.kind == "callback"]
    assert [(each.state, each.due_at, each.notes, each.completed_at) for each in kept] == [
        ("completed", at, "ask for Juan", at)
    ]
    assert day.row(lead_id).queue_state == QueueState.READY


def test_schedule_needs_a_time(day: Floor) -> None:
    lead_id = day.lead()
    day.take("ana")
    with pytest.raises(Invalid) as refused:
        day.record("ana", lead_id, "schedule")
    assert refused.value.code == "time_required"
    assert day.calls(lead_id) == []


@pytest.mark.parametrize(
    ("at", "nearest"),
    [
        (datetime(2026, 3, 10, 11, tzinfo=UTC), datetime(2026, 3, 10, 12, 1, tzinfo=UTC)),
        (datetime(2020, 1, 1, 3, tzinfo=UTC), datetime(2026, 3, 10, 12, 1, tzinfo=UTC)),
        (datetime(2026, 3, 11, 3, tzinfo=UTC), datetime(2026, 3, 11, 9, tzinfo=UTC)),
        (datetime(2026, 3, 10, 22, tzinfo=UTC), datetime(2026, 3, 10, 20, 45, tzinfo=UTC)),
    ],
    ids=["an hour ago", "years ago", "at night", "after closing"],
)
def test_a_time_that_may_not_be_promised_is_refused_with_the_nearest_allowed(
    day: Floor, at: datetime, nearest: datetime
) -> None:
    lead_id = day.lead()
    day.take("ana")
    with pytest.raises(OutsideHours) as refused:
        day.record("ana", lead_id, "schedule", at=at)
    assert refused.value.nearest == nearest
    assert (day.calls(lead_id), day.activities(lead_id), day.row(lead_id).version) == ([], [], 1)
    assert day.record("ana", lead_id, "schedule", at=nearest).callback_at == nearest


def test_a_time_after_the_campaigns_end_is_refused_with_the_last_allowed(day: Floor) -> None:
    day.set(end_date=date(2026, 3, 12))
    lead_id = day.lead()
    day.take("ana")
    with pytest.raises(OutsideHours) as refused:
        day.record("ana", lead_id, "schedule", at=datetime(2026, 3, 13, 10, tzinfo=UTC))
    assert refused.value.nearest == datetime(2026, 3, 12, 20, 45, tzinfo=UTC)


def test_the_hours_are_those_of_the_contact_not_of_the_shop(day: Floor) -> None:
    lead_id = day.lead(zone="America/Montevideo")
    day.change(lead_id, owner_id=day["ana"].user_id, queue_state=QueueState.OWNED.value)
    day.jump("ana", lead_id)
    with pytest.raises(OutsideHours):
        day.record("ana", lead_id, "schedule", at=datetime(2026, 3, 11, 10, tzinfo=UTC))
    at = datetime(2026, 3, 11, 23, tzinfo=UTC)
    assert day.record("ana", lead_id, "schedule", at=at).callback_at == at


def test_a_new_appointment_replaces_the_old_one(day: Floor) -> None:
    lead_id = day.lead()
    day.handle("ana", "schedule", lead_id, at=day.now + timedelta(hours=1))
    day.jump("ana", lead_id)
    later = day.now + timedelta(hours=5)
    day.record("ana", lead_id, "schedule", at=later)
    assert [each.due_at for each in day.pending(lead_id)] == [later]


def test_callbacks_ignore_the_attempt_limit_but_not_the_register_nor_the_hours(day: Floor) -> None:
    day.set(max_attempts=1)
    called, blocked = day.leads(2)
    at = day.now + timedelta(hours=1)
    for lead_id in (called, blocked):
        day.handle("ana", "schedule", lead_id, at=at)
    day.register(day.phones(blocked)[0].e164)
    day.now = at.replace(hour=21)
    assert day.next_id("ana") is None
    day.now = at.replace(hour=9) + timedelta(days=1)
    assert day.next_id("ana") == called
    assert day.row(called).exhausted is False
    day.record("ana", called, "not-found")
    assert day.row(called).exhausted is True


# ── promotion ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("days", "follow_up"),
    [
        (5, datetime(2026, 3, 16, 9, tzinfo=UTC)),  # ends on Sunday the 15th: Monday
        (1, datetime(2026, 3, 12, 9, tzinfo=UTC)),
        (3, datetime(2026, 3, 16, 9, tzinfo=UTC)),  # ends on Friday the 13th: not on Saturday
        (0, datetime(2026, 3, 11, 9, tzinfo=UTC)),
    ],
)
def test_the_follow_up_of_a_promotion_is_at_nine_on_the_working_day_after_it(
    day: Floor, days: int, follow_up: datetime
) -> None:
    day.set(promotion_days=days)
    lead_id = day.lead()
    result = day.handle("ana", "start-promotion", lead_id)
    assert result.callback_at == follow_up
    [callback] = day.pending(lead_id)
    assert (callback.seller_id, callback.due_at) == (day["ana"].user_id, follow_up)


def test_it_is_at_nine_by_the_contacts_clock_and_at_opening_where_that_is_later(day: Floor) -> None:
    day.set(hours=parse_hours("10:30-20:00"), promotion_days=1)
    lead_id = day.own("ana", zone="America/Montevideo")[0]
    result = day.record("ana", lead_id, "start-promotion")
    assert result.callback_at == datetime(2026, 3, 12, 13, 30, tzinfo=UTC)


def test_a_holiday_is_no_working_day(day: Floor) -> None:
    day.set(promotion_days=1, holidays_country="FR")
    day.now = datetime(2026, 4, 30, 12, tzinfo=UTC)  # ends on the 1st of May, a Friday
    assert day.handle("ana", "start-promotion", day.lead()).callback_at == datetime(2026, 5, 4, 9, tzinfo=UTC)


def test_beyond_the_campaigns_end_the_nearest_allowed_time_is_offered(day: Floor) -> None:
    day.set(end_date=date(2026, 3, 12))
    lead_id = day.lead()
    day.take("ana")
    with pytest.raises(OutsideHours) as refused:
        day.record("ana", lead_id, "start-promotion")
    nearest = refused.value.nearest
    assert nearest == datetime(2026, 3, 12, 9, tzinfo=UTC)
    assert refused.value.message.endswith("; the nearest allowed time is Thu 12 Mar 09:00.")
    assert day.record("ana", lead_id, "start-promotion", at=nearest).callback_at == nearest


def test_on_the_last_day_what_is_left_of_it_is_offered(day: Floor) -> None:
    day.set(end_date=day.now.date())
    lead_id = day.lead()
    day.take("ana")
    with pytest.raises(OutsideHours) as refused:
        day.record("ana", lead_id, "start-promotion")
    assert refused.value.nearest == datetime(2026, 3, 10, 20, 45, tzinfo=UTC)


# ── the halves of the day ────────────────────────────────────────────────────────────────────────────────


def test_moving_clears_the_owner_keeps_the_credit_and_waits_for_that_half(day: Floor) -> None:
    lead_id = day.own("ana")[0]
    result = day.handle("ana", "move-morning", lead_id)
    assert (result.campaign_status, result.resolution) == (6, None)
    lead = day.row(lead_id)
    assert (lead.owner_id, lead.shift_wanted, lead.queue_state) == (None, "morning", QueueState.READY)
    assert lead.next_attempt_at == datetime(2026, 3, 11, 9, tzinfo=UTC)
    event = day.events(lead_id)[-1]
    assert event.before is not None
    assert event.before["owner_id"] == event.user_id == day["ana"].user_id


def test_moved_to_the_afternoon_they_come_from_one_oclock_until_closing(day: Floor) -> None:
    lead_id = day.lead()
    assert day.handle("ana", "move-afternoon", lead_id).next_attempt_at == day.now.replace(hour=13)
    day.now = day.now.replace(hour=12, minute=59)
    assert day.next_id("ben") is None
    day.now = day.now.replace(hour=20, minute=59)
    assert day.next_id("ben") == lead_id


def test_the_half_wanted_is_the_next_one_not_what_is_left_of_this(day: Floor) -> None:
    day.now = day.now.replace(hour=14)
    assert day.handle("ana", "move-afternoon", day.lead()).next_attempt_at == day.now.replace(
        hour=13
    ) + timedelta(days=1)


def test_the_half_is_that_of_the_contacts_day(day: Floor) -> None:
    lead_id = day.own("ana", zone="America/Montevideo")[0]
    result = day.record("ana", lead_id, "move-afternoon")
    assert result.next_attempt_at == datetime(2026, 3, 10, 16, tzinfo=UTC)


def test_not_reached_in_the_wanted_half_the_wish_stays(day: Floor) -> None:
    lead_id = day.lead()
    day.handle("ana", "move-morning", lead_id)
    day.now = datetime(2026, 3, 11, 9, tzinfo=UTC)
    day.handle("ana", "not-found")
    lead = day.row(lead_id)
    assert lead.shift_wanted == "morning"
    assert lead.next_attempt_at == datetime(2026, 3, 12, 9, tzinfo=UTC)


def test_who_wanted_mornings_may_still_make_an_appointment_in_the_afternoon(day: Floor) -> None:
    lead_id = day.lead()
    day.handle("ana", "move-morning", lead_id)
    day.now = datetime(2026, 3, 11, 9, tzinfo=UTC)
    assert day.next_id("ana") == lead_id
    at = datetime(2026, 3, 11, 16, tzinfo=UTC)
    assert day.record("ana", lead_id, "schedule", at=at).callback_at == at
    day.now = at
    assert day.next_id("ana") == lead_id
    assert day.dial("ana", lead_id).lead_id == lead_id


def test_a_wished_half_does_not_forbid_a_call_in_the_other(day: Floor) -> None:
    lead_id = day.lead()
    day.handle("ana", "move-morning", lead_id)
    day.now = day.now.replace(hour=15)
    dossier = day.jump("ana", lead_id).dossier
    assert dossier is not None
    assert dossier.callable_now
    assert day.dial("ana", lead_id).lead_id == lead_id


# ── retry by rule ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("slug", "wait"),
    [
        ("not-found", timedelta(hours=4)),
        ("voicemail", timedelta(hours=4)),
        ("busy", timedelta(minutes=30)),
        ("call-dropped", timedelta(minutes=2)),
    ],
)
def test_not_reached_comes_back_by_the_rule_of_its_status(day: Floor, slug: str, wait: timedelta) -> None:
    lead_id = day.lead()
    result = day.handle("ana", slug, lead_id)
    assert result.next_attempt_at == day.row(lead_id).next_attempt_at == day.now + wait
    day.later(seconds=wait.total_seconds() - 1)
    assert day.next_id("ana") is None
    day.later(seconds=1)
    assert day.next_id("ana") == lead_id


def test_the_rule_is_the_campaigns_and_grows_by_attempt(day: Floor) -> None:
    day.set(retry=parse_retry_rules("busy=10m*2<=30m"))
    lead_id = day.lead()
    waits = []
    for _ in range(4):
        result = day.handle("ana", "busy")
        assert result.next_attempt_at is not None
        waits.append(int((result.next_attempt_at - day.now).total_seconds() / 60))
        day.now = result.next_attempt_at
    assert waits == [10, 20, 30, 30]
    assert day.row(lead_id).dial_attempts == 4


def test_a_cut_call_is_retried_once_at_once_then_as_busy(day: Floor) -> None:
    lead_id = day.lead()
    first = day.handle("ana", "call-dropped")
    assert day.row(lead_id).queue_state == QueueState.DROPPED
    assert first.next_attempt_at is not None
    day.now = first.next_attempt_at
    assert day.take("ana").source == "dropped"
    second = day.record("ana", lead_id, "call-dropped")
    assert second.next_attempt_at == day.now + timedelta(minutes=30)
    assert day.row(lead_id).queue_state == QueueState.READY


def test_a_cut_call_at_closing_comes_in_the_morning(day: Floor) -> None:
    day.now = day.now.replace(hour=20, minute=59)
    assert day.handle("ana", "call-dropped", day.lead()).next_attempt_at == datetime(
        2026, 3, 11, 9, tzinfo=UTC
    )


def test_a_status_the_campaign_does_not_recycle_waits_outside_the_queue(day: Floor) -> None:
    day.set(recyclable=("busy", "callback"))
    lead_id = day.lead()
    day.handle("ana", "not-found", lead_id)
    assert day.row(lead_id).queue_state == QueueState.OUT
    day.later(days=3)
    assert day.next_id("ana") is None
    day.set(recyclable=("busy", "callback", "no_answer"))
    assert day.next_id("ana") == lead_id
