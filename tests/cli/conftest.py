"""A shop to command: what an administrator types is run in this process, or as a real one."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.engine import make_url

from cli import main
from storage.database import Database
from tests.conftest import move_home
from tests.support import databases
from tests.support.postgres import Server

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

    def __init__(self, database: Database | str, capture: pytest.CaptureFixture[str]) -> None:
        self.url = database if isinstance(database, str) else database.url
        self._database = database
        self._capture = capture

    @property
    def database(self) -> Database:
        """What the commands worked on, to look at behind them."""
        assert isinstance(self._database, Database), "there is none yet"
        return self._database

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


def _build(url: str, home: Path, *, campaign: bool) -> None:
    """An administrator, and a campaign called Spring with four people in it and two sellers, by command."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        move_home(home, monkeypatch)
        monkeypatch.setenv("DIALDECK_USER", "root")
        file = home / "people.csv"
        file.write_text(PEOPLE, encoding="utf-8")
        lines: list[list[str]] = [["init", "--admin", "root"]]
        if campaign:
            lines += [
                ["users", "add", "ana", "--role", "seller"],
                ["users", "add", "ben", "--role", "seller"],
                ["campaigns", "create", "Spring", "--region", "FR", "--hours", "00:00-24:00"],
                ["leads", "import", str(file), "--campaign", "Spring", "--list", "March"],
            ]
        for words in lines:
            assert main.run([*words, "--database", url]) == 0, words


def _connected(url: str) -> psycopg.Connection[tuple[object, ...]]:
    plain = make_url(url).set(drivername="postgresql")
    return psycopg.connect(plain.render_as_string(hide_password=False))


class Rows:
    """What a database on the server holds, to be put into an emptied one: quicker than a copy of the database."""

    def __init__(self, url: str) -> None:
        self._tables: dict[str, bytes] = {}
        with _connected(url) as connection, connection.cursor() as cursor:
            for (table,) in cursor.execute(_FILLED).fetchall():
                with cursor.copy(f"COPY {table} TO STDOUT") as copy:
                    self._tables[table] = b"".join(copy)
            self._sequences = cursor.execute(_SEQUENCES).fetchall()

    def put(self, url: str) -> None:
        """Fill the emptied database at ``url``."""
        with _connected(url) as connection, connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")  # no triggers, no foreign keys
            for table, rows in self._tables.items():
                with cursor.copy(f"COPY {table} FROM STDIN") as copy:
                    copy.write(rows)
            cursor.executemany("SELECT setval(%s::regclass, %s)", self._sequences)


_FILLED = """
SELECT oid::regclass::text FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> 'dialdeck_schema'
    AND pg_relation_size(oid) > 0
"""
_SEQUENCES = """
SELECT quote_ident(sequencename), last_value FROM pg_sequences
WHERE schemaname = 'public' AND last_value IS NOT NULL
"""


class Shops:
    """Shops as commands make them, each made once in a run and copied for every test; one at a time on a server."""

    def __init__(
        self,
        folder: Callable[[], Path],
        template: Path,
        server: Callable[[], tuple[Server, str, databases.Lent]],
    ) -> None:
        self._folder, self._template, self._server = folder, template, server
        self._files: dict[bool, Path] = {}
        self._rows: dict[bool, Rows] = {}

    @contextmanager
    def in_a_file(self, file: Path, *, campaign: bool) -> Iterator[Database]:
        """A copy in ``file``."""
        if campaign not in self._files:
            folder = self._folder()
            with databases.sqlite_copy(self._template, folder / "shop.sqlite3") as database:
                _build(database.url, folder / "home", campaign=campaign)
            self._files[campaign] = folder / "shop.sqlite3"
        with databases.sqlite_copy(self._files[campaign], file) as database:
            yield database

    @contextmanager
    def on_a_server(self, *, campaign: bool) -> Iterator[Database]:
        """A copy on the server."""
        server, template, lent = self._server()
        if campaign not in self._rows:
            with databases.postgres_copy(server, template) as database:
                _build(database.url, self._folder() / "home", campaign=campaign)
                self._rows[campaign] = Rows(database.url)
        with lent.database() as database:
            self._rows[campaign].put(database.url)
            yield database


@pytest.fixture(scope="session")
def shops(
    _sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Shops:
    """The made shops; a server is asked for only where a test needs one."""

    def server() -> tuple[Server, str, databases.Lent]:
        wanted = ("postgres_server", "_postgres_template", "_lent_by_postgres")
        server, template, lent = (request.getfixturevalue(name) for name in wanted)
        return server, template, lent

    return Shops(lambda: tmp_path_factory.mktemp("shop"), _sqlite_template, server)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def kind(request: pytest.FixtureRequest) -> str:
    """The kind of database."""
    return str(request.param)


@pytest.fixture
def root_in_charge(monkeypatch: pytest.MonkeyPatch, own_home: Path) -> None:
    """On a server nobody is assumed once there are several users."""
    monkeypatch.setenv("DIALDECK_USER", "root")


Opened = Callable[[str, bool], Shell]


@pytest.fixture
def opened(
    shops: Shops, tmp_path: Path, capsys: pytest.CaptureFixture[str], root_in_charge: None
) -> Iterator[Opened]:
    """Opens a shop of a kind, with a campaign or without."""
    with ExitStack() as stack:

        def open_shop(kind: str, campaign: bool) -> Shell:
            if kind == "sqlite":
                copy = shops.in_a_file(tmp_path / "shop.sqlite3", campaign=campaign)
            else:
                copy = shops.on_a_server(campaign=campaign)
            return Shell(stack.enter_context(copy), capsys)

        yield open_shop


@pytest.fixture
def shell(kind: str, opened: Opened) -> Shell:
    """A shop with an administrator, on a database of either kind."""
    return opened(kind, False)


@pytest.fixture
def sqlite_shell(opened: Opened) -> Shell:
    """A shop with an administrator, in a file."""
    return opened("sqlite", False)


@pytest.fixture
def people(tmp_path: Path) -> Path:
    """A file of four made-up people with numbers reserved for fiction."""
    file = tmp_path / "people.csv"
    file.write_text(PEOPLE, encoding="utf-8")
    return file


@pytest.fixture
def campaign(kind: str, opened: Opened) -> Shell:
    """A campaign called Spring with the four people in it, and two sellers."""
    return opened(kind, True)


@pytest.fixture
def sqlite_campaign(opened: Opened) -> Shell:
    """The same in a file."""
    return opened("sqlite", True)


Process = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def process() -> Process:
    """Runs ``dialdeck WORDS`` as a process of its own, without a terminal."""

    def run(*words: str, **options: object) -> subprocess.CompletedProcess[str]:
        given = {"input": "", "capture_output": True, "text": True, "timeout": 60, **options}
        return subprocess.run([*PROGRAM, *words], check=False, **given)

    return run


PROGRAM = (sys.executable, "-c", "import sys; from cli.main import main; sys.exit(main())")
