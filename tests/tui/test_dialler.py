"""Dialling by hand: the number is copied and shown, a link is opened only where that was set."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from domain.calling.dialler import Dialler
from tui.dialler import ManualDialler

NUMBER = "+12125550123"


def test_the_number_is_copied_and_shown() -> None:
    copied: list[str] = []
    dialler: Dialler = ManualDialler(copied.append)
    done = dialler.dial(NUMBER)
    assert copied == [NUMBER]
    assert "+1 212-555-0123" in done.message
    assert not done.trouble


@pytest.mark.parametrize("link", ["", "{uri}", "--call={number}"])
def test_the_link_goes_to_the_configured_program_and_to_no_shell(link: str, tmp_path: Path) -> None:
    told = tmp_path / "told; touch oops"
    program = tmp_path / "phone.py"
    program.write_text("import os, sys\nos.write(os.open(sys.argv[1], 65), sys.argv[2].encode())\n")
    command = f"{sys.executable} {program} '{told}' {link}"
    os_fifo(told)
    assert not ManualDialler(lambda _text: None, command).dial(NUMBER).trouble
    expected = {"": f"tel:{NUMBER}", "{uri}": f"tel:{NUMBER}", "--call={number}": f"--call={NUMBER}"}
    assert told.read_text() == expected[link]
    assert not (tmp_path / "oops").exists()


def os_fifo(path: Path) -> None:
    """A pipe with a name: reading it waits for the other program, without sleeping."""
    import os

    os.mkfifo(path)


@pytest.mark.parametrize("command", ["no-such-program-here {uri}", "'unbalanced", "   "])
def test_a_program_that_cannot_be_started_is_told_and_the_number_stands(command: str) -> None:
    copied: list[str] = []
    done = ManualDialler(copied.append, command).dial(NUMBER)
    assert done.trouble
    assert copied == [NUMBER]
    assert "+1 212-555-0123" in done.message
