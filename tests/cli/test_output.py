"""What is printed: JSON for programs, tables for people, nothing a terminal would obey."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from cli import output
from cli.context import Invocation
from cli.output import Column
from cli.reference import KEYS
from domain.codes import DialStatus
from tests.cli.conftest import Shell


@dataclass(frozen=True)
class Sample:
    at: datetime
    status: DialStatus
    parts: tuple[int, ...]


def test_a_result_becomes_plain_json() -> None:
    at = datetime(2026, 3, 1, 12, 30, tzinfo=timezone(timedelta(hours=-3)))
    document = output.plain(
        [Sample(at, DialStatus.BUSY, (1, 2)), {"day": date(2026, 3, 1)}, None, {"b", "a"}]
    )
    assert document == [
        {"at": "2026-03-01T15:30:00Z", "status": "busy", "parts": [1, 2]},
        {"day": "2026-03-01"},
        None,
        ["a", "b"],
    ]
    json.dumps(document)


def test_control_characters_of_data_do_not_reach_the_terminal() -> None:
    assert output.clean("Ada\x1b[31m\nMar\x9blow\x07 [b]x[/b]") == "Ada [31m Mar low  [b]x[/b]"


def test_numbers_stand_to_the_right_and_times_have_their_zone(capsys: pytest.CaptureFixture[str]) -> None:
    work = Invocation()
    work.__dict__["zone"] = ZoneInfo("America/Montevideo")
    columns = [Column("Name"), Column("Leads", "number"), Column("When", "time")]
    rows = [("Ada", 1234567, datetime(2026, 3, 1, 12, tzinfo=UTC)), ("[red]Bo", 5, None)]
    output.table(work, columns, rows, empty="")
    assert capsys.readouterr().out.splitlines() == [
        "Name         Leads  When",
        "Ada      1,234,567  2026-03-01 09:00 -03",
        "[red]Bo          5",
    ]


def test_a_long_text_is_not_cut_where_the_output_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    output.table(Invocation(), [Column("Text"), Column("Next")], [("x" * 500, "end")], empty="")
    assert capsys.readouterr().out.splitlines()[1] == "x" * 500 + "  end"


def test_names_from_data_are_printed_as_they_are(sqlite_campaign: Shell) -> None:
    sqlite_campaign.done("contacts", "edit", "1", "--name", "[bold]Ada[/bold] \x1b[2J :smile:")
    shown = sqlite_campaign.done("leads", "list", "--campaign", "Spring").out
    assert "[bold]Ada[/bold]  [2J :smile:" in shown
    assert "\x1b" not in shown
    next_one = sqlite_campaign.done("leads", "next", "--campaign", "Spring", "--as", "ana").out
    assert "\x1b" not in next_one


def test_every_answer_is_json_where_json_is_asked_for(sqlite_campaign: Shell, tmp_path: Path) -> None:
    shell = sqlite_campaign
    shell.done("leads", "next", "--as", "ana")
    shell.done("products", "add", "Tea", "--price", "5")
    calls, numbers = tmp_path / "calls.csv", tmp_path / "numbers.csv"
    calls.write_text("external_id,phone,started_at,result\nx1,+33199000003,2026-01-10 10:00,busy\n")
    numbers.write_text("number\n+33199000099\n")
    for words in (
        ("init",), ("db", "status"), ("db", "upgrade"), ("db", "check"), ("db", "backup", str(tmp_path / "b")),
        ("users", "list"), ("users", "edit", "ben", "--shift", "morning"), ("actions", "list"), ("actions", "seed"),
        ("reasons", "list"), ("products", "list"), ("campaigns", "list"), ("campaigns", "show", "Spring"),
        ("lists", "list"), ("lists", "show", "March"), ("leads", "status"), ("leads", "list"), ("leads", "show", "1"),
        ("leads", "next", "--as", "ben"), ("leads", "skip", "--as", "ben"), ("callbacks", "list"),
        ("leads", "outcome", "1", "logistics", "--as", "ana"), ("leads", "reason", "1", "--as", "ana"),
        ("leads", "undo", "--as", "ana"), ("pause", "--as", "ana"), ("resume", "--as", "ana"),
        ("contacts", "show", "1"), ("contacts", "edit", "2", "--notes", "x"), ("dnc", "list"), ("dnc", "export"),
        ("hopper", "fill"), ("hopper", "show"), ("hopper", "clear"), ("scheduler", "jobs"),
        ("scheduler", "once", "fold_figures"), ("scheduler", "history"), ("scheduler", "pause", "fill_hopper"),
        ("scheduler", "resume", "fill_hopper"), ("sync",), ("config", "show"), ("config", "path"),
        ("config", "check"), ("calls", "import", str(calls)), ("dnc", "add", "+33199000098"),
        ("dnc", "import", str(numbers)), ("dnc", "list"), ("dnc", "remove", "+33199000098"), ("dnc", "export"),
        ("calls", "record", "--lead", "3", "--result", "busy"), ("users", "add", "eva", "--role", "seller"),
        ("leads", "next", "--as", "ben"), ("leads", "outcome", "2", "schedule", "--at", "+3d", "--as", "ben"),
        ("callbacks", "list"), ("db", "restore", str(tmp_path / "b"), "--yes"), ("leads", "undo-import", "March"),
    ):  # fmt: skip
        answer = shell.json(*words)
        assert _snake_case(answer.document), words
        first = (
            answer.document[0] if isinstance(answer.document, list) and answer.document else answer.document
        )
        name = " ".join(words[:2]) if " ".join(words[:2]) in KEYS else words[0]
        if first:
            assert set(KEYS.get(name, "").split()) <= set(first), words


def _snake_case(document: object) -> bool:
    if isinstance(document, list):
        return all(map(_snake_case, document))
    if isinstance(document, dict):
        return all(
            key == key.lower() and " " not in key and _snake_case(value) for key, value in document.items()
        )
    return True


def test_a_question_is_asked_only_where_somebody_can_answer(
    sqlite_campaign: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = Invocation()
    assert work.confirm("Sure?", without_terminal=False) is False
    assert work.confirm("Sure?", without_terminal=True) is True
    assert Invocation(yes=True).confirm("Sure?", without_terminal=False) is True
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    asked: list[str] = []
    monkeypatch.setattr("typer.confirm", lambda question, err: bool(asked.append(question)))
    assert sqlite_campaign("leads", "undo-import", "March").code == 1
    assert asked == ["Remove the 4 leads of March (Spring) that nobody worked on?"]
    assert sqlite_campaign.json("leads", "status")["total"] == 4


def test_the_configuration_is_shown_without_passwords(capsys: pytest.CaptureFixture[str]) -> None:
    shell = Shell("postgresql://ana:secret@db.example.org/shop", capsys)
    answer = shell.json("config", "show")
    assert "secret" not in answer.out
    settings = answer["settings"]
    assert isinstance(settings, dict)
    assert settings["database"] == "postgresql://ana:***@db.example.org/shop"


def test_a_configuration_that_cannot_be_used_is_named(
    own_home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = own_home / "config.toml"
    file.write_text('langauge = "es"\n')
    monkeypatch.setenv("DIALDECK_CONFIG", str(file))
    shell = Shell(f"sqlite:///{own_home / 'shop.sqlite3'}", capsys)
    checked = shell("config", "check", "--json")
    assert (checked.code, checked["ok"]) == (1, False)
    assert 'did you mean "language"?' in checked.err
    assert 'did you mean "language"?' in shell.refused("users", "list")


def test_everything_that_is_wrong_with_the_configuration_is_told_at_once(
    own_home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = own_home / "config.toml"
    file.write_text(
        'langauge = "es"\nmouse = "perhaps"\ntheme = "dialdeck-ligth"\n[keymap]\n"console.dail" = "x"\n'
    )
    monkeypatch.setenv("DIALDECK_CONFIG", str(file))
    monkeypatch.setenv("DIALDECK_LANGUAGE", "fr")
    monkeypatch.setenv("DIALDECK_DATABSE", "x")
    shell = Shell(f"sqlite:///{own_home / 'shop.sqlite3'}", capsys)
    checked = shell("config", "check")
    assert checked.code == 1
    told = checked.err.splitlines()
    assert len(told) == 6
    for part in ('did you mean "language"', 'setting "mouse"', "DIALDECK_LANGUAGE", "DIALDECK_DATABSE"):
        assert sum(part in line for line in told) >= 1
    assert any("no command console.dail. Did you mean console.dial?" in line for line in told)
    assert any("no theme dialdeck-ligth. Did you mean dialdeck-light?" in line for line in told)
    for name in ("DIALDECK_LANGUAGE", "DIALDECK_DATABSE"):
        monkeypatch.delenv(name)
    file.write_text('theme = "light"\n[keymap]\n"console.dial" = "y"\n')
    assert shell.done("config", "check").out == "The configuration is sound.\n"


def test_a_configuration_that_is_a_folder_is_called_one(
    own_home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIALDECK_CONFIG", str(own_home))
    shell = Shell(f"sqlite:///{own_home / 'shop.sqlite3'}", capsys)
    told = f"The configuration {own_home} is a folder. Name a file in it, such as {own_home / 'config.toml'}."
    assert shell.refused("users", "list") == told
    assert told in shell("config", "check").err


def test_a_choice_that_is_none_is_told_without_the_parsers_own_words(sqlite_shell: Shell) -> None:
    said = sqlite_shell.refused("users", "add", "eva", "--role", "boss", code=2)
    assert said.startswith("Invalid value for '--role': 'boss' is not one of 'seller'")
