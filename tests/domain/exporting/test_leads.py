"""Exported leads: whose, in which order, what a row says of its lead, and what it costs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlmodel import col

from domain.calling.calls import ReportedCall
from domain.calling.models import Lead
from domain.codes import CallResult
from domain.contacts.models import Contact, ContactPhone
from domain.errors import Invalid, NotAllowed, NotFound
from domain.exporting import leads
from domain.exporting.columns import HEADINGS, HEADINGS_OF_ALL, LeadRow, cells, document
from domain.people import teams
from domain.reporting.filters import ReportFilters
from storage.counting import count_statements
from tests.support.factories import NOON, number
from tests.support.floor import Floor


def _exported(
    floor: Floor, *, who: str = "sup", campaign_id: int | None = None, page: int = leads.PAGE
) -> list[LeadRow]:
    with floor.database.reading() as session:
        return list(leads.rows(session, actor=floor[who], campaign_id=campaign_id, page=page))


def _one(floor: Floor, lead_id: int) -> LeadRow:
    [row] = [row for row in _exported(floor) if row.lead_id == lead_id]
    return row


def test_the_columns_are_those_of_the_specification() -> None:
    assert ", ".join(HEADINGS) == (
        "Contact ID, Contact name, Email, Phone, Mobile, Status, Campaign resolution, Resolution reason, Seller, "
        "Date assigned, Last action date, Date created, Times contacted, Activity count, Last console action, "
        "Attempts, Last attempt, Next attempt, Tags"
    )
    assert HEADINGS_OF_ALL[:6] == (*HEADINGS[:5], "Campaign")
    assert HEADINGS_OF_ALL[6:] == HEADINGS[5:]


def test_a_row_tells_everything_about_a_lead(floor: Floor) -> None:
    lead_id = floor.lead(owner_id=floor["ana"].user_id, assigned_at=NOON - timedelta(days=1))
    contact_id = floor.row(lead_id).contact_id
    with floor.database.transaction() as session:
        contact = session.get_one(Contact, contact_id)
        contact.name, contact.email, contact.tags = "Ada Marlow", "ada@example.org", ["vip", "tea"]
        session.add(contact)
        session.add(
            ContactPhone(
                organisation_id=floor.organisation_id,
                contact_id=contact_id,
                e164=number(900),
                kind="mobile",
                position=1,
            )
        )
    floor.handle("ana", "not-interested", lead_id, reason=1)
    row = _one(floor, lead_id)
    assert cells(row) == [
        contact_id, "Ada Marlow", "ada@example.org", number(0), number(900), "not_interested", "NI",
        row.reason, "ana", "2026-03-09T12:00:00Z", "2026-03-10T12:00:00Z", "2026-03-10T12:00:00Z",
        1, 1, "not-interested", 1, "2026-03-10T12:00:00Z", None, "vip, tea",
    ]  # fmt: skip
    assert row.reason is not None
    assert not row.reason.isdigit()
    assert cells(row, of_all=True)[4:7] == [number(900), "Spring", "not_interested"]
    told = document(row)
    assert (told["resolution_reason"], told["resolution_reason_label"]) == (1, row.reason)
    assert (told["tags"], told["campaign"], told["lead_id"]) == (["vip", "tea"], "Spring", lead_id)


def test_a_fresh_lead_without_anything_has_empty_cells(floor: Floor) -> None:
    lead_id = floor.lead(status=None, queue_state=9)
    row = _one(floor, lead_id)
    assert (row.status, row.resolution, row.reason, row.seller, row.action) == (None,) * 5
    assert (row.assigned_at, row.last_action_at, row.last_attempt, row.next_attempt) == (None,) * 4
    assert (row.times_contacted, row.activity_count, row.attempts, row.tags) == (0, 0, 0, ())


def test_contacts_and_activities_are_counted_by_what_happened(floor: Floor) -> None:
    called, reported, undone, imported = floor.leads(4)
    floor.handle("ana", "not-found", called)
    floor.later(days=1)
    floor.handle("ana", "schedule", called, at=floor.now + timedelta(hours=2))
    floor.report(
        ReportedCall(lead_id=reported, started_at=floor.now, result=CallResult.NO_ANSWER, external_id="x-1")
    )
    floor.handle("ana", "not-interested", undone)
    floor.undo("ana")
    with floor.database.transaction() as session:
        row = session.get_one(Lead, imported)
        row.answered_count = 3
        session.add(row)
    # Two calls, one of which reached the person, and the callback that is due.
    assert (_one(floor, called).times_contacted, _one(floor, called).activity_count) == (1, 3)
    assert (_one(floor, reported).times_contacted, _one(floor, reported).activity_count) == (0, 1)
    assert (_one(floor, undone).times_contacted, _one(floor, undone).activity_count) == (0, 0)
    assert (_one(floor, imported).times_contacted, _one(floor, imported).activity_count) == (3, 0)


def test_a_number_known_to_be_wrong_stands_behind_a_good_one(floor: Floor) -> None:
    lead_id = floor.lead(numbers=[[number(1), number(2)]])
    contact_id = floor.row(lead_id).contact_id
    with floor.database.transaction() as session:
        session.execute(
            update(ContactPhone)
            .where(col(ContactPhone.contact_id) == contact_id, col(ContactPhone.e164) == number(1))
            .values(bad=True)
        )
    assert (_one(floor, lead_id).phone, _one(floor, lead_id).mobile) == (number(2), None)


def test_everybody_is_there_once_whatever_the_size_of_a_page(floor: Floor) -> None:
    wanted = floor.leads(7)
    for page in (1, 2, 3, 7, 100):
        found = [row.lead_id for row in _exported(floor, campaign_id=floor.campaign_id, page=page)]
        assert found == wanted


def test_all_campaigns_follow_one_another_and_a_campaign_stands_alone(floor: Floor) -> None:
    other = floor.campaign("Autumn")
    floor.leads(2)
    floor.leads(3, campaign_id=other)
    assert [row.campaign for row in _exported(floor)] == ["Autumn"] * 3 + ["Spring"] * 2
    assert [row.campaign for row in _exported(floor, campaign_id=other)] == ["Autumn"] * 3
    with floor.database.reading() as session:
        assert leads.size(session, actor=floor["sup"]) == 5
        assert leads.size(session, actor=floor["sup"], campaign_id=other) == 3


def test_a_page_costs_four_statements(floor: Floor) -> None:
    floor.leads(6)
    costs = {}
    for page in (2, 6):
        with count_statements(floor.database) as sent:
            _exported(floor, campaign_id=floor.campaign_id, page=page)
        costs[page] = sent.count
    # Three pages of two; the last page is full, so that one more is asked for and found empty.
    assert costs[2] - costs[6] == 2 * 4
    assert costs[6] == 4 + 1 + 4


@pytest.mark.parametrize("who", ["root", "sup", "aud"])
def test_who_leads_and_who_looks_may_export(floor: Floor, who: str) -> None:
    floor.leads(1)
    assert len(_exported(floor, who=who)) == 1


def test_a_seller_may_not_export_and_learns_it_at_once(floor: Floor) -> None:
    with floor.database.reading() as session:
        with pytest.raises(NotAllowed, match="may not export leads"):
            leads.rows(session, actor=floor["ana"])
        with pytest.raises(NotAllowed):
            leads.size(session, actor=floor["ana"])


def test_a_campaign_of_another_shop_is_none(floor: Floor) -> None:
    there = Floor(floor.database)
    there.leads(1)
    with floor.database.reading() as session, pytest.raises(NotFound):
        leads.rows(session, actor=floor["sup"], campaign_id=there.campaign_id)
    assert _exported(floor) == []


# ── filters ──────────────────────────────────────────────────────────────────────────────────────────────────


def _narrowed(floor: Floor, who: str = "sup", **wanted: object) -> list[int]:
    filters = ReportFilters(**wanted)  # type: ignore[arg-type]  # names and types of the filters
    with floor.database.reading() as session:
        found = [
            row.lead_id
            for row in leads.rows(
                session, actor=floor[who], campaign_id=floor.campaign_id, filters=filters, page=2
            )
        ]
        size = leads.size(session, actor=floor[who], campaign_id=floor.campaign_id, filters=filters)
    assert size == len(found)
    return found


def test_the_filters_of_reports_narrow_an_export(floor: Floor) -> None:
    fresh, busy, mine, called = floor.leads(4)
    floor.edit(busy, status="busy")
    floor.edit(mine, seller="ana")
    floor.handle("ben", "not-interested", called, reason=2)
    with floor.database.transaction() as session:
        contact = session.get_one(Contact, floor.row(fresh).contact_id)
        contact.tags = ["vip"]
        session.add(contact)
    assert _narrowed(floor, statuses=("busy",)) == [busy]
    assert _narrowed(floor, seller_id=floor["ana"].user_id) == [mine]
    assert _narrowed(floor, resolutions=("NI",), reasons=(2,)) == [called]
    assert _narrowed(floor, resolutions=("none",)) == [fresh, busy, mine]
    assert _narrowed(floor, tags=("vip", "other")) == [fresh]
    assert _narrowed(floor, acted_from=NOON.date(), acted_to=NOON.date()) == [called]
    assert _narrowed(floor, acted_from=NOON.date() + timedelta(days=1)) == []
    assert _narrowed(floor, list_id=floor.row(busy).list_id) == [fresh, busy, mine, called]


def test_a_filter_that_makes_no_sense_is_refused_before_a_row(floor: Floor) -> None:
    with floor.database.reading() as session, pytest.raises(Invalid, match="no such status"):
        leads.rows(session, actor=floor["sup"], filters=ReportFilters(statuses=("asleep",)))
    with floor.database.reading() as session, pytest.raises(NotFound, match="no list number"):
        leads.rows(
            session,
            actor=floor["sup"],
            campaign_id=floor.campaign_id,
            filters=ReportFilters(list_id=10**9),
        )


def test_who_leads_teams_gets_their_leads_and_those_nobody_has(floor: Floor) -> None:
    free, of_ana, of_ben = floor.leads(3)
    floor.edit(of_ana, seller="ana")
    floor.edit(of_ben, seller="ben")
    with floor.database.transaction() as session:
        teams.add(
            session,
            actor=floor["root"],
            name="North",
            now=floor.now,
            supervisors=("sup",),
            members=("ana",),
        )
    assert [row.lead_id for row in _exported(floor)] == [free, of_ana]
    assert [row.lead_id for row in _exported(floor, who="aud")] == [free, of_ana, of_ben]
    with floor.database.reading() as session, pytest.raises(NotAllowed, match="no team of sup"):
        leads.rows(session, actor=floor["sup"], filters=ReportFilters(seller_id=floor["ben"].user_id))
