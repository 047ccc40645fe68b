"""The options that narrow a report or an export to some leads, and what they stand for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.context import Invocation
from cli.options import a_date

if TYPE_CHECKING:
    from domain.reporting.filters import ReportFilters

Seller = Annotated[str | None, typer.Option("--seller", metavar="USER", help="Only this seller's.")]
ListName = Annotated[str | None, typer.Option("--list", metavar="NAME", help="Only of this lead list.")]
ActedFrom = Annotated[
    str | None, typer.Option("--from", metavar="DATE", help="Acted on from this day, such as 2026-11-25.")
]
ActedTo = Annotated[str | None, typer.Option("--to", metavar="DATE", help="Acted on up to this day.")]
AssignedFrom = Annotated[
    str | None, typer.Option("--assigned-from", metavar="DATE", help="Assigned from this day.")
]
AssignedTo = Annotated[
    str | None, typer.Option("--assigned-to", metavar="DATE", help="Assigned up to this day.")
]
Statuses = Annotated[
    list[str] | None,
    typer.Option(
        "--status",
        metavar="STATUS",
        help="With this status, no_status, or campaign status 1 to 7; may be repeated.",
    ),
]
Resolutions = Annotated[
    list[str] | None,
    typer.Option("--resolution", metavar="CODE", help="With this resolution, or none; may be repeated."),
]
Reasons = Annotated[
    list[int] | None,
    typer.Option("--reason", metavar="CODE", help="With this reason; may be repeated."),
]
Tags = Annotated[
    list[str] | None, typer.Option("--tag", metavar="TAG", help="With one of these tags; may be repeated.")
]


def filters_of(
    work: Invocation,
    *,
    campaign_id: int | None = None,
    seller: str | None = None,
    list_name: str | None = None,
    acted_from: str | None = None,
    acted_to: str | None = None,
    assigned_from: str | None = None,
    assigned_to: str | None = None,
    statuses: list[str] | None = None,
    resolutions: list[str] | None = None,
    reasons: list[int] | None = None,
    tags: list[str] | None = None,
) -> ReportFilters:
    """The filters of the options given; names become numbers."""
    from domain.campaigns import lists
    from domain.people import users
    from domain.reporting.filters import ReportFilters

    seller_id = list_id = None
    if seller is not None:
        shop = work.actor.organisation_id
        seller_id = work.read(lambda session: users.named(session, shop, seller)).id
    if list_name is not None:
        batch = work.read(lists.find, actor=work.actor, name_or_id=list_name, campaign_id=campaign_id)
        list_id = batch.id
    return ReportFilters(
        seller_id=seller_id,
        list_id=list_id,
        acted_from=a_date(acted_from, "--from"),
        acted_to=a_date(acted_to, "--to"),
        assigned_from=a_date(assigned_from, "--assigned-from"),
        assigned_to=a_date(assigned_to, "--assigned-to"),
        statuses=tuple(statuses or ()),
        resolutions=tuple(resolutions or ()),
        reasons=tuple(reasons or ()),
        tags=tuple(tags or ()),
    )
