"""`dialdeck init`: a database ready to work."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.context import Invocation
from cli.options import command, group
from cli.output import answer, clean, line

app = group("Make a database ready to work.")


@command(app, "init")
def init(
    work: Invocation,
    admin: Annotated[
        str | None,
        typer.Option("--admin", metavar="NAME", help="Name of the first administrator (else your own)."),
    ] = None,
    timezone: Annotated[
        str | None, typer.Option("--timezone", metavar="ZONE", help="Time zone of a new shop (IANA name).")
    ] = None,
) -> None:
    """Make or upgrade the database, with the standard actions and reasons and a first administrator.

    Safe to repeat: what is there already stays as it is.
    """
    from domain.campaigns.segments import zone_named
    from storage.initialise import initialise

    done = initialise(
        work.url,
        now=work.now(),
        administrator=admin,
        suggested=_own_name(),
        timezone=zone_named(timezone).key if timezone else work.zone_name,
        permit=lambda: _administrator(work),
        login=True,
    )

    def human() -> None:
        what = "Made" if done.created else "Upgraded" if done.upgraded else "Found"
        line(f"{what} the database {done.database}")
        counts = done.actions
        line(f"Actions: {counts.created} created, {counts.updated} updated, {counts.unchanged} unchanged")
        line(f"Administrator: {done.admin}")
        if done.created:
            work.say("Next: dialdeck users add NAME --role seller, dialdeck campaigns create NAME")
            if work.on_server:
                work.say(f"Others reach this database too: first of all dialdeck users password {done.admin}")
        if done.login_url is not None:
            tell_login(work, done.login_url)
        elif work.on_server and done.login is None:
            work.say(
                "This account may not make roles: seats use it as it is, and several shops are not kept apart. "
                "See docs/server.md."
            )

    answer(work, done, human)
    if admin is not None and done.admin != admin:
        work.say(
            f"This shop has users already, so {clean(admin)} was not made. An administrator adds more with: "
            "dialdeck users add"
        )


def tell_login(work: Invocation, url: str) -> None:
    """What the seats of a shop use; its password is kept nowhere."""
    work.say(f"Seats of this shop use (told only now): {url}")


def _administrator(work: Invocation) -> None:
    """Whoever is named must be an administrator of the shop that stands there."""
    from domain.codes import Role
    from domain.people.rights import require

    if work.configuration.settings.user is not None:
        require(work.actor, Role.ADMIN, to="make the shop ready again")


def _own_name() -> str:
    """The computer's name for the person as a user name, or "admin"."""
    import getpass
    import re

    try:
        name = re.sub(r"[^\w.@-]", "", getpass.getuser())[:64]
    except (OSError, KeyError, ImportError):
        name = ""
    return name or "admin"
