"""One invocation of a command: its common options, the open database, who acts, and how it answers.

A command gets it as its first argument and asks it to run one function of the domain, to read or to write.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

import typer

from domain.errors import NotAllowed, Unavailable

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from domain.people.rights import Actor
    from storage.config import Configuration
    from storage.database import Database

T = TypeVar("T")
PASSWORD_VARIABLE = "DIALDECK_PASSWORD"


class PipeClosedError(Exception):
    """Whoever read the answer has enough of it."""


@dataclass(frozen=True, slots=True)
class CampaignRef:
    """A campaign that was named."""

    id: int
    name: str


class Invocation:
    """The common options of one command line, and what follows from them."""

    def __init__(
        self,
        *,
        database: str | None = None,
        as_user: str | None = None,
        as_json: bool = False,
        yes: bool = False,
        reads: bool = False,
    ) -> None:
        self.database_option = database
        self.as_user = as_user
        self.json = as_json
        self.yes = yes
        self.reads = reads

    # ── what is configured ───────────────────────────────────────────────────────────────────────────────

    @cached_property
    def configuration(self) -> Configuration:
        """File, environment and options put together."""
        from storage.config import load

        return load({"database": self.database_option, "user": self.as_user})

    @property
    def url(self) -> str:
        """The address of the database."""
        return self.configuration.settings.database

    @property
    def language(self) -> str:
        """The language of labels."""
        return self.configuration.settings.language

    @cached_property
    def zone(self) -> ZoneInfo:
        """The reader's time zone: the configured one, else the computer's."""
        from zoneinfo import ZoneInfo

        return ZoneInfo(self.zone_name)

    @property
    def zone_name(self) -> str:
        """The reader's time zone as an IANA name, UTC where the computer has none."""
        from storage.local_zone import local_zone_name

        return self.configuration.settings.timezone or local_zone_name()

    def now(self) -> datetime:
        """This moment, as every use case wants it."""
        return datetime.now(UTC)

    # ── the database and who acts ────────────────────────────────────────────────────────────────────────

    @cached_property
    def database(self) -> Database:
        """The shop's database, open."""
        from storage import logs
        from storage.database import open_database
        from storage.writing import require_writable

        logs.configure(self.configuration.settings.log_level)
        if not self.reads:
            require_writable(self.url)
        return open_database(self.url)

    @property
    def on_server(self) -> bool:
        """Whether the database is one that others reach too, so that passwords are required there."""
        return self.database.dialect != "sqlite"

    @cached_property
    def actor(self) -> Actor:
        """Who acts: `--as`, the configured user, the only user, or the first administrator."""
        from domain.people import entry

        name = self.configuration.settings.user
        if name is None:
            with self.database.reading() as session:
                name = entry.default_name(session, embedded=not self.on_server)
        try:
            return self._sign_in(name, os.environ.get(PASSWORD_VARIABLE))
        except NotAllowed as error:
            if error.code != "password_needed" or not sys.stdin.isatty():
                raise
            return self._sign_in(name, ask_password(f"Password of {name}: "))

    def _sign_in(self, name: str, password: str | None) -> Actor:
        from domain.people import signing_in

        return signing_in.sign_in(
            self.database,
            name=name,
            password=password,
            now=self.now(),
            server=self.on_server,
            door="command",
            only_reads=self.reads,
        )

    def note(self, kind: str, target: str | None = None, detail: Mapping[str, object] | None = None) -> None:
        """Write into the audit log what a command that only reads did, such as an export."""
        from domain.audit import log

        self._write_down(log.acted, actor=self.actor, at=self.now(), kind=kind, target=target, detail=detail)

    def note_refusal(self, error: NotAllowed, command: str) -> None:
        """Write into the audit log what was refused; the transaction that tried it is rolled back by now."""
        from domain.audit import log

        if "actor" in self.__dict__:  # a sign-in that was refused is in the log already
            self._write_down(log.refusal, actor=self.actor, error=error, at=self.now(), place=command)

    def _write_down(self, use_case: Callable[..., object], **arguments: object) -> None:
        with suppress(Unavailable):  # a database that may only be read keeps no log
            self.write(use_case, **arguments)

    def read(self, use_case: Callable[..., T], **arguments: object) -> T:
        """Call a use case that only reads."""
        with self.database.reading() as session:
            return use_case(session, **arguments)

    def write(self, use_case: Callable[..., T], **arguments: object) -> T:
        """Call a use case in a transaction of its own: all of it is kept, or nothing."""
        with self.database.transaction() as session:
            return use_case(session, **arguments)

    def campaign(self, name: str | None) -> CampaignRef:
        """A campaign by its name; without a name the only one there is."""
        from domain.campaigns import campaigns

        if name is not None:
            row = self.read(campaigns.find, actor=self.actor, name=name)
            return CampaignRef(row.id, row.name)
        found = self.read(campaigns.listing, actor=self.actor)
        if len(found) != 1:
            names = ", ".join(line.name for line in found) or "none yet, see: dialdeck campaigns create"
            raise typer.BadParameter(f"say which campaign ({names})", param_hint="'--campaign'")
        return CampaignRef(found[0].id, found[0].name)

    def campaign_id(self, name: str | None) -> int:
        """The number of a campaign by its name; without a name that of the only one."""
        return self.campaign(name).id

    def close(self) -> None:
        """Let go of the database, if it was opened."""
        if "database" in self.__dict__:
            self.database.close()

    # ── talking to the person ────────────────────────────────────────────────────────────────────────────

    def say(self, message: str) -> None:
        """A line beside the answer, on standard error."""
        sys.stderr.write(message + "\n")

    def confirm(self, question: str, *, without_terminal: bool) -> bool:
        """Ask before something that cannot simply be taken back.

        Args:
            without_terminal: the answer where nobody can be asked.
        """
        if self.yes:
            return True
        if not sys.stdin.isatty():
            return without_terminal
        return typer.confirm(question, err=True)


def ask_password(prompt: str) -> str:
    """Ask for a password at the terminal; it is not shown."""
    from getpass import getpass

    return getpass(prompt, sys.stderr)
