"""The benchmarks still run: at a handful of leads, for no time is ever asserted."""

from __future__ import annotations

import json
from contextlib import ExitStack
from pathlib import Path

import pytest

from benchmarks import command, queue_bench, report
from benchmarks.figures import Figure, at_most
from benchmarks.places import CHECKOUT, PostgresPlace
from tests.support.postgres import Server

LEADS = "500"


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, object]]:
    """What ``make bench`` finds in a shop of 500 on SQLite."""
    folder = tmp_path_factory.mktemp("bench")
    found = folder / "figures.json"
    options = ["--leads", LEADS, "--repeats", "1", "--database", "sqlite"]
    assert command.main([*options, "--kept", str(folder / "kept"), "--json", str(found)]) == 0
    document = json.loads(found.read_text(encoding="utf-8"))
    assert document["machine"]["databases"].startswith("SQLite")
    return document["figures"]  # type: ignore[no-any-return]  # as it was written


def test_everything_promised_is_measured(figures: list[dict[str, object]]) -> None:
    names = [str(figure["what"]) for figure in figures]
    for promised in (
        "next person", "outcome", "do not call", "undo", "fill", "repair of 5", "import", "first picture",
        "next person painted", "wallboard",
    ):  # fmt: skip
        assert any(promised in name for name in names), promised


def test_statement_counts_are_those_promised(figures: list[dict[str, object]]) -> None:
    targets = [target for figure in figures for target in figure["targets"]]  # type: ignore[attr-defined]
    statements = [target for target in targets if "statements" in target["promise"]]
    assert len(statements) == 11
    assert all(target["reached"] for target in statements), statements


def test_the_steps_run_on_postgresql_too(postgres_server: Server) -> None:
    with ExitStack() as stack:
        place = PostgresPlace(stack, postgres_server)
        found: list[Figure] = queue_bench.measure(place, (int(LEADS),), 1)
    assert {figure.database for figure in found} == {"PostgreSQL"}
    assert all(figure.p50 > 0 and figure.statements for figure in found)


def test_figures_go_between_the_marks_of_the_page(tmp_path: Path) -> None:
    page = tmp_path / "benchmarks.md"
    page.write_text((CHECKOUT / "docs" / "benchmarks.md").read_text(encoding="utf-8"), encoding="utf-8")
    figure = Figure(
        "next person", "SQLite", 500, 1.5, statements=8, targets=[at_most("statements ≤ 8", 8, 8)]
    )

    report.into_docs(page, {"system": "made up"}, [figure])

    text = page.read_text(encoding="utf-8")
    assert "| next person | 1.50 |" in text
    assert "✓ statements ≤ 8: 8, reached" in text
    assert text.count("**SQLite, ") == 1, "the figures of before are gone"
    assert text.rstrip().splitlines()[-1].startswith("- "), "what comes after the figures stays"
