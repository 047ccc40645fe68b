"""The demonstration shop is a sound shop with the data's figures."""

from collections import Counter
from contextlib import closing
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

from sqlalchemy import func
from sqlmodel import Session, col, select

from domain.calling import claims, queue_state
from domain.calling.models import Activity, Call, HistoryEvent, Lead
from domain.campaigns.models import Campaign
from domain.campaigns.policy import policy_of
from domain.contacts.models import ContactPhone, DoNotCall
from domain.people import entry, rights
from domain.people.models import User
from domain.reporting.filters import ReportFilters
from domain.reporting.report import campaign_report
from domain.sales.models import Sale
from storage.database import Database, open_database
from storage.demo import shop
from storage.demo.dataset import clients
from storage.demo.offers import DEPOSITS, SUBSCRIPTIONS
from storage.demo.summary import as_text, summarise
from storage.integrity import check
from tests.storage.demo.shops import NOW, SMALL, build


def deposits(session: Session) -> Campaign:
    return session.exec(select(Campaign).where(Campaign.name == DEPOSITS)).one()


def test_a_shop_on_either_database_breaks_no_rule(database: Database) -> None:
    build(database.url)
    assert check(database) == []
    assert shop.stands(database.url)


def test_the_whole_campaign_has_the_figures_of_the_data(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'whole.sqlite3'}"
    summary = build(url, leads=None)
    large, small = summary.campaigns
    assert (large.name, large.leads, large.sales, large.attempts) == (DEPOSITS, 45_211, 5_289, 124_956)
    assert sum(large.by_status.values()) == 45_211
    assert large.by_status["sale"] == 5_289
    assert (small.name, small.leads, small.attempts) == (SUBSCRIPTIONS, 400, 0)
    assert large.callable_now > 10_000
    assert large.callbacks_due >= 24
    assert large.callbacks_later > 100
    with closing(open_database(url)) as database:
        assert check(database) == []
        with database.reading() as session:
            assert session.exec(select(func.count()).select_from(Sale)).one() == 5_289
            assert session.exec(select(func.count()).select_from(Call)).one() == 124_956
            report = campaign_report(
                session,
                actor=rights.system(1, timezone="Europe/Lisbon"),
                campaign_id=deposits(session).id or 0,
                filters=ReportFilters(),
                now=NOW,
            )
            assert (report.base.leads, report.attempts_made) == (45_211, 124_956)
            assert report.figure("outcome:success").numerator == 5_289
            assert sum(each.numerator for each in report.resolutions) == 45_211
            assert sum(each.calls for each in report.sellers) == 124_956
            assert sum(each.attempts for each in report.by_day) == 124_956
            assert sum(each.successes for each in report.attempts) == 5_289
            won = select(func.count()).where(col(Lead.campaign_resolution).in_(["S1", "S2"]))
            assert session.exec(won).one() == 5_289
            still_open = select(func.count()).where(
                col(Lead.campaign_id) == deposits(session).id,
                col(Lead.campaign_status).not_in([4, 5]),
                col(Lead.dial_attempts) < 5,
            )
            assert session.exec(still_open).one() == 34_195
            lengths = session.exec(
                select(Lead.external_id, Call.talk_seconds, Call.started_at, Call.ended_at)
                .join(Call, (col(Call.lead_id) == Lead.id) & (col(Call.started_at) == Lead.last_dial_attempt))
                .order_by(Lead.external_id)
            ).all()
    expected = [client.seconds for client in clients()]
    assert [talk for _, talk, _, _ in lengths] == expected
    assert [int((ended - started).total_seconds()) for _, _, started, ended in lengths if ended] == expected


def test_a_smaller_shop_keeps_the_attempts_and_sales_of_those_drawn(small: Database) -> None:
    by_number = {f"BM-{client.number:05d}": client for client in clients()}
    with small.reading() as session:
        leads = session.exec(select(Lead).where(Lead.campaign_id == deposits(session).id)).all()
    assert len(leads) == SMALL
    for lead in leads:
        client = by_number[lead.external_id or ""]
        assert lead.dial_attempts == client.attempts
        assert (lead.campaign_resolution in ("S1", "S2")) == client.bought


def test_every_attempt_is_a_call_an_activity_and_an_event(small: Database) -> None:
    with small.reading() as session:
        calls = Counter(session.exec(select(Call.lead_id)).all())
        answered = Counter(session.exec(select(Call.lead_id).where(Call.result == "answered")).all())
        activities = Counter(session.exec(select(Activity.lead_id).where(Activity.kind == "call")).all())
        kinds = col(HistoryEvent.kind).in_(["outcome", "call"])
        events = Counter(session.exec(select(HistoryEvent.lead_id).where(kinds)).all())
        leads = session.exec(select(Lead)).all()
    for lead in leads:
        assert lead.dial_attempts == calls[lead.id or 0] == activities[lead.id] == events[lead.id]
        assert lead.answered_count == answered[lead.id or 0]


def test_history_ends_where_each_lead_stands(small: Database) -> None:
    with small.reading() as session:
        leads = {lead.id: lead for lead in session.exec(select(Lead)).all()}
        events = session.exec(select(HistoryEvent).order_by(col(HistoryEvent.id))).all()
    values: dict[int | None, dict[str, object]] = {}
    for event in events:
        known = values.setdefault(event.lead_id, {})
        assert all(known.get(key, value) == value for key, value in (event.before or {}).items())
        known.update(event.after or {})
    for lead_id, known in values.items():
        assert {key: getattr(leads[lead_id], key) for key in known} == known


