"""The log: lines a program can read, nothing about people, never more than a few files."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from storage import logs
from storage.database import Database
from tests.storage.workers import NEW_SHOP


@pytest.fixture(autouse=True)
def closed_afterwards() -> Iterator[None]:
    yield
    logger = logging.getLogger(logs.ROOT)
    for handler in list(logger.handlers):
        logger.removeHandler(handler)
        handler.close()


def lines(file: Path | None) -> list[dict[str, object]]:
    assert file is not None
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def test_an_event_is_one_line_with_its_fields(own_home: Path) -> None:
    file = logs.configure()
    logs.record("tui", "outcome", lead=42, action="sale")
    logs.record("tui", "key", level="debug", key="v")
    (line,) = lines(file)
    assert file is not None
    assert file.is_relative_to(own_home)
    assert (line["room"], line["event"], line["level"]) == ("tui", "outcome", "info")
    assert (line["lead"], line["action"]) == (42, "sale")


def test_an_error_leaves_its_kind_and_place_but_no_data(database: Database) -> None:
    file = logs.configure()
    name = "Zoë Vandermeersch"
    with pytest.raises(IntegrityError) as caught, database.transaction() as session:
        session.execute(NEW_SHOP, {"name": name})
        session.execute(NEW_SHOP, {"name": name})
    logs.record("storage", "write_failed", level="error", error=caught.value)
    (line,) = lines(file)
    kinds, at = line["error"], line["at"]
    assert isinstance(kinds, list)
    assert isinstance(at, list)
    assert kinds[0] == "IntegrityError"
    assert any(place.startswith("test_logs.py:") for place in at)
    assert "Vandermeersch" not in json.dumps(line)


def test_the_log_is_cut_off_at_a_few_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "FILE_BYTES", 500)
    file = logs.configure(path=tmp_path / "logs" / "dialdeck.log")
    for number in range(100):
        logs.record("tui", "outcome", lead=number)
    assert len(list((tmp_path / "logs").iterdir())) == logs.FILES
    assert lines(file)[-1]["lead"] == 99


def test_a_file_another_process_rotated_is_opened_anew(tmp_path: Path) -> None:
    file = logs.configure(path=tmp_path / "dialdeck.log")
    logs.record("tui", "before")
    assert file is not None
    file.rename(tmp_path / "dialdeck.log.1")
    logs.record("tui", "after")
    assert [line["event"] for line in lines(file)] == ["after"]


def test_where_nothing_can_be_written_work_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    assert logs.configure(path=tmp_path / "file" / "dialdeck.log") is None
    logs.record("tui", "outcome", lead=1)
    assert capsys.readouterr() == ("", "")


def test_parameters_are_not_part_of_error_texts(sqlite_database: Database) -> None:
    with pytest.raises(Exception, match="no such table") as caught, sqlite_database.reading() as session:
        session.execute(text("SELECT * FROM nowhere WHERE name = :name"), {"name": "Vandermeersch"})
    assert "Vandermeersch" not in str(caught.value)
