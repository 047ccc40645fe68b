"""A seller works a queue without a screen: next, outcome, reason, undo, skip, pause."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

import pytest

from tests.cli.conftest import Shell


def taken(shell: Shell, seller: str = "ana") -> int:
    """The lead the seller gets next."""
    lead_id = shell.json("leads", "next", "--campaign", "Spring", "--as", seller)["lead_id"]
    assert isinstance(lead_id, int)
    return lead_id


def test_next_gives_a_person_with_everything_needed_to_call(campaign: Shell) -> None:
    found = campaign.json("leads", "next", "--campaign", "Spring", "--as", "ana")
    contact = found["contact"]
    assert isinstance(contact, dict)
    assert contact["name"] == "Ada Marlow"
    assert contact["phone"] == "+33199000001"
    assert contact["email"] == "ada@example.org"
    assert contact["notes"] == "likes tea"
    assert contact["zone"] == "Europe/Paris"
    assert [phone["e164"] for phone in contact["phones"]] == ["+33199000001"]
    assert found["campaign"] == "Spring"
    assert (found["status"], found["campaign_status"], found["attempts"]) == ("new", 1, 0)
    assert (found["history"], found["why"], found["next_at"]) == ([], None, None)
    expires = datetime.fromisoformat(str(found["claim_expires_at"]))
    assert timedelta(minutes=9) < expires - datetime.now(UTC) <= timedelta(minutes=10)


def test_next_again_is_the_same_person_and_nobody_elses(campaign: Shell) -> None:
    assert taken(campaign) == taken(campaign)
    assert taken(campaign, "ben") != taken(campaign)


def test_the_only_campaign_need_not_be_named(sqlite_campaign: Shell) -> None:
    named = taken(sqlite_campaign)
    assert sqlite_campaign.json("leads", "next", "--as", "ana")["lead_id"] == named
    sqlite_campaign.done("campaigns", "create", "Autumn")
    line = sqlite_campaign.refused("leads", "next", "--as", "ana", code=2)
    assert "Autumn, Spring" in line


def test_an_outcome_sets_status_resolution_and_next_attempt(campaign: Shell) -> None:
    lead = str(taken(campaign))
    done = campaign.json("leads", "outcome", lead, "busy", "--as", "ana", "--note", "engaged twice")
    assert done["lead_id"] == int(lead)
    assert (done["status"], done["campaign_status"], done["campaign_resolution"]) == ("busy", 3, "NF")
    assert (done["resolution_reason"], done["last_console_action"]) == (None, "busy")
    again = datetime.fromisoformat(str(done["next_attempt_at"]))
    assert timedelta(minutes=29) < again - datetime.now(UTC) <= timedelta(minutes=30)
    shown = campaign.json("leads", "show", lead)
    assert (shown["status"], shown["dial_attempts"], shown["callable"]) == ("busy", 1, False)
    assert shown["why_not"]
    assert taken(campaign) != int(lead)


def test_a_callback_is_made_for_the_time_typed_on_the_contacts_clock(campaign: Shell) -> None:
    lead = str(taken(campaign))
    campaign.done("leads", "outcome", lead, "schedule", "--at", "tomorrow 10", "--as", "ana", "--note", "tea")
    [callback] = campaign.json("callbacks", "list", "--as", "ana").document
    due = datetime.fromisoformat(callback["due_at"])
    assert due.astimezone(UTC).hour in (8, 9)  # 10:00 in Paris
    assert (callback["seller"], callback["note"], callback["due"]) == ("ana", "tea", False)
    assert campaign.json("callbacks", "list", "--as", "ben").document == []
    assert len(campaign.json("callbacks", "list").document) == 1
    assert campaign.json("callbacks", "list", "--mine").document == []
    campaign.done("users", "add", "aud", "--role", "auditor")
    assert len(campaign.json("callbacks", "list", "--as", "aud").document) == 1


def test_an_iso_time_means_that_instant(sqlite_campaign: Shell) -> None:
    lead = str(taken(sqlite_campaign))
    at = (datetime.now(UTC) + timedelta(days=2)).replace(microsecond=0)
    done = sqlite_campaign.json("leads", "outcome", lead, "schedule", "--at", at.isoformat(), "--as", "ana")
    assert datetime.fromisoformat(str(done["callback_at"])) == at


def test_schedule_without_a_time_or_with_a_past_one_is_refused(sqlite_campaign: Shell) -> None:
    lead = str(taken(sqlite_campaign))
    assert "needs a time" in sqlite_campaign.refused("leads", "outcome", lead, "schedule", "--as", "ana")
    past = ("leads", "outcome", lead, "schedule", "--at", "2020-01-01 10:00", "--as", "ana")
    assert "has passed" in sqlite_campaign.refused(*past)
    garbled = ("leads", "outcome", lead, "schedule", "--at", "soonish", "--as", "ana")
    assert "not understood" in sqlite_campaign.refused(*garbled)
    assert sqlite_campaign.json("leads", "show", lead)["status"] == "new"


def test_a_reason_is_added_to_the_last_outcome(campaign: Shell) -> None:
    lead = str(taken(campaign))
    done = campaign.json("leads", "outcome", lead, "not-interested", "--as", "ana")
    assert done["resolution_reason"] is None
    assert {"code": 1, "label": "price"} in done["reasons"]
    assert campaign.json("leads", "reason", "2", "--as", "ana")["resolution_reason"] == 2
    assert campaign.json("leads", "show", lead)["resolution_reason"] == 2
    assert "no reason" in campaign.refused("leads", "reason", "99", "--as", "ana")


def test_a_reason_given_with_the_outcome_is_kept(sqlite_campaign: Shell) -> None:
    lead = str(taken(sqlite_campaign))
    done = sqlite_campaign.json("leads", "outcome", lead, "logistics", "--reason", "1", "--as", "ana")
    assert (done["status"], done["campaign_resolution"], done["resolution_reason"]) == ("closed", "LO", 1)


def test_undo_brings_the_person_back_with_the_note(campaign: Shell) -> None:
    lead = str(taken(campaign))
    campaign.done("leads", "outcome", lead, "do-not-call", "--as", "ana", "--note", "wrong key")
    undone = campaign.json("leads", "undo", "--as", "ana")
    assert (undone["lead_id"], undone["action"]) == (int(lead), "do-not-call")
    back = campaign.json("leads", "next", "--campaign", "Spring", "--as", "ana")
    assert (back["lead_id"], back["status"], back["draft"]) == (int(lead), "new", "wrong key")
    assert campaign.json("dnc", "list").document == []
    assert campaign.json("db", "check")["ok"] is True
    assert "nothing to undo" in campaign.refused("leads", "undo", "--as", "ben")


def test_undo_many_times_leaves_a_sound_queue(sqlite_campaign: Shell) -> None:
    for _ in range(3):
        lead = str(taken(sqlite_campaign))
        sqlite_campaign.done("leads", "outcome", lead, "busy", "--as", "ana")
    for _ in range(3):
        sqlite_campaign.done("leads", "undo", "--as", "ana")
    assert sqlite_campaign.json("leads", "status", "--campaign", "Spring")["by_status"] == {"new": 4}
    assert sqlite_campaign.json("db", "check")["violations"] == []


def test_skip_gives_the_next_one(sqlite_campaign: Shell) -> None:
    first = taken(sqlite_campaign)
    assert sqlite_campaign.json("leads", "skip", "--as", "ana")["lead_id"] == first
    assert taken(sqlite_campaign) != first
    assert "nobody" in sqlite_campaign.refused("leads", "skip", "--as", "ben")


def test_with_nobody_to_call_it_says_why_and_when(campaign: Shell) -> None:
    for _ in range(4):
        campaign.done("leads", "outcome", str(taken(campaign)), "busy", "--as", "ana")
    found = campaign.json("leads", "next", "--campaign", "Spring", "--as", "ana")
    assert (found["lead_id"], found["contact"], found["claim_expires_at"]) == (None, None, None)
    assert found["why"]
    again = datetime.fromisoformat(str(found["next_at"]))
    assert timedelta(minutes=28) < again - datetime.now(UTC) <= timedelta(minutes=30)
    human = campaign.done("leads", "next", "--campaign", "Spring", "--as", "ana")
    assert "The next one comes at" in human.out


def test_a_sale_is_of_the_product_named(sqlite_campaign: Shell) -> None:
    sqlite_campaign.done("products", "add", "Tea", "--price", "19,90", "--currency", "EUR")
    lead = str(taken(sqlite_campaign))
    missing = ("leads", "outcome", lead, "sale", "--product", "Teas", "--as", "ana")
    assert "Did you mean Tea?" in sqlite_campaign.refused(*missing)
    done = sqlite_campaign.json(
        "leads",
        "outcome",
        lead,
        "sale",
        "--product",
        "Tea",
        "--quantity",
        "2",
        "--price",
        "15",
        "--as",
        "ana",
    )
    assert (done["status"], done["campaign_resolution"], done["next_attempt_at"]) == ("sale", "S2", None)
    assert "below zero" in sqlite_campaign.refused(
        "leads", "outcome", lead, "sale", "--product", "Tea", "--price", "-1", "--as", "ana"
    )


def test_only_the_seller_who_has_the_person_records_the_outcome(sqlite_campaign: Shell) -> None:
    lead = str(taken(sqlite_campaign))
    assert "ana has lead" in sqlite_campaign.refused("leads", "outcome", lead, "busy", "--as", "ben")
    assert "no lead 999" in sqlite_campaign.refused("leads", "outcome", "999", "busy", "--as", "ana")
    assert "no active action" in sqlite_campaign.refused("leads", "outcome", lead, "bussy", "--as", "ana")


def test_a_pause_has_a_code_and_ends(sqlite_campaign: Shell) -> None:
    paused = sqlite_campaign.json("pause", "lunch", "--as", "ana")
    assert (paused["state"], paused["pause_code"]) == ("paused", "lunch")
    assert sqlite_campaign.json("pause", "--as", "ana")["pause_code"] == "break"
    assert sqlite_campaign.json("resume", "--as", "ana")["state"] == "ready"
    assert "break, lunch" in sqlite_campaign.refused("pause", "siesta", "--as", "ana")


def test_a_password_is_taken_from_the_environment(
    sqlite_campaign: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("correct horse\n"))
    sqlite_campaign.done("users", "password", "ana", "--stdin")
    assert "needs a password" in sqlite_campaign.refused("leads", "next", "--as", "ana")
    monkeypatch.setenv("DIALDECK_PASSWORD", "wrong pony")
    assert "not the password" in sqlite_campaign.refused("leads", "next", "--as", "ana")
    monkeypatch.setenv("DIALDECK_PASSWORD", "correct horse")
    assert taken(sqlite_campaign) > 0
