"""`dialdeck leads search`: somebody found by name, company or number, in whatever campaign."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from cli.context import Invocation
from cli.output import Column, answer, renamed, table

if TYPE_CHECKING:
    from domain.calling.views import QueueLine


def search(
    work: Invocation,
    text: Annotated[
        str,
        typer.Argument(
            metavar="TEXT",
            help="Beginnings of words of the name, company or e-mail; a number; an external id; #tag; status:busy.",
        ),
    ],
    campaign: Annotated[str | None, typer.Option("--campaign", metavar="NAME", help="Only in it.")] = None,
    limit: Annotated[
        int, typer.Option("--limit", metavar="N", min=1, max=1000, help="At most so many people.")
    ] = 20,
    after: Annotated[
        int,
        typer.Option("--after", metavar="N", min=0, help="Those after this place, as the page before said."),
    ] = 0,
) -> None:
    """Find people: sellers among their own, everybody else among all."""
    if not text.strip():
        raise typer.BadParameter("say whom to find", param_hint="'TEXT'")
    campaign_id = work.campaign_id(campaign) if campaign is not None else None
    found, more = _found(work, text, campaign_id, limit, after)
    document = [
        {
            key: value
            for key, value in renamed(each, at="next_attempt_at", resolution="campaign_resolution").items()
            if key not in ("why", "due")
        }
        for each in found
    ]

    def human() -> None:
        titles = ("Name", "Phone", "Status", "Res.", "Campaign")
        columns = [Column("Lead", "id"), *(Column(title) for title in titles), Column("Next attempt", "time")]
        rows = [
            (
                each.lead_id,
                each.name,
                each.phone,
                each.status or "no status",
                each.resolution,
                each.campaign,
                each.at,
            )
            for each in found
        ]
        table(work, columns, rows, empty="Nobody like that.")
        if more is not None:
            work.say(f"There are more: --after {more}")

    answer(work, document, human)


def _found(
    work: Invocation, text: str, campaign_id: int | None, limit: int, after: int
) -> tuple[Sequence[QueueLine], int | None]:
    """The leads, and where the next page begins."""
    from domain.calling import finding, queue
    from domain.people.rights import READING_ROLES

    if work.actor.role not in READING_ROLES:
        return work.read(
            queue.search, actor=work.actor, text=text, campaign_id=campaign_id, limit=limit
        ), None
    page = work.read(
        finding.search,
        actor=work.actor,
        wanted=finding.said(text, campaign_id=campaign_id),
        after=after,
        limit=limit,
    )
    return page.lines, page.next
