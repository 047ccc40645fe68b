"""`dialdeck messages`: a line to a seller's console, and what became of it."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.context import Invocation
from cli.options import command, group
from cli.output import Column, answer, line, table

app = group("Messages to sellers: a line on their console.")


@command(app, "send")
def send(
    work: Invocation,
    seller: Annotated[str, typer.Argument(metavar="SELLER", help="The name they sign in with.")],
    text: Annotated[str, typer.Argument(metavar="TEXT", help="One line, at most 140 letters.")],
) -> None:
    """Send a line to a seller; it appears on their console, beside whatever they do (who leads)."""
    from domain.people import messages, users

    actor = work.actor
    user = work.read(users.named, organisation_id=actor.organisation_id, name=seller)
    sent = work.write(messages.send, actor=actor, recipient_id=user.id, text=text, now=work.now())
    answer(work, sent, lambda: line(f"Sent to {sent.recipient}; it is shown when their console is open."))


@command(app, "list", reads=True)
def listing(
    work: Invocation,
    unread: Annotated[bool, typer.Option("--unread", help="Only those not shown yet.")] = False,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, help="At most so many.")] = 50,
) -> None:
    """Messages, newest first: your own as a seller, those to your sellers where you lead or look."""
    from domain.people import messages

    found = work.read(messages.listing, actor=work.actor, unread=unread, limit=limit)
    columns = [
        Column("Sent", "time"),
        Column("From"),
        Column("To"),
        Column("Message"),
        Column("Shown", "time"),
    ]
    rows = ((each.sent_at, each.sender, each.recipient, each.text, each.shown_at) for each in found)
    answer(work, found, lambda: table(work, columns, rows, empty="There are no messages."))
