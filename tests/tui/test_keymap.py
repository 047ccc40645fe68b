"""The user's keymap: what is taken, what is refused, and that the refusal says why."""

from __future__ import annotations

import pytest

from domain.calling.action_seed import ACTION_SEED
from domain.calling.views import ActionView
from tui import commands, keymap


def action(slug: str, key: str | None, type: str = "declined") -> ActionView:
    return ActionView(
        slug=slug, label=slug.replace("-", " "), key=key, type=type, colour="neutral",
        campaign_status="4", resolution="NI", lead_status="closed", reason="never", confirm=False,
    )  # fmt: skip


STANDARD = tuple(action(slug, key, meaning["type"]) for slug, meaning, key in ACTION_SEED)


def test_a_key_is_moved() -> None:
    read = keymap.read({"console.dial": "x, F6"})
    assert read.commands == {"console.dial": "x,f6"}
    assert read.problems == ()
    assert read.shown("console.dial") == "x"


def test_two_commands_may_change_places() -> None:
    read = keymap.read({"console.dial": "k", "console.skip": "d"})
    assert read.commands == {"console.dial": "k", "console.skip": "d"}
    assert read.problems == ()


def test_an_unknown_name_is_told_with_the_nearest_one() -> None:
    (problem,) = keymap.read({"console.dail": "x"}).problems
    assert "console.dail" in problem
    assert "Did you mean console.dial?" in problem


def test_a_key_another_command_has_is_refused_and_both_keep_theirs() -> None:
    read = keymap.read({"console.dial": "k"})
    assert read.commands == {}
    (problem,) = read.problems
    assert "k for console.dial is already the key of console.skip" in problem


def test_of_two_entries_for_one_key_only_one_is_taken() -> None:
    read = keymap.read({"console.dial": "f7", "console.note": "f7"})
    assert len(read.commands) == 1
    assert len(read.problems) == 1


def test_a_key_of_the_whole_application_clashes_on_every_screen() -> None:
    (problem,) = keymap.read({"campaigns.refresh": "f1"}).problems
    assert "app.help" in problem


def test_the_same_key_on_different_screens_is_no_clash() -> None:
    assert keymap.read({"campaigns.sign_out": "d"}).problems == ()


@pytest.mark.parametrize(
    ("name", "keys", "why"),
    [
        ("console.undo", "ctrl+i", "is Tab to a terminal"),
        ("console.undo", "escape", "leaves a field"),
        ("console.skip", "5", "digits choose reasons"),
        ("app.quit", "q", "taken from every text field"),
        ("app.help", "?", "no letter or sign as well"),
        ("sign_in.back", "b", "no letter or sign as well"),
        ("console.dial", " ", "has no key"),
    ],
)
def test_what_cannot_be_had_is_refused_with_its_reason(name: str, keys: str, why: str) -> None:
    read = keymap.read({name: keys})
    assert read.commands == {}
    (problem,) = read.problems
    assert name in problem
    assert why in problem


def test_help_may_have_a_letter_beside_a_function_key() -> None:
    assert keymap.read({"app.help": "f1, f12, ?"}).problems == ()


def test_every_refused_keymap_leaves_the_defaults_without_a_clash() -> None:
    entries = {command.id: "d" for command in commands.COMMANDS}
    read = keymap.read(entries)
    assert keymap.first_clash({name: tuple(keys.split(",")) for name, keys in read.commands.items()}) is None
    assert read.problems


def test_the_standard_outcomes_all_get_their_keys() -> None:
    keys = keymap.action_keys(keymap.Keymap(), STANDARD)
    assert keys.problems == ()
    assert keys.by_slug == {slug: key for slug, _meaning, key in ACTION_SEED}
    assert keys.timed["L"].slug == "call-later"


def test_the_user_moves_an_outcome() -> None:
    keys = keymap.action_keys(keymap.read({"action.sale": "%"}), STANDARD)
    assert keys.problems == ()
    assert keys.by_key["percent_sign"].slug == "sale"
    assert "s" not in keys.by_key


def test_an_outcome_never_takes_the_key_of_a_command() -> None:
    keys = keymap.action_keys(keymap.Keymap(), [action("won-back", "d")])
    assert keys.by_key == {}
    (problem,) = keys.problems
    assert "d for the outcome won back is already the key of console.dial" in problem


def test_a_command_moved_onto_an_outcome_is_reported() -> None:
    read = keymap.read({"console.dial": "s"})
    keys = keymap.action_keys(read, STANDARD)
    assert "sale" not in keys.by_slug
    assert any("console.dial" in problem for problem in keys.problems)


def test_of_two_outcomes_with_one_key_the_users_choice_wins() -> None:
    keys = keymap.action_keys(keymap.read({"action.busy": "s"}), STANDARD)
    assert keys.by_key["s"].slug == "busy"
    (problem,) = keys.problems
    assert "Sale" in problem or "sale" in problem


def test_an_outcome_the_shop_does_not_have_is_reported_with_the_nearest() -> None:
    (problem,) = keymap.action_keys(keymap.read({"action.sael": "%"}), STANDARD).problems
    assert "Did you mean action.sale?" in problem


@pytest.mark.parametrize("keys", ["9", "f5", "x, z", "", "ctrl+x"])
def test_an_outcome_needs_one_letter_or_sign(keys: str) -> None:
    (problem,) = keymap.read({"action.sale": keys}).problems
    assert "needs one letter or sign" in problem


def test_the_second_key_of_call_later_gives_way_to_an_outcome_that_has_the_capital() -> None:
    actions = [action("call-later", "l", "call later"), action("lost", "L")]
    keys = keymap.action_keys(keymap.Keymap(), actions)
    assert keys.by_key["L"].slug == "lost"
    assert keys.timed == {}


@pytest.mark.parametrize(
    ("key", "shown"),
    [
        ("f1", "F1"), ("question_mark", "?"), ("ctrl+q", "^q"), ("G", "G"), ("escape", "Esc"),
        ("full_stop", "."), ("shift+f3", "Shift+F3"), ("slash", "/"), ("percent_sign", "%"),
    ],
)  # fmt: skip
def test_keys_are_shown_as_people_read_them(key: str, shown: str) -> None:
    assert keymap.shown_key(key) == shown
