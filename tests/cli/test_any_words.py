"""Whatever is typed after a command: an exit code, one line for a refusal, one document with ``--json``; no traceback.

Words are drawn for the command's own arguments and options, so that most get past the parser.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from hypothesis import example, given
from hypothesis import strategies as st

from cli import main
from tests.cli.conftest import Shell
from tests.support.fuzz import no_hang, tried

STAY = {("demo",), ("serve",), ("scheduler", "run")}
"""Commands that stay, or open the application."""
ELSEWHERE = {"--database", "--help", "--debug"}
"""Options that lead away from the shop or from the command, or are there to show where an error came from."""


def commands() -> dict[tuple[str, ...], Any]:
    """Every command by its words."""
    root = typer.main.get_command(main.app)
    return dict(leaves(root, root.make_context("dialdeck", [], resilient_parsing=True), ()))


def leaves(command: Any, context: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    if not hasattr(command, "list_commands"):
        yield path, command
        return
    for name in command.list_commands(context):
        inner = command.get_command(context, name)
        within = typer.Context(inner, info_name=name, parent=context, resilient_parsing=True)
        yield from leaves(inner, within, (*path, name))


COMMANDS = {path: command for path, command in commands().items() if path not in STAY}
KNOWN = """
1 2 4 0 -1 Spring March ana ben root admin seller supervisor sale busy schedule do-not-call not-interested new
NI FR UTC America/Montevideo 09:00-18:00 mon-fri 2027-01-01 tomorrow +2h 30m 1w all none never yes active
+33199000001 0199000002 people.csv folder missing.csv out.json csv json ndjson email=ada@example.org name=2
phone=phone note= a=b= =x fill_hopper reconcile_lead_status day
"""
STRANGE = [
    "", " ", "--", "-", "-x", "--json", "--dry-run", "--nothing", "99999999999999999999",
    "9223372036854775808", "1e400",
    "nan", "1.5", "²", "٣", "\u202eabc", "[bold]x[/]", "%s", "{0}", "\\", "'", '"', ";", "a\nb", "a\tb", "é" * 90,
    "x" * 3000, "\x1b[31m", "../people.csv", "people.csv/x", "0000-00-00", "9999-12-31", "25:99", "+0", "-0", "🦜",
]  # fmt: skip
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0/~"), max_size=12)
WORD = st.sampled_from(KNOWN.split()) | st.sampled_from(KNOWN.split()) | st.sampled_from(STRANGE) | TEXT


def values(parameter: Any) -> st.SearchStrategy[str]:
    """What is typed for one argument or option: mostly what it knows, else anything."""
    choices = getattr(parameter.type_descriptor, "choices", None)
    if choices:
        return st.sampled_from([str(getattr(each, "value", each)) for each in choices]) | WORD
    return WORD


@st.composite
def lines(draw: st.DrawFn) -> list[str]:
    """A command with some of its arguments and options, in its own order and in any."""
    path = draw(st.sampled_from(sorted(COMMANDS)))
    words: list[str] = []
    for parameter in COMMANDS[path].params:
        names = [name for name in parameter.opts if name not in ELSEWHERE]
        if parameter.param_type_name == "argument":
            if draw(st.integers(0, 9)):
                words.append(draw(values(parameter)))
        elif names and (parameter.required or draw(st.integers(0, 5)) == 0):
            words.append(draw(st.sampled_from([*names, *parameter.secondary_opts])))
            if not parameter.is_flag:
                words.append(draw(values(parameter)))
    if draw(st.integers(0, 3)) == 0:
        words.insert(draw(st.integers(0, len(words))), draw(WORD))
    return [*path, *words, *(["--json"] if draw(st.booleans()) else [])]


@pytest.fixture
def typing(sqlite_campaign: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, people: Path) -> Shell:
    """A campaign, in a folder with a file and a folder, where no address need be given."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DIALDECK_DATABASE", sqlite_campaign.url)
    (tmp_path / "folder").mkdir()
    return sqlite_campaign


@tried(120)
@given(line=lines())
@example(line=["users", "list", "--json"])
def test_any_words_are_done_or_refused_in_one_line(
    typing: Shell, line: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    with no_hang():
        code = main.run(line)
    out, err = capsys.readouterr()
    assert code in (0, 1, 2)
    assert "Traceback" not in err
    if code:
        assert any(told.startswith("dialdeck: ") for told in err.splitlines()), (out, err)
    elif line[-1] == "--json" and "--" not in line and out:
        json.loads(out)