def test_every_lead_waits_where_the_rule_of_the_queue_says(small_file: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.sqlite3"
    copy.write_bytes(small_file.read_bytes())
    with closing(open_database(f"sqlite:///{copy}")) as database, database.transaction() as session:
        states = select(Lead.id, Lead.queue_state).order_by(col(Lead.id))
        before = session.exec(states).all()
        for campaign in session.exec(select(Campaign)).all():
            queue_state.recompute(
                session,
                organisation_id=campaign.organisation_id,
                dialable=policy_of(campaign).dialable,
                where=col(Lead.campaign_id) == campaign.id,
            )
        assert session.exec(states).all() == before
        assert {0, 2, 3, 4, 9} <= {state for _, state in before}


def test_each_seller_has_leads_handed_by_a_supervisor(small: Database) -> None:
    with small.reading() as session:
        leads = session.exec(select(Lead).where(col(Lead.owner_id).is_not(None))).all()
        events = session.exec(select(HistoryEvent).where(HistoryEvent.kind == "assign")).all()
        ines = session.exec(select(User).where(User.name == "ines")).one()
    assert len({lead.owner_id for lead in leads}) == 8
    assert {lead.id: (lead.owner_id, lead.assigned_at) for lead in leads} == {
        event.lead_id: ((event.after or {})["owner_id"], event.at) for event in events
    }
    assert {event.user_id for event in events} == {ines.id}


def test_who_asked_not_to_be_called_is_on_the_register_everywhere(small: Database) -> None:
    with small.reading() as session:
        register = session.exec(select(DoNotCall)).all()
        blocked = session.exec(select(Lead).where(Lead.status == "dnc")).all()
        numbers = session.exec(
            select(ContactPhone.e164).where(col(ContactPhone.contact_id).in_([b.contact_id for b in blocked]))
        ).all()
        same_people = session.exec(
            select(Lead.status).where(col(Lead.contact_id).in_([b.contact_id for b in blocked]))
        ).all()
    assert blocked
    assert {entry.e164 for entry in register if entry.e164} == set(numbers)
    assert {entry.contact_id for entry in register if entry.e164 is None} == {b.contact_id for b in blocked}
    assert set(same_people) == {"dnc"}


def test_every_seller_has_callbacks_due_and_some_are_for_anybody(small: Database) -> None:
    with small.reading() as session:
        pending = session.exec(select(Activity).where(Activity.state == "pending")).all()
        sellers = session.exec(select(User.id).where(User.role == "seller")).all()
        supervisors = session.exec(select(User.id).where(User.role == "supervisor")).all()
    due = Counter(activity.seller_id for activity in pending if activity.due_at and activity.due_at <= NOW)
    assert len(sellers) == 8
    assert len(supervisors) == 2
    assert all(due[seller] >= 1 for seller in sellers)
    assert any(activity.seller_id is None for activity in pending)
    assert any(activity.due_at and activity.due_at > NOW for activity in pending)


def test_there_is_work_now_and_more_comes_in_the_next_hours(small: Database) -> None:
    with small.reading() as session:
        due = session.exec(select(Lead.next_attempt_at).where(col(Lead.queue_state).in_([0, 2, 4]))).all()
        figures = [summarise(session, now=NOW + timedelta(hours=hours)).campaigns[0] for hours in range(9)]
    assert sum(at <= NOW for at in due) > 100
    ready = [found.callable_now for found in figures]
    assert all(later > sooner for sooner, later in pairwise(ready))


def test_a_seller_gets_a_person_with_history_from_it(database: Database) -> None:
    build(database.url, leads=200)
    with database.transaction() as session:
        actor = entry.sign_in(session, name="ana", password=None, now=NOW)
        campaign_id = deposits(session).id or 0
        found = claims.next_lead(session, actor=actor, campaign_id=campaign_id, now=NOW)
    assert found.dossier is not None
    assert found.dossier.source == "callback"
    assert found.dossier.history
    assert found.dossier.script.startswith("# Term deposits")


def test_the_large_campaign_says_that_it_calls_round_the_clock_and_the_small_one_keeps_hours(
    small: Database,
) -> None:
    with small.reading() as session:
        large, other = session.exec(select(Campaign).order_by(col(Campaign.id))).all()
        assert "24h" in large.name
        assert "round the clock" in large.description
        assert "round the clock" in large.script
        assert policy_of(large).calendar.hours.always
        assert not policy_of(other).calendar.hours.always
        assert other.holidays_country == "US"
        zones = session.exec(select(Lead.segment).where(Lead.campaign_id == other.id).distinct()).all()
        both = session.exec(
            select(Lead.contact_id).group_by(col(Lead.contact_id)).having(func.count() > 1)
        ).all()
    assert len(zones) > 5
    assert len(both) > 20


def test_the_summary_says_how_the_campaigns_stand(small: Database) -> None:
    with small.reading() as session:
        lines = as_text(summarise(session, now=NOW))
    assert "Term deposits 24h  (00:00-24:00)" in lines
    assert "leads        600" in lines
    assert "Not interested" in lines
    assert "callbacks due" in lines
    assert "8 sellers" in lines
    assert "Bank Marketing" in lines
    assert "CC BY 4.0" in lines
