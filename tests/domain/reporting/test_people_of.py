"""The people behind a figure are those it counts."""

from __future__ import annotations

import pytest

from domain.calling.leads import LeadLine
from domain.codes import Role
from domain.errors import NotAllowed, NotFound
from domain.people import teams
from domain.reporting.filters import ReportFilters
from domain.reporting.people import people_of
from tests.domain.reporting.conftest import Desk


def people(
    desk: Desk,
    figure: str,
    filters: ReportFilters | None = None,
    who: str = "sup",
    after: int = 0,
    limit: int = 1000,
) -> list[LeadLine]:
    with desk.floor.database.reading() as session:
        return people_of(
            session,
            actor=desk.floor[who],
            campaign_id=desk.floor.campaign_id,
            filters=filters or ReportFilters(),
            figure=figure,
            now=desk.floor.now,
            after=after,
            limit=limit,
        )


@pytest.mark.parametrize(
    "filters",
    [ReportFilters(), ReportFilters(resolutions=("S2", "NI", "none")), ReportFilters(statuses=("2", "4"))],
)
def test_as_many_people_as_the_figure_says(worked: Desk, filters: ReportFilters) -> None:
    desk, report = worked, worked.report(filters)
    figures = [*report.progress, *report.resolutions, *report.outcomes, *report.rates]
    figures += [each.figure for each in report.reasons]
    for figure in figures:
        if figure.people:
            assert len(people(desk, figure.key, filters)) == figure.numerator, figure
    for row in report.attempts:
        assert len(people(desk, f"attempts:{row.attempts}", filters)) == row.leads
        assert len(people(desk, f"attempts:{row.attempts}:success", filters)) == row.successes
    assert len(people(desk, "base:filtered", filters)) == report.base.filtered
    assert len(people(desk, "base:unassigned", filters)) == report.base.unassigned
    for seller in report.sellers:
        assert len(people(desk, f"{seller.people_key}:assigned", filters)) == seller.assigned
        assert len(people(desk, f"{seller.people_key}:successes", filters)) == seller.successes
    for point in report.by_day:
        assert len(people(desk, f"day:{point.day}:successes", filters)) == point.successes
    for each in report.by_hour:
        assert len(people(desk, f"hour:{each.hour}:successes", filters)) == each.successes


def test_a_seller_of_yesterday_keeps_the_people_that_are_handed_on(desk: Desk) -> None:
    desk.floor.fill()
    lead = desk.floor.handle("ana", "sale").lead_id
    desk.floor.change(lead, owner_id=desk.floor["eva"].user_id)
    [line] = people(desk, f"seller:{desk.floor['ana'].user_id}:successes")
    assert (line.lead_id, line.seller) == (lead, "eva")


def test_pages_follow_each_other(desk: Desk) -> None:
    first = people(desk, "base:leads", limit=20)
    second = people(desk, "base:leads", limit=20, after=first[-1].lead_id)
    assert [len(first), len(second)] == [20, 10]
    assert len({line.lead_id for line in (*first, *second)}) == 30


@pytest.mark.parametrize(
    "figure", ["", "resolution:XX", "seller:x", "day:never", "hour:", "rate:dials_per_hour", "a:b"]
)
def test_what_is_no_figure_is_refused(desk: Desk, figure: str) -> None:
    with pytest.raises(NotFound):
        people(desk, figure)


def test_sellers_and_other_teams_see_none_of_it(desk: Desk) -> None:
    floor = desk.floor
    floor.fill()
    floor.handle("ana", "sale")
    floor.handle("ben", "sale")
    with pytest.raises(NotAllowed):
        people(desk, "base:leads", who="ana")
    with floor.database.transaction() as session:
        teams.add(
            session, actor=floor["root"], name="North", now=floor.now, supervisors=("sup",), members=("ana",)
        )
    assert floor["sup"].role is Role.SUPERVISOR
    with pytest.raises(NotAllowed):
        people(desk, f"seller:{floor['ben'].user_id}:successes")
    rows = desk.report().sellers
    assert [(row.name, row.successes) for row in rows] == [("Ana", 1), ("other teams", 1)]
    assert [row.name for row in desk.report(who="root").sellers] == ["Ana", "Ben"]
