"""Commands about people: teams, locked accounts, the audit log; and what commands leave in it."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from tests.cli.conftest import Shell


def kinds(shell: Shell, *words: str) -> list[tuple[str, str, str | None]]:
    """User, kind and target of the events, oldest first, without those of acting by command."""
    rows = shell.json("audit", "list", *words, "--as", "root").document
    assert isinstance(rows, list)
    return [(row["user"], row["kind"], row["target"]) for row in rows[::-1] if row["kind"] != "sign_in"]


def type_password(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the next ``users password --stdin`` reads."""
    monkeypatch.setattr("sys.stdin", io.StringIO("correct horse\n"))


def test_teams_are_made_changed_and_dissolved_by_command(campaign: Shell) -> None:
    campaign.done("users", "add", "sue", "--role", "supervisor")
    added = campaign.json("teams", "add", "North", "--lead", "sue", "--member", "ana")
    assert (added["supervisors"], added["members"]) == (["sue"], ["ana"])
    campaign.done("users", "edit", "ben", "--team", "north")
    rows = campaign.json("users", "list", "--as", "sue").document
    assert isinstance(rows, list)
    assert [(row["name"], row["team"]) for row in rows] == [("ana", "North"), ("ben", "North"), ("sue", None)]
    campaign.done("users", "edit", "ben", "--no-team")
    campaign.done("teams", "edit", "North", "--rename", "Up north", "--no-lead", "sue")
    (team,) = campaign.json("teams", "list").document
    assert (team["name"], team["supervisors"], team["members"]) == ("Up north", [], ["ana"])
    assert "There is no team called South" in campaign.refused("users", "edit", "ben", "--team", "South")
    campaign.refused("users", "edit", "ben", "--team", "x", "--no-team", code=2)
    assert campaign.json("teams", "remove", "Up north")["members"] == 1
    assert "supervisors see everybody" in campaign.done("teams", "list").err


def test_what_is_refused_and_what_is_done_can_be_read_by_administrators(campaign: Shell) -> None:
    said = campaign.refused("users", "add", "eve", "--role", "admin", "--as", "ana")
    assert "may not add users" in said
    assert kinds(campaign, "--refused") == [("ana", "refused", "users add")]
    assert kinds(campaign, "--kind", "user", "--user", "root")[-1] == ("root", "user.add", "ben")
    assert "may not read the audit log" in campaign.refused("audit", "list", "--as", "ana")
    assert kinds(campaign, "--refused")[-1] == ("ana", "refused", "audit list")
    table = campaign.done("audit", "list").out
    assert "users add" in table
    assert "to add users" in table
    assert kinds(campaign, "--to", "2001-01-01") == []
    assert "not understood" in campaign.refused("audit", "list", "--from", "yesterdayish", code=2)


def test_a_page_says_how_the_next_one_is_had(campaign: Shell) -> None:
    first = campaign.json("audit", "list", "--limit", "2").document
    assert isinstance(first, list)
    assert f"--after {first[-1]['id']}" in campaign.done("audit", "list", "--limit", "2").err
    second = campaign.json("audit", "list", "--limit", "2", "--after", str(first[-1]["id"])).document
    assert isinstance(second, list)
    assert second[0]["id"] < first[-1]["id"]


def test_the_log_is_exported_for_spreadsheets_and_that_is_in_it_too(campaign: Shell, tmp_path: Path) -> None:
    campaign.refused("users", "add", "eve", "--role", "admin", "--as", "ana")
    file = tmp_path / "audit.csv"
    campaign.done("audit", "export", "-o", str(file))
    with file.open(encoding="utf-8-sig", newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert rows[0]["Kind"] == "user.add"
    assert rows[-1] | {"Id": "", "At": ""} == {
        "Id": "", "At": "", "User": "ana", "Kind": "refused", "Target": "users add", "Refused": "yes",
        "Detail": '{"code": "not_allowed", "to": "add users"}',
    }  # fmt: skip
    assert kinds(campaign)[-1] == ("root", "audit.export", None)
    assert campaign.done("audit", "export").out.splitlines()[0] == "Id,At,User,Kind,Target,Refused,Detail"


def test_signing_in_by_a_command_that_writes_is_in_the_log_reading_is_not(campaign: Shell) -> None:
    before = len(campaign.json("audit", "list", "--kind", "sign_in", "--user", "ana").document)  # type: ignore[arg-type]
    campaign.done("leads", "list", "--campaign", "Spring", "--as", "root")
    campaign.done("pause", "lunch", "--as", "ana")
    found = campaign.json("audit", "list", "--kind", "sign_in", "--user", "ana").document
    assert isinstance(found, list)
    assert len(found) == before + 1
    assert found[0]["detail"] == {"door": "command"}


def test_wrong_passwords_lock_and_an_administrator_unlocks(
    campaign: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    type_password(monkeypatch)
    campaign.done("users", "password", "ana", "--stdin")
    monkeypatch.setenv("DIALDECK_PASSWORD", "guess")
    for _ in range(4):
        campaign.refused("pause", "lunch", "--as", "ana")
    assert "ana is locked for 5 minutes now" in campaign.refused("callbacks", "list", "--as", "ana")
    monkeypatch.setenv("DIALDECK_PASSWORD", "correct horse")
    assert "dialdeck users unlock ana" in campaign.refused("pause", "lunch", "--as", "ana")
    assert "may not unlock users" in campaign.refused("users", "unlock", "ana", "--as", "ben")
    assert "yes" not in campaign.done("users", "unlock", "ana").err
    campaign.done("pause", "lunch", "--as", "ana")


def test_a_user_without_a_password_acts_by_command_until_an_administrator_of_a_server_has_one(
    kind: str, campaign: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign.done("pause", "lunch", "--as", "ana")
    type_password(monkeypatch)
    campaign.done("users", "password", "root", "--stdin")
    monkeypatch.setenv("DIALDECK_PASSWORD", "correct horse")
    if kind == "sqlite":
        campaign.done("pause", "lunch", "--as", "ana")
        campaign.done("users", "password", "root", "--remove")
        return
    assert "dialdeck users password ana" in campaign.refused("pause", "lunch", "--as", "ana")
    added = campaign.done("users", "add", "zoe", "--role", "seller")
    assert "dialdeck users password zoe" in added.err
    assert "everybody signs in with a password" in campaign.refused("users", "password", "root", "--remove")
    type_password(monkeypatch)
    campaign.done("users", "password", "ana", "--stdin")
    campaign.done("pause", "lunch", "--as", "ana")
