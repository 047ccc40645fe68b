"""`dialdeck demo`: a full demonstration shop, built once and opened from then on."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from cli.context import Invocation
from cli.options import command, group
from cli.output import answer, line, progress

app = group("A demonstration shop.")


@command(app, "demo")
def demo(
    work: Invocation,
    leads: Annotated[
        int | None, typer.Option("--leads", metavar="N", help="How many people (else all).")
    ] = None,
    seed: Annotated[int | None, typer.Option("--seed", metavar="S", help="Same seed, same shop.")] = None,
    reset: Annotated[bool, typer.Option("--reset", help="Build it anew over the one that stands.")] = False,
    no_open: Annotated[
        bool, typer.Option("--no-open", help="Print the summary of its campaigns; do not open it.")
    ] = False,
) -> None:
    """Build a demonstration shop (a real campaign with made-up people) and open the application.

    In the database given with --database or DIALDECK_DATABASE, else in one of its own. Where the output is no
    terminal it prints a summary of its campaigns instead of opening.
    """
    from storage.demo import shop

    url = _address(work)
    stands = shop.stands(url)
    if stands and not reset and (leads is not None or seed is not None):
        work.say("The demonstration shop stands already; --reset builds it anew.")
    opens = not no_open and not work.json and sys.stdin.isatty() and sys.stdout.isatty()
    if not stands or reset:
        with progress() as tell:
            shop.build(
                url,
                now=work.now(),
                leads=leads,
                seed=shop.DEFAULT_SEED if seed is None else seed,
                reset=reset,
                progress=tell,
            )
    if not opens:
        _print_summary(work, url)
        return
    from tui import app as application

    raise typer.Exit(application.run(url, work.as_user))


def _address(work: Invocation) -> str:
    """The database given for this, or the demonstration's own: never the shop's from the configuration file."""
    if work.configuration.origins["database"] in ("option", "environment"):
        return work.url
    from platformdirs import user_data_path

    return f"sqlite:///{(user_data_path('dialdeck', appauthor=False) / 'demo.sqlite3').as_posix()}"


def _print_summary(work: Invocation, url: str) -> None:
    from contextlib import closing

    from storage.database import open_database
    from storage.demo.summary import as_text, summarise

    with closing(open_database(url)) as database, database.reading() as session:
        summary = summarise(session, now=work.now())
        where = database.where

    def human() -> None:
        for each in as_text(summary).splitlines():
            line(each)
        work.say(f"The demonstration shop is in {where}")

    answer(work, summary, human)
