"""Shops with people to recycle, and one whose background jobs have run."""

from __future__ import annotations

import pytest

from domain.jobs import states
from domain.people import rights
from tests.tui.leading.called import work
from tests.tui.leading.crowd import CROWD, crowd
from tests.tui.leading.jobs_at_work import ERROR, prepare, ran, take
from tests.tui.shop import SmallShop


@pytest.fixture
def crowded_shop(small_shop: SmallShop) -> SmallShop:
    """Twelve new people in the hopper, and the crowd."""
    crowd(small_shop, CROWD)
    return small_shop


@pytest.fixture
def long_shop(small_shop: SmallShop) -> SmallShop:
    """So many busy ones that they take three steps."""
    crowd(small_shop, {"busy": 4_500})
    return small_shop


@pytest.fixture
def worked(small_shop: SmallShop) -> SmallShop:
    """A shop with every kind of job state."""
    prepare(small_shop)
    ran(small_shop, "fill_hopper", campaigns=2, added=12)
    small_shop.clock.forward(seconds=10)
    ran(small_shop, "retry_dropped_calls", "failed", ERROR, brought=1)
    ran(small_shop, "retry_dropped_calls", "failed", ERROR)
    ran(small_shop, "recycle_failed_calls", brought=3)
    with small_shop.database.transaction() as session:
        states.pause(session, actor=rights.system(1), job="recycle_failed_calls")
    take(small_shop, "cleanup_stale_hopper_entries")
    small_shop.clock.forward(seconds=20)
    return small_shop


@pytest.fixture
def called_shop(small_shop: SmallShop) -> SmallShop:
    """Seven calls in two days."""
    work(small_shop)
    return small_shop
