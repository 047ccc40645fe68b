"""The campaign report: figures that add up, state their base and stay what they were."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from domain.base import metadata
from domain.codes import Resolution, SellerState
from domain.errors import Invalid, NotAllowed, NotFound
from domain.reporting.figures import CampaignReport, Figure
from domain.reporting.filters import ReportFilters
from storage import figures
from storage.counting import count_statements
from tests.domain.reporting.conftest import EVERY_STATUS, Desk
from tests.support.factories import NOON


def every_figure(report: CampaignReport) -> Iterator[Figure]:
    yield from (*report.progress, *report.resolutions, *report.outcomes, *report.rates)
    yield from (each.figure for each in report.reasons)
    for row in report.sellers:
        yield from (row.contact_rate, row.conversion, row.dials_per_hour)


def test_the_kept_figures_and_history_tell_the_same(worked: Desk) -> None:
    kept, counted = worked.report(), worked.report(EVERY_STATUS)
    for block in ("base", "progress", "resolutions", "outcomes", "reasons", "by_day", "by_hour", "attempts"):
        assert getattr(kept, block) == getattr(counted, block), block

    def told(report: CampaignReport) -> list[object]:
        return [replace(row, dials_per_hour=row.contact_rate) for row in report.sellers]

    assert told(kept) == told(counted)
    assert sum(row.calls for row in kept.sellers) > 30


def test_everything_adds_up(worked: Desk) -> None:
    report = worked.report()
    assert report.base.leads == report.base.assigned + report.base.unassigned == 30
    assert sum(each.numerator for each in report.resolutions) == report.base.filtered == 30
    assert [each.key for each in report.resolutions] == [
        *(f"resolution:{code}" for code in Resolution),
        "resolution:none",
    ]
    assert sum(row.leads for row in report.attempts) == 30
    assert sum(row.attempts * row.leads for row in report.attempts) == report.attempts_made
    calls = sum(row.calls for row in report.sellers)
    assert sum(point.attempts for point in report.by_day) == calls
    assert sum(point.attempts for point in report.by_hour) == calls == report.attempts_made
    assert sum(row.successes for row in report.sellers) == report.figure("outcome:success").numerator
    assert sum(row.successes for row in report.attempts) == report.figure("outcome:success").numerator
    by_code: dict[str, int] = {}
    for each in report.reasons:
        by_code[each.resolution] = by_code.get(each.resolution, 0) + each.figure.numerator
    for code, leads in by_code.items():
        assert leads == report.figure(f"resolution:{code}").numerator


def test_every_share_states_its_base_and_is_none_of_nothing(worked: Desk) -> None:
    empty = worked.report(ReportFilters(tags=("nobody has this",)))
    assert empty.base.filtered == 0
    for figure in every_figure(empty):
        assert figure.value is None, figure
        assert figure.base
    for figure in every_figure(worked.report()):
        if figure.denominator and "per" not in figure.key:
            assert figure.value == figure.numerator / figure.denominator
            assert 0 <= figure.value <= 1, figure


def test_shares_stay_shares_where_data_from_elsewhere_contradicts_itself(desk: Desk) -> None:
    first, second, third = desk.floor.leads(3)
    desk.floor.change(first, campaign_resolution="S2")  # sold, yet never contacted
    desk.floor.change(second, campaign_status=4)  # contacted without an attempt
    desk.floor.change(third, campaign_status=5)
    report = desk.report()
    assert (report.figure("rate:contact_rate").numerator, report.figure("rate:contact_rate").denominator) == (
        1,
        2,
    )
    conversion = report.figure("rate:conversion")
    assert (conversion.numerator, conversion.denominator, conversion.base) == (0, 1, "contacted leads")
    assert report.figure("rate:success_rate").numerator == 1
    assert report.figure("outcome:ended_without_resolution").numerator == 2
    assert sum(each.numerator for each in report.resolutions) == report.base.filtered


def test_handing_leads_to_somebody_else_changes_no_past_figure(desk: Desk) -> None:
    desk.work(20)
    before = desk.report()
    lead = desk.floor.calls()[0].lead_id
    desk.floor.change(lead, owner_id=desk.floor["eva"].user_id)
    after = desk.report()
    assert after.by_day == before.by_day
    assert [(row.name, row.calls, row.successes) for row in after.sellers] == [
        (row.name, row.calls, row.successes) for row in before.sellers
    ]
    assert after.resolutions == before.resolutions
    assert sum(row.assigned for row in after.sellers) == sum(row.assigned for row in before.sellers) + 1


def test_an_undo_takes_back_what_it_undoes_and_nothing_else(desk: Desk) -> None:
    desk.work(20)
    before = desk.report()
    desk.floor.later(minutes=5)
    desk.floor.fill()
    found = desk.floor.take("ana").lead_id
    desk.floor.record("ana", found, "sale")
    assert desk.report().figure("outcome:success").numerator == before.figure("outcome:success").numerator + 1
    desk.floor.undo("ana")
    after = desk.report()
    for block in ("base", "progress", "resolutions", "outcomes", "by_day", "by_hour", "attempts"):
        assert getattr(after, block) == getattr(before, block), block


def test_days_are_the_shops(desk: Desk) -> None:
    """Half past two at night UTC is the evening before in Montevideo."""
    desk.floor.people["sup"] = replace(desk.floor["sup"], timezone="America/Montevideo")
    desk.floor.later(hours=14, minutes=30)
    day = (desk.floor.now - timedelta(days=1)).date()
    desk.floor.fill()
    desk.floor.handle("ana", "sale")
    report = desk.report()
    assert [(point.day, point.successes) for point in report.by_day] == [(day, 1)]
    assert [point.hour for point in report.by_hour if point.attempts] == [23]
    assert desk.report(ReportFilters(acted_from=day, acted_to=day)).base.filtered == 1
    assert desk.report(ReportFilters(acted_from=day + timedelta(days=1))).base.filtered == 0


def test_the_calls_of_some_days_tell_the_same_whether_calls_or_leads_are_gone_through(worked: Desk) -> None:
    """Of few days the calls are gone through, of many the leads: the same people either way."""
    last, ana = worked.floor.now.date() - timedelta(days=1), worked.floor["ana"].user_id
    few = worked.report(ReportFilters(ana, acted_from=last - timedelta(days=30), acted_to=last))
    many = worked.report(ReportFilters(ana, acted_from=last - timedelta(days=90), acted_to=last))
    for block in ("base", "progress", "resolutions", "outcomes", "reasons", "by_day", "by_hour", "attempts"):
        assert getattr(few, block) == getattr(many, block), block
    assert 0 < few.base.filtered < few.base.leads


def test_a_tag_narrows_to_the_people_who_have_it(worked: Desk) -> None:
    """Not to those with another of the same words, for these the index of words finds as well."""
    tags = {1: ["gold vip"], 2: ["vip gold", "old"], 3: ["gold vip", "new"], 4: ["gold"]}
    contacts = metadata.tables["contact"]
    with worked.floor.database.transaction() as session:
        ours = contacts.c.organisation_id == worked.floor.organisation_id  # other shops are here, too
        first = select(contacts.c.id).where(ours).order_by(contacts.c.id).limit(4)
        ids = session.execute(first).scalars().all()
        for number, contact_id in enumerate(ids, start=1):
            session.execute(update(contacts).where(contacts.c.id == contact_id).values(tags=tags[number]))

    def people(*wanted: str) -> int:
        report = worked.report(ReportFilters(tags=wanted))
        assert sum(row.assigned for row in report.sellers) <= report.base.filtered
        assert sum(row.calls for row in report.sellers) == report.attempts_made
        return report.base.filtered

    assert [people("gold vip"), people("vip gold"), people("vip gold", "gold"), people("vip")] == [2, 1, 2, 0]


def test_an_hour_is_worked_without_its_pauses(desk: Desk) -> None:
    floor = desk.floor
    desk.enter("ana", SellerState.READY)
    floor.later(minutes=30)
    floor.fill()
    floor.handle("ana", "sale")
    desk.enter("ana", SellerState.PAUSED)
    floor.later(minutes=20)
    desk.enter("ana", SellerState.READY)
    floor.later(minutes=10)
    floor.handle("ana", "not-interested")
    desk.enter("ana", SellerState.AWAY)
    floor.later(hours=9)
    report = desk.report()
    [row] = report.sellers
    assert (row.signed_in_seconds, row.pause_seconds) == (3600, 1200)
    dials = report.figure("rate:dials_per_hour")
    assert (dials.numerator, dials.denominator, dials.value) == (2, 2400, 3.0)
    assert row.dials_per_hour.value == 3.0
    [of_the_day] = desk.report(ReportFilters(acted_from=NOON.date(), acted_to=NOON.date())).sellers
    assert (of_the_day.signed_in_seconds, of_the_day.pause_seconds) == (3600, 1200)
    with floor.database.reading() as session:
        assert "seller_state_figure" not in figures.differing(session)


def test_a_terminal_that_was_closed_does_not_work_all_night(desk: Desk) -> None:
    desk.enter("ana", SellerState.READY)
    desk.floor.later(hours=15)
    [row] = desk.report().sellers
    assert row.signed_in_seconds == 4 * 3600


def test_a_seller_is_ranked_from_a_minimum_of_contacts(desk: Desk) -> None:
    for slug in ("sale", "not-interested", "sale"):
        desk.floor.fill()
        desk.floor.handle("ana", slug)
    desk.floor.fill()
    desk.floor.handle("ben", "sale")
    assert {row.name: row.rank for row in desk.report(minimum=1).sellers} == {"Ben": 1, "Ana": 2}
    assert {row.name: row.rank for row in desk.report(minimum=3).sellers} == {"Ana": 1, "Ben": None}


def test_filters_narrow_leads_and_calls_alike(worked: Desk) -> None:
    desk = worked
    whole = desk.report()
    for code in ("S2", "NI", "none"):
        report = desk.report(ReportFilters(resolutions=(code,)))
        assert report.base.filtered == whole.figure(f"resolution:{code}").numerator
        assert report.figure(f"resolution:{code}").numerator == report.base.filtered
        assert sum(point.attempts for point in report.by_day) == report.attempts_made
    ana = desk.report(ReportFilters(seller_id=desk.floor["ana"].user_id))
    assert [row.calls for row in ana.sellers] == [row.calls for row in whole.sellers if row.name == "Ana"]
    by_number = [desk.report(ReportFilters(statuses=(str(number),))).base.filtered for number in range(1, 8)]
    assert sum(by_number) == 30


def test_however_many_sellers_the_statements_are_as_many(desk: Desk) -> None:
    everything = ReportFilters(
        seller_id=desk.floor["ana"].user_id, list_id=desk.floor.row(desk.floor.lead()).list_id
    )

    def statements(filters: ReportFilters) -> int:
        with count_statements(desk.floor.database) as counted:
            desk.report(filters)
        return counted.count

    few = [statements(each) for each in (ReportFilters(), EVERY_STATUS, everything)]
    desk.work(30, sellers=tuple(desk.floor.hire(f"seller{number}") for number in range(15)))
    many = [statements(each) for each in (ReportFilters(), EVERY_STATUS, everything)]
    assert few == many
    assert max(many) <= 12


def test_who_may_not_see_it_and_what_makes_no_sense_is_refused(desk: Desk) -> None:
    with pytest.raises(NotAllowed):
        desk.report(who="ana")
    with pytest.raises(NotFound):
        desk.report(campaign_id=10**9)
    with pytest.raises(NotFound):
        desk.report(ReportFilters(seller_id=10**9))
    with pytest.raises(Invalid):
        desk.report(ReportFilters(resolutions=("XX",)))
    assert desk.report(who="aud").base.leads == 30
