"""Whatever stands in the configuration file: settings, or one clear line that names the file."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.errors import DomainError
from storage import config
from storage.settings import Settings
from tests.support.fuzz import no_hang, tried

REAL = b"""database = "sqlite:///shop.sqlite3"
language = "es"
theme = "dialdeck-dark"
mouse = false
timezone = "America/Montevideo"
log_level = "info"
tel_command = "xdg-open {uri}"

[keymap]
queue.next = ["n", "f5"]
"queue.skip" = "s"

[scheduler]
enabled = true
"""
VALUES = st.sampled_from(
    [
        '""', '"a"', "1", "-1", "1e999", "nan", "true", "[]", '["a",1]', "{}", '{a={b="c"}}', "2026-01-01", "25:61:00",
        '"Mars/Olympus"', '"../../etc"', '"\\u0000"', '"\\ud800"', '"postgresql://["', '"sqlite://"', '"["', "'''x'''",
        "99999999999999999999",
    ]
)  # fmt: skip
KEYS = st.sampled_from(
    [
        *Settings.model_fields,
        "scheduler.enabled",
        "scheduler.jobs",
        "scheduler.fill_hopper",
        "keymap.queue.next",
    ]
)
WRITTEN = st.lists(st.tuples(KEYS | st.text(max_size=6), VALUES), max_size=5).map(
    lambda lines: "\n".join(f"{key} = {value}" for key, value in lines).encode(errors="replace")
)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """The real file with a piece cut out and other bytes in its place."""
    begin = draw(st.integers(0, len(REAL)))
    end = draw(st.integers(begin, min(len(REAL), begin + 30)))
    return REAL[:begin] + draw(st.binary(max_size=8) | WRITTEN) + REAL[end:]


@tried(150)
@given(damaged() | WRITTEN | st.binary(max_size=60))
@example(b"\xff\xfe" + REAL)
@example(b"keymap.0 = 0")
@example(b"a = " + b"[" * 5_000)
@example(b"[keymap]\na" + b".a" * 5_000 + b" = 1")
def test_any_configuration_is_read_or_refused_in_one_line(
    own_home: Path, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    file = own_home / "config.toml"
    file.write_bytes(content)
    monkeypatch.setenv(config.CONFIG_VARIABLE, str(file))
    with no_hang():
        try:
            assert config.load().shown().keys() == Settings.model_fields.keys()
            refused = []
        except DomainError as error:
            refused = [error.message]
        _, problems = config.examine()
    for told in refused + problems:
        assert told.isprintable(), told
    assert bool(problems) >= bool(refused)
    assert all(str(file) in told for told in refused)
