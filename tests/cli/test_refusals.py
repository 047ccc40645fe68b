"""What may not be done is refused in one line before anything is written, printed or replaced."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from tests.cli.conftest import Shell


@pytest.mark.parametrize("force", [(), ("--force",)])
@pytest.mark.parametrize("role", ["seller", "supervisor", "auditor"])
def test_only_an_administrator_replaces_the_whole_shop(
    sqlite_campaign: Shell, tmp_path: Path, role: str, force: tuple[str, ...]
) -> None:
    copy = str(tmp_path / "copy.backup")
    sqlite_campaign.done("db", "backup", copy)
    sqlite_campaign.done("users", "add", "eva", "--role", role)
    said = sqlite_campaign.refused("db", "restore", copy, "--as", "eva", "--yes", *force)
    assert "may not replace the database" in said
    names = [user["name"] for user in sqlite_campaign.json("users", "list").document]
    assert "eva" in names  # who came after the backup
    sqlite_campaign.done("db", "restore", copy, "--as", "root", "--yes", *force)
    names = [user["name"] for user in sqlite_campaign.json("users", "list").document]
    assert "eva" not in names


def test_who_replaces_a_shop_with_a_password_gives_it(
    sqlite_shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = str(tmp_path / "copy.backup")
    sqlite_shell.done("db", "backup", copy)
    monkeypatch.setattr("sys.stdin", io.StringIO("secret words\n"))
    sqlite_shell.done("users", "password", "root", "--stdin")
    monkeypatch.delenv("DIALDECK_USER")
    assert "password" in sqlite_shell.refused("db", "restore", copy, "--force")
    monkeypatch.setenv("DIALDECK_PASSWORD", "secret words")
    sqlite_shell.done("db", "restore", copy, "--force")
    monkeypatch.delenv("DIALDECK_PASSWORD")
    sqlite_shell.done("users", "list")  # as it was: without a password


def test_a_shop_that_stands_is_made_ready_again_by_an_administrator_only(sqlite_campaign: Shell) -> None:
    assert "may not make the shop ready again" in sqlite_campaign.refused("init", "--as", "ana")
    assert "no user called nobody" in sqlite_campaign.refused("init", "--as", "nobody")
    assert sqlite_campaign.json("init", "--as", "root")["actions"] == {
        "created": 0, "updated": 0, "unchanged": 18
    }  # fmt: skip
