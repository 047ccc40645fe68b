"""Bulk edits from the command line: seen beforehand, done, listed, taken back."""

from __future__ import annotations

from tests.cli.conftest import Shell


def test_many_leads_are_changed_and_taken_back(campaign: Shell) -> None:
    words = ("leads", "bulk-edit", "--campaign", "Spring", "--status", "new")
    seen = campaign.json(*words, "--add-tag", "vip", "--dry-run").document
    assert seen == {
        "bulk_edit_id": None, "selected": 4, "changed": 4, "same": 0, "in_hands": 0, "no_number": 0, "dry_run": True,
    }  # fmt: skip
    done = campaign.json(*words, "--add-tag", "vip").document
    assert (done["selected"], done["changed"], done["finished"]) == (4, 4, True)
    assert len(campaign.json("leads", "search", "#vip").document) == 4
    [line] = campaign.json("leads", "bulk-edits").document
    assert (line["kind"], line["value"], line["changed"], line["state"]) == ("tag", "vip", 4, "done")
    back = campaign.json("leads", "undo-bulk", str(done["bulk_edit_id"])).document
    assert (back["restored"], back["kept"]) == (4, 0)
    assert campaign.json("leads", "search", "#vip").document == []
    assert "4 selected, 4 would change" in campaign.done(*words, "--priority", "90", "--dry-run").out


def test_one_change_and_a_choice_are_needed(campaign: Shell) -> None:
    words = ("leads", "bulk-edit", "--campaign", "Spring")
    assert "say one change" in campaign.refused(*words, "--status", "new", code=2)
    assert "say one change" in campaign.refused(
        *words, "--status", "new", "--add-tag", "a", "--priority", "1", code=2
    )
    assert "Say which leads" in campaign.refused(*words, "--add-tag", "a")
    assert "no lead list" in campaign.refused(*words, "--status", "new", "--to-list", "Nowhere")


def test_a_search_goes_on_where_the_page_before_ended(campaign: Shell) -> None:
    first = campaign.done("leads", "search", "status:new", "--limit", "3")
    assert "--after 3" in first.err
    [last] = campaign.json("leads", "search", "status:new", "--limit", "3", "--after", "3").document
    assert last["name"] == "Dora Lind"
