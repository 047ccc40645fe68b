"""The application's hand to the rooms below: each method opens one transaction and calls one use case.

Knows the database, who is signed in, the time and the language; knows nothing of Textual. Every method may
wait for the disk or the network, so screens call them in worker threads only. Errors of the domain pass.
The rooms below are imported inside the methods: they are heavy, and the first picture must not wait for them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from domain.errors import NotAllowed
from tui.preferences import Preferences

if TYPE_CHECKING:
    from domain.calling.dialling import DialTicket
    from domain.calling.hopper import FillResult
    from domain.calling.pace import HourCount
    from domain.calling.views import (
        ActionView,
        CampaignCard,
        Figures,
        NextLead,
        OutcomeResult,
        QueueLine,
        UndoResult,
    )
    from domain.codes import SellerState
    from domain.people.rights import Actor
    from domain.people.states import StateView
    from domain.people.users import SignInChoice
    from domain.sales.products import ProductView
    from domain.sales.sales import SaleInput
    from storage.database import Database


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


class Desk:
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
    def language(self) -> str:
        return self.preferences.language

    def configure(self, options: Mapping[str, object]) -> None:
        """Read the configuration: file, environment, ``options`` of the command (None: not given).

        Raises:
            Invalid: naming file and key.
        """
        from zoneinfo import ZoneInfo

        from storage import logs
        from storage.config import load

        settings = load(options).settings
        logs.configure(settings.log_level)
        self.url = settings.database
        self.user = settings.user
        self.preferences = Preferences(
            language=settings.language,
            theme=settings.theme,
            mouse=settings.mouse,
            keymap=settings.keymap,
            tel_command=settings.tel_command,
            zone=ZoneInfo(settings.timezone) if settings.timezone else None,
        )

    def open(self) -> Opened:
        """Open the database and say who may sign in.

        Raises:
            DomainError: it is newer than this program, damaged, no Dialdeck database, or cannot be reached.
        """
        from domain.people import shop, users
        from storage.database import open_database
        from storage.errors import DatabaseMissing, DatabaseOlder

        try:
            database = open_database(self.url)
        except DatabaseMissing as error:
            return Opened("empty", error.message)
        except DatabaseOlder as error:
            return Opened("older", error.message)
        self._database = database
        with database.reading() as session:
            found = shop.find(session)
            choices = tuple(users.sign_in_choices(session)) if found is not None else ()
        if found is None or not choices:
            return Opened("empty", f"{database.where}: no shop yet")
        return Opened("ready", choices=choices, demo=found.demo)

    def upgrade(self) -> Opened:
        """Bring an older database up to date, then open it."""
        from storage import schema

        schema.upgrade(self.url)
        return self.open()

    def initialise(self, administrator: str) -> Opened:
        """Make the shop in an empty database: schema, standard actions and reasons, first administrator.

        Raises:
            Invalid: the name cannot be a user's.
        """
        from storage.initialise import initialise
        from storage.local_zone import local_zone_name

        zone = self.preferences.zone
        initialise(
            self.url,
            now=self.now(),
            administrator=administrator,
            suggested=administrator,
            timezone=zone.key if zone is not None else local_zone_name(),
        )
        return self.open()

    def warm_up(self) -> None:
        """Load what the console will need, while the person is still choosing a campaign."""
        from importlib import import_module

        for name in _CONSOLE_NEEDS:
            import_module(name)

    def close(self) -> None:
        """Let go of the database."""
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
        """Sign in; the code of a refusal is ``wrong_password``, ``password_needed`` or ``user_disabled``."""
        from domain.people import users

        with self.database.reading() as session:
            self._actor = users.sign_in(session, name=name, password=password, now=self.now())
        return self._actor

    def choices(self) -> tuple[SignInChoice, ...]:
        """Who may sign in, now."""
        from domain.people import users

        with self.database.reading() as session:
            return tuple(users.sign_in_choices(session))

    def sign_out(self) -> None:
        """Forget who was signed in."""
        self._actor = None

    def state(self) -> StateView | None:
        """What the seller is doing, since when."""
        from domain.people import states

        with self.database.reading() as session:
            return states.current(session, actor=self.actor)

    def enter_state(
        self, state: SellerState, *, campaign_id: int | None = None, lead_id: int | None = None
    ) -> StateView:
        """Write down what the seller is doing from now on."""
        from domain.people import states

        with self.database.transaction() as session:
            return states.enter(
                session,
                actor=self.actor,
                state=state,
                now=self.now(),
                campaign_id=campaign_id,
                lead_id=lead_id,
            )

    def pause(self, code: str, campaign_id: int | None = None) -> StateView:
        """Pause with one of ``pause_codes``."""
        from domain.people import states

        with self.database.transaction() as session:
            return states.pause(session, actor=self.actor, code=code, now=self.now(), campaign_id=campaign_id)

    def resume(self, campaign_id: int | None = None) -> StateView:
        """Go on working after a pause."""
        from domain.people import states

        with self.database.transaction() as session:
            return states.resume(session, actor=self.actor, now=self.now(), campaign_id=campaign_id)

    def pause_codes(self) -> tuple[tuple[str, str], ...]:
        """Code and label of each kind of pause."""
        from domain.people.states import PAUSE_CODES

        return PAUSE_CODES

    # ── the queue ────────────────────────────────────────────────────────────────────────────────────────

    def cards(self) -> list[CampaignCard]:
        """What waits for this seller in each campaign."""
        from domain.campaigns import overview

        with self.database.reading() as session:
            return overview.cards(session, actor=self.actor, now=self.now())

    def next_lead(self, campaign_id: int) -> NextLead:
        """Claim the next person, or renew the claim held; with nobody there, why and until when."""
        from domain.calling import claims

        with self.database.transaction() as session:
            return claims.next_lead(
                session,
                actor=self.actor,
                campaign_id=campaign_id,
                now=self.now(),
                language=self.language,
            )

    def top_up(self, campaign_id: int) -> FillResult:
        """Refill the campaign's hopper (after ``NextLead.low``; in the background)."""
        from domain.calling import hopper

        with self.database.transaction() as session:
            return hopper.top_up(
                session,
                organisation_id=self.actor.organisation_id,
                campaign_id=campaign_id,
                now=self.now(),
            )

    def renew(self) -> datetime | None:
        """Keep the claim while the console is open; the new expiry, None without a claim."""
        from domain.calling import claims

        with self.database.transaction() as session:
            return claims.renew(session, actor=self.actor, now=self.now())

    def leave(self) -> None:
        """Give the person on screen back to the queue."""
        from domain.calling import claims

        with self.database.transaction() as session:
            claims.leave(session, actor=self.actor, now=self.now())

    def skip(self) -> None:
        """Leave the person for later; ``next_lead`` gives the next."""
        from domain.calling import claims

        with self.database.transaction() as session:
            claims.skip(session, actor=self.actor, now=self.now())

    def jump(self, lead_id: int) -> NextLead:
        """Claim this very person."""
        from domain.calling import claims

        with self.database.transaction() as session:
            return claims.jump(
                session, actor=self.actor, lead_id=lead_id, now=self.now(), language=self.language
            )

    def previous(self, campaign_id: int) -> NextLead:
        """Back to the last person handled."""
        from domain.calling import claims

        with self.database.transaction() as session:
            return claims.previous(
                session,
                actor=self.actor,
                campaign_id=campaign_id,
                now=self.now(),
                language=self.language,
            )

    def upcoming(self, campaign_id: int, limit: int = 20) -> list[QueueLine]:
        """Who comes next and why."""
        from domain.calling import queue

        with self.database.reading() as session:
            return queue.upcoming(
                session, actor=self.actor, campaign_id=campaign_id, now=self.now(), limit=limit
            )

    def search(self, text: str, campaign_id: int | None = None, limit: int = 20) -> list[QueueLine]:
        """Own people by name, number or id."""
        from domain.calling import queue

        with self.database.reading() as session:
            return queue.search(session, actor=self.actor, text=text, campaign_id=campaign_id, limit=limit)

    def figures(self, campaign_id: int) -> Figures:
        """The seller's figures: ready, due, done today."""
        from domain.calling import queue

        with self.database.reading() as session:
            return queue.figures(session, actor=self.actor, campaign_id=campaign_id, now=self.now())

    def waiting(self, campaign_id: int) -> int:
        """How many wait for their time in this campaign."""
        from domain.calling import queue

        with self.database.reading() as session:
            return queue.waiting(session, actor=self.actor, campaign_id=campaign_id, now=self.now())

    def pace(self) -> tuple[HourCount, ...]:
        """The seller's own day, hour by hour."""
        from domain.calling import pace

        with self.database.reading() as session:
            return pace.by_hour(session, actor=self.actor, now=self.now())

    # ── call and outcome ─────────────────────────────────────────────────────────────────────────────────

    def start_call(self, lead_id: int, e164: str | None = None) -> DialTicket:
        """Check register and hours again and start the call; the dialler comes after it."""
        from domain.calling import dialling

        with self.database.transaction() as session:
            return dialling.start(session, actor=self.actor, lead_id=lead_id, e164=e164, now=self.now())

    def hang_up(self) -> None:
        """The conversation ended; wrap-up begins."""
        from domain.calling import dialling

        with self.database.transaction() as session:
            dialling.hang_up(session, actor=self.actor, now=self.now())

    def actions(self) -> tuple[ActionView, ...]:
        """The shop's active console actions, labelled in the configured language."""
        from domain.calling import actions

        with self.database.reading() as session:
            return actions.for_console(
                session, organisation_id=self.actor.organisation_id, language=self.language
            )

    def record(
        self,
        lead_id: int,
        action: str,
        *,
        reason: int | None = None,
        note: str | None = None,
        at: datetime | None = None,
        expected_version: int | None = None,
        sale: SaleInput | None = None,
    ) -> OutcomeResult:
        """Record an outcome: ``action`` is its slug, ``at`` the chosen time (aware UTC)."""
        from domain.calling import outcomes

        with self.database.transaction() as session:
            return outcomes.record(
                session,
                actor=self.actor,
                lead_id=lead_id,
                action=action,
                now=self.now(),
                reason=reason,
                note=note,
                at=at,
                expected_version=expected_version,
                sale=sale,
                language=self.language,
            )

    def add_reason(self, code: int) -> OutcomeResult:
        """Add a reason to the last outcome."""
        from domain.calling import reasons

        with self.database.transaction() as session:
            return reasons.add_reason(
                session, actor=self.actor, code=code, now=self.now(), language=self.language
            )

    def undo(self) -> UndoResult:
        """Take back the last outcome; ``next_lead`` of its campaign brings the person back on screen."""
        from domain.calling import undo

        with self.database.transaction() as session:
            return undo.undo(session, actor=self.actor, now=self.now(), language=self.language)

    def undo_depth(self) -> int:
        """How many outcomes can be taken back."""
        from domain.calling import undo

        with self.database.reading() as session:
            return undo.depth(session, actor=self.actor, now=self.now())

    def save_draft(self, lead_id: int, text: str) -> None:
        """Keep the note being written."""
        from domain.calling import drafts

        with self.database.transaction() as session:
            drafts.save(session, actor=self.actor, lead_id=lead_id, text=text, now=self.now())

    def products(self) -> list[ProductView]:
        """What can be sold."""
        from domain.sales import products

        with self.database.reading() as session:
            return products.listing(session, organisation_id=self.actor.organisation_id)
