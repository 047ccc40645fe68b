"""The demonstration shop is a sound shop with the data's figures, built wholly or not at all."""

import hashlib
import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import func, text
from sqlmodel import Session, col, select

from domain.calling import claims, queue_state
from domain.calling.models import Activity, Call, HistoryEvent, Lead
from domain.campaigns.models import Campaign
from domain.campaigns.policy import policy_of
from domain.contacts.models import ContactPhone, DoNotCall
from domain.errors import Conflict, Invalid
from domain.models import metadata
from domain.people import shop as organisation
from domain.people import users
from domain.people.models import User
from domain.sales.models import Sale
from storage.database import Database, open_database
from storage.demo import shop
from storage.demo.dataset import clients
from storage.demo.offers import DEPOSITS, SUBSCRIPTIONS
from storage.demo.summary import DemoSummary, as_text, summarise
from storage.errors import NotADialdeckDatabase
from storage.integrity import check

NOW = datetime(2026, 3, 11, 15, 20, tzinfo=UTC)
SMALL = 600
ROOT = Path(__file__).parents[3]


def build(
    url: str, *, leads: int | None = SMALL, seed: int = 5, now: datetime = NOW, reset: bool = False
) -> DemoSummary:
    return shop.build(url, now=now, leads=leads, seed=seed, reset=reset)


def digest(database: Database) -> dict[str, str]:
    """One fingerprint for each table, the same on both databases."""
    found = {}
    with database.reading() as session:
        for table in metadata.sorted_tables:
            order = list(table.primary_key.columns)
            rows = [list(row) for row in session.execute(table.select().order_by(*order))]
            if table.name == "lead_tally":  # numbered as each kind of database draws it together
                rows = sorted(row[1:] for row in rows)
            whole = json.dumps(rows, sort_keys=True, default=str)
            found[table.name] = f"{len(rows)} {hashlib.sha256(whole.encode()).hexdigest()}"
    return found


@pytest.fixture(scope="module")
def small_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("demo") / "shop.sqlite3"
    build(f"sqlite:///{file}")
    return file


@pytest.fixture
def small(small_file: Path) -> Iterator[Database]:
    """A small shop to read."""
    with closing(open_database(f"sqlite:///{small_file}")) as database:
        yield database


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


def test_a_file_that_is_something_else_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "letter.txt"
    file.write_text("Dear Inés,\n" * 100)
    with pytest.raises(NotADialdeckDatabase):
        build(f"sqlite:///{file}", leads=10)
    assert file.read_text() == "Dear Inés,\n" * 100


def test_an_empty_file_becomes_the_shop(tmp_path: Path) -> None:
    file = tmp_path / "shop.sqlite3"
    file.touch()
    build(f"sqlite:///{file}", leads=10)
    assert shop.stands(f"sqlite:///{file}")


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
        actor = users.sign_in(session, name="ana", password=None, now=NOW)
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


def test_the_same_seed_within_an_hour_makes_the_same_shop_on_either_database(
    database: Database, small: Database
) -> None:
    build(database.url, now=NOW + timedelta(minutes=25))
    assert digest(database) == digest(small)


def test_another_seed_makes_another_shop(tmp_path: Path, small: Database) -> None:
    url = f"sqlite:///{tmp_path / 'other.sqlite3'}"
    build(url, seed=6)
    with closing(open_database(url)) as database:
        assert digest(database)["contact"] != digest(small)["contact"]


def test_a_database_with_a_shop_is_refused_unless_reset(database: Database) -> None:
    build(database.url, leads=50)
    before = digest(database)
    with pytest.raises(Conflict) as refused:
        build(database.url, leads=60)
    assert refused.value.code == "shop_exists"
    assert digest(database) == before
    assert build(database.url, leads=60, reset=True).campaigns[0].leads == 60
    assert check(database) == []


def test_a_real_shop_is_never_replaced(database: Database) -> None:
    build(database.url, leads=20)
    with database.transaction() as session:
        session.execute(text("UPDATE organisation SET settings = '{}'"))
    with pytest.raises(Conflict) as refused:
        build(database.url, leads=20, reset=True)
    assert refused.value.code == "not_a_demo"
    assert not shop.stands(database.url)


