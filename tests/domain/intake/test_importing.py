"""A file of people becomes leads of a campaign, and every row is accounted for."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from domain.calling import claims, hopper
from domain.codes import DialStatus, QueueState
from domain.contacts import do_not_call
from domain.errors import Invalid, NotAllowed, NotFound
from domain.intake import importing
from domain.intake.importing import import_leads, preview
from domain.intake.options import Counts, ImportOptions, Progress
from domain.intake.rejects import Reject
from domain.intake.rows import Row
from storage import bulk
from storage.counting import count_statements
from storage.database import Database
from storage.integrity import check
from tests.domain.intake.importing_support import Desk, listed, local, people
from tests.support.factories import NOON, build_shop


def test_people_come_in_as_new_leads_ready_to_be_called(desk: Desk) -> None:
    result = desk.run(people(3))
    assert result.counts == Counts(rows=3, imported=3)
    assert result.finished
    assert [lead.status for lead in desk.leads()] == ["new"] * 3
    first = desk.leads()[0]
    assert (first.campaign_status, first.dial_attempts, first.version) == (1, 0, 1)
    assert (first.queue_state, first.next_attempt_at, first.segment) == (
        QueueState.READY,
        NOON,
        "Europe/Paris",
    )
    assert first.list_id == result.list_id
    assert [contact.name for contact in desk.contacts()] == ["Person 0", "Person 1", "Person 2"]
    assert desk.numbers() == ["+33199000000", "+33199000001", "+33199000002"]


def test_imported_leads_reach_the_hopper_and_a_seller_in_the_order_of_the_file(desk: Desk) -> None:
    desk.run(people(5))
    shop = desk.shop
    with shop.database.transaction() as session:
        assert hopper.fill(session, actor=shop.sup, campaign_id=shop.campaign_id, now=NOON).added == 5
    with shop.database.transaction() as session:
        answer = claims.next_lead(session, actor=shop.ana, campaign_id=shop.campaign_id, now=NOON)
    assert answer.dossier is not None
    assert answer.dossier.lead_id == desk.leads()[0].id


def test_everything_a_row_says_of_a_person_is_kept(desk: Desk) -> None:
    desk.run(
        listed(
            "phone;first_name;last_name;company;email;address;city;state;postal_code;country;language;timezone;"
            "tags;notes;external_id;priority;shoe size",
            f"{local(1)} / {local(2)};Zoë;Núñez;ACME;zoe@example.com;1 rue A;Lyon;69;69000;FR;fr;Europe/Madrid;"
            "vip,new;likes mornings;X-1;80;42",
        )
    )
    (contact,) = desk.contacts()
    assert (contact.name, contact.first_name, contact.last_name) == ("Zoë Núñez", "Zoë", "Núñez")
    assert (contact.email, contact.company, contact.timezone) == ("zoe@example.com", "ACME", "Europe/Madrid")
    assert (contact.tags, contact.attributes) == (["vip", "new"], {"shoe size": "42"})
    assert (contact.notes, contact.external_id) == ("likes mornings", "X-1")
    assert desk.numbers(contact.id) == ["+33199000001", "+33199000002"]
    (lead,) = desk.leads()
    assert (lead.priority, lead.rank, lead.segment, lead.external_id) == (80, 19, "Europe/Madrid", "X-1")


def test_counts_add_up_and_rejects_go_to_their_file_with_line_and_reason(desk: Desk, tmp_path: Path) -> None:
    text = listed(
        "name;phone", f"Ana;{local(1)}", "Bad;12", "", f"Again;{local(1)}", "Lost;3.31E+10", "Eva;x"
    )
    result = desk.run(text, rejects=tmp_path / "rejects.csv")
    assert result.counts == Counts(rows=5, imported=1, duplicates=1, rejected=3, blank=1)
    assert result.reasons == {"phone_too_short": 1, "phone_digits_lost": 1, "phone_not_a_number": 1}
    with (tmp_path / "rejects.csv").open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.reader(file))
    assert [(line[0], line[1], line[3]) for line in lines[1:]] == [
        ("3", "phone_too_short", "Bad"),
        ("6", "phone_digits_lost", "Lost"),
        ("7", "phone_not_a_number", "Eva"),
    ]


def test_every_status_is_accepted_and_an_empty_one_stays_no_status(desk: Desk) -> None:
    words = [status.value for status in DialStatus]
    lines = [f"{local(index)};{word}" for index, word in enumerate([*words, ""])]
    assert desk.counts(listed("phone;status", *lines)).imported == 14
    assert [lead.status for lead in desk.leads()] == [*words, None]
    ready = {lead.status for lead in desk.leads() if lead.queue_state == QueueState.READY}
    assert ready == {"new", "no_answer", "busy", "failed", "congestion", "callback"}
    dropped = next(lead for lead in desk.leads() if lead.status == "dropped")
    assert dropped.queue_state == QueueState.DROPPED


def test_status_counters_and_codes_are_stored_as_given(desk: Desk) -> None:
    header = "phone;status;dial_attempts;answered_count;last_dial_attempt;dial_result;campaign_status"
    desk.run(
        listed(
            header + ";campaign_resolution;resolution_reason;seller",
            f"{local(1)};closed;4;2;2026-03-01 10:00;answered;4;LO;3;ana",
            f"{local(2)};new;3;;;;;;;",
        )
    )
    closed, new = desk.leads()
    assert (closed.status, closed.dial_attempts, closed.imported_attempts, closed.answered_count) == (
        "closed",
        4,
        4,
        2,
    )
    assert closed.last_dial_attempt == datetime(2026, 3, 1, 10, tzinfo=UTC)
    assert (closed.dial_result, closed.campaign_status, closed.campaign_resolution) == ("answered", 4, "LO")
    assert (closed.resolution_reason, closed.owner_id, closed.assigned_at) == (3, desk.shop.ana.user_id, NOON)
    assert (new.status, new.dial_attempts, new.campaign_status, new.answered_count) == ("new", 3, 1, 0)


def test_leads_of_a_seller_wait_for_that_seller_and_an_unknown_seller_is_a_reject(desk: Desk) -> None:
    result = desk.run(listed("phone;seller", f"{local(1)};ANA", f"{local(2)};zoe", f"{local(3)};aud"))
    assert result.reasons == {"unknown_seller": 2}
    (lead,) = desk.leads()
    assert (lead.owner_id, lead.queue_state) == (desk.shop.ana.user_id, QueueState.OWNED)


def test_a_lead_tried_lately_waits_as_its_status_asks(desk: Desk) -> None:
    header = "phone;status;dial_attempts;last_dial_attempt"
    desk.run(
        listed(
            header,
            f"{local(1)};no_answer;1;2026-03-10 11:00",
            f"{local(2)};no_answer;1;2026-03-01 11:00",
            f"{local(3)};busy;5;2026-03-01 11:00",
            f"{local(4)};callback;9;2026-03-01 11:00",
        )
    )
    waiting, due, exhausted, callback = desk.leads()
    assert waiting.next_attempt_at == NOON - timedelta(hours=1) + timedelta(hours=4)
    assert due.next_attempt_at < NOON
    assert (exhausted.exhausted, exhausted.queue_state) == (True, QueueState.OUT)
    assert (callback.exhausted, callback.queue_state) == (False, QueueState.READY)


def test_a_dry_run_counts_the_same_and_writes_nothing(desk: Desk, tmp_path: Path) -> None:
    with desk.shop.database.transaction() as session:
        do_not_call.add(session, actor=desk.shop.sup, numbers=["+33199000004"], now=NOON)
    desk.run(people(2), name="before.csv")
    importing_lines = [f"{local(index % 6)};{'dnc' if index == 5 else 'new'}" for index in range(9)]
    text = listed("phone;status", *importing_lines, "12;new", f"{local(9)};maybe")
    dry = desk.run(text, dry_run=True, rejects=tmp_path / "dry.csv")
    assert len(desk.leads()) == 2
    assert [row.name for row in desk.lists()] == ["before.csv"]
    assert dry.list_id is None
    assert (tmp_path / "dry.csv").read_text(encoding="utf-8-sig").count("\n") == 3
    wet = desk.run(text)
    assert wet.counts == dry.counts
    assert wet.reasons == dry.reasons
    assert dry.counts == Counts(rows=11, imported=4, duplicates=5, rejected=2, do_not_call=2)


def test_a_dry_run_agrees_over_several_chunks(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "CHUNK", 7)
    text = listed("phone", *(local(index % 40) for index in range(60)))
    dry = desk.run(text, dry_run=True)
    assert desk.run(text).counts == dry.counts == Counts(rows=60, imported=40, duplicates=20)


def test_one_event_records_the_import_not_one_per_lead(desk: Desk) -> None:
    result = desk.run(people(4))
    (event,) = desk.events("import")
    assert event.user_id == desk.shop.sup.user_id
    assert event.after == {
        "list_id": result.list_id,
        "rows": 4,
        "imported": 4,
        "updated": 0,
        "duplicates": 0,
        "rejected": 0,
        "do_not_call": 0,
        "blank": 0,
    }


def test_the_number_of_statements_does_not_grow_with_the_rows_of_a_chunk(desk: Desk) -> None:
    used = []
    for count, first in ((10, 0), (1000, 100)):
        with count_statements(desk.shop.database) as counter:
            desk.run(people(count, first=first), name=f"{count}.csv")
        used.append(counter.count)
    assert used[1] <= used[0] <= 25


@pytest.mark.postgresql
def test_the_server_knows_at_once_how_large_the_tables_are_now(
    postgres_database: Database, tmp_path: Path
) -> None:
    desk = Desk(build_shop(postgres_database, leads=0), tmp_path)
    sizes = text(
        "SELECT relname, reltuples::int FROM pg_class WHERE relname IN ('contact', 'contact_phone', 'lead')"
    )

    desk.run(people(importing.MANY))

    with postgres_database.reading() as session:
        assert dict(session.execute(sizes).all()) == dict.fromkeys(
            ("contact", "contact_phone", "lead"), importing.MANY
        )


def test_the_database_is_sound_afterwards(desk: Desk) -> None:
    lines = [f"{local(index)};{status}" for index, status in enumerate([*DialStatus, ""])]
    desk.run(listed("phone;status", *lines))
    desk.run(people(30), list_name="b")
    assert check(desk.shop.database) == []


def test_only_supervisors_and_administrators_import(desk: Desk) -> None:
    for name in ("ana", "aud"):
        with pytest.raises(NotAllowed, match="may not import"):
            desk.run(people(1), actor=desk.shop.people[name])
    assert desk.counts(people(1), actor=desk.shop.root).imported == 1


def test_an_unknown_campaign_and_an_unknown_region_are_refused(desk: Desk) -> None:
    with pytest.raises(NotFound, match="no campaign"):
        desk.run(people(1), campaign_id=999)
    with pytest.raises(Invalid, match="no region"):
        import_leads(
            desk.shop.database,
            bulk,
            actor=desk.shop.sup,
            path=desk.file(people(1)),
            campaign_id=desk.shop.campaign_id,
            options=ImportOptions(region="XX"),
            now=NOON,
        )
    assert desk.lists() == []


def test_a_preview_shows_mapping_and_first_rows_and_writes_nothing(desk: Desk) -> None:
    path = desk.file(listed("Nom;Portable;Ville", f"Ana;{local(1)};Lyon", "Eva;12;Paris"))
    seen = preview(
        desk.shop.database,
        actor=desk.shop.sup,
        path=path,
        campaign_id=desk.shop.campaign_id,
        options=ImportOptions(),
    )
    assert [(c.name, str(c.field)) for c in seen.columns.columns] == [
        ("Nom", "name"),
        ("Portable", "phone"),
        ("Ville", "city"),
    ]
    assert seen.source.dialect.delimiter_name == "semicolon"
    assert [type(row) for row in seen.rows] == [Row, Reject]
    assert desk.lists() == []


def test_progress_tells_lines_and_counts(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "CHUNK", 4)
    seen: list[Progress] = []
    desk.run(people(10), progress=seen.append)
    assert [(p.line, p.lines, p.counts.imported) for p in seen] == [(5, 11, 4), (9, 11, 8), (11, 11, 10)]
