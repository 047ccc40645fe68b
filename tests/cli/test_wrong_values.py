"""Values that contradict each other, are empty or mean nothing are refused in one line; nothing is changed."""

from __future__ import annotations

import pytest

from cli import main
from tests.cli.conftest import Shell


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("x" * 81, "at most 80 characters"),
        ("two\nlines", "one line"),
        ("a\x00b", "one line"),
        ("  ", "needs a name"),
        ("SPRING", "already a campaign called Spring"),
    ],
)
def test_a_campaign_has_a_name_of_its_own_that_fits_in_a_line(
    sqlite_campaign: Shell, name: str, says: str
) -> None:
    assert says in sqlite_campaign.refused("campaigns", "create", name)
    assert [row["name"] for row in sqlite_campaign.json("campaigns", "list").document] == ["Spring"]


def test_a_name_of_eighty_characters_in_any_script_is_one(sqlite_shell: Shell) -> None:
    name = "Primavera ñandú 春 " + "x" * 62
    assert sqlite_shell.json("campaigns", "create", f" {name} ")["name"] == name


@pytest.mark.parametrize(
    ("words", "says", "code"),
    [
        (("campaigns", "edit", "Spring", "--end", "2027-01-01", "--clear", "end"), "at once", 1),
        (("campaigns", "edit", "Spring", "--holidays", "FR", "--clear", "holidays"), "at once", 1),
        (("campaigns", "edit", "Spring", "--cap-days", "3"), "without cap in days", 1),
        (("campaigns", "create", "Autumn", "--cap-days", "3"), "without cap in days", 1),
        (("leads", "edit", "1", "--clear", "status", "--status", "busy"), "at once", 1),
        (("leads", "edit", "1", "--clear", "resolution", "--resolution", "NI"), "at once", 1),
        (("leads", "edit", "1", "--clear", "seller", "--seller", "ana"), "at once", 1),
        (("actions", "edit", "sale", "--no-key", "--key", "+"), "at once", 2),
        (("actions", "edit", "sale", "--position", "-1"), "from 0", 1),
        (("reasons", "edit", "NI", "1", "--position", "-1"), "from 0", 1),
    ],
)
def test_options_that_contradict_each_other_are_refused(
    sqlite_campaign: Shell, words: tuple[str, ...], says: str, code: int
) -> None:
    looks = (
        ("campaigns", "show", "Spring"),
        ("leads", "show", "1"),
        ("actions", "list"),
        ("reasons", "list"),
    )
    before = [sqlite_campaign.json(*look).document for look in looks]
    assert says in sqlite_campaign.refused(*words, code=code)
    assert [sqlite_campaign.json(*look).document for look in looks] == before


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("reasons", "edit", "NI", "1", "--label", ""), "needs a text"),
        (("reasons", "add", "NI", "99", "far", "--label", "es= "), "needs a text"),
        (("actions", "edit", "sale", "--label", " "), "label of sale is empty"),
        (("actions", "edit", "sale", "--colour", "blue"), "success, later, ended, neutral"),
        (
            ("actions", "add", "own", "--type", "call later", "--lead-status", "busy", "--label", ""),
            "label of own is empty",
        ),
        (
            ("actions", "add", "own", "--type", "call later", "--lead-status", "busy", "--colour", "blue"),
            "'blue' is no colour",
        ),
        (("contacts", "edit", "1", "--add-tag", " "), "tag needs a text"),
        (("contacts", "edit", "1", "--email", "notmail"), "no e-mail address"),
        (("contacts", "edit", "1", "--country", "ZZZ"), "ZZZ is no country"),
        (("contacts", "edit", "1", "--language", "klingon"), "klingon is no language"),
    ],
)
def test_empty_texts_and_values_nobody_knows_are_refused(
    sqlite_campaign: Shell, words: tuple[str, ...], says: str
) -> None:
    assert says in sqlite_campaign.refused(*words)


def test_countries_are_named_by_code_or_name_and_languages_by_code(sqlite_campaign: Shell) -> None:
    for given, kept in (("uy", "UY"), ("Uruguay", "Uruguay"), ("España", "España")):
        assert sqlite_campaign.json("contacts", "edit", "1", "--country", given)["country"] == kept
    for given in ("es", "pt-BR"):
        assert sqlite_campaign.json("contacts", "edit", "1", "--language", given)["language"] == given


@pytest.mark.parametrize(
    ("words", "says", "code"),
    [
        (("campaigns", "show", ""), "An empty name is no campaign's", 1),
        (("campaigns", "edit", "Spring", "--call-later", "x"), '"x" is no duration; write it like 30m', 1),
        (("campaigns", "edit", "Spring", "--timezone", "Mars/X"), "write it like America/Montevideo", 1),
        (("leads", "edit", "1", "--seller", ""), 'no active seller ""', 1),
        (("dnc", "add", ""), "An empty text is no telephone number", 1),
        (("leads", "import", ""), "name the file to import", 2),
        (("users", "add", "zz"), "Missing option '--role'. Choose from: seller, supervisor", 2),
    ],
)
def test_what_is_refused_is_told_in_one_line_of_its_own(
    sqlite_campaign: Shell, words: tuple[str, ...], says: str, code: int
) -> None:
    said = sqlite_campaign.refused(*words, code=code)
    assert says in said
    assert "Retry rules" not in said


def test_a_configured_user_who_may_not_sign_in_is_wrong(
    sqlite_campaign: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ghost", "ben"):
        sqlite_campaign("users", "disable", name, "--as", "root")
        monkeypatch.setenv("DIALDECK_USER", name)
        checked = sqlite_campaign("config", "check", "--json")
        assert (checked.code, checked["ok"]) == (1, False)
        assert f'The user "{name}" is none who may sign in' in str(checked["problems"])
        monkeypatch.setenv("DIALDECK_USER", "ana")
    assert sqlite_campaign.done("config", "check").out == "The configuration is sound.\n"


@pytest.mark.parametrize("option", ["--as", "--database"])
def test_an_empty_name_is_not_the_same_as_none_given(sqlite_campaign: Shell, option: str) -> None:
    assert f"for '{option}'" in sqlite_campaign.refused(option, "", "users", "list", code=2)
    if option == "--as":
        assert "for '--as'" in sqlite_campaign.refused("users", "list", option, " ", code=2)
    assert main.run(["users", "list", option, ""]) == 2
    assert main.run([option, ""]) == 2


@pytest.mark.parametrize(
    "words",
    [
        ("users", "edit", "ana"),
        ("campaigns", "edit", "Spring"),
        ("leads", "edit", "1"),
        ("contacts", "edit", "1"),
        ("actions", "edit", "sale"),
        ("reasons", "edit", "NI", "1"),
    ],
)
def test_an_edit_without_anything_to_change_is_wrong_usage(
    sqlite_campaign: Shell, words: tuple[str, ...]
) -> None:
    assert "nothing to change" in sqlite_campaign.refused(*words, code=2)


def test_an_option_that_says_no_is_a_change(sqlite_campaign: Shell) -> None:
    edited = sqlite_campaign.json("campaigns", "edit", "Spring", "--keep-exhausted")
    assert edited["close_exhausted"] is False
    assert sqlite_campaign.json("actions", "edit", "sale", "--no-key")["key"] is None
    assert sqlite_campaign.json("reasons", "edit", "NI", "1", "--inactive")["active"] is False
