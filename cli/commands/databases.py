"""`dialdeck db`: state, upgrade, check, backup and restore of the database; the shops of a server's."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.context import Invocation
from cli.options import command, group
from cli.output import Column, answer, clean, details, line, table

app = group("The database: state, upgrade, check, backup, restore.")

Force = Annotated[bool, typer.Option("--force", help="Replace what stands there.")]


def _administrators_only(work: Invocation, to: str) -> None:
    """Whoever is named with --as must be an administrator; who may use the file itself need not be named."""
    if work.configuration.settings.user is None:
        return
    from domain.codes import Role
    from domain.errors import Conflict
    from domain.people.rights import require

    try:
        actor = work.actor
    except Conflict as error:
        if error.code != "several_shops":
            raise
        return  # the owner of all of them
    require(actor, Role.ADMIN, to=to)


def _administrator_replaces(work: Invocation) -> None:
    """Whoever replaces a whole shop must be its administrator, named or assumed."""
    from domain.codes import Role
    from domain.errors import NotFound
    from domain.people.rights import require
    from storage.errors import DatabaseDamaged

    try:
        actor = work.actor
    except DatabaseDamaged:
        return  # nobody can sign in there any more; a backup is what helps
    except NotFound:
        if work.configuration.settings.user is None:
            return  # a shop without users
        raise
    require(actor, Role.ADMIN, to="replace the database")


@command(app, "status")
def status(work: Invocation) -> None:
    """Where the database is, and whether it fits this program."""
    from storage import schema
    from storage.address import parse_address

    address = parse_address(work.url)
    found = schema.state(work.url)
    size = address.path.stat().st_size if address.path is not None and address.path.is_file() else None
    document = {
        "database": address.where,
        "dialect": address.dialect,
        "state": found.kind,
        "revision": found.revision,
        "head": found.head,
        "size_bytes": size,
    }

    def human() -> None:
        details(work, [(name.replace("_", " "), value) for name, value in document.items()])

    answer(work, document, human)
    advice = {"missing": "init", "empty": "init", "older": "db upgrade"}.get(found.kind)
    if advice:
        work.say(f"Next: dialdeck {advice}")


@command(app, "upgrade")
def upgrade(work: Invocation) -> None:
    """Bring an older database to what this program needs; safe to repeat."""
    from storage import schema
    from storage.address import parse_address

    where = parse_address(work.url).where
    found = schema.state(work.url)
    if found.kind != "older":
        schema.require_current(found, where)
    found = schema.upgrade(work.url)  # what stands beside the tables is made whole again too
    upgraded = found.kind == "older"
    document = {"database": where, "upgraded": upgraded, "before": found.revision, "after": found.head}
    answer(work, document, lambda: line(f"{where} {'was upgraded' if upgraded else 'is up to date'}."))


@command(app, "check", reads=True)
def check(work: Invocation) -> None:
    """Compare the schema with the program and look for broken rules; changes nothing.

    The exit code is 1 where something is wrong.
    """
    from storage import integrity

    found = integrity.check(work.database)
    document = {"database": work.database.where, "ok": not found, "violations": found}

    def human() -> None:
        if not found:
            line(f"{work.database.where} is sound.")
            return
        columns = [Column("Rule"), Column("Rows", "number"), Column("What is wrong")]
        table(work, columns, [(each.code, each.count, each.message) for each in found], empty="")

    answer(work, document, human)
    if found:
        work.say(f"dialdeck: {len(found)} rule(s) are broken in {work.database.where}.")
        raise typer.Exit(1)


@command(app, "tally")
def tally(work: Invocation) -> None:
    """Count anew how many leads stand where; the figures of the screens come from this tally."""
    from storage import figures

    _administrators_only(work, "count the leads anew")
    differed = figures.rebuild(work.database)
    told = "was right" if not differed else f"was wrong in {differed} places and is right now"
    answer(work, {"differed": differed}, lambda: line(f"The tally of {work.database.where} {told}."))


@command(app, "compact")
def compact(work: Invocation) -> None:
    """Write a database file anew, as small as it can be and without copies of what was erased; writers wait."""
    from storage import compacting

    _administrators_only(work, "write the database anew")
    done = compacting.compact(work.database)
    told = (
        "was written anew" if done else "was written anew; its log is emptied when the others have closed it"
    )
    document = {"database": work.database.where, "compacted": done}
    answer(work, document, lambda: line(f"{work.database.where} {told}."))


@command(app, "backup", reads=True)
def backup(
    work: Invocation,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write.")],
    force: Force = False,
) -> None:
    """Write a copy of the whole shop to a file, while others go on working."""
    from storage.backup import backup as copy

    _administrators_only(work, "copy the database")
    written = copy(work.database, file, force=force or work.yes)
    document = {"database": work.database.where, "file": str(written), "size_bytes": written.stat().st_size}
    answer(work, document, lambda: line(f"Copied {work.database.where} to {written}"))


@command(app, "restore")
def restore(
    work: Invocation,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file written by db backup.")],
    force: Force = False,
) -> None:
    """Make the database what a backup holds; nobody may have it open meanwhile."""
    from storage import schema
    from storage.address import parse_address
    from storage.backup import restore as put_back

    where = parse_address(work.url).where
    stands = schema.state(work.url).kind
    if stands == "current":
        _administrator_replaces(work)
    if stands not in ("missing", "empty", "foreign") and not force:
        force = work.confirm(
            f"Replace the shop in {where} by what {file} holds? What is not in it is lost.",
            without_terminal=False,
        )
    work.close()
    put_back(file, work.url, force=force)
    document = {"database": where, "file": str(file), "restored": True}
    answer(work, document, lambda: line(f"{where} is now what {file} holds."))


# ── several shops in the database of a server ────────────────────────────────────────────────────────────────


@command(app, "shops", reads=True)
def shops(work: Invocation) -> None:
    """The shops of a server's database and the logins their seats use (its owner)."""
    from storage import logins

    found = logins.shops(work.database)

    def human() -> None:
        columns = [Column("Shop"), Column("Login"), Column("Users", "number")]
        rows = [(each.name, _login(each.login, each.login_exists), each.users) for each in found]
        table(work, columns, rows, empty="No shop yet. Make one: dialdeck init")

    answer(work, found, human)


