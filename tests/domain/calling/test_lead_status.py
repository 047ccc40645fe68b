"""The one writer of a lead's status: a complete table, a history row for every change, many leads at once."""

from __future__ import annotations

import ast
import re
from datetime import timedelta
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlmodel import Session, col

from domain.calling import lead_status
from domain.calling.lead_status import RefusedChange
from domain.calling.models import HistoryEvent, Lead
from domain.calling.status_table import ALLOWED, Cause, allows
from domain.codes import FINAL_STATUSES, DialStatus
from storage.database import Database
from tests.support.factories import NOON, ShopFixture, build_shop

LATER = NOON + timedelta(minutes=5)
EVERY = [*(status.value for status in DialStatus), None]
FINAL = {status.value for status in FINAL_STATUSES}
statuses = st.sampled_from(EVERY)
causes = st.sampled_from(list(Cause))


def test_the_table_has_an_answer_for_every_cause_and_every_pair_of_statuses() -> None:
    assert len(EVERY) == 14
    for cause, before in product(Cause, EVERY):
        assert before in ALLOWED[cause][before], "a status may always stay"
        assert ALLOWED[cause][before] <= set(EVERY)


@given(cause=causes, before=statuses, after=statuses)
def test_finals_are_left_by_undo_recycle_and_edit_only(
    cause: Cause, before: str | None, after: str | None
) -> None:
    if before in FINAL and after != before and allows(cause, before, after):
        leaving = {Cause.UNDO, Cause.RECYCLE, Cause.EDIT, Cause.OFF_REGISTER}
        assert cause in leaving
        if before == "dnc":
            assert cause in {Cause.UNDO, Cause.OFF_REGISTER}


@given(before=statuses, after=statuses)
def test_a_call_ends_nothing_but_by_a_bad_number_or_the_limit(before: str | None, after: str | None) -> None:
    if after != before and allows(Cause.CALL, before, after):
        assert before not in FINAL
        assert after not in {"sale", "not_interested", "dnc", "new", "callback", None}


@given(before=statuses, after=statuses)
def test_a_recycle_puts_into_play_and_nowhere_else(before: str | None, after: str | None) -> None:
    if after != before and allows(Cause.RECYCLE, before, after):
        assert before != "dnc"
        assert after in {"new", "no_answer", "busy", "failed", "dropped", "congestion", "callback"}


@given(before=statuses, after=statuses)
def test_a_repair_only_touches_leads_without_status_or_dialled_but_new(
    before: str | None, after: str | None
) -> None:
    if after != before and allows(Cause.REPAIR, before, after):
        assert before in (None, "new")


@pytest.fixture
def shop(database: Database) -> ShopFixture:
    return build_shop(database, leads=14)


def give(session: Session, shop: ShopFixture, *given: str | None) -> None:
    for lead_id, status in zip(shop.leads, given, strict=True):
        session.execute(text("UPDATE lead SET status = :s WHERE id = :id"), {"s": status, "id": lead_id})


def standing(session: Session, shop: ShopFixture) -> list[str | None]:
    rows = session.execute(
        select(col(Lead.status)).where(col(Lead.id).in_(shop.leads)).order_by(col(Lead.id))
    )
    return list(rows.scalars())


def events(session: Session, kind: str) -> list[HistoryEvent]:
    rows = session.execute(
        select(HistoryEvent).where(col(HistoryEvent.kind) == kind).order_by(col(HistoryEvent.id))
    )
    return list(rows.scalars())


def test_one_lead_changes_with_version_time_and_history(shop: ShopFixture) -> None:
    with shop.database.transaction() as session:
        lead = session.get_one(Lead, shop.leads[0])
        was = lead.version
        lead_status.change(
            session, cause=Cause.EDIT, lead=lead, values={"status": "busy", "queue_state": 0}, at=LATER
        )
    with shop.database.reading() as session:
        lead = session.get_one(Lead, shop.leads[0])
        assert (lead.status, lead.version, lead.last_status_change) == ("busy", was + 1, LATER)
        (event,) = events(session, "edit")
        assert event.before == {"status": "new", "last_status_change": None}
        assert event.after == {"status": "busy", "last_status_change": LATER.isoformat()}


def test_what_the_table_refuses_is_not_written(shop: ShopFixture) -> None:
    with shop.database.transaction() as session:
        give(session, shop, *["sale"] * 14)
    with shop.database.transaction() as session:
        lead = session.get_one(Lead, shop.leads[0])
        with pytest.raises(RefusedChange, match="is Sale and stays so"):
            lead_status.change(session, cause=Cause.CALL, lead=lead, values={"status": "busy"}, at=LATER)
    with shop.database.reading() as session:
        assert standing(session, shop) == ["sale"] * 14
        assert events(session, "call") == []


