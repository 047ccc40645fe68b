"""Campaigns: made with sensible settings, changed at once, paused (contract and specification, section 3)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlmodel import Session

from domain.campaigns import campaigns, overview
from domain.campaigns.campaigns import CampaignView
from domain.campaigns.retry import parse_retry_rules
from domain.campaigns.settings import CampaignSettings
from domain.campaigns.windows import parse_hours
from domain.codes import QueueState
from domain.errors import Conflict, Invalid, NotAllowed, NotFound
from domain.sales import products
from tests.support.floor import Floor


def create(floor: Floor, name: str = "Autumn", who: str = "sup", **settings: object) -> CampaignView:
    with floor.database.transaction() as session:
        return campaigns.create(
            session,
            actor=floor[who],
            name=name,
            now=floor.now,
            settings=CampaignSettings(**settings),  # type: ignore[arg-type]  # names and types of the settings
        )


def edit(floor: Floor, name: str = "Spring", who: str = "sup", **settings: object) -> CampaignView:
    with floor.database.transaction() as session:
        return campaigns.edit(
            session,
            actor=floor[who],
            name=name,
            now=floor.now,
            settings=CampaignSettings(**settings),  # type: ignore[arg-type]  # names and types of the settings
        )


def test_a_new_one_is_active_without_end_with_all_recyclable_statuses(floor: Floor) -> None:
    view = create(floor)
    assert (view.active, view.start_date, view.end_date, view.holidays) == (True, None, None, None)
    assert view.recyclable == ("busy", "callback", "congestion", "dropped", "failed", "no_answer")
    assert (view.max_attempts, view.hopper_level, view.close_exhausted) == (5, 200, False)
    assert (view.cap_per_day, view.cap_in_days, view.cap_days) == (None, None, None)
    assert (view.call_later_seconds, view.callback_overdue_minutes) == (86400, 15)
    assert (view.hours, view.always_callable, view.leads) == ("09:00-21:00", False, 0)
    assert view.retry == "no_answer=4h, busy=30m, congestion=30m, failed=4h, dropped=2m"
    assert view.timezone == floor["sup"].timezone


def test_a_level_that_is_named_is_kept_to_and_more_may_be_asked_for_again(floor: Floor) -> None:
    made = create(floor)
    assert (made.hopper_level, made.hopper_auto) == (200, True)
    for settings, expected in (
        ({"hopper_level": 50}, (50, False)),
        ({"max_attempts": 4}, (50, False)),
        ({"hopper_auto": True}, (50, True)),
        ({"hopper_level": 60, "hopper_auto": True}, (60, True)),
    ):
        view = edit(floor, "Autumn", **settings)
        assert (view.hopper_level, view.hopper_auto) == expected


def test_every_setting_can_be_given_and_is_shown(floor: Floor) -> None:
    with floor.database.transaction() as session:
        products.add(session, actor=floor["sup"], name="Paper", price_minor=1, currency="EUR", now=floor.now)
    view = create(
        floor,
        description="Print edition",
        region="uy",
        timezone="America/Montevideo",
        start_date=date(2026, 3, 1),
        end_date=date(2026, 6, 30),
        hours=parse_hours("mon-fri 09:00-13:00, 15:00-20:00"),
        holidays_country="UY",
        retry=parse_retry_rules("busy=10m*2<=1h"),
        recyclable=("no_answer", "busy"),
        max_attempts=9,
        hopper_level=50,
        cap_per_day=2,
        cap_in_days=7,
        cap_days=7,
        call_later_seconds=7200,
        callback_overdue_minutes=30,
        close_exhausted=True,
        promotion_days=10,
        script="# Hello",
        default_product="Paper",
    )
    assert (view.region, view.timezone, view.holidays) == ("UY", "America/Montevideo", "UY")
    assert (view.start_date, view.end_date) == (date(2026, 3, 1), date(2026, 6, 30))
    assert view.recyclable == ("busy", "no_answer")
    assert "busy=10m*2<=1h" in view.retry
    assert (view.max_attempts, view.hopper_level, view.promotion_days) == (9, 50, 10)
    assert (view.cap_per_day, view.cap_in_days, view.cap_days) == (2, 7, 7)
    assert (view.close_exhausted, view.script, view.default_product) == (True, "# Hello", "Paper")
    cleared = edit(
        floor,
        "Autumn",
        clear=("start_date", "end_date", "holidays_country", "cap_per_day", "default_product"),
    )
    assert (cleared.start_date, cleared.end_date, cleared.holidays) == (None, None, None)
    assert (cleared.cap_per_day, cleared.default_product, cleared.max_attempts) == (None, None, 9)


def test_always_callable_hours_say_so(floor: Floor) -> None:
    assert create(floor, hours=parse_hours("00:00-24:00")).always_callable


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"region": "XX"}, "region"),
        ({"timezone": "Mars/Olympus"}, "unknown_zone"),
        ({"start_date": date(2026, 5, 2), "end_date": date(2026, 5, 1)}, "dates"),
        ({"max_attempts": 0}, "max_attempts"),
        ({"max_attempts": 10**6}, "max_attempts"),
        ({"hopper_level": 0}, "hopper_level"),
        ({"hopper_level": 10_001}, "hopper_level"),
        ({"cap_per_day": 0}, "cap_per_day"),
        ({"cap_days": 0}, "cap_days"),
        ({"call_later_seconds": 0}, "call_later_seconds"),
        ({"promotion_days": -1}, "promotion_days"),
        ({"recyclable": ("sale",)}, "recyclable"),
        ({"recyclable": ("nonsense",)}, "recyclable"),
        ({"clear": ("name",)}, "setting"),
        ({"holidays_country": "XX"}, None),
    ],
    ids=str,
)
def test_a_setting_that_cannot_be_worked_with_is_refused(
    floor: Floor, settings: dict[str, object], code: str | None
) -> None:
    with pytest.raises(Invalid) as refused:
        create(floor, **settings)
    assert code is None or refused.value.code == code
    with pytest.raises(Invalid):
        edit(floor, **settings)
    with floor.database.reading() as session, pytest.raises(NotFound):
        campaigns.show(session, actor=floor["sup"], name="Autumn")


def test_a_product_nobody_knows_is_refused(floor: Floor) -> None:
    with pytest.raises(NotFound):
        create(floor, default_product="Moon")


def test_names_are_taken_once_in_a_shop(floor: Floor) -> None:
    create(floor)
    for name in ("Autumn", " Autumn "):
        with pytest.raises(Conflict):
            create(floor, name)
    for name in ("", "   "):
        with pytest.raises(Invalid):
            create(floor, name)
    create(Floor(floor.database))


def test_a_misspelt_name_is_answered_with_the_nearest(floor: Floor) -> None:
    with floor.database.reading() as session:
        with pytest.raises(NotFound, match="Did you mean Spring"):
            campaigns.find(session, actor=floor["sup"], name="Sprung")
        with pytest.raises(NotFound, match="campaigns list"):
            campaigns.find(session, actor=floor["sup"], name="xyz")


def test_only_supervisors_and_administrators_make_change_and_pause(floor: Floor) -> None:
    for who in ("ana", "aud"):
        with pytest.raises(NotAllowed):
            create(floor, who=who)
        with pytest.raises(NotAllowed):
            edit(floor, who=who, max_attempts=3)
        with pytest.raises(NotAllowed), floor.database.transaction() as session:
            campaigns.set_active(session, actor=floor[who], name="Spring", active=False, now=floor.now)


def test_what_another_shop_has_is_not_seen(floor: Floor) -> None:
    other = Floor(floor.database)
    create(other, "Theirs")
    other.leads(3)
    floor.leads(2)
    with floor.database.reading() as session:
        lines = campaigns.listing(session, actor=floor["sup"])
        assert [(line.name, line.leads) for line in lines] == [("Spring", 2)]
        with pytest.raises(NotFound):
            campaigns.show(session, actor=floor["sup"], name="Theirs")


def test_the_list_has_active_ones_first_with_their_leads(floor: Floor) -> None:
    create(floor, "Autumn")
    create(floor, "Winter")
    floor.set_active(False, "Autumn")
    floor.leads(4)
    with floor.database.reading() as session:
        lines = campaigns.listing(session, actor=floor["sup"])
    assert [(line.name, line.active, line.leads) for line in lines] == [
        ("Spring", True, 4), ("Winter", True, 0), ("Autumn", False, 0),
    ]  # fmt: skip


def test_it_is_shown_with_its_counts(floor: Floor) -> None:
    floor.leads(3)
    floor.lead(status="busy")
    floor.lead(status=None, queue_state=QueueState.OUT.value)
    floor.lead(status="", queue_state=QueueState.OUT.value)
    floor.take("ana")
    with floor.database.reading() as session:
        view = campaigns.show(session, actor=floor["sup"], name="Spring")
    assert (view.leads, view.by_status) == (6, {"new": 3, "busy": 1, "no_status": 2})
    assert view.hopper == {"new": 3, "locked": 1, "dialing": 0}
    assert view.lists == 4


def test_changed_hours_hold_for_the_next_question(floor: Floor) -> None:
    floor.lead()
    floor.now = floor.now.replace(hour=22)
    edit(floor, hours=parse_hours("09:00-21:00"))
    assert floor.next_id("ana") is None
    edit(floor, hours=parse_hours("09:00-23:00"))
    assert floor.next_id("ana") is not None


def test_two_changes_within_the_same_moment_both_hold(floor: Floor) -> None:
    floor.lead()
    floor.now = floor.now.replace(hour=22)
    edit(floor, hours=parse_hours("09:00-21:00"))
    edit(floor, hours=parse_hours("21:00-24:00"))
    assert floor.next_id("ana") is not None


def test_pausing_and_resuming(floor: Floor) -> None:
    first, _ = floor.leads(2)
    assert floor.next_id("ana") == first
    floor.set_active(False)
    assert floor.next_id("ana") == first
    assert floor.next_id("ben") is None
    floor.set_active(True)
    assert floor.next_id("ben") is not None


def test_who_paused_and_resumed_a_campaign_and_when_is_kept_and_shown(floor: Floor) -> None:
    floor.set_active(False)
    paused_at = floor.now
    floor.set_active(False)  # it is paused already: nothing more to tell
    floor.later(minutes=5)
    floor.set_active(True)
    told = [(event.kind, event.user_id, event.before, event.after) for event in floor.events()]
    sup = floor["sup"].user_id
    assert told == [
        ("campaign_paused", sup, {"active": True}, {"active": False}),
        ("campaign_resumed", sup, {"active": False}, {"active": True}),
    ]
    with floor.database.reading() as session:
        shown = campaigns.show(session, actor=floor["aud"], name="Spring").pauses
    assert shown == (
        campaigns.Pause(floor.now, "sup", active=True),
        campaigns.Pause(paused_at, "sup", active=False),
    )


# ── the cards of the picker ──────────────────────────────────────────────────────────────────────────────


def card_of(session: Session, floor: Floor, who: str = "ana") -> overview.CampaignCard:
    [card] = overview.cards(session, actor=floor[who], now=floor.now)
    return card


def test_the_card_says_what_waits_for_the_seller(floor: Floor) -> None:
    floor.leads(5)
    floor.own("ana", 2)
    floor.own("ben", 1)
    due, later, bens = floor.leads(3)
    floor.callback(due, floor.now - timedelta(minutes=5), "ana")
    floor.callback(later, floor.now + timedelta(hours=1), "ana")
    floor.callback(bens, floor.now, "ben")
    floor.leads(2, next_attempt_at=floor.now + timedelta(hours=3))
    floor.fill(target=3)
    floor.handle("ana", "sale", due)
    with floor.database.reading() as session:
        card = card_of(session, floor)
    assert (card.leads, card.ready, card.assigned, card.waiting) == (13, 5, 2, 2)
    assert (card.due, card.due_later, card.done_today) == (0, 1, 1)
    assert (card.open_now, card.closed_because, card.next_at) == (True, None, floor.now + timedelta(hours=1))


def test_the_card_says_why_it_is_closed_and_until_when(floor: Floor) -> None:
    floor.set(hours=parse_hours("09:00-21:00"))
    floor.lead()
    floor.now = floor.now.replace(hour=22)
    with floor.database.reading() as session:
        card = card_of(session, floor)
    assert (card.open_now, card.closed_because) == (False, "outside calling hours")
    assert card.next_at == floor.now.replace(hour=9) + timedelta(days=1)
    floor.set(end_date=date(2026, 3, 10))
    floor.later(days=1)
    with floor.database.reading() as session:
        assert card_of(session, floor).closed_because == "ended"
    floor.set_active(False)
    with floor.database.reading() as session:
        assert card_of(session, floor).closed_because == "paused"


def test_auditors_see_the_cards_and_have_nobody(floor: Floor) -> None:
    floor.leads(3)
    with floor.database.reading() as session:
        (card,) = overview.cards(session, actor=floor["aud"], now=floor.now)
    assert (card.leads, card.ready, card.assigned, card.due, card.done_today) == (3, 3, 0, 0, 0)