def _login(role: str | None, exists: bool) -> str:
    if role is None:
        return "–"
    return role if exists else f"{role} (not on this server: dialdeck db login)"


@command(app, "add-shop")
def add_shop(
    work: Invocation,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The new shop.")],
    admin: Annotated[
        str, typer.Option("--admin", metavar="NAME", help="Name of its first administrator.")
    ] = "admin",
    timezone: Annotated[
        str | None, typer.Option("--timezone", metavar="ZONE", help="Its time zone (IANA name).")
    ] = None,
) -> None:
    """Add a shop to a server's database, with a login of its own (its owner); shops never see each other."""
    from cli.commands.start import tell_login
    from domain.campaigns.segments import zone_named
    from storage import logins

    done = logins.add_shop(
        work.database,
        name=name,
        administrator=admin,
        timezone=zone_named(timezone).key if timezone else work.zone_name,
        now=work.now(),
    )

    def human() -> None:
        line(f"Added the shop {clean(done.shop)} with the administrator {done.admin}")
        if done.login_url is not None:
            tell_login(work, done.login_url)
        else:
            work.say(
                "This account may not make roles, so nobody can work in that shop yet. See docs/server.md."
            )

    answer(work, done, human)


@command(app, "login")
def login(
    work: Invocation,
    name: Annotated[str, typer.Argument(metavar="NAME", help="A shop.")],
    new_password: Annotated[
        bool, typer.Option("--new-password", help="Give it a new password; open seats go on until they end.")
    ] = False,
) -> None:
    """Make the login of a shop where it is missing, or give it a new password (the owner of the database)."""
    from cli.commands.start import tell_login
    from storage import logins

    shop = logins.named(work.database, name)
    done = logins.give(work.database, organisation_id=shop, new_password=new_password)

    def human() -> None:
        line(f"The seats of {clean(done.shop)} sign in to the server as {done.role}")
        if done.url is not None:
            tell_login(work, done.url)
        else:
            work.say("Its password stays. For a new one: --new-password")

    answer(work, {"shop": done.shop, "login": done.role, "login_url": done.url}, human)