@pytest.mark.parametrize("leads", [1, 3])
def test_a_tiny_shop_is_sound_and_its_largest_campaign_is_that_of_the_data(
    tmp_path: Path, leads: int
) -> None:
    url = f"sqlite:///{tmp_path / 'tiny.sqlite3'}"
    largest = build(url, leads=leads).campaigns[0]
    assert (largest.name, largest.leads) == (DEPOSITS, leads)
    with closing(open_database(url)) as database:
        assert check(database) == []


def test_a_shop_of_nobody_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid):
        build(f"sqlite:///{tmp_path / 'none.sqlite3'}", leads=0)
    assert [file.name for file in tmp_path.iterdir() if "sqlite3" in file.name] == []


class Stopped(BaseException):
    """Ctrl-C, as far as the shop is concerned."""


def stop_half_way(phase: str, done: int, total: int) -> None:
    if phase == "Writing people and calls" and done:
        raise Stopped


def test_a_stopped_build_leaves_nothing_and_the_next_one_succeeds(database: Database) -> None:
    with pytest.raises(Stopped):
        shop.build(database.url, now=NOW, leads=50, progress=stop_half_way)
    assert not shop.stands(database.url)
    with database.reading() as session:
        assert organisation.find(session) is None
    assert build(database.url, leads=50).campaigns[0].leads == 50


_KILLED = """
import os, signal, sys
from datetime import UTC, datetime
from storage.demo import shop

def die(phase, done, total):
    if phase == "Writing people and calls" and done:
        os.kill(os.getpid(), signal.SIGKILL)

shop.build(sys.argv[1], now=datetime(2026, 3, 11, 15, tzinfo=UTC), leads=50, progress=die)
"""


def test_a_killed_build_is_built_again(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'killed.sqlite3'}"
    died = subprocess.run([sys.executable, "-c", _KILLED, url], cwd=ROOT, check=False)
    assert died.returncode == -signal.SIGKILL
    assert not (tmp_path / "killed.sqlite3").exists()
    assert not shop.stands(url)
    build(url, leads=50)
    assert shop.stands(url)
    left = sorted(file.name for file in tmp_path.iterdir() if file.name.startswith("killed"))
    assert not [name for name in left if ".building" in name or ".demo" in name]


def test_two_builds_at_once_make_one_shop(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'shop.sqlite3'}"
    code = (
        "import sys; from datetime import UTC, datetime; from storage.demo import shop;"
        "shop.build(sys.argv[1], now=datetime(2026, 3, 11, 15, tzinfo=UTC), leads=100)"
    )
    both = [
        subprocess.Popen(
            [sys.executable, "-c", code, url], cwd=ROOT, stderr=subprocess.PIPE, env=dict(os.environ)
        )
        for _ in range(2)
    ]
    errors = [process.communicate()[1].decode() for process in both]
    assert sorted(process.returncode for process in both) == [0, 1]
    assert sum("There is a shop in" in error for error in errors) == 1
    assert shop.stands(url)


def test_somebody_who_has_the_old_shop_open_sees_the_new_one(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'shop.sqlite3'}"
    build(url, leads=30)
    with closing(open_database(url)) as reader:
        with reader.reading() as session:
            assert summarise(session, now=NOW).campaigns[0].leads == 30
        build(url, leads=40, reset=True)
        with reader.reading() as session:
            assert summarise(session, now=NOW).campaigns[0].leads == 40
        assert check(reader) == []


def test_progress_is_told_from_beginning_to_end(tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    url = f"sqlite:///{tmp_path / 'shop.sqlite3'}"
    shop.build(url, now=NOW, leads=40, progress=lambda *step: told.append(step))
    assert told[0] == ("Preparing the database", 0, 1)
    assert ("Writing people and calls", 40, 40) in told
    assert told[-1] == ("Finishing", 1, 1)


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
