"""The blocks of a campaign report as lines: which figures stand where, what their bars and their formulas are."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from domain.codes import REJECTED_RESOLUTIONS, SUCCESS_RESOLUTIONS
from tui.i18n import _, mark, several
from tui.screens.leading import report_sellers, report_time
from tui.screens.leading.report_lines import Block, Column, Line, percent, widest
from tui.screens.leading.report_parts import (
    BAD,
    CONTACT,
    GOOD,
    PLAIN,
    SUCCESS,
    call_lines,
    count_line,
    heading,
    parts,
    share_line,
)
from tui.text import clean, count

if TYPE_CHECKING:
    from domain.reporting.figures import CampaignReport

BLOCKS: tuple[tuple[str, str], ...] = (
    ("progress", mark("Progress")),
    ("resolutions", mark("Resolutions")),
    ("reasons", mark("Reasons")),
    ("rates", mark("Rates")),
    ("sellers", mark("Sellers")),
    ("days", mark("By day")),
    ("hours", mark("By hour")),
    ("attempts", mark("Attempts")),
)


def block(report: CampaignReport, key: str) -> Block:
    """A block of the report."""
    return _MAKERS[key](report)


def opened(report: CampaignReport, key: str) -> Block | None:
    """What is behind one line of a block that has more than one number; None where it is gone."""
    kind = key.partition(":")[0]
    if kind == "seller":
        return report_sellers.opened(report, key)
    return _one_attempt(report, key) if kind == "attempts" else report_time.opened(report, key)


def _narrowed(report: CampaignReport) -> bool:
    return not report.filters.empty


def _progress(report: CampaignReport) -> Block:
    base = report.base
    whole = _("(the whole campaign, before any filter)")
    lines = [
        count_line("base:leads", _("Leads"), base.leads, whole),
        count_line("base:assigned", _("assigned"), base.assigned, whole, indent=2),
        count_line("base:unassigned", _("unassigned"), base.unassigned, whole, indent=2),
    ]
    if _narrowed(report):
        words = _("leads, the base of the shares below")
        lines.append(count_line("base:filtered", _("Left by the filters"), base.filtered, words))
    lines += [share_line(figure, narrowed=_narrowed(report)) for figure in report.progress]
    return Block("progress", _("Progress"), tuple(lines))


def _style(resolution: str) -> str:
    if resolution in {each.value for each in SUCCESS_RESOLUTIONS}:
        return GOOD
    return BAD if resolution in {each.value for each in REJECTED_RESOLUTIONS} else PLAIN


def _code(key: str) -> str:
    return key.split(":")[1] if ":" in key else ""


def _resolutions(report: CampaignReport) -> Block:
    scale = widest([figure.value or 0.0 for figure in report.resolutions])
    narrowed = _narrowed(report)
    lines = [share_line(each, narrowed=narrowed) for each in report.outcomes]
    lines.append(heading(_("Each resolution (bars up to the largest)")))
    for figure in report.resolutions:
        lines.append(share_line(figure, _style(_code(figure.key)), scale=scale, narrowed=narrowed))
    return Block("resolutions", _("Resolutions"), tuple(lines))


def _reasons(report: CampaignReport) -> Block:
    labels = {_code(figure.key): _(figure.label) for figure in report.resolutions}
    lines: list[Line] = []
    before = None
    for each in report.reasons:
        if each.resolution != before:
            before = each.resolution
            lines.append(heading(clean(labels.get(each.resolution, each.resolution))))
        lines.append(share_line(each.figure, _style(each.resolution), indent=2, label=each.label))
    return Block(
        "reasons", _("Reasons"), tuple(lines), nothing=_("No outcome with a reason yet in what is chosen.")
    )


def _rates(report: CampaignReport) -> Block:
    lines = tuple(share_line(figure, GOOD, narrowed=_narrowed(report)) for figure in report.rates)
    return Block("rates", _("Rates"), lines, columns=(Column("", 9), Column("", 9)))


# ── by attempts ───────────────────────────────────────────────────────────────────────────────────────────────


def _attempts(report: CampaignReport) -> Block:
    most = widest([float(each.leads) for each in report.attempts])
    whole = sum(each.leads for each in report.attempts)
    columns = (
        Column(_("leads"), 9),
        Column(_("share"), 9),
        Column(_("success"), 9),
        Column(_("of them"), 9),
    )
    lines = []
    for each in report.attempts:
        label = several("{count} attempt", "{count} attempts", each.attempts)
        share = each.leads / whole if whole else None
        won = percent(each.successes / each.leads if each.leads else None)
        lines.append(
            Line(
                f"attempts:{each.attempts}", label, count(each.leads), percent(share), share, True,
                cells=(count(each.leads), percent(share), count(each.successes), won),
                pieces=((SUCCESS, each.successes / most, GOOD), (CONTACT, each.leads / most, PLAIN)),
                formula=_(
                    "{label}: {share} = {leads} / {whole} leads; {won} of them a success ({successes})"
                ).format(
                    label=label, share=percent(share), leads=count(each.leads), whole=count(whole),
                    won=won, successes=count(each.successes),
                ),
                opens=f"attempts:{each.attempts}" if each.leads else "",
            )
        )  # fmt: skip
    nothing, numbers = _("No leads in what is chosen."), _("leads, share")
    return Block("attempts", _("Attempts"), tuple(lines), columns, nothing, numbers=numbers)


def _one_attempt(report: CampaignReport, key: str) -> Block | None:
    row = next((each for each in report.attempts if f"attempts:{each.attempts}" == key), None)
    if row is None:
        return None
    title = several("{count} attempt", "{count} attempts", row.attempts)
    made = (
        ("leads", _("Leads"), row.leads, _("with so many attempts")),
        ("success", _("Successes"), row.successes, _("of them")),
    )
    return parts("attempts", title, call_lines(key, made))


_MAKERS: dict[str, Callable[[CampaignReport], Block]] = {
    "progress": _progress,
    "resolutions": _resolutions,
    "reasons": _reasons,
    "rates": _rates,
    "sellers": report_sellers.sellers,
    "days": report_time.days,
    "hours": report_time.hours,
    "attempts": _attempts,
}
