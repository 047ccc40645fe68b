"""Every fault strikes a small floor once: no rule is broken, nothing told is lost, everybody works again.

The long form, with faults at other moments each time, is ``make torture``.
"""

from __future__ import annotations

import os

import pytest

from benchmarks.torture import command
from benchmarks.torture.command import main, stand, strike
from benchmarks.torture.faults import faults

KINDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]


def said(line: str) -> None:
    """Shown by pytest where something did not hold."""
    print(line)  # noqa: T201 - what struck before, for whoever reads a failure


@pytest.fixture
def only_own_servers(kind: str) -> None:
    if kind == "postgresql" and os.environ.get("TEST_DATABASE_URL"):
        pytest.skip("the server of TEST_DATABASE_URL is not ours to kill")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.usefixtures("only_own_servers")
def test_every_fault_leaves_everything_in_order(kind: str) -> None:
    with stand(kind, seed=7, sellers=2, leads=1_500, fault_seconds=0.25) as at:
        assert strike(at, sorted(faults(kind)), until=0, tell=said) == []
        seen = at.crew.seen()
    assert len(seen.events) > 2 * 2 * len(faults(kind))
    assert at.crew.killed >= 3
    assert {"sqlite": "database_read_only", "postgresql": "database_unreachable"}[kind] in seen.unavailable


def test_an_outcome_that_was_told_and_is_lost_is_found() -> None:
    with stand("sqlite", seed=1, sellers=1, leads=300, fault_seconds=0.1) as at:
        assert strike(at, ["seats"], until=0, tell=said) == []
        told = next(at.folder.glob("told *"))
        told.write_text(told.read_text() + '{"events": [999999]}\n{"defect": "it stopped"}\n')
        found = command.afterwards(at, stepped=False)
    assert found == ["it stopped", "1 outcomes were told and are not kept"]


def test_a_fault_nobody_knows_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        main(["--only", "meteor"])
    assert refused.value.code == 2
    assert "meteor" in capsys.readouterr().err
