"""Choosing a file by typing: what a text can become, and names nothing has yet."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tui.paths import free_name, matching, meant


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two folders, two files, one of them hidden."""
    for name in ("Lists", "archive"):
        (tmp_path / name).mkdir()
    (tmp_path / "leads.csv").write_text("phone\n", encoding="utf-8")
    (tmp_path / ".secret").write_text("", encoding="utf-8")
    return tmp_path


def _names(typed: str) -> list[str]:
    return [f"{each.path.name}{'/' if each.folder else ''}" for each in matching(typed).entries]


def test_folders_come_first_and_hidden_ones_only_when_asked_for(folder: Path) -> None:
    here = f"{folder}{os.sep}"
    assert [name for name in _names(here) if name != "home/"] == ["archive/", "Lists/", "leads.csv"]
    assert _names(f"{here}l") == ["Lists/", "leads.csv"]
    assert _names(f"{here}.s") == [".secret"]
    assert _names(f"{here}nobody") == []


@pytest.mark.parametrize(
    ("typed", "path"),
    [
        ("/home/ana//srv/lists/march.csv", "/srv/lists/march.csv"),
        ("/home/ana/~/march.csv", "~/march.csv"),
        ("/home/ana/'/srv/my lists/march.csv'", "/srv/my lists/march.csv"),
        ('"/srv/march.csv"', "/srv/march.csv"),
        ("/home/ana/march~1.csv", "/home/ana/march~1.csv"),
        ("/home/ana/it's.csv", "/home/ana/it's.csv"),
    ],
)
def test_a_whole_path_pasted_behind_the_proposed_folder_begins_anew(typed: str, path: str) -> None:
    assert meant(typed) == os.path.expanduser(path)


def test_an_entry_becomes_the_text_that_goes_on(folder: Path) -> None:
    lists, leads = matching(f"{folder}{os.sep}L").entries
    assert lists.text == f"{folder / 'Lists'}{os.sep}"
    assert (leads.text, leads.size) == (str(folder / "leads.csv"), 6)


def test_a_link_that_leads_nowhere_hides_nothing_else(folder: Path) -> None:
    (folder / "lost.csv").symlink_to(folder / "gone.csv")
    assert _names(f"{folder}{os.sep}l") == ["Lists/", "leads.csv", "lost.csv"]


def test_a_folder_that_is_none_says_so(folder: Path) -> None:
    found = matching(f"{folder / 'gone'}{os.sep}x")
    assert found.entries == ()
    assert "gone" in found.problem


def test_a_name_that_is_taken_gets_a_number(folder: Path) -> None:
    assert free_name(folder / "new.csv") == folder / "new.csv"
    assert free_name(folder / "leads.csv") == folder / "leads-2.csv"
