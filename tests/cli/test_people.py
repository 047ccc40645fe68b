"""People over all campaigns, the do-not-call register, and calls made elsewhere."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Shell


def test_a_person_is_shown_over_all_campaigns(campaign: Shell, people: Path) -> None:
    campaign.done("campaigns", "create", "Autumn", "--region", "FR")
    campaign.done("leads", "import", str(people), "--campaign", "Autumn")
    lead = str(campaign.json("leads", "next", "--campaign", "Spring", "--as", "ana")["lead_id"])
    campaign.done("leads", "outcome", lead, "busy", "--note", "engaged", "--as", "ana")
    shown = campaign.json("contacts", "show", "1").document
    assert (shown["name"], shown["email"]) == ("Ada Marlow", "ada@example.org")
    assert [row["campaign"] for row in shown["leads"]] == ["Spring", "Autumn"]
    assert [row["status"] for row in shown["leads"]] == ["busy", "new"]
    [event] = shown["history"]
    assert (event["label"], event["note"], event["campaign"], event["who"]) == (
        "Busy",
        "engaged",
        "Spring",
        "ana",
    )
    assert campaign.done("contacts", "show", "1", "--as", "ana").out.startswith("Contact 1  Ada Marlow")
    assert "not one of yours" in campaign.refused("contacts", "show", "1", "--as", "ben")
    assert "no contact 99" in campaign.refused("contacts", "show", "99")


def test_a_persons_data_is_changed(campaign: Shell) -> None:
    edited = campaign.json(
        "contacts", "edit", "1", "--name", "Ada Byron", "--email", "", "--add-tag", "vip", "--attribute", "colour=red",
        "--timezone", "America/Lima", "--add-phone", "0199000044", "--bad-phone", "0199000001",
    ).document  # fmt: skip
    assert (edited["name"], edited["email"], edited["tags"]) == ("Ada Byron", None, ["vip"])
    assert edited["attributes"] == {"colour": "red"}
    assert [(phone["number"], phone["bad"]) for phone in edited["phones"]] == [
        ("+33199000001", True),
        ("+33199000044", False),
    ]
    lead = campaign.json("leads", "show", "1").document
    assert (lead["zone"], lead["callable"]) == ("America/Lima", True)
    assert campaign.json("db", "check")["violations"] == []
    edited = campaign.json(
        "contacts", "edit", "1", "--remove-phone", "0199000044", "--remove-tag", "vip"
    ).document
    assert (edited["tags"], len(edited["phones"])) == ([], 1)
    assert "no good number is left" in campaign.json("leads", "show", "1").document["why_not"]
    assert "no number" in campaign.refused("contacts", "edit", "1", "--bad-phone", "0199000044")
    assert "too few digits" in campaign.refused("contacts", "edit", "1", "--add-phone", "12")
    assert "did you mean America/Lima?" in campaign.refused("contacts", "edit", "1", "--timezone", "Lima")


def test_history_keeps_which_fields_were_changed_but_not_what_was_in_them(sqlite_campaign: Shell) -> None:
    sqlite_campaign.done("contacts", "edit", "1", "--email", "secret@example.org")
    with_secret = (
        sqlite_campaign.done("leads", "show", "1", "--json").out
        + sqlite_campaign.done("leads", "show", "1").out
    )
    assert "secret" not in with_secret


def test_a_number_is_not_changed_while_another_seller_has_the_person(campaign: Shell) -> None:
    campaign.done("leads", "next", "--campaign", "Spring", "--as", "ana")
    assert "in hand" in campaign.refused("contacts", "edit", "1", "--add-phone", "0199000044")
    campaign.done("contacts", "edit", "1", "--add-phone", "0199000044", "--as", "ana")
    campaign.done("contacts", "edit", "1", "--name", "Ada B", "--as", "ana")


def test_taking_a_number_off_says_who_may_be_called_again_and_what_is_in_the_way(campaign: Shell) -> None:
    campaign.done("contacts", "edit", "1", "--add-phone", "0199000044")
    campaign.done("leads", "edit", "2", "--status", "not_interested")
    campaign.done("leads", "next", "--campaign", "Spring", "--as", "ana")
    campaign.done("leads", "outcome", "1", "do-not-call", "--as", "ana")
    campaign.done("dnc", "add", "0199000002")
    assert "dialdeck dnc remove" in campaign.refused("leads", "edit", "1", "--status", "new")
    first = campaign.done("dnc", "remove", "0199000001").out.splitlines()
    assert first == [
        "+33199000001 is off the register.",
        "Ada Marlow is still not called: +33199000044 is on it too. Next: dialdeck dnc remove +33199000044",
    ]
    freed = campaign.json("dnc", "remove", "0199000044")
    [ada] = freed["people"]
    assert (ada["name"], ada["registered"], ada["leads"][0]["final"]) == ("Ada Marlow", [], False)
    assert campaign.json("leads", "edit", "1", "--status", "new")["callable"] is True
    ended = campaign.done("dnc", "remove", "0199000002").out.splitlines()
    assert ended[1:] == [
        (
            "Bruno Keel: lead 2 in Spring is not_interested "
            "(it had ended; to call again: dialdeck leads edit 2 --status new)"
        )
    ]
    assert campaign.json("leads", "edit", "2", "--status", "new")["callable"] is True


def test_a_number_on_the_register_blocks_its_leads_everywhere(sqlite_campaign: Shell, people: Path) -> None:
    sqlite_campaign.done("campaigns", "create", "Autumn", "--region", "FR")
    sqlite_campaign.done("leads", "import", str(people), "--campaign", "Autumn")
    done = sqlite_campaign.json(
        "dnc", "add", "+33 1 99 00 00 01", "0199000002", "--reason", "asked by letter"
    )
    assert (done["leads_blocked"], done["registered"], done["already"]) == (4, 2, 0)
    assert sqlite_campaign.json("dnc", "add", "0199000001")["already"] == 1
    for name in ("Spring", "Autumn"):
        assert sqlite_campaign.json("leads", "status", "--campaign", name)["by_status"] == {
            "dnc": 2,
            "new": 2,
        }
    [first, _] = sqlite_campaign.json("dnc", "list").document
    assert (first["number"], first["reason"]) == ("+33199000001", "asked by letter")
    assert len(sqlite_campaign.json("dnc", "list", "--number", "0199000001").document) == 1
    assert sqlite_campaign.json("dnc", "remove", "0199000001")["removed"] == 1
    assert "not on the register" in sqlite_campaign.refused("dnc", "remove", "0199000001")
    assert "too few digits" in sqlite_campaign.refused("dnc", "add", "12")


def test_the_register_goes_out_as_a_file_and_comes_in_again(campaign: Shell, tmp_path: Path) -> None:
    campaign.done("dnc", "add", "0199000001", "--reason", "=cmd()")
    file = tmp_path / "register.csv"
    assert campaign.json("dnc", "export", "-o", str(file))["rows"] == 1
    text = file.read_text(encoding="utf-8-sig")
    assert text.startswith("Number,Contact,Reason,Source,Added\n+33199000001,,'=cmd(),manual,")
    assert campaign.done("dnc", "export").out.splitlines()[0] == "Number,Contact,Reason,Source,Added"
    assert [row["number"] for row in campaign.json("dnc", "export").document] == ["+33199000001"]
    file.write_text(text + "0199000002,,,,\nnonsense,,,,\n", encoding="utf-8")
    done = campaign.json("dnc", "import", str(file)).document
    assert (done["rows"], done["registered"], done["already"], done["rejected"]) == (3, 1, 1, 1)
    assert done["leads_blocked"] == 1
    assert done["rejects"] == [{"line": 4, "reason": "not a phone number"}]
    assert campaign.json("dnc", "import", str(file))["registered"] == 0
    assert "no file" in campaign.refused("dnc", "import", str(tmp_path / "nowhere.csv"))


def test_a_plain_list_of_numbers_is_taken_in(sqlite_campaign: Shell, tmp_path: Path) -> None:
    file = tmp_path / "numbers.txt"
    file.write_text("+33199000001\n0199000002\n", encoding="utf-8")
    assert sqlite_campaign.json("dnc", "import", str(file))["registered"] == 2


def test_a_call_made_elsewhere_counts_once(campaign: Shell) -> None:
    words = ("calls", "record", "--lead", "1", "--result", "busy", "--seconds", "20", "--external-id", "x-1")
    first = campaign.json(*words).document
    assert (first["rows"], first["imported"], first["duplicates"], first["rejected"]) == (1, 1, 0, 0)
    assert (first["status"], first["applied"]) == ("busy", True)
    again = campaign.json(*words).document
    assert (again["imported"], again["duplicates"]) == (0, 1)
    assert campaign.json("leads", "show", "1").document["dial_attempts"] == 1
    campaign.done(
        "calls", "record", "--lead", "1", "--result", "no_answer", "--no-count", "--at", "2020-01-01 10:00"
    )
    assert campaign.json("leads", "show", "1").document["dial_attempts"] == 1
    assert "future" in campaign.refused(
        "calls", "record", "--lead", "1", "--result", "busy", "--at", "2099-01-01"
    )
    bad = ("calls", "record", "--lead", "1", "--result", "busy", "--at", "soon")
    assert "not understood" in campaign.refused(*bad, code=2)
    assert "--result" in campaign.refused("calls", "record", "--lead", "1", "--result", "ringing", code=2)


def test_a_call_log_is_taken_in_once(campaign: Shell, tmp_path: Path) -> None:
    file, rejects = tmp_path / "calls.csv", tmp_path / "rejects.csv"
    file.write_text(
        "external_id,phone,started_at,result\n"
        "x1,+33199000001,2026-01-10 10:00,busy\n"
        "x2,+33199000002,2026-01-10 10:05,no_answer\n"
        "x3,+33199000099,2026-01-10 10:06,busy\n",
        encoding="utf-8",
    )
    done = campaign.json("calls", "import", str(file), "--rejects", str(rejects))
    assert done.document == {"rows": 3, "imported": 2, "duplicates": 0, "rejected": 1}
    assert "1 rows were not taken" in done.err
    assert campaign.json("calls", "import", str(file))["duplicates"] == 2
    assert campaign.json("leads", "status", "--campaign", "Spring")["by_status"] == {
        "busy": 1, "no_answer": 1, "new": 2
    }  # fmt: skip


def test_a_call_log_taken_in_as_history_moves_no_lead(sqlite_campaign: Shell, tmp_path: Path) -> None:
    file = tmp_path / "calls.csv"
    file.write_text(
        "external_id,phone,started_at,result\nx1,+33199000001,2026-01-10 10:00,busy\n", encoding="utf-8"
    )
    assert sqlite_campaign.json("calls", "import", str(file), "--history-only")["imported"] == 1
    assert sqlite_campaign.json("leads", "status")["by_status"] == {"new": 4}
