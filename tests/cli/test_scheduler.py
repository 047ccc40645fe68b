"""The background jobs by command: seen, run, paused; and everything at once by sync."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest

from domain.jobs.catalogue import JOBS
from tests.cli.conftest import Process, Shell


def rows(shell: Shell, *words: str) -> dict[str, dict[str, object]]:
    """The jobs by name."""
    document = shell.json("scheduler", "jobs", *words).document
    assert isinstance(document, list)
    return {each["id"]: each for each in document}


def test_the_jobs_are_listed_with_their_usual_times(shell: Shell) -> None:
    found = rows(shell)
    assert {name: job["schedule"] for name, job in found.items()} == {
        "fill_hopper": "every 1m",
        "retry_dropped_calls": "every 2m",
        "recycle_failed_calls": "every 5m",
        "cleanup_stale_hopper_entries": "every 5m",
        "sync_call_log_to_lead_status": "every 10m",
        "reconcile_lead_status": "at 02:00 UTC",
        "promote_overdue_callbacks": "every 5m",
        "fold_figures": "every 1m",
        "write_reports": "every 15m",
    }
    for job in found.values():
        assert {"id", "schedule", "last_run", "last_result", "next_run", "paused"} <= set(job)
        assert (job["last_run"], job["last_result"], job["paused"]) == (None, None, False)
        assert datetime.fromisoformat(str(job["next_run"])).tzinfo is not None
    shown = shell.done("scheduler", "jobs").out
    assert all(name in shown for name in JOBS)


def test_one_job_is_run_now_and_its_counts_are_printed(campaign: Shell) -> None:
    done = campaign.json("scheduler", "once", "fill_hopper")
    assert (done["job"], done["result"], done["campaigns"], done["added"]) == ("fill_hopper", "done", 1, 4)
    assert "campaigns 1, added 0" in campaign.done("scheduler", "once", "fill_hopper").out
    job = rows(campaign)["fill_hopper"]
    assert (job["last_result"], job["counts"]) == ("done", {"campaigns": 1, "added": 0})
    [last, first] = campaign.json("scheduler", "history", "fill_hopper").document
    assert (first["trigger"], first["result"], first["counts"]["added"]) == ("hand", "done", 4)
    assert last["started_at"] > first["started_at"]
    assert len(campaign.json("scheduler", "history", "--limit", "1").document) == 1
    assert "added 4" in campaign.done("scheduler", "history").out


def test_a_job_may_be_asked_for_instead_of_being_run_here(shell: Shell) -> None:
    assert shell.json("scheduler", "once", "fold_figures", "--ask").document == {
        "job": "fold_figures",
        "asked": True,
    }
    job = rows(shell)["fold_figures"]
    assert (job["asked"], job["last_run"]) == (True, None)
    assert "is a seller" in shell.refused(
        "scheduler", "once", "fold_figures", "--ask", "--as", _seller(shell)
    )


def _seller(shell: Shell) -> str:
    shell.done("users", "add", "ana", "--role", "seller")
    return "ana"


def test_a_job_rests_and_runs_again(shell: Shell) -> None:
    done = shell.json("scheduler", "pause", "fill_hopper")
    assert done.document == {"job": "fill_hopper", "paused": True, "changed": True}
    assert shell.json("scheduler", "pause", "fill_hopper")["changed"] is False
    job = rows(shell)["fill_hopper"]
    assert (job["paused"], job["next_run"]) == (True, None)
    assert "paused" in shell.done("scheduler", "jobs").out
    assert "runs again" in shell.done("scheduler", "resume", "fill_hopper").out
    assert rows(shell)["fill_hopper"]["paused"] is False


def test_names_nobody_knows_are_refused_with_those_there_are(shell: Shell) -> None:
    for words in (("once", "x"), ("pause", "x"), ("history", "x"), ("run", "--only", "x")):
        assert "Jobs are: fill_hopper" in shell.refused("scheduler", *words)


def test_sellers_are_refused(campaign: Shell) -> None:
    for words in (("jobs",), ("history",), ("once", "fold_figures"), ("pause", "fold_figures"), ("run",)):
        assert "ana is a seller" in campaign.refused("scheduler", *words, "--as", "ana")
    assert "ana is a seller" in campaign.refused("sync", "--as", "ana")


def test_the_health_check_fails_where_nobody_runs_the_jobs(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cli.context import Invocation

    shell.done("scheduler", "once", "fold_figures")
    assert shell("scheduler", "jobs", "--check").code == 0
    now = datetime.fromisoformat("2099-01-01T00:00:00+00:00")
    monkeypatch.setattr(Invocation, "now", lambda self: now)
    answer = shell("scheduler", "jobs", "--check", "--json")
    assert answer.code == 1
    assert all(job["overdue"] for job in json.loads(answer.out))
    assert "nobody runs the jobs" in shell("scheduler", "jobs").out


def test_the_configuration_changes_when_jobs_run(
    shell: Shell, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = own_home / "dialdeck.toml"
    monkeypatch.setenv("DIALDECK_CONFIG", str(file))
    file.write_text(
        '[scheduler.jobs.fill_hopper]\nevery = "30s"\n'
        '[scheduler.jobs.reconcile_lead_status]\nat = "4:30"\n'
        "[scheduler.jobs.fold_figures]\nenabled = false\n"
    )
    found = rows(shell)
    assert found["fill_hopper"]["schedule"] == "every 30s"
    assert found["reconcile_lead_status"]["schedule"] == "at 04:30 UTC"
    assert (found["fold_figures"]["schedule"], found["fold_figures"]["enabled"]) == ("off", False)
    assert "switched off" in shell.refused("scheduler", "run", "--only", "fold_figures")


def test_sync_does_everything_at_once(campaign: Shell) -> None:
    done = campaign.json("sync")
    assert list(done.document) == ["sync_call_log_to_lead_status", "reconcile_lead_status", "fill_hopper"]
    assert done["fill_hopper"] == {"campaigns": 1, "added": 4}
    assert done["reconcile_lead_status"]["total_issues"] == 0
    assert campaign.json("sync", "--campaign", "Spring")["fill_hopper"] == {"campaigns": 1, "added": 0}
    assert "There is no campaign" in campaign.refused("sync", "--campaign", "Autumn")
    assert "fill_hopper done" in campaign.done("sync").out


def test_the_service_needs_a_shop_to_be_there(process: Process) -> None:
    done = process("scheduler", "run")
    assert done.returncode == 1
    assert "dialdeck init" in done.stderr
