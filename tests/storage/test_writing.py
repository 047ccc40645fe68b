"""A database that may only be read is refused before anybody signs in, with what to do."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from cli import main
from domain.errors import DomainError
from storage.database import Database, open_database
from storage.errors import DatabaseReadOnly
from storage.initialise import initialise
from storage.writing import require_writable
from tests.support.factories import NOON
from tests.support.rights import open_folder, ordinary_account
from tui.desk import Desk
from tui.preferences import Preferences


@pytest.fixture
def shop() -> Iterator[Database]:
    """A shop at work: its log and its shared memory are beside the file, and nobody else may write them."""
    with open_folder() as folder:
        url = f"sqlite:///{folder / 'shop.sqlite3'}"
        initialise(url, now=NOON, administrator="marta", suggested="marta", timezone="UTC")
        database = open_database(url)
        with database.transaction() as session:
            session.execute(text("UPDATE user_account SET full_name = 'Marta Sol'"))
        for file in folder.iterdir():
            file.chmod(0o644)
        yield database
        database.close()


def refusal(database: Database) -> str:
    with ordinary_account(), pytest.raises(DatabaseReadOnly) as refused:
        require_writable(database.url)
    return refused.value.message


def test_a_file_or_a_folder_that_may_only_be_read_is_named(shop: Database) -> None:
    file = shop.address.file
    says = f"You may read the database {file} but not write it: get the right to write the "
    assert refusal(shop) == f"{says}file {file}, or use another database."
    file.chmod(0o666)
    assert refusal(shop) == f"{says}file {file}-wal, or use another database."
    shop.close()
    for beside in file.parent.glob("shop.sqlite3?*"):
        beside.unlink()
    assert f"get the right to write in the folder {file.parent} (" in refusal(shop)
    file.parent.chmod(0o777)
    with ordinary_account():
        require_writable(shop.url)


def test_what_may_be_written_or_is_not_there_is_left_to_whoever_opens_it(
    database: Database, tmp_path: Path
) -> None:
    require_writable(database.url)
    require_writable(f"sqlite:///{tmp_path / 'none.sqlite3'}")


def test_where_no_file_can_be_made_nobody_is_asked_to_fill_in_a_form() -> None:
    with open_folder() as folder:
        url = f"sqlite:///{folder / 'new' / 'shop.sqlite3'}"
        assert Desk(url, Preferences()).open().kind == "empty"
        folder.chmod(0o555)
        with ordinary_account(), pytest.raises(DatabaseReadOnly) as refused:
            Desk(url, Preferences()).open()
        assert f"get the right to write in the folder {folder}, or" in refused.value.message
        folder.chmod(0o777)


def test_a_command_that_writes_is_refused_and_one_that_reads_works(
    shop: Database, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    configuration = shop.address.file.with_name("config.toml")
    configuration.touch()
    monkeypatch.setenv("DIALDECK_CONFIG", str(configuration))
    words = ["users", "list", "--database", shop.url]
    assert main.run(words) == 0  # what it imports may not be readable for the ordinary account
    with ordinary_account():
        assert main.run(words) == 0
        assert "Marta Sol" in capsys.readouterr().out
        # Nobody is asked who they are, or told that they are unknown.
        assert (
            main.run(["users", "add", "ana", "--role", "seller", "--as", "nobody", "--database", shop.url])
            == 1
        )
    assert "but not write it" in capsys.readouterr().err


def test_the_application_is_refused_at_opening(shop: Database) -> None:
    desk = Desk(shop.url, Preferences())
    with ordinary_account(), pytest.raises(DomainError, match="but not write it"):
        desk.open()
    assert os.geteuid() == os.getuid()
