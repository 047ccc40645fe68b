"""Reports from the command line: the keys others rely on, files that can be sent, nothing a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest

from domain.codes import Resolution
from tests.cli.conftest import Shell

LEADS = """name,phone,status,dial_attempts,campaign_status,resolution,tags
Ada,+33199000001,sale,2,4,S2,vip
Bruno,+33199000002,not_interested,1,4,NI,
Cleo,+33199000003,no_answer,3,3,NF,vip
Dora,+33199000004,new,0,1,,
"""

KEYS = {
    "campaign", "as_of", "base", "progress", "resolutions", "reasons", "rates", "sellers", "by_day", "by_hour",
    "attempts",
}  # fmt: skip


@pytest.fixture
def desk(shell: Shell, tmp_path: Path) -> Shell:
    """A campaign with a lead of most kinds, its name one a spreadsheet or a browser would trip over."""
    shell.done("campaigns", "create", "=1+1 <b>&", "--region", "FR", "--hours", "00:00-24:00")
    file = tmp_path / "list.csv"
    file.write_text(LEADS, encoding="utf-8")
    shell.json("leads", "import", str(file), "--campaign", "=1+1 <b>&", "--list", "March")
    return shell


NAME = "=1+1 <b>&"


def ask(desk: Shell, *words: str) -> Any:
    """The document a command answers with."""
    return desk.json(*words).document


def test_the_document_has_the_keys_others_rely_on(desk: Shell) -> None:
    report = ask(desk, "report", "campaign", NAME)
    assert set(report) >= KEYS
    assert report["base"] == {"leads": 4, "assigned": 0, "unassigned": 4, "filtered": 4}
    assert list(report["resolutions"]) == [*Resolution, "none"]
    assert sum(each["count"] for each in report["resolutions"].values()) == 4
    assert report["resolutions"]["S2"] == {"count": 1, "percent": 25.0}
    assert {"contact_rate", "conversion", "success_rate", "dials_per_hour"} <= set(report["rates"])
    assert report["rates"]["contact_rate"] == {
        "value": 2 / 3,
        "numerator": 2,
        "denominator": 3,
        "base": "called leads",
    }
    assert report["rates"]["conversion"]["value"] == 0.5
    assert report["rates"]["dials_per_hour"]["value"] is None
    assert len(report["by_hour"]) == 24
    assert report["attempts"][0] == {"attempts": 0, "leads": 1, "successes": 0}


def test_filters_narrow_it(desk: Shell) -> None:
    tagged = ask(desk, "report", "campaign", NAME, "--tag", "vip")
    assert (tagged["base"]["filtered"], tagged["base"]["leads"]) == (2, 4)
    assert tagged["filters_in_words"] == "tag vip"
    for option, value, leads in (
        ("--status", "new", 1),
        ("--status", "4", 2),
        ("--resolution", "none", 1),
        ("--list", "March", 4),
        ("--from", "2026-01-01", 0),
    ):
        assert ask(desk, "report", "campaign", NAME, option, value)["base"]["filtered"] == leads
    assert desk("report", "campaign", NAME, "--status", "asleep").code != 0
    assert "no such status" in desk("report", "campaign", NAME, "--status", "asleep").err


def test_every_form_tells_the_same(desk: Shell, tmp_path: Path) -> None:
    table = desk("report", "campaign", NAME).out
    assert re.search(r"Success rate +1 +25\.0 % +4 filtered leads", table)
    assert "Dials per hour" in table
    assert "–" in table
    assert json.loads(desk("report", "campaign", NAME, "--format", "json").out)["base"]["leads"] == 4
    rows = list(csv.DictReader(io.StringIO(desk("report", "campaign", NAME, "--format", "csv").out)))
    [rate] = [row for row in rows if row["Key"] == "rate:success_rate"]
    assert (rate["Count"], rate["Of"], rate["Base"], rate["Value"]) == ("1", "4", "filtered leads", "0.25")
    for kind in ("json", "csv", "html"):
        file = tmp_path / f"report.{kind}"
        desk.done("report", "campaign", NAME, "--output", str(file))
        assert file.stat().st_size > 500
    assert (tmp_path / "report.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_a_name_is_no_formula_and_no_markup(desk: Shell) -> None:
    rows = list(csv.reader(io.StringIO(desk("report", "campaign", NAME, "--format", "csv").out)))
    assert all(not cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)
    page = desk("report", "campaign", NAME, "--format", "html").out
    assert "<b>" not in page
    assert "=1+1 &lt;b&gt;&amp;" in page


def test_the_page_fetches_nothing(desk: Shell) -> None:
    page = desk("report", "campaign", NAME, "--format", "html").out
    assert page.startswith("<!DOCTYPE html>")
    assert page.rstrip().endswith("</html>")
    assert not re.search(r"https?:|src=|href=|@import|url\(|<script", page)
    assert "<svg" in page
    assert "default-src 'none'" in page


def test_two_campaigns_stand_side_by_side(desk: Shell) -> None:
    desk.done("campaigns", "create", "Autumn", "--region", "FR")
    beside = ask(desk, "report", "campaign", NAME, "--compare", "Autumn")
    [rate] = [each for each in beside["figures"] if each["key"] == "rate:success_rate"]
    assert (rate["first"]["value"], rate["second"]["value"], rate["difference"]) == (0.25, None, None)
    assert beside["second"]["campaign"] == "Autumn"
    periods = ask(
        desk, "report", "campaign", NAME, "--compare-from", "2026-01-01", "--compare-to", "2026-01-31"
    )
    assert periods["second"]["filters"] == {"acted_from": "2026-01-01", "acted_to": "2026-01-31"}
    assert "Side" not in desk("report", "campaign", NAME, "--compare", "Autumn", "--format", "csv").err
    assert "<table>" in desk("report", "campaign", NAME, "--compare", "Autumn", "--format", "html").out


def test_all_campaigns_and_all_sellers_in_a_line_each(desk: Shell) -> None:
    [campaign] = ask(desk, "report", "campaigns")
    assert (campaign["leads"], campaign["success"]["numerator"]) == (4, 1)
    desk.done("users", "add", "ana", "--role", "seller")
    lead = ask(desk, "leads", "next", "--campaign", NAME, "--as", "ana")["lead_id"]
    ask(desk, "leads", "outcome", str(lead), "sale", "--as", "ana")
    [seller] = ask(desk, "report", "sellers")
    assert (seller["seller"], seller["calls"], seller["successes"]) == ("ana", 1, 1)
    assert seller["conversion"]["value"] == 1.0
    assert ask(desk, "report", "sellers", "--from", "2020-01-01", "--to", "2020-01-02") == []
    assert desk("report", "campaigns", "--format", "csv").out.splitlines()[1].startswith("'=1+1 <b>&,True,4,")
    assert desk("report", "campaign", NAME, "--as", "ana").code != 0


def test_a_report_is_ordered_listed_and_no_longer_wanted(desk: Shell, tmp_path: Path) -> None:
    made = ask(
        desk,
        "report",
        "schedule",
        "add",
        NAME,
        "--folder",
        str(tmp_path),
        "--every",
        "weekly",
        "--tag",
        "vip",
    )
    assert (made["every"], made["format"], made["filters"]) == ("weekly", "html", {"tags": ["vip"]})
    assert [each["id"] for each in ask(desk, "report", "schedule", "list")] == [made["id"]]
    assert "tag vip" in desk("report", "schedule", "list").out
    desk.done("report", "schedule", "remove", str(made["id"]))
    assert ask(desk, "report", "schedule", "list") == []
    assert desk("report", "schedule", "remove", str(made["id"])).code != 0
