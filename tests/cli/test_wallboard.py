"""The wallboard, messages and taking a person back, as commands."""

from __future__ import annotations

from tests.cli.conftest import Shell


def test_the_wallboard_tells_sellers_campaigns_and_alerts(campaign: Shell) -> None:
    lead = str(campaign.json("leads", "next", "--as", "ana")["lead_id"])
    found = campaign.json("wallboard").document
    ana = next(row for row in found["sellers"] if row["name"] == "ana")
    assert (ana["state"], ana["lead_id"], ana["calls"]) == ("idle", int(lead), 0)
    [spring] = found["campaigns"]
    assert (spring["name"], spring["claimed"]) == ("Spring", 1)
    campaign.done("leads", "outcome", lead, "not-interested", "--as", "ana")
    told = campaign.done("wallboard").out
    assert "contacts, 1 calls" in told
    assert "Not interested" in told
    assert "may not look at the wallboard" in campaign.refused("wallboard", "--as", "ana")


def test_a_message_is_sent_listed_and_refused(campaign: Shell) -> None:
    assert "Sent to ana" in campaign.done("messages", "send", "ana", "Take the renewals first").out
    [sent] = campaign.json("messages", "list", "--unread").document
    assert (sent["recipient"], sent["text"], sent["shown_at"]) == ("ana", "Take the renewals first", None)
    assert "Take the renewals first" in campaign.done("messages", "list", "--as", "ana").out
    assert campaign.json("messages", "list", "--as", "ben").document == []
    assert "may not send messages" in campaign.refused("messages", "send", "ben", "Hello", "--as", "ana")
    assert "anna" in campaign.refused("messages", "send", "anna", "Hello")
    assert "empty message" in campaign.refused("messages", "send", "ana", " ")


def test_a_person_is_taken_out_of_a_sellers_hands(campaign: Shell) -> None:
    lead = campaign.json("leads", "next", "--as", "ana")["lead_id"]
    assert campaign.json("hopper", "take-back", "ana").document["lead_id"] == lead
    assert "nobody in hand" in campaign.refused("hopper", "take-back", "ana")
    assert campaign.json("leads", "next", "--as", "ben")["lead_id"] == lead
