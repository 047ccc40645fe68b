"""A shop to command: what an administrator types is run in this process, or as a real one."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from cli import main
from storage.database import Database

PEOPLE = """name,phone,email,notes
Ada Marlow,+33199000001,ada@example.org,likes tea
Bruno Keel,+33199000002,,
Cleo Varga,+33199000003,,
Dora Lind,+33199000004,,
"""


@dataclass(frozen=True)
class Answer:
    """What a command line left behind."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> object:
        """The one JSON document on standard output."""
        return json.loads(self.out)

    def __getitem__(self, key: str) -> object:
        document = self.document
        assert isinstance(document, dict)
        return document[key]


class Shell:
    """Runs command lines on one database, in this process."""

    def __init__(self, url: str, capture: pytest.CaptureFixture[str]) -> None:
        self.url = url
        self._capture = capture

    def __call__(self, *words: str) -> Answer:
        """Run ``dialdeck WORDS``; whatever its exit code."""
        self._capture.readouterr()
        code = main.run([*words, "--database", self.url])
        out, err = self._capture.readouterr()
        return Answer(code, out, err)

    def done(self, *words: str) -> Answer:
        """Run it; it must succeed."""
        answer = self(*words)
        assert answer.code == 0, answer
        return answer

    def json(self, *words: str) -> Answer:
        """Run it with ``--json``; it must succeed with one document and nothing else on standard output."""
        answer = self.done(*words, "--json")
        assert answer.out.count("\n") == 1
        assert answer.document is not None
        return answer

    def refused(self, *words: str, code: int = 1) -> str:
        """Run it; it must be refused in one line, which is returned."""
        answer = self(*words)
        assert answer.code == code, answer
        assert answer.out == ""
        first, *rest = answer.err.splitlines()
        assert first.startswith("dialdeck: ")
        if code == 1:
            assert rest == []
        return first.removeprefix("dialdeck: ")


@pytest.fixture
def shell(database: Database, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shell:
    """A shop with an administrator, on a database of either kind."""
    return _with_shop(Shell(database.url, capsys), monkeypatch)


@pytest.fixture
def sqlite_shell(
    sqlite_database: Database, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Shell:
    """A shop with an administrator, in a file."""
    return _with_shop(Shell(sqlite_database.url, capsys), monkeypatch)


def _with_shop(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> Shell:
    # On a server nobody is assumed once there are several users.
    monkeypatch.setenv("DIALDECK_USER", "root")
    shell.done("init", "--admin", "root")
    return shell


@pytest.fixture
def people(tmp_path: Path) -> Path:
    """A file of four made-up people with numbers reserved for fiction."""
    file = tmp_path / "people.csv"
    file.write_text(PEOPLE, encoding="utf-8")
    return file


@pytest.fixture
def campaign(shell: Shell, people: Path) -> Shell:
    """A campaign called Spring with four people in it, and two sellers."""
    return _with_campaign(shell, people)


@pytest.fixture
def sqlite_campaign(sqlite_shell: Shell, people: Path) -> Shell:
    """The same in a file."""
    return _with_campaign(sqlite_shell, people)


def _with_campaign(shell: Shell, people: Path) -> Shell:
    shell.done("users", "add", "ana", "--role", "seller")
    shell.done("users", "add", "ben", "--role", "seller")
    shell.done("campaigns", "create", "Spring", "--region", "FR", "--hours", "00:00-24:00")
    shell.done("leads", "import", str(people), "--campaign", "Spring", "--list", "March")
    return shell


Process = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def process() -> Process:
    """Runs ``dialdeck WORDS`` as a process of its own, without a terminal."""

    def run(*words: str, **options: object) -> subprocess.CompletedProcess[str]:
        given = {"input": "", "capture_output": True, "text": True, "timeout": 60, **options}
        return subprocess.run([*PROGRAM, *words], check=False, **given)

    return run


PROGRAM = (sys.executable, "-c", "import sys; from cli.main import main; sys.exit(main())")
