"""What every part of ``tui.desk.Desk`` may count on: the database, who is signed in, and the time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from domain.people.rights import Actor
    from storage.database import Database


class SignedIn:
    """A part of the desk; who is signed in, and in which database, is the desk's."""

    now: Callable[[], datetime]

    @property
    def database(self) -> Database:
        """The open database."""
        raise NotImplementedError

    @property
    def actor(self) -> Actor:
        """Who is signed in."""
        raise NotImplementedError

    @property
    def signed_in(self) -> Actor | None:
        """Who is signed in, or None."""
        raise NotImplementedError
