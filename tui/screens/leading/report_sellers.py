"""The sellers of a report: one line each by who acted when, and everything one of them did."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tui.i18n import _, several
from tui.screens.leading.report_lines import NONE, Block, Column, Line, percent, widest
from tui.screens.leading.report_parts import GOOD, call_lines, count_line, layers, parts, share_line
from tui.screens.leading.report_words import formula
from tui.text import clean, count, duration

if TYPE_CHECKING:
    from domain.reporting.figures import CampaignReport, SellerRow


def sellers(report: CampaignReport) -> Block:
    most = widest([float(each.calls) for each in report.sellers])
    columns = (
        Column("#", 3),
        Column(_("calls"), 7),
        Column(_("contacts"), 9),
        Column(_("success"), 8),
        Column(_("rate"), 8),
        Column(_("assigned"), 10, wide=True),
        Column(_("rejected"), 9, wide=True),
        Column(_("talk"), 10, wide=True),
    )
    lines = tuple(_seller(each, most, report.minimum) for each in report.sellers)
    return Block(
        "sellers",
        _("Sellers"),
        lines,
        columns,
        numbers=_("success, rate"),
        nothing=_("Nobody has called or has leads in what is chosen."),
    )


def _seller_name(row: SellerRow) -> str:
    if row.seller_id is None:
        return _("other teams")
    return clean(row.name) or _("nobody")


def _seller(row: SellerRow, most: float, minimum: int) -> Line:
    rank = f"{row.rank}." if row.rank is not None else NONE
    words = [formula(row.conversion)]
    if row.rank is None:
        words.append(
            several("no rank: fewer than {count} contact", "no rank: fewer than {count} contacts", minimum)
        )
    return Line(
        f"seller:{row.seller_id}",
        _seller_name(row),
        count(row.successes),
        percent(row.conversion.value),
        row.conversion.value,
        True,
        cells=(
            rank, count(row.calls), count(row.contacts), count(row.successes), percent(row.conversion.value),
            count(row.assigned), count(row.rejections), duration(row.talk_seconds),
        ),
        pieces=layers(row.calls, row.contacts, row.successes, most),
        formula=f"{_seller_name(row)}: {' · '.join(words)}",
        opens=f"seller:{row.seller_id}",
    )  # fmt: skip


def opened(report: CampaignReport, key: str) -> Block | None:
    """Everything one seller did; None where nobody of that number did anything."""
    row = next((each for each in report.sellers if f"seller:{each.seller_id}" == key), None)
    if row is None:
        return None
    made = (
        ("called", _("Calls"), row.calls, _("counted calls nobody took back")),
        ("contacted", _("Contacts"), row.contacts, _("calls that reached the person")),
        ("success", _("Successes"), row.successes, _("calls whose outcome was a success")),
        ("rejected", _("Rejections"), row.rejections, _("calls whose outcome was a rejection")),
    )
    times = (
        (_("Talk"), row.talk_seconds, _("of telephone calls")),
        (_("Wrap-up"), row.wrap_seconds, _("from the end of a call to its outcome")),
        (_("Pause"), row.pause_seconds, _("in pauses, in this campaign")),
        (_("Signed in"), row.signed_in_seconds, _("in this campaign, with pauses")),
    )
    lines = [
        count_line(f"{key}:assigned", _("Assigned now"), row.assigned, _("leads are this seller's today")),
        *call_lines(key, made),
        *(
            replace(share_line(each, GOOD), people="")
            for each in (row.contact_rate, row.conversion, row.dials_per_hour)
        ),
        *(
            Line(f"time {label}", label, duration(seconds), formula=f"{label}: {duration(seconds)} {words}")
            for label, seconds, words in times
        ),
    ]
    if row.seller_id is None:
        lines = [replace(line, people="") for line in lines]
    return parts("sellers", _seller_name(row), lines)
