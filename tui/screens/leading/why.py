"""Why is the queue empty? Every lead of a campaign in exactly one row, with the next change; Enter opens a row."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual.content import Content

from tui import commands, i18n
from tui.i18n import _
from tui.screens.leading.base import ListScreen
from tui.screens.leading.repairing import Repairing
from tui.text import count, data, fit, moment
from tui.widgets.rows import Row

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from domain.calling.why import Bucket, Funnel

REFRESH_SECONDS = 10.0
_NUMBER = 11
_WHEN = 16
# What the row says about the next call: the colour helps, glyph and word say it.
_STYLES = {
    "callable_now": "$class-recyclable",
    "no_status": "$class-problematic",
    "outcome_missing": "$class-problematic",
    "do_not_call": "$class-final",
    "final": "$class-final",
}


class WhyScreen(Repairing[None], ListScreen[None]):
    """The funnel of one campaign, counted again every ten seconds."""

    REGISTRY = "why"
    BINDINGS = commands.bindings("why")

    def __init__(self, campaign_id: int, name: str) -> None:
        super().__init__(_("Why is the queue empty?"))
        self.campaign_id = campaign_id
        self.campaign = name
        self.funnel: Funnel | None = None
        self._told: Content | None = None
        """What came of a repair, above the sum until the next key that counts again."""

    def on_mount(self) -> None:
        self.set_interval(REFRESH_SECONDS, self._tick)
        self.action_refresh()

    def _tick(self) -> None:
        if self.is_active:
            self.count_again()

    def condition(self, name: str) -> bool:
        """``people``: there are some. ``problems``: some have no status, which can be set right."""
        if self.funnel is None or self.working:
            return False
        if name == "problems":
            return any(each.reason == "no_status" and each.count for each in self.funnel.buckets)
        return self.funnel.total > 0

    def action_refresh(self) -> None:
        """Count again."""
        self._told = None
        self.count_again()

    def count_again(self) -> None:
        self.ask(lambda: self.desk.funnel(self.campaign_id), self._show, group="funnel", failed=self.refused)

    def _show(self, funnel: Funnel) -> None:
        self.funnel = funnel
        draw = partial(_row, now=self.desk.now(), zone=self.desk.preferences.zone, language=i18n.language())
        self.head(
            Content.assemble(
                (fit(self.campaign, 40).rstrip(), "bold"),
                "   ",
                _("{count} leads loaded; each stands in one row").format(count=count(funnel.total)),
            )
        )
        self.rows.show([Row(bucket.reason, partial(draw, bucket)) for bucket in funnel.buckets])
        self._sum()
        self.refresh_bindings()

    def _sum(self) -> None:
        """Below the rows: how far the work is, else what came of it and the sum."""
        if self.working:
            self.say(self.progress_line())
            return
        funnel = self.funnel
        if funnel is None:
            return
        if funnel.total:
            line = Content(
                _("= {count} ✓   {callable} callable now, {hopper} of them in the hopper").format(
                    count=count(sum(bucket.count for bucket in funnel.buckets)),
                    callable=count(funnel.callable_now),
                    hopper=count(funnel.in_hopper),
                )
            )
        else:
            line = data(
                _("No leads yet. Bring people in: dialdeck leads import FILE --campaign {name}").format(
                    name=self.campaign
                )
            )
        self.say(Content("\n").join([self._told, line]) if self._told is not None else line)

    def show_progress(self) -> None:
        self._sum()

    def tell_result(self, line: str) -> None:
        self._told = data(line, "bold")
        self._sum()

    def action_close(self) -> None:
        """Stop the repair that goes on; without one, back."""
        if not self.stop_work():
            self.dismiss(None)

    def action_open(self) -> None:
        """The people of the row."""
        self.after_keys(self._open)

    def _open(self) -> None:
        chosen = self.rows.chosen
        bucket = next((b for b in self.funnel.buckets if b.reason == chosen), None) if self.funnel else None
        if bucket is not None and bucket.count:
            from tui.screens.leading.people import PeopleScreen

            self.app.push_screen(PeopleScreen(self.campaign_id, self.campaign, bucket.reason, bucket.label))


def _row(bucket: Bucket, width: int, *, now: datetime, zone: ZoneInfo | None, language: str) -> Content:
    """Glyph, words, how many, when the next of them change."""
    room = max(width - _NUMBER - _WHEN, 20)
    words = f"{bucket.glyph} {_(bucket.label)}"
    if bucket.detail:
        words = f"{words}: {bucket.detail}"
    when = moment(bucket.next_at, now, zone, language) if bucket.next_at is not None else "–"
    return Content.assemble(
        (fit(words, room), _STYLES.get(bucket.reason, "")),
        (fit(count(bucket.count), _NUMBER, right=True), "bold"),
        fit(when, _WHEN, right=True),
    )
