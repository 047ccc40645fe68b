"""The application's hand to the rooms below: each method opens one transaction and calls one use case.

Knows the database, who is signed in, the time and the language; knows nothing of Textual. Every method may
wait for the disk or the network, so screens call them in worker threads only. Errors of the domain pass.
The rooms below are imported inside the methods: they are heavy, and the first picture must not wait for them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from domain.errors import DomainError, NotAllowed
from tui.preferences import Preferences
from tui.seller_work import SellerWork
from tui.supervising_care import SupervisingCare
from tui.supervising_handing import SupervisingHanding
from tui.supervising_hopper import SupervisingHopper
from tui.supervising_imports import SupervisingImports
from tui.supervising_people import SupervisingPeople
from tui.supervising_privacy import SupervisingPrivacy
from tui.supervising_recycling import SupervisingRecycling
from tui.supervising_reports import SupervisingReports
from tui.supervising_settings import SupervisingSettings
from tui.supervising_wallboard import SupervisingWallboard

if TYPE_CHECKING:
    from domain.people.entry import SignInChoice
    from domain.people.rights import Actor
    from scheduler.service import Service
    from storage.database import Database
    from storage.scheduler_settings import SchedulerSettings


_JOBS_END = 1.5
"""Seconds a background job has to end when the person leaves; what it had not finished is done later."""

_CONSOLE_NEEDS = (
    "tui.screens.console",
    "domain.calling.claims",
    "domain.calling.dialling",
    "domain.calling.outcomes",
    "domain.calling.queue",
    "domain.calling.undo",
    "phonenumbers",
    "babel.dates",
)


@dataclass(frozen=True, slots=True)
class Opened:
    """What was found at the database's address.

    ``ready``: ``choices`` may sign in.  ``older``: needs an upgrade.  ``empty``: no shop yet.
    """

    kind: Literal["ready", "older", "empty"]
    message: str = ""
    choices: tuple[SignInChoice, ...] = ()
    demo: bool = False


def wall_clock() -> datetime:
    """Now, as every use case wants it."""
    return datetime.now(UTC)


class Desk(
    SellerWork,
    SupervisingHopper,
    SupervisingImports,
    SupervisingSettings,
    SupervisingWallboard,
    SupervisingPeople,
    SupervisingRecycling,
    SupervisingHanding,
    SupervisingReports,
    SupervisingCare,
    SupervisingPrivacy,
):
    """``url`` is the database's address, empty until ``configure`` read it; ``now`` is the clock."""

    def __init__(
        self,
        url: str,
        preferences: Preferences | None = None,
        *,
        now: Callable[[], datetime] = wall_clock,
    ) -> None:
        self.url = url
        self.preferences = preferences or Preferences()
        self.now = now
        self.user: str | None = None
        self._database: Database | None = None
        self._actor: Actor | None = None
        self._job_settings: SchedulerSettings | None = None
        self._jobs: Service | None = None
        self._closed = False

    # ── opening ──────────────────────────────────────────────────────────────────────────────────────────

    @property
    def database(self) -> Database:
        """The open database (``open`` comes first)."""
        assert self._database is not None, "open() comes first"
        return self._database

    @property
    def database_label(self) -> str:
        """The kind of database for the state bar; empty before it is open."""
        return self._database.label() if self._database is not None else ""

    @property
    def on_server(self) -> bool:
        """Whether the database is one that others reach too, so that passwords are required there."""
        return self._database is not None and self._database.dialect != "sqlite"

    @property
    def language(self) -> str:
        return self.preferences.language

    def configure(self, options: Mapping[str, object]) -> None:
        """Read the configuration: file, environment, ``options`` of the command (None: not given).

        Raises:
            Invalid: naming file and key.
        """
        from zoneinfo import ZoneInfo

        from storage import chosen, logs
        from storage.config import load

        settings = load(options).settings
        logs.configure(settings.log_level)
        self.url = settings.database
        self.user = settings.user
        self._job_settings = settings.scheduler
        self.preferences = Preferences(
            language=settings.language,
            theme=chosen.theme(settings.theme),
            configured_theme=settings.theme,
            mouse=settings.mouse,
            keymap=settings.keymap,
            tel_command=settings.tel_command,
            zone=ZoneInfo(settings.timezone) if settings.timezone else None,
        )

    def keep_theme(self, name: str) -> None:
        """Open in these colours from now on, where a configuration was read.

        Raises:
            DomainError: it cannot be written down.
        """
        from storage import chosen

        configured = self.preferences.configured_theme
        if configured is not None:
            chosen.keep_theme(name, configured)

    def open(self) -> Opened:
        """Open the database and say who may sign in.

        Raises:
            DomainError: it is newer than this program, damaged, no Dialdeck database, may only be read, or cannot
                be reached.
        """
        from domain.people import entry, shop
        from storage.database import open_database
        from storage.errors import DatabaseMissing, DatabaseOlder
        from storage.writing import require_makeable, require_writable

        require_writable(self.url)
        try:
            database = open_database(self.url)
        except DatabaseMissing as error:
            require_makeable(self.url)  # before anybody fills in a form in vain
            return Opened("empty", error.message)
        except DatabaseOlder as error:
            return Opened("older", error.message)
        self._database = database
        with database.reading() as session:
            found = shop.find(session)
            choices = tuple(entry.sign_in_choices(session)) if found is not None else ()
        if found is None or not choices:
            return Opened("empty", f"{database.where}: no shop yet")
        return Opened("ready", choices=choices, demo=found.demo)

    def upgrade(self) -> Opened:
        """Bring an older database up to date, then open it."""
        from storage import schema

        schema.upgrade(self.url)
        return self.open()

    def initialise(self, administrator: str, password: str | None = None) -> Opened:
        """Make the shop in an empty database: schema, standard actions and reasons, first administrator.

        Raises:
            Invalid: the name cannot be a user's, the password is too short.
        """
        from storage.initialise import initialise
        from storage.local_zone import local_zone_name

        zone = self.preferences.zone
        initialise(
            self.url,
            now=self.now(),
            administrator=administrator,
            suggested=administrator,
            password=password,
            timezone=zone.key if zone is not None else local_zone_name(),
        )
        return self.open()

    def warm_up(self) -> None:
        """Load what the console will need, while the person is still choosing a campaign."""
        from importlib import import_module

        for name in _CONSOLE_NEEDS:
            import_module(name)

    def start_jobs(self) -> None:
        """Run the background jobs from here on, in threads of their own, where the application is to do that.

        It is where it was configured and the database is a file, unless the configuration says otherwise.
        """
        from scheduler import background

        if self._jobs is None and self._job_settings is not None and not self._closed:
            self._jobs = background.start(self.database, self._job_settings)

    @property
    def job_settings(self) -> SchedulerSettings:
        """How the background jobs are configured; as they come where nothing was."""
        from storage.scheduler_settings import SchedulerSettings

        return self._job_settings or SchedulerSettings()

    @property
    def leads_jobs(self) -> bool:
        """Whether the background jobs run from here."""
        return self._jobs is not None

    def close(self) -> None:
        """Let the jobs end, and let go of the database; a job that does not end at once dies with the process."""
        self._closed = True
        if self._jobs is not None:
            self._jobs.stop(_JOBS_END)
        if self._database is not None:
            self._database.close()

    # ── the person ───────────────────────────────────────────────────────────────────────────────────────

    @property
    def actor(self) -> Actor:
        """Who is signed in.

        Raises:
            NotAllowed: nobody is.
        """
        if self._actor is None:
            raise NotAllowed("Nobody is signed in.", code="signed_out")
        return self._actor

    @property
    def signed_in(self) -> Actor | None:
        """Who is signed in, or None."""
        return self._actor

    def sign_in(self, name: str, password: str | None = None) -> Actor:
        """Sign in; the code of a refusal is ``password_needed``, ``wrong_password``, ``locked`` or another."""
        from domain.people import signing_in

        self._actor = signing_in.sign_in(
            self.database,
            name=name,
            password=password,
            now=self.now(),
            server=self.on_server,
            door="application",
        )
        return self._actor

    def note_refusal(self, error: NotAllowed, place: str) -> None:
        """Write into the audit log what was refused; the transaction that tried it is rolled back by now."""
        from domain.audit import log

        actor = self._actor
        if actor is not None:  # a sign-in that was refused is in the log already
            with suppress(DomainError), self.database.transaction() as session:
                log.refusal(session, actor, error, at=self.now(), place=place)

    def choices(self) -> tuple[SignInChoice, ...]:
        """Who may sign in, now."""
        from domain.people import entry

        with self.database.reading() as session:
            return tuple(entry.sign_in_choices(session))

    def sign_out(self) -> None:
        """Forget who was signed in."""
        self._actor = None
