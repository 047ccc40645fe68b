"""Demonstration shops for tests: as large as asked for, or a small one."""

from datetime import UTC, datetime

from storage.demo import shop
from storage.demo.summary import DemoSummary

NOW = datetime(2026, 3, 11, 15, 20, tzinfo=UTC)
SMALL = 600


def build(
    url: str, *, leads: int | None = SMALL, seed: int = 5, now: datetime = NOW, reset: bool = False
) -> DemoSummary:
    return shop.build(url, now=now, leads=leads, seed=seed, reset=reset)
