"""A call log from elsewhere: each call once, moving its lead or kept as history."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import col, select

from domain.calling.models import Activity, Call
from domain.errors import Invalid, NotAllowed
from domain.intake import calls_import
from domain.intake.calls_import import CallCounts, CallProgress, import_calls
from domain.people.rights import Actor
from tests.domain.intake.importing_support import Desk, listed, local, people
from tests.support.factories import NOON

HEADER = "external_id;phone;started_at;result"


def imported(
    desk: Desk,
    text: str,
    *,
    history_only: bool = False,
    rejects: Path | None = None,
    actor: Actor | None = None,
) -> CallCounts:
    return import_calls(
        desk.shop.database,
        actor=actor or desk.shop.sup,
        path=desk.file(text, "calls.csv"),
        now=NOON,
        history_only=history_only,
        rejects=rejects,
    )


def recorded(desk: Desk) -> Sequence[Call]:
    with desk.shop.database.reading() as session:
        return session.exec(select(Call).order_by(col(Call.started_at))).all()


def test_calls_move_their_leads_as_the_rules_allow(desk: Desk) -> None:
    desk.run(people(4))
    text = listed(
        HEADER,
        f"c1;{local(0)};2026-03-10 09:00;no_answer",
        f"c2;{local(1)};2026-03-10 09:05;ANSWERED",
        f"c3;{local(2)};2026-03-10 09:10;NO ANSWER",
        f"c4;{local(2)};2026-03-10 10:10;busy",
    )
    assert imported(desk, text) == CallCounts(rows=4, imported=4)
    leads = desk.leads()
    assert [lead.status for lead in leads] == ["no_answer", "contacted", "busy", "new"]
    assert [lead.dial_attempts for lead in leads] == [1, 1, 2, 0]
    assert [lead.campaign_status for lead in leads] == [3, 2, 3, 1]


def test_as_history_they_are_recorded_and_move_nothing(desk: Desk) -> None:
    desk.run(people(2))
    text = listed(
        "external_id;phone;started_at;result;answered_at;ended_at;seller;notes",
        f"c1;{local(0)};2026-03-10 09:00;answered;2026-03-10 09:00:10;2026-03-10 09:03:10;ana;asked for a price",
        f"c2;{local(1)};2026-03-10 09:05;busy;;;;",
    )
    assert imported(desk, text, history_only=True) == CallCounts(rows=2, imported=2)
    assert [(lead.status, lead.dial_attempts, lead.version) for lead in desk.leads()] == [("new", 0, 1)] * 2
    first, second = recorded(desk)
    assert (first.source, first.result, first.talk_seconds, first.counted) == (
        "external",
        "answered",
        180,
        True,
    )
    assert (first.seller_id, first.e164) == (desk.shop.ana.user_id, "+33199000000")
    assert first.started_at == datetime(2026, 3, 10, 9, tzinfo=UTC)
    assert first.applied_at is not None
    assert second.lead_id == desk.leads()[1].id
    with desk.shop.database.reading() as session:
        (note,) = session.exec(select(Activity).where(col(Activity.notes).is_not(None))).all()
    assert (note.kind, note.notes, note.call_id) == ("call", "asked for a price", first.id)


@pytest.mark.parametrize("history_only", [True, False])
def test_a_call_counts_once_however_often_the_log_is_read(desk: Desk, history_only: bool) -> None:
    desk.run(people(1))
    line = f"c1;{local(0)};2026-03-10 09:00;no_answer"
    text = listed(HEADER, line, line)
    assert imported(desk, text, history_only=history_only) == CallCounts(rows=2, imported=1, duplicates=1)
    assert imported(desk, text, history_only=not history_only) == CallCounts(rows=2, duplicates=2)
    assert len(recorded(desk)) == 1


@pytest.mark.parametrize("history_only", [True, False])
def test_a_call_made_at_the_console_is_not_counted_again(desk: Desk, history_only: bool) -> None:
    desk.run(people(1))
    (lead,) = desk.leads()
    with desk.shop.database.transaction() as session:
        session.add(
            Call(
                organisation_id=lead.organisation_id,
                campaign_id=lead.campaign_id,
                lead_id=lead.id or 0,
                contact_id=lead.contact_id,
                e164="+33199000000",
                started_at=NOON - timedelta(hours=1),
                result="answered",
            )
        )
    text = listed(
        HEADER, f"x1;{local(0)};2026-03-10 11:01;answered", f"x2;{local(0)};2026-03-10 11:03;answered"
    )
    assert imported(desk, text, history_only=history_only) == CallCounts(rows=2, imported=1, duplicates=1)


def test_a_lead_is_found_by_its_external_id_or_by_number(desk: Desk) -> None:
    desk.run(listed("phone;external_id", f"{local(0)};A-1", f"{local(1)} / {local(2)};A-2"))
    text = listed(
        "external_id;lead_external_id;phone;started_at;result",
        "c1;A-1;;2026-03-10 09:00;busy",
        f"c2;;{local(2)};2026-03-10 09:00;busy",
        f"c3;A-2;{local(0)};2026-03-10 09:30;busy",
    )
    assert imported(desk, text, history_only=True).imported == 3
    by_lead = {call.external_id: call.lead_id for call in recorded(desk)}
    first, second = (lead.id for lead in desk.leads())
    assert by_lead == {"c1": first, "c2": second, "c3": second}


def test_of_several_leads_with_the_number_the_one_being_worked_is_taken(desk: Desk) -> None:
    desk.run(listed("phone", local(0)))
    other = desk.campaign("Autumn")
    desk.run(listed("phone;status", f"{local(0)};sale"), campaign_id=other)
    imported(desk, listed(HEADER, f"c1;{local(0)};2026-03-10 09:00;busy"), history_only=True)
    assert recorded(desk)[0].lead_id == desk.leads()[0].id


def test_bad_rows_are_rejected_with_line_and_reason(desk: Desk, tmp_path: Path) -> None:
    desk.run(people(1))
    text = listed(
        "external_id;phone;started_at;result;answered_at;ended_at;seller",
        f";{local(0)};2026-03-10 09:00;busy;;;",
        f"c2;{local(9)};2026-03-10 09:00;busy;;;",
        f"c3;{local(0)};soon;busy;;;",
        f"c4;{local(0)};2026-03-10 09:00;maybe;;;",
        f"c5;{local(0)};2027-03-10 09:00;busy;;;",
        f"c6;{local(0)};2026-03-10 09:00;busy;;2026-03-10 08:00;",
        f"c7;{local(0)};2026-03-10 09:00;busy;;;nobody",
        "c8;12;2026-03-10 09:00;busy;;;",
        f"c9;{local(0)};2026-03-10 09:00;busy;;;",
    )
    rejects = tmp_path / "rejects.csv"
    assert imported(desk, text, rejects=rejects) == CallCounts(rows=9, imported=1, rejected=8)
    with rejects.open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.reader(file))
    assert [(line[0], line[1]) for line in lines[1:]] == [
        ("2", "no_external_id"),
        ("3", "unknown_lead"),
        ("4", "bad_date"),
        ("5", "unknown_result"),
        ("6", "bad_date"),
        ("7", "bad_date"),
        ("8", "unknown_seller"),
        ("9", "phone_too_short"),
    ]


def test_a_log_without_the_needed_columns_is_refused(desk: Desk) -> None:
    with pytest.raises(Invalid, match="lacks the columns external_id, lead_external_id or phone"):
        imported(desk, listed("started_at;result", "2026-03-10 09:00;busy"))


def test_headers_of_an_exchange_are_understood(desk: Desk) -> None:
    desk.run(people(1))
    text = listed(
        "calldate;dst;disposition;uniqueid;agent", f"2026-03-10 09:00:00;{local(0)};NO ANSWER;1700.1;"
    )
    assert imported(desk, text).imported == 1
    assert desk.leads()[0].status == "no_answer"


def test_progress_and_one_event_for_the_log(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls_import, "HISTORY_CHUNK", 2)
    desk.run(people(3))
    seen: list[CallProgress] = []
    lines = [f"c{index};{local(index)};2026-03-10 09:00;busy" for index in range(3)]
    import_calls(
        desk.shop.database,
        actor=desk.shop.sup,
        path=desk.file(listed(HEADER, *lines), "calls.csv"),
        now=NOON,
        history_only=True,
        progress=seen.append,
    )
    assert [(step.line, step.counts.imported) for step in seen] == [(3, 2), (4, 3)]
    (event,) = desk.events("calls_import")
    assert event.after == {"history_only": True, "rows": 3, "imported": 3, "duplicates": 0, "rejected": 0}


def test_sellers_do_not_import_calls(desk: Desk) -> None:
    with pytest.raises(NotAllowed, match="may not import calls"):
        imported(desk, listed(HEADER, f"c1;{local(0)};2026-03-10 09:00;busy"), actor=desk.shop.ana)
