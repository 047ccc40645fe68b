"""The tally of leads says what the leads say, whoever changed them, and folding or rebuilding changes no figure."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlmodel import Session

from domain.calling import claims, hopper, outcomes, tally, undo
from domain.calling.models import Lead
from domain.codes import DialStatus
from domain.intake.importing import import_leads
from domain.intake.options import ImportOptions
from storage import bulk, figures, integrity
from storage.database import Database
from tests.support import tallies
from tests.support.factories import NOON, ShopFixture, build_shop


def agree(session: Session, shop: ShopFixture) -> dict[str, int]:
    """The figures by status, after checking that the tally and the leads say the same."""
    organisation = shop.root.organisation_id
    counted = tallies.counted(session, organisation_id=organisation)
    assert figures.differing(session) == {}
    assert tally.places(session, organisation_id=organisation, campaign_id=shop.campaign_id) == counted
    return tally.by_status(session, organisation_id=organisation, campaign_id=shop.campaign_id)


def test_a_seller_at_work_moves_the_figures(database: Database) -> None:
    shop = build_shop(database, leads=12)
    with database.transaction() as session:
        hopper.fill(session, actor=shop.sup, campaign_id=shop.campaign_id, now=NOON)
        assert agree(session, shop) == {"new": 12}
    with database.transaction() as session:
        got = claims.next_lead(session, actor=shop.ana, campaign_id=shop.campaign_id, now=NOON)
        assert got.dossier is not None
        lead = got.dossier.lead_id
        outcomes.record(session, actor=shop.ana, lead_id=lead, action="busy", now=NOON)
        assert agree(session, shop) == {"new": 11, "busy": 1}
        undo.undo(session, actor=shop.ana, now=NOON + timedelta(minutes=1))
        assert agree(session, shop) == {"new": 12}


def test_leads_that_come_and_go_are_counted(database: Database) -> None:
    shop = build_shop(database, leads=3)
    with database.transaction() as session:
        session.execute(
            text("UPDATE lead SET status = NULL, queue_state = 9 WHERE id = :id"), {"id": shop.leads[0]}
        )
        assert agree(session, shop) == {"": 1, "new": 2}
        session.execute(text("DELETE FROM lead WHERE id = :id"), {"id": shop.leads[1]})
        assert agree(session, shop) == {"": 1, "new": 1}


def test_nothing_of_a_change_that_was_taken_back_is_counted(database: Database) -> None:
    shop = build_shop(database, leads=3)
    try:
        with database.transaction() as session:
            session.execute(text("UPDATE lead SET status = 'busy'"))
            raise InterruptedError
    except InterruptedError:
        pass
    with database.reading() as session:
        assert agree(session, shop) == {"new": 3}


def test_folding_keeps_every_figure(postgres_database: Database) -> None:
    shop = build_shop(postgres_database, leads=40)
    organisation = shop.root.organisation_id
    with postgres_database.transaction() as session:
        for status in ("busy", "no_answer", "failed", "new", "busy", "closed", "congestion") * 3:
            for lead in shop.leads:
                session.execute(text("UPDATE lead SET status = :s WHERE id = :id"), {"s": status, "id": lead})
        saved = figures.fold(session, organisation_id=organisation)
        assert saved > 500
        assert agree(session, shop) == {"congestion": 40}
        rows = session.execute(text("SELECT count(*) FROM lead_tally")).scalar_one()
        assert rows == 1
        assert figures.fold(session, organisation_id=organisation) == 0


def test_a_file_keeps_one_row_a_place(sqlite_database: Database) -> None:
    shop = build_shop(sqlite_database, leads=40)
    with sqlite_database.transaction() as session:
        for status in ("busy", "no_answer", "failed", "new", "busy") * 3:
            session.execute(text("UPDATE lead SET status = :status"), {"status": status})
        assert agree(session, shop) == {"busy": 40}
        assert session.execute(text("SELECT count(*) FROM lead_tally")).scalar_one() == 4
        assert figures.fold(session, organisation_id=shop.root.organisation_id) == 0


def test_a_tally_that_went_wrong_is_found_and_made_anew(database: Database) -> None:
    shop = build_shop(database, leads=5)
    assert integrity.check(database) == []
    with database.transaction() as session:
        session.execute(text("UPDATE lead_tally SET leads = leads + 2"))
    assert [violation.code for violation in integrity.check(database)] == ["tally_differs"]
    assert figures.rebuild(database) == 1
    assert integrity.check(database) == []
    assert figures.rebuild(database) == 0
    with database.reading() as session:
        assert agree(session, shop) == {"new": 5}


_statuses = st.sampled_from([*(status.value for status in DialStatus), None])
_moves = st.lists(
    st.tuples(st.integers(0, 5), _statuses, st.sampled_from([0, 1, 2, 9]), st.booleans()), max_size=12
)


def test_any_moves_leave_tally_and_leads_agreed(sqlite_database: Database) -> None:
    shop = build_shop(sqlite_database, leads=6)

    @settings(max_examples=25, deadline=None)
    @given(moves=_moves)
    def agreed(moves: list[tuple[int, str | None, int, bool]]) -> None:
        with sqlite_database.transaction() as session:
            for index, status, waits, exhausted in moves:
                lead = session.get_one(Lead, shop.leads[index])
                lead.status, lead.queue_state, lead.exhausted = status, waits, exhausted
                session.add(lead)
                session.flush()
            agree(session, shop)

    agreed()


def test_an_import_leaves_few_rows_behind(sqlite_database: Database, tmp_path: Path) -> None:
    shop = build_shop(sqlite_database, leads=0)
    lines = "phone,name\n" + "".join(f"+3319900{n:04d},Person {n}\n" for n in range(2_500))
    people = tmp_path / "people.csv"
    people.write_text(lines, encoding="utf-8")
    result = import_leads(
        sqlite_database,
        bulk,
        actor=shop.root,
        path=people,
        campaign_id=shop.campaign_id,
        options=ImportOptions(),
        now=NOON,
    )
    assert result.counts.imported == 2_500
    with sqlite_database.reading() as session:
        assert agree(session, shop) == {"new": result.counts.imported}
        assert session.execute(text("SELECT count(*) FROM lead_tally")).scalar_one() <= 10
