"""One lead as those who lead see it: state, numbers, whether it may be called now or every reason why not, history."""

from __future__ import annotations

import re
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from textual.content import Content

from domain.codes import status_class, status_label
from tui import commands, i18n
from tui.i18n import _
from tui.screens.leading.base import ListScreen
from tui.text import clean, data, fit, moment, phone
from tui.widgets.rows import Row

if TYPE_CHECKING:
    from collections.abc import Callable

    from domain.calling.leads import LeadView


class LeadScreen(ListScreen[None]):
    """Read only."""

    REGISTRY = "lead"
    BINDINGS = commands.bindings("lead")

    def __init__(self, lead_id: int) -> None:
        super().__init__(_("Lead {number}").format(number=lead_id))
        self.lead_id = lead_id

    def on_mount(self) -> None:
        self.ask(lambda: self.desk.lead(self.lead_id), self._show, group="lead", failed=self.refused)

    def _show(self, lead: LeadView) -> None:
        said: Callable[[datetime], str] = partial(
            moment, now=self.desk.now(), zone=self.desk.preferences.zone, language=i18n.language()
        )
        self.head(_standing(lead, said))
        rows = [Row("history", lambda width: Content(_("History, newest first")), heading=True)]
        for number, event in enumerate(lead.history):
            rows.append(Row(f"event {number}", partial(_event, event, said)))
        self.rows.show(rows)
        if not lead.history:
            self.say(Content(_("Nothing has happened with this lead yet.")))
        else:
            self.say(Content(_("Change it: dialdeck leads edit {number}").format(number=lead.lead_id)))


def _standing(lead: LeadView, said: Callable[[datetime], str]) -> Content:
    """The lines above the history."""
    kind = status_class(lead.status)
    lines = [
        Content.assemble(
            (clean(lead.name) or _("No name"), "bold"),
            f"   {clean(lead.campaign)}   {clean(lead.list_name or '')}",
        ),
        Content.assemble(
            (f"{kind.glyph} {_(status_label(lead.status))}", f"$class-{kind.value}"),
            f" · {lead.campaign_status}/{lead.campaign_resolution or '–'}",
            f" · {lead.dial_attempts} " + _("attempts"),
            f" · {clean(lead.seller)}" if lead.seller else "",
        ),
    ]
    for each in lead.phones:
        marks = [_("bad")] * bool(each.get("bad")) + [_("do not call")] * bool(each.get("do_not_call"))
        lines.append(data("  ".join([phone(str(each["number"])), *marks])))
    if lead.callable:
        lines.append(Content.styled("▶ " + _("may be called now"), "$class-recyclable"))
    lines += [data(f"✕ {_local(reason, said)}", "$class-problematic") for reason in lead.why_not]
    return Content("\n").join(lines)


_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d\+00:00")


def _local(reason: str, said: Callable[[datetime], str]) -> str:
    """A reason with its times as the reader's clock has them."""
    return _MOMENT.sub(lambda found: said(datetime.fromisoformat(found[0])), reason)


def _event(event: dict[str, object], said: Callable[[datetime], str], width: int) -> Content:
    at = event.get("at")
    when = said(at) if isinstance(at, datetime) else str(at)
    what = str(event.get("kind", "")).replace("_", " ")
    action = f" {event['action']}" if event.get("action") else ""
    who = str(event.get("user") or event.get("seller") or "")
    changes = event.get("after")
    shown = ""
    if isinstance(changes, dict) and "status" in changes:
        before = event.get("before")
        former = before.get("status") if isinstance(before, dict) else None
        shown = f"  {status_label(former)} → {status_label(changes['status'])}"
    return data(fit(f"{fit(when, 16)} {what}{action}{shown}  {who}", width).rstrip())