@pytest.mark.parametrize("target", ["new", "busy"])
def test_many_leads_change_where_the_table_allows(shop: ShopFixture, target: str) -> None:
    with shop.database.transaction() as session:
        give(session, shop, *EVERY)
    with shop.database.transaction() as session:
        changed = lead_status.change_many(
            session,
            cause=Cause.RECYCLE,
            organisation_id=shop.root.organisation_id,
            lead_ids=shop.leads,
            values={"status": target, "dial_attempts": 0},
            at=LATER,
            batch_id=7,
        )
    dnc = EVERY.index("dnc")
    assert changed == [lead for index, lead in enumerate(shop.leads) if index != dnc]
    with shop.database.reading() as session:
        assert standing(session, shop) == ["dnc" if each == "dnc" else target for each in EVERY]
        told = events(session, "recycle")
        assert sorted(event.lead_id or 0 for event in told) == changed
        assert {event.batch_id for event in told} == {7}
        was = {event.lead_id: event.before["status"] for event in told if event.before}
        assert was == {lead: each for lead, each in zip(shop.leads, EVERY, strict=True) if each != "dnc"}
        assert all(event.after and event.after["status"] == target for event in told)


def test_many_are_put_back_exactly_but_for_those_somebody_touched(shop: ShopFixture) -> None:
    organisation = shop.root.organisation_id
    columns = ("status", "dial_attempts", "last_dial_attempt", "exhausted", "queue_state", "next_attempt_at")
    with shop.database.transaction() as session:
        give(session, shop, *[each if each != "dnc" else "busy" for each in EVERY])
        session.execute(
            text(
                "UPDATE lead SET dial_attempts = id % 3, exhausted = (id % 2 = 0), queue_state = 9 WHERE id % 2 = 0"
            )
        )
        lead = session.get_one(Lead, shop.leads[3])
        lead.last_dial_attempt = NOON.replace(microsecond=123)
        session.add(lead)
    with shop.database.reading() as session:
        before = _values(session, shop, columns)
    with shop.database.transaction() as session:
        values = {"status": "new", "dial_attempts": 0, "last_dial_attempt": None, "exhausted": False}
        lead_status.change_many(
            session,
            cause=Cause.RECYCLE,
            organisation_id=organisation,
            lead_ids=shop.leads,
            values={**values, "queue_state": 0, "next_attempt_at": LATER},
            at=LATER,
            batch_id=7,
        )
        touched = session.get_one(Lead, shop.leads[5])
        lead_status.change(session, cause=Cause.EDIT, lead=touched, values={"priority": 9}, at=LATER)
    with shop.database.transaction() as session:
        restored = lead_status.restore_many(
            session,
            restoring=lead_status.restoring(columns=columns, waits=lambda was: was("queue_state")),
            organisation_id=organisation,
            batch_id=7,
            lead_ids=shop.leads,
            at=LATER + timedelta(minutes=1),
        )
    assert restored == [lead for index, lead in enumerate(shop.leads) if index != 5]
    with shop.database.reading() as session:
        after = _values(session, shop, columns)
        assert [row for index, row in enumerate(after) if index != 5] == [
            row for index, row in enumerate(before) if index != 5
        ]
        assert after[5][0] == "new"
        undone = events(session, "recycle_undo")
        assert sorted(event.lead_id or 0 for event in undone) == restored
        assert all(event.undoes for event in undone)


def _values(session: Session, shop: ShopFixture, columns: tuple[str, ...]) -> list[tuple[object, ...]]:
    names = (*columns, "recycle_batch_id", "last_status_change")
    leads = session.execute(select(Lead).where(col(Lead.id).in_(shop.leads)).order_by(col(Lead.id))).scalars()
    return [tuple(getattr(lead, name) for name in names) for lead in leads]


ROOMS = Path(lead_status.__file__).parents[2]
WRITER = {"domain/calling/lead_status.py", "domain/calling/lead_plans.py"}
NO_STATUS_IN_THEM = {
    "domain/calling/hopper_writes.py": "where leads wait, and when they are tried again",
    "domain/calling/outcomes.py": "the counters of an outcome that was only kept",
    "domain/calling/holding.py": "where a lead waits",
    "domain/calling/queue_state.py": "where leads wait, and whether their attempts are used up",
    "domain/handing/writing.py": "owner, shift and place in the queue",
    "domain/privacy/joining.py": "the counters of leads that became one",
}
"""Updates of leads with values made elsewhere: looked at, none holds a status."""


_UPDATES = re.compile(r"\bchange_row\b|\bupdate\(\s*Lead\b")


def test_nobody_else_writes_a_status() -> None:
    """Every update of leads in the program names its columns, and none but the writer names ``status``."""
    found: list[str] = []
    for room in ("domain", "scheduler", "storage", "cli", "tui"):
        for path in sorted((ROOMS / room).rglob("*.py")):
            name = path.relative_to(ROOMS).as_posix()
            if name not in WRITER and "migrations" not in name:
                found += [f"{name}:{line}" for line in _writes(path) if name not in NO_STATUS_IN_THEM]
    assert found == []


def _writes(path: Path) -> list[int]:
    """Lines where leads are updated with a status, or with columns that cannot be read off."""
    lines: list[int] = []
    text = path.read_text(encoding="utf-8")
    if not _UPDATES.search(text):
        return lines
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call):
            continue
        written = ast.unparse(node.func)
        if written == "change_row" and len(node.args) > 1 and ast.unparse(node.args[1]) == "'lead'":
            lines.append(node.lineno)
        if written.endswith(".values") and "update(Lead)" in written:
            columns = {keyword.arg for keyword in node.keywords}
            if columns & {"status", None} or node.args:
                lines.append(node.lineno)
        if written == "session.execute" and node.args and ast.unparse(node.args[0]) == "update(Lead)":
            lines.append(node.lineno)
    return lines
