"""The registry of commands: complete, without clashes, and what it makes of itself."""

from __future__ import annotations

import runpy
from pathlib import Path
from string import ascii_letters, punctuation

from textual.keys import key_to_character

from domain.calling.action_seed import ACTION_SEED
from domain.calling.actions import CONSOLE_KEYS
from domain.codes import Role
from tui import commands, keymap
from tui.app import DialdeckApp
from tui.screens.campaigns import CampaignsScreen
from tui.screens.first_start import FirstStartScreen
from tui.screens.sign_in import SignInScreen


def test_ids_are_unique_and_say_where_they_belong() -> None:
    assert len(commands.BY_ID) == len(commands.COMMANDS)
    for command in commands.COMMANDS:
        assert "." in command.id
        assert set(command.screens) <= set(commands.SCREENS)


def test_default_keys_never_clash() -> None:
    assert keymap.first_clash({}) is None


def test_no_command_of_the_console_has_the_key_of_a_standard_outcome() -> None:
    outcomes = {key for _slug, _meaning, key in ACTION_SEED}
    taken = {
        key
        for command in commands.COMMANDS
        if {"console", "app"} & set(command.screens)
        for name in command.keys
        if (key := key_to_character(name)) is not None
    }
    assert not outcomes & taken
    assert not {character for character in taken if character.isdigit()}


def test_the_keys_no_outcome_may_have_are_those_of_the_console() -> None:
    typed = {keymap.normalise(sign)[0]: sign for sign in (*ascii_letters, *punctuation)}
    of_commands = {
        typed[name]
        for command in commands.COMMANDS
        if {"console", "app"} & set(command.screens)
        for name in command.keys
        if name in typed
    }
    assert set(CONSOLE_KEYS) == of_commands


def test_no_default_key_is_one_that_terminals_confuse_or_multiplexers_take() -> None:
    keys = {key for command in commands.COMMANDS for key in command.keys}
    assert not keys & {"ctrl+h", "ctrl+i", "ctrl+j", "ctrl+m", "ctrl+a", "ctrl+b", "ctrl+s", "ctrl+o"}


def test_every_command_says_in_a_sentence_what_it_does() -> None:
    for command in commands.COMMANDS:
        assert len(command.help) > len(command.label), command.id
        assert command.label == command.label.lower(), command.id


def test_each_command_has_its_method_on_the_screen_it_names() -> None:
    screens = {"sign_in": SignInScreen, "campaigns": CampaignsScreen, "first_start": FirstStartScreen}
    for name, screen in screens.items():
        for command in commands.for_screen(name):
            assert hasattr(screen, f"action_{command.action}"), command.id
    for command in commands.for_screen(commands.EVERYWHERE):
        assert hasattr(DialdeckApp, f"action_{command.action.removeprefix('app.')}"), command.id


def test_an_auditor_may_not_work_the_queue() -> None:
    for command in commands.for_screen("console"):
        assert Role.AUDITOR not in command.roles
        assert {Role.SELLER, Role.SUPERVISOR, Role.ADMIN} <= command.roles


def test_the_table_for_the_documentation_names_every_command_and_its_keys() -> None:
    table = commands.documentation()
    for command in commands.COMMANDS:
        assert f"| `{command.id}` |" in table
    assert "| Seller console | `d` |" in table
    assert "`F1` `?`" in table


def test_the_page_of_keys_in_the_documentation_is_current() -> None:
    docs = Path(__file__).parents[2] / "docs"
    page = runpy.run_path(str(docs / "make_keys.py"))["page"]()
    assert (docs / "keys.md").read_text(encoding="utf-8") == page, "run: python docs/make_keys.py"
