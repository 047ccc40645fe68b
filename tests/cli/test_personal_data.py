"""What somebody may ask about themselves, by command: found, exported, merged, erased."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Process, Shell


def test_a_request_is_answered_with_one_document(campaign: Shell, tmp_path: Path) -> None:
    campaign.done("leads", "next", "--campaign", "Spring", "--as", "ana")
    campaign.done("leads", "outcome", "1", "busy", "--note", "engaged", "--as", "ana")
    found = campaign.json("contacts", "find", "01 99 00 00 01").document
    assert [person["contact_id"] for person in found["people"]] == [1]
    assert campaign.json("contacts", "find", "ADA@example.org").document["people"] == found["people"]
    assert "too few digits" in campaign.refused("contacts", "find", "12")
    document = campaign.json("contacts", "export", "1").document
    assert document["contacts"][0]["name"] == "Ada Marlow"
    assert [row["campaign"] for row in document["leads"]] == ["Spring"]
    assert [row["notes"] for row in document["activities"]] == ["engaged"]
    assert document["calls"][0]["seller"] == "ana"
    file = tmp_path / "ada.json"
    campaign.done("contacts", "export", "1", "-o", str(file))
    assert json.loads(file.read_text(encoding="utf-8"))["numbers"][0]["e164"] == "+33199000001"
    assert "admin" in campaign.refused("contacts", "export", "1", "--as", "ana")


def test_erasing_needs_a_yes_and_nothing_brings_the_person_back(campaign: Shell, people: Path) -> None:
    assert "--yes" in campaign.refused("contacts", "erase", "1")
    assert campaign.json("contacts", "erase", "1", "--dry-run")["dry_run"] is True
    assert campaign.json("contacts", "show", "1")["name"] == "Ada Marlow"
    erased = campaign.json("contacts", "erase", "1", "--yes").document
    assert (erased["numbers"], erased["leads"], erased["closed"], erased["compacted"]) == (1, 1, 1, True)
    assert "name" not in erased
    shown = campaign.json("contacts", "show", "1").document
    assert (shown["name"], shown["email"], shown["notes"], shown["phones"]) == ("(erased)", None, None, [])
    assert campaign.json("leads", "show", "1")["status"] == "closed"
    again = campaign.json(
        "leads", "import", str(people), "--campaign", "Spring", "--duplicates", "allow", "--list", "April"
    ).document
    assert (again["rows"], again["imported"], again["rejected"]) == (4, 3, 1)
    assert "erased" in campaign.refused("contacts", "edit", "2", "--add-phone", "0199000001")
    assert "erased" in campaign.refused("contacts", "edit", "1", "--name", "Ada")
    assert "was erased" in campaign.refused("calls", "record", "--lead", "1", "--result", "busy")
    assert "is not taken in again" in campaign.done("contacts", "find", "0199000001").out
    listed = campaign.json("dnc", "list", "--number", "0199000001").document
    assert [(entry["number"], entry["erased"]) for entry in listed] == [(None, True)]
    assert "+33199000001" not in campaign.done("dnc", "export").out
    assert campaign.json("db", "check")["violations"] == []
    campaign.done("dnc", "remove", "0199000001")
    campaign.done("contacts", "edit", "2", "--add-phone", "0199000001")


def test_the_rejects_file_says_who_was_erased(sqlite_campaign: Shell, people: Path, tmp_path: Path) -> None:
    sqlite_campaign.done("contacts", "erase", "2", "--yes")
    rejects = tmp_path / "rejects.csv"
    sqlite_campaign.done(
        "leads", "import", str(people), "--campaign", "Spring", "--list", "April", "--rejects", str(rejects)
    )
    [_, line] = rejects.read_text(encoding="utf-8-sig").splitlines()
    assert line.startswith("3,erased,")
    assert "Bruno Keel" in line


def test_duplicates_are_found_previewed_and_merged(campaign: Shell) -> None:
    campaign.done("contacts", "edit", "2", "--add-phone", "0199000001", "--add-tag", "vip")
    [found] = campaign.json("contacts", "duplicates").document
    assert (found["shared"], [person["contact_id"] for person in found["people"]]) == ("+33199000001", [1, 2])
    seen = campaign.json("contacts", "merge", "1", "2", "--dry-run").document
    assert (seen["dry_run"], seen["numbers"]) == (True, ["+33199000001", "+33199000002"])
    assert "--yes" in campaign.refused("contacts", "merge", "1", "2")
    done = campaign.json("contacts", "merge", "1", "2", "--yes").document
    assert done == {**seen, "dry_run": False}
    assert campaign.json("contacts", "show", "1")["tags"] == ["vip"]
    assert campaign.json("contacts", "show", "2")["contact_id"] == 1
    assert "merged into contact 1" in campaign.refused("contacts", "edit", "2", "--name", "Bruno")
    assert "merged into contact 1" in campaign.refused("contacts", "erase", "2", "--yes")
    assert campaign.json("db", "check")["violations"] == []
    assert campaign.json("leads", "fix-status", "--report-only")["total_issues"] == 0


def test_a_file_is_written_anew(sqlite_campaign: Shell) -> None:
    assert sqlite_campaign.json("db", "compact")["compacted"] is True
    assert sqlite_campaign.json("db", "check")["violations"] == []


def test_an_export_works_in_a_process_of_its_own(sqlite_campaign: Shell, process: Process) -> None:
    done = process("contacts", "export", "1", "--as", "root", "--database", sqlite_campaign.url)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["contacts"][0]["name"] == "Ada Marlow"
