"""The configuration: what goes before what, and what a mistake in it is told as."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.errors import Invalid, NotFound
from storage import config


@pytest.fixture
def file(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = own_home / "dialdeck.toml"
    monkeypatch.setenv("DIALDECK_CONFIG", str(path))
    return path


def refused(options: dict[str, object] | None = None) -> Invalid:
    with pytest.raises(Invalid) as caught:
        config.load(options)
    return caught.value


def test_without_a_file_everything_has_its_default(own_home: Path) -> None:
    found = config.load()
    assert found.settings.language == "en"
    assert found.settings.database == f"sqlite:///{own_home}/data/dialdeck/dialdeck.sqlite3"
    assert found.path == own_home / "config" / "dialdeck" / "config.toml"
    assert set(found.origins.values()) == {"default"}


def test_options_go_before_the_environment_and_that_before_the_file(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text('user = "file"\nlanguage = "es"\ntheme = "file"\n')
    monkeypatch.setenv("DIALDECK_USER", "environment")
    monkeypatch.setenv("DIALDECK_THEME", "environment")
    found = config.load({"user": "option", "theme": None})
    settings = found.settings
    assert (settings.user, settings.theme, settings.language) == ("option", "environment", "es")
    assert [found.origins[key] for key in ("user", "theme", "language", "mouse")] == [
        "option",
        "environment",
        "file",
        "default",
    ]


def test_an_empty_variable_is_none(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text('user = "ana"\n')
    monkeypatch.setenv("DIALDECK_USER", "")
    assert config.load().settings.user == "ana"


def test_keys_may_be_written_quoted_as_tables_or_as_lists(file: Path) -> None:
    file.write_text(
        '[keymap]\n"console.undo" = "u"\nconsole.skip = ["k", "ctrl+k"]\n[keymap.action]\nsale = "v"\n'
    )
    assert config.load().settings.keymap == {
        "console.undo": "u",
        "console.skip": "k,ctrl+k",
        "action.sale": "v",
    }


def test_an_unknown_key_is_told_with_its_file_and_the_nearest_one(file: Path) -> None:
    file.write_text('langauge = "es"\n')
    error = refused()
    assert str(error) == f'{file}: there is no setting "langauge"; did you mean "language"?'
    assert error.code == "config_key"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('language = "fr"', "setting \"language\": input should be 'en' or 'es'"),
        ('mouse = "perhaps"', 'setting "mouse": input should be a valid boolean'),
        ('timezone = "Mars/Olympus"', "'Mars/Olympus' is no time zone; write one like America/Montevideo"),
        ("keymap = 3", 'setting "keymap": input should be a valid dictionary'),
        ("[keymap]\nundo = 3", 'setting "keymap.undo": input should be a valid string'),
        ('scheduler.lease = "soon"', 'setting "scheduler.lease": "soon" is no length of time; write 30s'),
        ('scheduler.leese = "1m"', 'there is no setting "leese"; did you mean "lease"?'),
        ('scheduler.jobs.fill.every = "1m"', 'there is no job "fill". Known are: cleanup_stale'),
        ('scheduler.jobs.fill_hoper.every = "1m"', 'no job "fill_hoper"; did you mean "fill_hopper"?'),
        ('scheduler.jobs.fill_hopper = {every = "1m", at = "02:00"}', 'give "every" or "at", not both'),
        ('scheduler.jobs.fill_hopper.at = "26:00"', 'fill_hopper.at": "26:00" is no time of day'),
        ('scheduler.jobs.fill_hopper.evry = "1m"', 'no setting "evry"; did you mean "every"?'),
    ],
)
def test_a_value_that_does_not_fit_is_told_with_file_and_key(file: Path, line: str, told: str) -> None:
    file.write_text(line)
    error = refused()
    assert str(error).startswith(f"{file}, ")
    assert told in str(error)
    assert error.code == "config_value"


def test_jobs_have_their_usual_times_but_for_those_configured(file: Path) -> None:
    file.write_text(
        '[scheduler.jobs.fill_hopper]\nevery = "90 s"\n[scheduler.jobs.fold_figures]\nenabled = false\n'
    )
    planned = config.load().settings.scheduler.planned("America/Montevideo")
    assert "fold_figures" not in planned
    assert str(planned["fill_hopper"]) == "every 90s"
    assert str(planned["reconcile_lead_status"]) == "at 02:00 America/Montevideo"


def test_a_wrong_value_names_the_variable_or_the_option_it_came_from(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text("")
    assert str(refused({"log_level": "loud"})).startswith("--log-level: ")
    monkeypatch.setenv("DIALDECK_LANGUAGE", "fr")
    assert str(refused()).startswith("The environment variable DIALDECK_LANGUAGE: ")
    monkeypatch.setenv("DIALDECK_LANGUAGE", "es")
    monkeypatch.setenv("DIALDECK_KEYMAP", "{no json")
    assert "keymap" in str(refused())


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"user = \n", "line 1"), (b"user = '\xff'\n", "not UTF-8"), (b"user = 1\nuser = 2", "end of document")],
)
def test_a_file_that_is_no_toml_is_told_with_its_line(file: Path, content: bytes, told: str) -> None:
    file.write_bytes(content)
    error = refused()
    assert str(error).startswith(f"{file} cannot be read: ")
    assert told in str(error)


def test_a_named_file_that_is_not_there_is_an_error(file: Path) -> None:
    with pytest.raises(NotFound, match=r"dialdeck\.toml"):
        config.load()


def test_a_misspelt_variable_is_pointed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIALDECK_DATABSE", "x")
    monkeypatch.setenv("DIALDECK_PASSWORD", "x")
    assert config.unknown_variables() == [
        'The environment variable DIALDECK_DATABSE means nothing; did you mean "DIALDECK_DATABASE"?'
    ]


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ana:secret-word@host/shop",
        "postgresql://host/shop?password=secret-word",
        "mysql://ana:secret-word@host/x",
    ],
)
def test_a_password_is_never_shown(url: str) -> None:
    assert "secret-word" not in str(config.load({"database": url}).shown())
