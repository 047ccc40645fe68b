"""The history told around the real data agrees with it, and could have happened."""

from collections import Counter, defaultdict
from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from storage.demo.dataset import Client, clients
from storage.demo.story import MAX_ATTEMPTS, OPEN_ENDINGS, Ending, Story, tell
from storage.demo.timeline import SHIFT_HOURS, arrange

NOW = datetime(2026, 3, 11, 15, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Lisbon")
SHIFTS = ["morning", "morning", "morning", "afternoon", "afternoon", "afternoon", "any", "any"]


@pytest.fixture(scope="module")
def everybody() -> list[Client]:
    return clients()


@pytest.fixture(scope="module")
def stories(everybody: list[Client]) -> list[Story]:
    told = tell(everybody, seed=1, sellers=8)
    arrange(told, shifts=SHIFTS, now=NOW, zone=ZONE)
    return told


def test_every_client_has_the_attempts_of_the_data(stories: list[Story]) -> None:
    assert all(len(story.attempts) == story.client.attempts for story in stories)
    assert sum(len(story.attempts) for story in stories) == 124_956


def test_the_last_call_takes_as_long_as_in_the_data(stories: list[Story]) -> None:
    assert [story.attempts[-1].seconds for story in stories] == [story.client.seconds for story in stories]


def test_who_bought_has_a_sale_as_the_last_attempt_and_nobody_else_has_one(stories: list[Story]) -> None:
    sales = [story for story in stories if any(a.action == "sale" for a in story.attempts)]
    assert len(sales) == 5_289
    assert all(story.client.bought for story in sales)
    assert all(story.attempts[-1].action == "sale" for story in sales)
    assert sum(a.action == "sale" for story in stories for a in story.attempts) == 5_289


def test_a_sale_with_promotion_follows_the_promotion_and_is_the_documented_share(
    stories: list[Story],
) -> None:
    promoted = [story for story in stories if story.ending is Ending.SALE_AFTER_PROMOTION]
    assert all(story.attempts[-2].action == "start-promotion" for story in promoted)
    could = sum(story.client.bought and story.client.attempts > 1 for story in stories)
    assert len(promoted) / could == pytest.approx(0.45, abs=0.03)


def test_the_unsold_under_five_attempts_stay_open_and_the_others_do_not(stories: list[Story]) -> None:
    for story in stories:
        expected = not story.client.bought and story.client.attempts < MAX_ATTEMPTS
        assert (story.ending in OPEN_ENDINGS) is expected
    assert sum(story.ending in OPEN_ENDINGS for story in stories) == 34_195


def test_final_outcomes_come_last(stories: list[Story]) -> None:
    final = {
        "sale",
        "not-interested",
        "do-not-call",
        "logistics",
        "already-subscriber",
        "error-promotion",
        "uncontactable",
        "close-without-contact",
        "wrong-number",
    }
    assert not [s.client.number for s in stories if any(a.action in final for a in s.attempts[:-1])]


def test_beyond_the_attempt_limit_only_callbacks_lead_to_another_call(stories: list[Story]) -> None:
    kinds = Counter(a.action for s in stories for a in s.attempts[MAX_ATTEMPTS - 1 : -1])
    assert set(kinds) == {"call-later", "schedule", "start-promotion"}


def test_nobody_is_busy_for_minutes(stories: list[Story]) -> None:
    assert max(a.seconds for s in stories for a in s.attempts if a.action == "busy") < 60


def test_attempts_at_a_client_are_in_order_with_the_pause_the_outcome_asked_for(
    stories: list[Story],
) -> None:
    for story in stories:
        for before, after in pairwise(story.attempts):
            assert before.ended + before.pause <= after.started


def test_no_seller_makes_two_calls_at_once(stories: list[Story]) -> None:
    by_seller = defaultdict(list)
    for story in stories:
        for attempt in story.attempts:
            by_seller[attempt.seller].append((attempt.started, attempt.ended + attempt.wrap))
    assert set(by_seller) == set(range(8))
    for spans in by_seller.values():
        spans.sort()
        assert all(end <= start for (_, end), (start, _) in pairwise(spans))


def test_sellers_work_in_their_shifts_on_working_days(stories: list[Story]) -> None:
    for story in stories[::7]:
        for attempt in story.attempts:
            opens, closes = SHIFT_HOURS[SHIFTS[attempt.seller]]
            start = datetime.fromtimestamp(attempt.started, ZONE)
            end = datetime.fromtimestamp(attempt.ended, ZONE)
            assert start.weekday() != 6
            assert opens <= start.hour
            assert end <= start.replace(hour=closes, minute=0, second=0)


def test_work_is_shared_evenly(stories: list[Story]) -> None:
    calls = Counter(attempt.seller for story in stories for attempt in story.attempts)
    assert max(calls.values()) < 1.2 * min(calls.values())


def test_everything_happened_in_the_last_weeks_and_is_over_by_now(stories: list[Story]) -> None:
    present = int(NOW.timestamp())
    ages = [(present - a.started) / 86_400 for s in stories for a in s.attempts]
    assert min(present - (a.ended + a.wrap) for s in stories for a in s.attempts) >= 0
    assert sum(age < 90 for age in ages) > 0.95 * len(ages)
    assert max(ages) < 120
    assert sum(age < 1 for age in ages) > 100


def test_what_is_awaited_was_agreed_lately(stories: list[Story]) -> None:
    present = int(NOW.timestamp())
    for story in stories:
        if story.ending is Ending.SCHEDULED:
            assert present - story.attempts[-1].started < 9 * 86_400


@pytest.mark.parametrize("size", [1, 8, 300])
def test_small_shops_have_stories_too(everybody: list[Client], size: int) -> None:
    told = tell(everybody[:: len(everybody) // size][:size], seed=2, sellers=8)
    arrange(told, shifts=SHIFTS, now=NOW, zone=ZONE)
    assert sum(len(s.attempts) for s in told) == sum(s.client.attempts for s in told)
    assert all(a.started > 0 and a.seller >= 0 for s in told for a in s.attempts)


def test_the_same_seed_tells_the_same_and_another_something_else(everybody: list[Client]) -> None:
    def told(seed: int) -> list[tuple[str | None, int, int]]:
        some = tell(everybody[:500], seed=seed, sellers=8)
        arrange(some, shifts=SHIFTS, now=NOW, zone=ZONE)
        return [(a.action, a.started, a.seller) for s in some for a in s.attempts]

    assert told(3) == told(3)
    assert told(3) != told(4)
