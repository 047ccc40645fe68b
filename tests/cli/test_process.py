"""The command as a process: exit codes, its two outputs, pipes, interruption, wrong databases, a fast start."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cli import main
from tests.cli.conftest import PROGRAM, Answer, Process, Shell

Typed = Callable[..., Answer]


@pytest.fixture
def typed(capsys: pytest.CaptureFixture[str]) -> Typed:
    """Runs ``dialdeck WORDS`` in this process, with the user's own database where none is named."""

    def run(*words: str) -> Answer:
        capsys.readouterr()
        code = main.run(list(words))
        out, err = capsys.readouterr()
        return Answer(code, out, err)

    return run


def refused(done: subprocess.CompletedProcess[str], code: int = 1) -> str:
    """The one line of a refusal."""
    assert (done.returncode, done.stdout) == (code, "")
    assert "Traceback" not in done.stderr
    if code == 1:
        assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("dialdeck: ")
    return done.stderr


def test_the_version_is_printed_without_loading_anything_heavy() -> None:
    script = (
        "import sys; from cli.main import run; code = run(['--version']);"
        "heavy = {'sqlalchemy', 'sqlmodel', 'pydantic', 'textual', 'rich', 'phonenumbers'} & set(sys.modules);"
        "sys.exit(code or bool(heavy))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("dialdeck ")


def test_help_loads_no_database_library() -> None:
    script = (
        "import sys; from cli.main import run; code = run(['leads', '--help']);"
        "heavy = {'sqlalchemy', 'sqlmodel', 'textual', 'phonenumbers'} & set(sys.modules);"
        "sys.exit(code or bool(heavy))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "outcome" in done.stdout


def test_without_a_terminal_the_application_is_refused(process: Process) -> None:
    assert "needs a terminal" in refused(process())
    assert "needs a terminal" in refused(process("--as", "ana", "--database=sqlite:///x.sqlite3"))


def test_wrong_usage_is_code_2_and_says_where_the_help_is(process: Process) -> None:
    for words, says in (
        (("leeds",), "Did you mean 'leads'?"),
        (("leads", "nxt"), "Did you mean 'next'?"),
        (("leads", "next", "--campain", "x"), "--campaign"),
        (("users", "add", "ana"), "--role"),
        (("users", "add", "ana", "--role", "boss"), "'seller'"),
        (("leads", "show"), "LEAD"),
        (("leads", "list", "--limit", "0"), "--limit"),
    ):
        done = process(*words)
        assert says in refused(done, 2), words
        assert "Help: dialdeck" in done.stderr


def test_a_group_without_a_command_shows_its_help(process: Process) -> None:
    done = process("leads")
    assert (done.returncode, done.stdout) == (2, "")
    assert "outcome" in done.stderr


def test_no_database_says_how_to_make_one(typed: Typed) -> None:
    answer = typed("users", "list")
    assert (answer.code, answer.out) == (1, "")
    assert "Make one: dialdeck init" in answer.err


@pytest.mark.parametrize(
    ("place", "says"),
    [
        ("text.txt", "not a Dialdeck database"),
        ("", "is a folder"),
        ("missing/folder/shop.sqlite3", "Make one: dialdeck init"),
        ("text.txt/shop.sqlite3", "text.txt"),
    ],
)
def test_a_wrong_database_is_one_clear_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], place: str, says: str
) -> None:
    (tmp_path / "text.txt").write_text("This is no database at all, only a text of some length.\n" * 40)
    shell = Shell(f"sqlite:///{tmp_path / place}", capsys)
    for words in (("users", "list"), ("leads", "next", "--as", "ana"), ("db", "check")):
        assert says in shell.refused(*words)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("mysql://there/x", "cannot use mysql"),
        ("shop", "no database address"),
        ("postgresql://ana:secret@127.0.0.1:1/shop", "No connection"),
    ],
)
def test_other_databases_and_silent_servers_are_one_clear_line(
    capsys: pytest.CaptureFixture[str], url: str, says: str
) -> None:
    line = Shell(url, capsys).refused("users", "list")
    assert says in line
    assert "secret" not in line


def test_a_database_that_may_not_be_written_is_one_clear_line(tmp_path: Path, process: Process) -> None:
    url = f"sqlite:///{tmp_path / 'blocked' / 'shop.sqlite3'}"
    (tmp_path / "blocked").write_text("a file where a folder should be")
    refused(process("init", "--database", url))


