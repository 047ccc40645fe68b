"""Recycling from the command line: preview, recycle, undo, past batches, with the keys others rely on."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Shell

LEADS = """name,phone,status,dial_attempts,tags,last_dial_attempt
Ada,+33199000001,busy,1,vip,2026-01-05T10:00:00Z
Bruno,+33199000002,busy,3,,2026-01-07T10:00:00Z
Cleo,+33199000003,no_answer,2,,2026-01-07T10:00:00Z
Dora,+33199000004,sale,1,,2026-01-07T10:00:00Z
Emil,+33199000005,dnc,1,,2026-01-07T10:00:00Z
Fay,+33199000006,,0,,
Gus,+33199000007,new,0,,
"""


@pytest.fixture
def desk(shell: Shell, tmp_path: Path) -> Shell:
    """A campaign that may always call, with a lead of most kinds."""
    shell.done("campaigns", "create", "Spring", "--region", "FR", "--hours", "00:00-24:00")
    file = tmp_path / "list.csv"
    file.write_text(LEADS, encoding="utf-8")
    assert (
        shell.json("leads", "import", str(file), "--campaign", "Spring", "--list", "March")["imported"] == 7
    )
    return shell


def _by_status(shell: Shell) -> object:
    return shell.json("leads", "status", "--campaign", "Spring")["by_status"]


def test_a_dry_run_says_what_would_be_and_writes_nothing(desk: Shell) -> None:
    before = _by_status(desk)
    seen = desk.json(
        "leads", "recycle", "--campaign", "Spring", "--status", "busy", "--status", "sale",
        "--status", "dnc", "--dry-run",
    )  # fmt: skip
    assert (seen["batch_id"], seen["selected"], seen["recycled"], seen["callable_now"]) == (None, 4, 2, 2)
    assert seen["by_status"] == {"busy": 2}
    assert seen["left_out"] == {"do not call": 1, "final": 1}
    assert _by_status(desk) == before
    assert desk.json("leads", "recycle-batches").document == []


def test_recycle_undo_and_the_list_of_batches(desk: Shell) -> None:
    before = _by_status(desk)
    done = desk.json("leads", "recycle", "--campaign", "Spring", "--status", "busy", "--status", "no_status")
    assert (done["selected"], done["recycled"], done["callable_now"]) == (3, 3, 3)
    assert done["by_status"] == {"busy": 2, "no_status": 1}
    assert _by_status(desk) == {"new": 4, "no_answer": 1, "sale": 1, "dnc": 1}
    batch = done["batch_id"]
    [shown] = desk.json("leads", "recycle-batches").document  # type: ignore[misc]  # a list of one
    assert (shown["batch_id"], shown["recycled"], shown["state"], shown["called"]) == (batch, 3, "done", 0)
    assert shown["filters"] == "Busy, No status"
    assert "Busy, No status" in desk.done("leads", "recycle-batches").out
    undone = desk.json("leads", "undo-recycle", str(batch))
    assert (undone["restored"], undone["kept"]) == (3, 0)
    assert _by_status(desk) == before
    assert "already" in desk.refused("leads", "undo-recycle", str(batch))


@pytest.mark.parametrize(
    ("words", "recycled"),
    [
        (("--tag", "vip"), 1),
        (("--min-attempts", "2"), 1),
        (("--max-attempts", "2"), 1),
        (("--last-before", "2026-01-06"), 1),
        (("--list", "March"), 2),
        (("--resolution", "NI"), 0),
    ],
)
def test_the_filters_narrow(desk: Shell, words: tuple[str, ...], recycled: int) -> None:
    seen = desk.json("leads", "recycle", "--campaign", "Spring", "--status", "busy", "--dry-run", *words)
    assert seen["recycled"] == recycled


def test_finals_only_when_asked_for_and_do_not_call_never(desk: Shell) -> None:
    words = ("leads", "recycle", "--campaign", "Spring", "--status", "sale", "--status", "dnc")
    assert desk.json(*words)["recycled"] == 0
    assert desk.json(*words, "--include-final")["by_status"] == {"sale": 1}
    assert _by_status(desk) == {"busy": 2, "no_answer": 1, "dnc": 1, "no_status": 1, "new": 2}


def test_a_recycle_is_no_problem_to_the_repair(desk: Shell) -> None:
    before = desk.json("leads", "fix-status", "--report-only").document
    done = desk.json("leads", "recycle", "--campaign", "Spring", "--status", "busy", "--reset-attempts")
    plain = desk.json("leads", "recycle", "--campaign", "Spring", "--status", "no_answer")
    after = desk.json("leads", "fix-status", "--report-only")
    assert after["total_issues"] == 1  # the one without a status
    for batch in (done, plain):
        desk.json("leads", "undo-recycle", str(batch["batch_id"]))
    again = desk.json("leads", "fix-status", "--report-only").document
    assert {k: v for k, v in again.items() if k != "seconds"} == {  # type: ignore[attr-defined]  # an object
        k: v
        for k, v in before.items()  # type: ignore[attr-defined]  # an object
        if k != "seconds"
    }


def test_what_cannot_be_is_refused_in_one_line(desk: Shell) -> None:
    words = ("leads", "recycle", "--campaign", "Spring")
    assert "at least one status" in desk.refused(*words)
    assert "no such status" in desk.refused(*words, "--status", "bussy")
    assert "callback" in desk.refused(*words, "--status", "busy", "--to", "callback")
    assert "cannot be recycled to sale" in desk.refused(*words, "--status", "busy", "--to", "sale")
    assert "no user called nobody" in desk.refused(*words, "--status", "busy", "--seller", "nobody")
    assert "no lead list" in desk.refused(*words, "--status", "busy", "--list", "other")
    assert "not understood" in desk.refused(*words, "--status", "busy", "--last-before", "soon", code=2)
    assert "There is no recycle 99" in desk.refused("leads", "undo-recycle", "99")
    assert "There is no recycle 99" in desk.refused("leads", "recycle", "--resume", "99")


def test_sellers_may_not(desk: Shell) -> None:
    desk.done("users", "add", "ana", "--role", "seller")
    words = ("leads", "recycle", "--campaign", "Spring", "--status", "busy", "--as", "ana")
    assert "ana is a seller" in desk.refused(*words)
    assert "ana is a seller" in desk.refused("leads", "undo-recycle", "1", "--as", "ana")


def test_people_read_what_was_done(desk: Shell) -> None:
    answer = desk.done("leads", "recycle", "--campaign", "Spring", "--status", "busy", "--to", "no_answer")
    assert "2 leads are no_answer now, 2 of them may be called at once" in answer.out
    assert "Busy → no_answer" in answer.err
    assert "undo-recycle" in answer.out
