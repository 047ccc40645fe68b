"""How the wallboard says how long things last: a campaign's queue, a seller's state."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.reporting.seller_states import BoardState
from domain.reporting.wallboard import CampaignRow, SellerRow
from tui.screens.leading.wallboard_words import campaign, seller

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
SPRING = CampaignRow(
    campaign_id=1, name="Spring", active=True, open_now=True, ready=10, due=0, claimed=0, waiting=0, leads=20,
    called=5, exhausted=2, penetration=0.25, exhaustion=0.1, calls=3, contacts=1, successes=0, callable_now=10,
    at_least=False, pace=None, runs_dry_at=None, problems=0,
)  # fmt: skip
ANA = SellerRow(
    seller_id=1, name="ana", full_name="Ana [Silva]", state=BoardState.IDLE, since=NOW, pause_code=None,
    silent=False, campaign_id=1, campaign="Spring", lead_id=None, calls=0, contacts=0, successes=0,
    contact_rate=None, success_rate=None, last_outcome=None, last_outcome_at=None,
)  # fmt: skip


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (SPRING, "–"),
        (replace(SPRING, pace=20.0, runs_dry_at=NOW + timedelta(minutes=30)), "12:30"),
        (replace(SPRING, pace=20.0, callable_now=90, at_least=True), "> 4 h"),
        (replace(SPRING, pace=1.0, callable_now=90, runs_dry_at=NOW + timedelta(hours=90)), "> 12 h"),
        (replace(SPRING, callable_now=0), "dry"),
        (replace(SPRING, open_now=False), "closed"),
        (replace(SPRING, active=False, open_now=False), "paused"),
    ],
)
def test_how_long_a_queue_lasts(row: CampaignRow, said: str) -> None:
    for width in (75, 115):
        line = campaign(row, width, now=NOW, zone=None if said != "12:30" else _utc())
        assert line.plain.endswith(said)
        assert line.cell_length == width


def _utc() -> object:
    from zoneinfo import ZoneInfo

    return ZoneInfo("UTC")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (ANA, "● idle 00:00"),
        (
            replace(ANA, state=BoardState.TALKING, since=NOW - timedelta(hours=1, minutes=2)),
            "☎ talking 1:02:00",
        ),
        (replace(ANA, state=BoardState.PAUSED, pause_code="lunch"), "‖ lunch 00:00"),
        (replace(ANA, state=BoardState.AWAY, since=None), "○ away"),
        (replace(ANA, state=BoardState.AWAY, silent=True, since=NOW - timedelta(days=2)), "○ no sign 2 d"),
        (replace(ANA, state=BoardState.WRAP_UP), "◔ wrap-up 00:00"),
    ],
)
def test_what_a_seller_does_and_for_how_long(row: SellerRow, said: str) -> None:
    for width in (75, 115):
        line = seller(row, width, now=NOW)
        assert said in line.plain
        assert line.plain.startswith("Ana [Silva]")
        assert line.cell_length == width