def test_json_is_alone_on_standard_output(sqlite_campaign: Shell, process: Process) -> None:
    done = process(
        "leads", "next", "--campaign", "Spring", "--as", "ana", "--json", "--database", sqlite_campaign.url
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["contact"]["name"] == "Ada Marlow"


def test_options_may_stand_before_the_command_too(
    sqlite_campaign: Shell, typed: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert typed("--database", sqlite_campaign.url, "--as", "ana", "leads", "next", "--json")["lead_id"] == 1
    monkeypatch.setenv("DIALDECK_DATABASE", sqlite_campaign.url)
    people = typed("users", "list", "--json").document
    assert isinstance(people, list)
    assert len(people) == 3


def test_a_closed_pipe_is_quiet(sqlite_campaign: Shell) -> None:
    words = [*PROGRAM, "leads", "list", "--campaign", "Spring", "--json", "--database", sqlite_campaign.url]
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(words, stdout=writer, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_an_answer_that_cannot_be_written_is_a_failure(sqlite_campaign: Shell) -> None:
    words = [*PROGRAM, "campaigns", "list", "--database", sqlite_campaign.url]
    with open("/dev/full", "w") as full:
        done = subprocess.run(words, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1
    assert "No space left" in done.stderr
    assert "Traceback" not in done.stderr


def test_closed_streams_are_no_trouble(sqlite_campaign: Shell) -> None:
    words = f"leads next --campaign Spring --as ana --json --database {sqlite_campaign.url}"
    for closed in ("<&-", ">&-", "2>&-", "<&- >&- 2>&-"):
        done = subprocess.run(
            ["sh", "-c", f'"$0" -c "$1" {words} {closed}', sys.executable, PROGRAM[2]],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, ""), closed


def test_ctrl_c_ends_with_130_and_nothing_half_written(sqlite_shell: Shell) -> None:
    # The interrupt comes at the very moment it waits for a password.
    waiting = (
        "import sys, signal\n"
        "class Waiting:\n"
        "    def readline(self): signal.raise_signal(signal.SIGINT); return 'never-read-password'\n"
        "sys.stdin = Waiting()\n"
    )
    words = ("users", "password", "root", "--stdin", "--database", sqlite_shell.url)
    child = subprocess.run(
        [sys.executable, "-c", waiting + PROGRAM[2], *words],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (child.returncode, child.stdout, child.stderr) == (130, "", "dialdeck: interrupted.\n")
    [root] = sqlite_shell.json("users", "list").document
    assert root["has_password"] is False


def test_ctrl_c_while_the_program_is_still_being_loaded_leaves_no_trace() -> None:
    loading = (
        "import signal, sys\n"
        "class Loading:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'typer': signal.raise_signal(signal.SIGINT)\n"
        "sys.meta_path.insert(0, Loading())\n"
        "from cli.entry import main; sys.exit(main())"
    )
    child = subprocess.run(
        [sys.executable, "-c", loading, "users", "list"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (child.returncode, child.stdout, child.stderr) == (130, "", "dialdeck: interrupted.\n")


def test_a_defect_is_one_line_and_with_debug_a_traceback(process: Process, sqlite_shell: Shell) -> None:
    broken = PROGRAM[2].replace(
        "from cli.main import main",
        "import cli.commands.users; from domain.people import users; users.listing = None; from cli.main import main",
    )
    words = ("users", "list", "--database", sqlite_shell.url)
    done = subprocess.run([sys.executable, "-c", broken, *words], capture_output=True, text=True, check=False)
    assert "defect (TypeError)" in refused(done)
    done = subprocess.run(
        [sys.executable, "-c", broken, *words, "--debug"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "Traceback" in done.stderr


def test_with_debug_a_refusal_shows_where_it_came_from(process: Process) -> None:
    done = process("users", "list", "--debug")
    assert done.returncode == 1
    assert "Traceback" in done.stderr
    assert "DatabaseMissing" in done.stderr


def test_a_demonstration_without_a_terminal_prints_its_campaigns(
    tmp_path: Path, process: Process, typed: Typed
) -> None:
    url = f"sqlite:///{tmp_path / 'demo.sqlite3'}"
    done = process("demo", "--leads", "40", "--database", url, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "callable now" in done.stdout
    assert "Bank Marketing" in done.stdout
    document = json.loads(typed("demo", "--no-open", "--json", "--database", url).out)
    assert document["campaigns"][0]["leads"] == 40
    name = document["campaigns"][0]["name"]
    assert typed("leads", "next", "--as", "ana", "--campaign", name, "--database", url).code == 0


def test_the_own_demonstration_stands_apart_from_the_shop(own_home: Path, typed: Typed) -> None:
    assert typed("init", "--admin", "root").code == 0
    done = typed("demo", "--leads", "20", "--no-open")
    assert done.code == 0, done.err
    assert typed("campaigns", "list", "--json").document == []
    assert list(own_home.rglob("demo.sqlite3"))
    shop = next(own_home.rglob("dialdeck.sqlite3"))
    url = f"sqlite:///{shop}"
    refusal = typed("demo", "--leads", "-1", "--reset", "--database", url)
    assert (refusal.code, refusal.out, refusal.err.count("\n")) == (1, "", 1)
    assert refusal.err.startswith("dialdeck: ")


def test_a_backup_is_restored(sqlite_campaign: Shell, tmp_path: Path, process: Process) -> None:
    copy = tmp_path / "copy.backup"
    url = ("--database", sqlite_campaign.url)
    assert process("db", "backup", str(copy), *url).returncode == 0
    assert "exists already" in sqlite_campaign.refused("db", "backup", str(copy))
    sqlite_campaign.done("leads", "undo-import", "March")
    sqlite_campaign.database.close()
    assert "already" in sqlite_campaign.refused("db", "restore", str(copy))
    done = process("db", "restore", str(copy), "--yes", "--json", *url)
    assert json.loads(done.stdout)["restored"] is True
    assert sqlite_campaign.json("leads", "status", "--campaign", "Spring", "--as", "root")["total"] == 4
    assert "no file" in sqlite_campaign.refused("db", "restore", str(tmp_path / "none")).lower()
