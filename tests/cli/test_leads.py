"""Looking after leads: importing and taking an import back, counts, lists, one lead, edits."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tests.cli.conftest import PEOPLE, Shell


def test_an_import_accounts_for_every_row(shell: Shell, tmp_path: Path) -> None:
    shell.done("campaigns", "create", "Spring", "--region", "FR")
    shell.done("dnc", "add", "0199000002")
    file, rejects = tmp_path / "list.csv", tmp_path / "rejects.csv"
    file.write_text(PEOPLE + "Ada again,+33199000001,,\nNobody,12,,\n", encoding="utf-8")
    done = shell.json("leads", "import", str(file), "--campaign", "Spring", "--rejects", str(rejects))
    counts = {key: done[key] for key in ("rows", "imported", "updated", "duplicates", "rejected")}
    assert counts == {"rows": 6, "imported": 4, "updated": 0, "duplicates": 1, "rejected": 1}
    assert done["do_not_call"] == 1
    assert isinstance(done["list_id"], int)
    assert float(str(done["seconds"])) >= 0
    assert done["rejects_file"] == str(rejects)
    assert "1 rows were not taken" in done.err
    [reject] = csv.DictReader(rejects.open(encoding="utf-8-sig"))
    assert (reject["reject_line"], reject["name"]) == ("7", "Nobody")
    again = shell.json("leads", "import", str(file), "--campaign", "Spring")
    assert (again["imported"], again["duplicates"]) == (0, 5)


def test_a_dry_run_writes_nothing(sqlite_shell: Shell, people: Path) -> None:
    sqlite_shell.done("campaigns", "create", "Spring", "--region", "FR")
    done = sqlite_shell.json("leads", "import", str(people), "--campaign", "Spring", "--dry-run")
    assert (done["imported"], done["list_id"], done["dry_run"]) == (4, None, True)
    assert sqlite_shell.json("lists", "list").document == []


def test_columns_are_mapped_by_name_or_number(sqlite_shell: Shell, tmp_path: Path) -> None:
    sqlite_shell.done("campaigns", "create", "Spring", "--region", "FR")
    file = tmp_path / "list.csv"
    file.write_text("a,b,c\nx,0199000001,Ada\ny,0199000002,Bo\n", encoding="utf-8")
    words = ("leads", "import", str(file), "--campaign", "Spring")
    assert "field=column" in sqlite_shell.refused(*words, "--map", "phone")
    assert "did you mean phone?" in sqlite_shell.refused(*words, "--map", "phon=b")
    sqlite_shell.done(*words, "--map", "phone=b", "--map", "name=3")
    rows = sqlite_shell.json("leads", "list", "--campaign", "Spring").document
    assert [(row["name"], row["phone"]) for row in rows] == [("Ada", "+33199000001"), ("Bo", "+33199000002")]


def test_an_import_without_a_terminal_says_what_column_it_takes_and_why(
    sqlite_shell: Shell, tmp_path: Path
) -> None:
    sqlite_shell.done("campaigns", "create", "Spring", "--region", "UY")
    file = tmp_path / "people.csv"
    file.write_text("Nombre;Folio;Zona\nAna;24001234;Norte\nEva;24005678;Sur\n")
    words = ("leads", "import", str(file), "--campaign", "Spring", "--dry-run", "--json")
    said = sqlite_shell.done(*words).err.splitlines()
    assert '  name <- "Nombre" ("Nombre" is a word for name)' in said
    assert '  phone <- "Folio" (only its values speak for it: digits that could be telephone numbers)' in said
    assert "  kept as attributes: Zona" in said
    file.write_text("Nombre;Factura\nAna;24001234\nEva;24005678\n")
    assert "its header says otherwise" in sqlite_shell.refused(*words)
    assert (
        '  phone <- "Factura" (given with --map)' in sqlite_shell.done(*words, "--map", "phone=Factura").err
    )


def test_an_import_of_nobody_says_so_and_leaves_no_list(sqlite_shell: Shell, tmp_path: Path) -> None:
    sqlite_shell.done("campaigns", "create", "Spring")
    file = tmp_path / "people.csv"
    file.write_text("name,phone\n")
    words = ("leads", "import", str(file), "--campaign", "Spring")
    told = sqlite_shell.done(*words)
    assert "no lead list was made" in told.out
    assert "no rows below its header" in told.err
    done = sqlite_shell.json(*words)
    assert (done["list_id"], done["list"], done["rows"]) == (None, None, 0)
    assert sqlite_shell.json("lists", "list").document == []


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "no file"),
        (b"", "empty"),
        (b"PK\x03\x04" + bytes(200), "workbook"),
        (b"name\nAda\n", "telephone"),
    ],
)
def test_a_file_that_cannot_be_imported_is_refused(
    sqlite_campaign: Shell, tmp_path: Path, content: bytes | None, says: str
) -> None:
    file = tmp_path / "list.csv"
    if content is not None:
        file.write_bytes(content)
    line = sqlite_campaign.refused("leads", "import", str(file), "--campaign", "Spring")
    assert says in line
    assert sqlite_campaign.json("leads", "status", "--campaign", "Spring")["total"] == 4


def test_an_import_is_taken_back_but_for_what_was_worked_on(campaign: Shell) -> None:
    lead = str(campaign.json("leads", "next", "--campaign", "Spring", "--as", "ana")["lead_id"])
    campaign.done("leads", "outcome", lead, "busy", "--as", "ana")
    undone = campaign.json("leads", "undo-import", "March")
    assert (undone["removed"], undone["kept"]) == (3, 1)
    assert campaign.json("leads", "status", "--campaign", "Spring")["total"] == 1
    assert campaign.json("db", "check")["violations"] == []
    assert "no lead list" in campaign.refused("leads", "undo-import", "April")


def test_the_counts_by_status_add_up(campaign: Shell) -> None:
    campaign.done("leads", "edit", "1", "--status", "busy")
    campaign.done("leads", "edit", "2", "--status", "no_status")
    counts = campaign.json("leads", "status", "--campaign", "Spring").document
    assert counts == {
        "total": 4,
        "by_status": {"busy": 1, "new": 2, "no_status": 1},
        "recyclable": 1,
        "problems": 1,
    }
    human = campaign.done("leads", "status", "--campaign", "Spring").out
    assert "⚠ No status" in human
    assert "4 in all, 1 recyclable, 1 problems" in human


def test_leads_are_listed_page_by_page_and_filtered(campaign: Shell) -> None:
    words = ("leads", "list", "--campaign", "Spring")
    first = campaign.json(*words, "--limit", "3").document
    rest = campaign.json(*words, "--after", str(first[-1]["lead_id"])).document
    assert [row["name"] for row in (*first, *rest)] == ["Ada Marlow", "Bruno Keel", "Cleo Varga", "Dora Lind"]
    campaign.done("leads", "edit", "1", "--seller", "ana", "--status", "busy")
    assert [row["lead_id"] for row in campaign.json(*words, "--status", "busy").document] == [1]
    assert [row["lead_id"] for row in campaign.json(*words, "--seller", "ana").document] == [1]
    assert [row["lead_id"] for row in campaign.json(*words, "--recyclable").document] == [1]
    assert len(campaign.json(*words, "--list", "March", "--eligible").document) == 4
    assert [row["lead_id"] for row in campaign.json(*words, "--as", "ana").document] == [1]
    assert "no such status" in campaign.refused(*words, "--status", "bussy")
    assert "no resolution" in campaign.refused(*words, "--resolution", "XX")


def test_somebody_is_found_by_name_or_number(campaign: Shell) -> None:
    [found] = campaign.json("leads", "search", "marl").document
    assert found == {
        "lead_id": 1, "name": "Ada Marlow", "phone": "+33199000001", "status": "new", "campaign_resolution": None,
        "campaign": "Spring", "attempts": 0, "next_attempt_at": found["next_attempt_at"],
    }  # fmt: skip
    campaign.done("leads", "edit", "2", "--status", "closed")
    [ended] = campaign.json("leads", "search", "01 99 00 00 02", "--campaign", "Spring").document
    assert (ended["lead_id"], ended["next_attempt_at"]) == (2, None)
    campaign.done("users", "add", "aud", "--role", "auditor")
    assert len(campaign.json("leads", "search", "+3319900", "--as", "aud").document) == 4
    assert len(campaign.json("leads", "search", "+3319900", "--limit", "2").document) == 2
    assert campaign.json("leads", "search", "marl", "--as", "ana").document == []
    assert "Ada Marlow" in campaign.done("leads", "search", "ada").out
    assert "no campaign" in campaign.refused("leads", "search", "ada", "--campaign", "Autumn")
    assert "say whom to find" in campaign.refused("leads", "search", " ", code=2)


def test_an_empty_list_says_what_to_do(sqlite_shell: Shell) -> None:
    for words, says in (
        (("campaigns", "list"), "dialdeck campaigns create"),
        (("lists", "list"), "dialdeck leads import"),
        (("products", "list"), "dialdeck products add"),
        (("callbacks", "list"), "No callbacks"),
        (("dnc", "list"), "Nothing is on the register"),
    ):
        answer = sqlite_shell.done(*words)
        assert answer.out == ""
        assert says in answer.err


def test_one_lead_is_shown_with_why_it_may_not_be_called(sqlite_campaign: Shell) -> None:
    shown = sqlite_campaign.json("leads", "show", "1").document
    assert (shown["lead_id"], shown["status"], shown["campaign_status"]) == (1, "new", 1)
    assert (shown["campaign_resolution"], shown["resolution_reason"]) == (None, None)
    assert (shown["last_console_action"], shown["dial_attempts"]) == (None, 0)
    assert (shown["callable"], shown["why_not"], shown["history"]) == (True, [], [])
    sqlite_campaign.done("campaigns", "pause", "Spring")
    sqlite_campaign.done("lists", "pause", "March")
    shown = sqlite_campaign.json("leads", "show", "1").document
    assert shown["callable"] is False
    assert shown["why_not"] == ["the campaign is paused", "the list March is paused"]
    assert "no lead 99" in sqlite_campaign.refused("leads", "show", "99")
    assert "not yours" in sqlite_campaign.refused("leads", "show", "1", "--as", "ben")


def test_a_supervisor_changes_a_lead_and_history_says_so(sqlite_campaign: Shell) -> None:
    sqlite_campaign.done("users", "add", "sup", "--role", "supervisor")
    edited = sqlite_campaign.json(
        "leads", "edit", "1", "--status", "closed", "--campaign-status", "5", "--resolution", "CW",
        "--priority", "90", "--seller", "ben", "--as", "sup",
    ).document  # fmt: skip
    assert (edited["status"], edited["campaign_status"], edited["campaign_resolution"]) == ("closed", 5, "CW")
    assert (edited["priority"], edited["seller"]) == (90, "ben")
    assert (edited["history"][0]["kind"], edited["history"][0]["user"]) == ("edit", "sup")
    cleared = sqlite_campaign.json(
        "leads", "edit", "1", "--status", "new", "--clear", "resolution", "--clear", "seller"
    )
    assert (cleared["campaign_resolution"], cleared["seller"]) == (None, None)
    assert "may not edit leads" in sqlite_campaign.refused(
        "leads", "edit", "1", "--priority", "1", "--as", "ana"
    )
    assert "0 to 99" in sqlite_campaign.refused("leads", "edit", "1", "--priority", "100")


def test_the_next_attempt_is_set_on_the_contacts_clock(sqlite_campaign: Shell) -> None:
    edited = sqlite_campaign.json("leads", "edit", "1", "--next-attempt", "2027-01-15 10:00").document
    assert edited["next_attempt_at"] == "2027-01-15T09:00:00Z"  # Paris


def test_who_waits_for_nothing_has_no_next_attempt(campaign: Shell) -> None:
    lead = str(campaign.json("leads", "next", "--as", "ana")["lead_id"])
    done = campaign.json("leads", "outcome", lead, "not-interested", "--as", "ana")
    assert done["next_attempt_at"] is None
    campaign.done("leads", "edit", "2", "--status", "contacted")
    campaign.done("leads", "edit", "3", "--clear", "status")
    listed = {row["lead_id"]: row for row in campaign.json("leads", "list").document}
    assert [number for number, row in listed.items() if row["next_attempt_at"] is not None] == [4]
    for number in (lead, "2", "3"):
        shown = campaign.json("leads", "show", number)
        assert shown["next_attempt_at"] is None
        [place] = campaign.json("contacts", "show", str(shown["contact_id"])).document["leads"]
        assert place["next_attempt_at"] is None
        assert "next attempt" not in campaign.done("leads", "show", number).out
    assert "next attempt" in campaign.done("leads", "show", "4").out


def test_history_is_in_the_words_of_the_product_with_the_note_of_each_outcome(campaign: Shell) -> None:
    lead = str(campaign.json("leads", "next", "--as", "ana")["lead_id"])
    campaign.done("leads", "outcome", lead, "busy", "--note", "engaged", "--as", "ana")
    campaign.done("leads", "undo", "--as", "ana")
    campaign.done("leads", "outcome", lead, "not-found", "--note", "let it ring", "--as", "ana")
    campaign.done("leads", "edit", lead, "--seller", "ben")
    edited, second, undone, first = campaign.json("leads", "show", lead).document["history"]
    assert [each["note"] for each in (edited, second, undone, first)] == [
        None,
        "let it ring",
        None,
        "engaged",
    ]
    assert (edited["before"]["seller"], edited["after"]["seller"]) == (None, "ben")
    times = [second["at"], second["after"]["last_dial_attempt"], edited["after"]["assigned_at"]]
    assert all(str(time).endswith("Z") for time in times)
    keys = {key for each in (edited, second, undone, first) for key in (*each["before"], *each["after"])}
    assert not keys & {"queue_state", "owner_id", "segment", "recycle_batch_id"}
    assert "let it ring" in campaign.done("leads", "show", lead).out


def test_why_the_queue_is_empty_adds_up_and_opens_the_people(shell: Shell, people: Path) -> None:
    shell.done("campaigns", "create", "Spring", "--region", "FR", "--hours", "00:00-24:00")
    shell.done("leads", "import", str(people), "--campaign", "Spring")
    found = shell.json("leads", "why", "--campaign", "Spring")
    buckets = found["buckets"]
    assert isinstance(buckets, list)
    assert sum(bucket["count"] for bucket in buckets) == found["total"] == 4
    assert {"reason", "count", "next_at"} <= set(buckets[0])
    assert found["callable_now"] == 4
    shell.done("campaigns", "pause", "Spring")
    paused = shell.json("leads", "why", "--campaign", "Spring")
    assert [(b["reason"], b["count"]) for b in paused["buckets"] if b["count"]] == [("campaign_paused", 4)]
    held = shell.json("leads", "list", "--campaign", "Spring", "--bucket", "campaign_paused").document
    assert len(held) == 4
    assert "There is no row nowhere" in shell.refused(
        "leads", "list", "--campaign", "Spring", "--bucket", "nowhere"
    )
    assert "campaign paused" in shell.done("leads", "why", "--campaign", "Spring").out
