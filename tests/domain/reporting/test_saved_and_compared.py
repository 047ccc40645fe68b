"""Filters kept under names are their owner's; two reports side by side subtract what both have."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from domain.errors import Invalid, NotFound
from domain.reporting import overviews, saved
from domain.reporting.compare import compared
from domain.reporting.filters import ReportFilters
from tests.domain.reporting.conftest import Desk

FILTERS = ReportFilters(
    seller_id=3,
    list_id=4,
    assigned_from=date(2026, 1, 1),
    acted_to=date(2026, 3, 1),
    statuses=("busy", "4"),
    resolutions=("S1", "none"),
    reasons=(1, 2),
    tags=("vip",),
)


def keep(desk: Desk, name: str, filters: ReportFilters, who: str = "sup") -> None:
    with desk.floor.database.transaction() as session:
        saved.keep(
            session,
            actor=desk.floor[who],
            campaign_id=desk.floor.campaign_id,
            name=name,
            filters=filters,
            now=desk.floor.now,
        )


def kept(desk: Desk, who: str = "sup") -> dict[str, ReportFilters]:
    with desk.floor.database.reading() as session:
        found = saved.listing(session, actor=desk.floor[who], campaign_id=desk.floor.campaign_id)
    return {each.name: each.filters for each in found}


def test_filters_survive_being_kept() -> None:
    assert ReportFilters.from_json(FILTERS.to_json()) == FILTERS
    assert ReportFilters.from_json({}) == ReportFilters()
    assert ReportFilters().empty
    assert not FILTERS.empty
    words = FILTERS.in_words(seller="Ana", list_name="March")
    for part in (
        "seller Ana",
        "list March",
        "assigned from",
        "acted on until",
        "Busy",
        "S1, none",
        "tag vip",
    ):
        assert part in words


def test_names_are_their_owners_and_a_name_holds_one_choice(desk: Desk) -> None:
    keep(desk, " My  week ", FILTERS)
    keep(desk, "My week", replace(FILTERS, seller_id=None))
    keep(desk, "My week", ReportFilters(), who="root")
    assert kept(desk) == {"My week": replace(FILTERS, seller_id=None)}
    assert kept(desk, "root") == {"My week": ReportFilters()}
    with desk.floor.database.transaction() as session:
        saved.forget(session, actor=desk.floor["sup"], campaign_id=desk.floor.campaign_id, name="My week")
    assert kept(desk) == {}
    assert kept(desk, "root") == {"My week": ReportFilters()}


def test_a_name_and_filters_must_make_sense(desk: Desk) -> None:
    with pytest.raises(Invalid):
        keep(desk, "  ", ReportFilters())
    with pytest.raises(Invalid):
        keep(desk, "x", ReportFilters(acted_from=date(2026, 2, 1), acted_to=date(2026, 1, 1)))
    with pytest.raises(NotFound), desk.floor.database.transaction() as session:
        saved.forget(session, actor=desk.floor["sup"], campaign_id=desk.floor.campaign_id, name="none")


def test_two_periods_of_a_campaign_stand_side_by_side(desk: Desk) -> None:
    floor = desk.floor
    floor.fill()
    floor.handle("ana", "sale")
    first = floor.now.date()
    floor.later(days=1)
    for slug in ("not-interested", "sale", "not-interested"):
        floor.fill()
        floor.handle("ana", slug)
    with floor.database.reading() as session:
        found = compared(
            session,
            actor=floor["sup"],
            campaign_id=floor.campaign_id,
            filters=ReportFilters(acted_from=first, acted_to=first),
            other_from=first + timedelta(days=1),
            other_to=first + timedelta(days=1),
            now=floor.now,
        )
    figures = {each.key: each for each in found.figures}
    rate = figures["rate:conversion"]
    assert rate.first is not None
    assert rate.second is not None
    assert (rate.first.value, rate.second.value) == (1.0, 1 / 3)
    assert rate.difference == pytest.approx(1 / 3 - 1)
    assert figures["rate:dials_per_hour"].difference is None
    assert figures["reason:NI:none"].first is None


def test_campaigns_and_sellers_in_a_line_tell_what_the_report_tells(desk: Desk) -> None:
    desk.work(20, seed=5)
    desk.floor.campaign("Autumn")
    report = desk.report()
    with desk.floor.database.reading() as session:
        spring, autumn = sorted(
            overviews.campaigns(session, actor=desk.floor["aud"]), key=lambda each: each.campaign_id
        )
        rows = overviews.seller_rows(
            session, actor=desk.floor["aud"], filters=ReportFilters(), now=desk.floor.now, minimum=1
        )
    assert (autumn.leads, autumn.figure("rate:conversion").value) == (0, None)
    assert (spring.leads, spring.attempts_made) == (report.base.leads, report.attempts_made)
    assert spring.progress == report.progress
    assert spring.outcomes == report.outcomes
    assert spring.rates == report.rates[:-1]
    assert rows == report.sellers
