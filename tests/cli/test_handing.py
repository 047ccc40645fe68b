"""Handing leads out and taking them back from the command line, with the keys others rely on."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Shell


@pytest.fixture
def desk(shell: Shell, tmp_path: Path) -> Shell:
    """A campaign that may always call, with twelve leads of nobody, and two sellers."""
    shell.done("campaigns", "create", "Spring", "--region", "FR", "--hours", "00:00-24:00")
    rows = [f"Person {index},+331990000{index:02},{'busy' if index < 3 else 'new'}" for index in range(12)]
    file = tmp_path / "list.csv"
    file.write_text("\n".join(["name,phone,status", *rows, "Sold,+33199000099,sale"]), encoding="utf-8")
    assert shell.json("leads", "import", str(file), "--campaign", "Spring")["imported"] == 13
    for name in ("ana", "bo"):
        shell.done("users", "add", name, "--role", "seller")
    return shell


def _owned(shell: Shell, who: str) -> int:
    found = shell.json("leads", "list", "--campaign", "Spring", "--seller", who).document
    assert isinstance(found, list)
    return len(found)


def test_leads_are_handed_out_and_the_hand_out_is_undone(desk: Shell) -> None:
    done = desk.json("leads", "assign", "--campaign", "Spring", "--seller", "ana=5", "--seller", "bo=3")
    assert (done["assigned"], done["per_seller"], done["finished"]) == (8, {"ana": 5, "bo": 3}, True)
    assert (_owned(desk, "ana"), _owned(desk, "bo")) == (5, 3)
    [shown] = desk.json("leads", "assign-batches").document  # type: ignore[misc]  # a list of one
    assert (shown["batch_id"], shown["kind"], shown["leads"], shown["state"]) == (
        done["batch_id"], "assign", 8, "done",
    )  # fmt: skip
    undone = desk.json("leads", "undo-assign", str(done["batch_id"]))
    assert (undone["restored"], undone["kept"]) == (8, 0)
    assert (_owned(desk, "ana"), _owned(desk, "bo")) == (0, 0)


def test_a_dry_run_says_what_would_be_and_writes_nothing(desk: Shell) -> None:
    seen = desk.json("leads", "assign", "--campaign", "Spring", "--seller", "ana=50", "--dry-run")
    assert (seen["batch_id"], seen["assigned"], seen["available"]) == (None, 12, 12)
    assert (seen["per_seller"], seen["left_out"]) == ({"ana": 12}, {"finished": 1})
    assert _owned(desk, "ana") == 0
    assert desk.json("leads", "assign-batches").document == []


def test_evenly_among_those_named_or_all_sellers(desk: Shell) -> None:
    done = desk.json("leads", "assign", "--campaign", "Spring", "--evenly", "--count", "5")
    assert done["per_seller"] == {"ana": 3, "bo": 2}
    rest = desk.json("leads", "assign", "--campaign", "Spring", "--evenly", "--seller", "bo")
    assert rest["per_seller"] == {"bo": 7}


def test_only_some_and_handed_on_and_into_a_shifts_pool(desk: Shell) -> None:
    busy = desk.json("leads", "assign", "--campaign", "Spring", "--seller", "ana=9", "--status", "busy")
    assert busy["assigned"] == 3
    on = desk.json("leads", "assign", "--campaign", "Spring", "--seller", "bo=2", "--from", "ana")
    assert on["per_seller"] == {"bo": 2}
    shift = desk.json("leads", "assign", "--campaign", "Spring", "--shift", "morning=4")
    assert shift["per_seller"] == {"morning": 4}


def test_leads_are_taken_back(desk: Shell) -> None:
    desk.done("leads", "assign", "--campaign", "Spring", "--seller", "ana=5", "--seller", "bo=3")
    seen = desk.json("leads", "release", "--campaign", "Spring", "--dry-run")
    assert (seen["released"], seen["per_seller"]) == (8, {"ana": 5, "bo": 3})
    done = desk.json("leads", "release", "--seller", "ana")
    assert (done["released"], done["per_seller"]) == (5, {"ana": 5})
    assert (_owned(desk, "ana"), _owned(desk, "bo")) == (0, 3)
    assert desk.json("leads", "undo-assign", str(done["batch_id"]))["restored"] == 5
    assert _owned(desk, "ana") == 5


def test_people_read_what_happened(desk: Shell) -> None:
    done = desk.done("leads", "assign", "--campaign", "Spring", "--seller", "ana=5")
    assert "5 leads handed out" in done.out
    assert "undo-assign 1" in done.out
    assert "sup" not in done.out
    assert "ana 5" in desk.done("leads", "assign-batches").out
    assert "5 leads taken back" in desk.done("leads", "release", "--seller", "ana").out


@pytest.mark.parametrize(
    ("given", "says", "code"),
    [
        (("--seller", "ana"), "key=value", 2),
        (("--seller", "ana=many"), "NAME=NUMBER", 2),
        (("--seller", "ana=1", "--seller", "ana=2"), "twice", 2),
        (("--seller", "nobody=1"), "no active seller", 1),
        (("--seller", "ana=1", "--count", "3"), "--evenly", 2),
        (("--shift", "night=1"), "morning", 1),
        (("--seller", "ana=1", "--callbacks", "drop"), "move or stay", 2),
        ((), "who gets", 1),
    ],
)
def test_what_makes_no_sense_is_refused(desk: Shell, given: tuple[str, ...], says: str, code: int) -> None:
    assert says in desk.refused("leads", "assign", "--campaign", "Spring", *given, code=code)


def test_sellers_hand_nothing_out(desk: Shell) -> None:
    given = ("leads", "assign", "--campaign", "Spring", "--seller", "ana=5", "--as", "ana")
    assert "hand out leads" in desk.refused(*given)
