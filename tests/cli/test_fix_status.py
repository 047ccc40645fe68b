"""`dialdeck leads fix-status`: what it finds, what it does, and that output and exit code tell the truth."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from tests.cli.conftest import Shell

PEOPLE = """name,phone,external_id,status,dial_attempts,dial_result
Ada Marlow,+33199000001,a,new,2,
Bruno Keel,+33199000002,b,new,,
Cleo Varga,+33199000003,c,,,busy
Dora Lind,+33199000004,d,sale,1,
"""
CALLS = """external_id,lead_external_id,started_at,result
c1,b,2026-11-02 10:00,answered
c2,b,2026-11-03 10:00,failed
"""


@pytest.fixture
def troubled(shell: Shell, tmp_path: Path) -> Shell:
    """Four people: dialled but new, calls without tracking, no status, and one who is fine."""
    people, calls = tmp_path / "people.csv", tmp_path / "calls.csv"
    people.write_text(PEOPLE, encoding="utf-8")
    calls.write_text(CALLS, encoding="utf-8")
    shell.done("campaigns", "create", "Spring", "--region", "FR", "--hours", "00:00-24:00")
    shell.done("leads", "import", str(people), "--campaign", "Spring", "--list", "March", "--yes")
    shell.done("calls", "import", str(calls), "--history-only")
    return shell


def test_it_finds_fixes_and_finds_nothing_the_second_time(troubled: Shell) -> None:
    done = troubled.json("leads", "fix-status", "--campaign", "Spring").document
    assert isinstance(done, dict)
    assert done.pop("seconds") >= 0
    assert done == {
        "no_status": 1,
        "dialed_but_new": 1,
        "missing_dial_tracking": 1,
        "counter_mismatch": 0,
        "stale_claims": 0,
        "total_issues": 3,
        "leads_checked": 4,
        "leads_fixed": 3,
        "errors": 0,
        "status_assigned": {"no_answer": 1, "failed": 1, "busy": 1},
        "by_status": {"no_answer": 1, "failed": 1, "busy": 1, "sale": 1},
        "dry_run": False,
        "report_only": False,
    }
    again = troubled.json("leads", "fix-status")
    assert (again["total_issues"], again["leads_fixed"], again["leads_checked"]) == (0, 0, 4)


def test_a_report_changes_nothing_and_names_leads_when_asked(troubled: Shell) -> None:
    for _ in range(2):
        report = troubled.json("leads", "fix-status", "--report-only", "--verbose")
        assert (report["total_issues"], report["leads_fixed"], report["status_assigned"]) == (3, 0, {})
        samples = report["samples"]
        assert isinstance(samples, dict)
        assert {kind: len(ids) for kind, ids in samples.items()} == {
            "no_status": 1,
            "dialed_but_new": 1,
            "missing_dial_tracking": 1,
        }


def test_a_dry_run_tells_what_would_be_and_leaves_it(troubled: Shell) -> None:
    tried = troubled.json("leads", "fix-status", "--dry-run")
    assert (tried["dry_run"], tried["leads_fixed"]) == (True, 3)
    assert tried["status_assigned"] == {"no_answer": 1, "failed": 1, "busy": 1}
    assert troubled.json("leads", "fix-status", "--report-only")["total_issues"] == 3
    out = troubled.done("leads", "fix-status", "--dry-run").out
    assert "3 leads would be fixed, 0 errors." in out
    assert "a dry run changes nothing" in out


def test_people_read_two_steps_with_counts_and_how_the_leads_stand(troubled: Shell) -> None:
    out = troubled.done("leads", "fix-status", "--verbose").out
    first, second = out.split("Step 2: what was done")
    assert first.startswith("Step 1: what was found")
    assert "Dialled but still new" in first
    assert "3 of 4 leads checked have a problem." in first
    assert "No status, for example: " in first
    assert "3 leads fixed, 0 errors." in second
    assert "How the leads stand afterwards" in second
    assert "25.0 %" in second
    assert (
        "nothing was done, this is a report only" in troubled.done("leads", "fix-status", "--report-only").out
    )


def test_a_lead_that_cannot_be_set_right_makes_the_command_fail(troubled: Shell) -> None:
    with troubled.database.transaction() as session:
        session.execute(
            text(
                "UPDATE lead SET segment = 'Nowhere/Land', last_dial_attempt = created_at "
                "WHERE external_id = 'c'"
            )
        )
    done = troubled("leads", "fix-status", "--json")
    assert done.code == 1
    assert (done["leads_fixed"], done["errors"], done["total_issues"]) == (2, 1, 3)
    assert done.err.startswith("dialdeck: 1 lead could not be set right: ")
    assert troubled("leads", "fix-status").code == 1


def test_a_list_of_another_campaign_is_refused(troubled: Shell) -> None:
    troubled.done("campaigns", "create", "Autumn", "--region", "FR")
    assert troubled.json("leads", "fix-status", "--list", "March", "--report-only")["leads_checked"] == 4
    assert troubled.json("leads", "fix-status", "--campaign", "Autumn")["leads_checked"] == 0
    refused = troubled.refused("leads", "fix-status", "--campaign", "Autumn", "--list", "March")
    assert refused == "The list March is not one of Autumn."


def test_sellers_may_not(troubled: Shell) -> None:
    troubled.done("users", "add", "ana", "--role", "seller")
    assert "may not repair leads" in troubled.refused("leads", "fix-status", "--as", "ana")
    assert "may not see" in troubled.refused("leads", "fix-status", "--report-only", "--as", "ana")
