"""The hopper of a campaign: who comes next, why each is there, in whose hands; pause, refill, clear, take out."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual.content import Content

from tui import commands, i18n
from tui.i18n import _, several
from tui.screens.leading.base import ListScreen
from tui.screens.leading.hopper_words import ahead, nobody, row, titles
from tui.text import count, data
from tui.widgets.rows import Row

if TYPE_CHECKING:
    from domain.calling.hopper import FillResult
    from domain.calling.hopper_view import HopperLine
    from tui.supervising_hopper import HopperPage

REFRESH_SECONDS = 10.0
PAGE = 200


class HopperScreen(ListScreen[None]):
    """A page of the hopper in the order sellers get it, read again every ten seconds."""

    REGISTRY = "hopper"
    BINDINGS = commands.bindings("hopper")

    def __init__(self, campaign_id: int, name: str) -> None:
        super().__init__(_("Hopper"))
        self.campaign_id = campaign_id
        self.campaign = name
        self.page: HopperPage | None = None
        self._after = 0
        self._answer: Content | None = None
        self._possible: tuple[bool, ...] = ()

    def on_mount(self) -> None:
        self.set_interval(REFRESH_SECONDS, self._tick)

    def on_screen_resume(self) -> None:
        self._load()

    def _tick(self) -> None:
        if self.is_active:
            self.action_refresh()

    def condition(self, name: str) -> bool:
        """``entry``: there is one. ``free``: somebody is to be cleared. ``more``, ``before``: other pages.

        ``known``: the figures are there.
        """
        page = self.page
        if page is None:
            return False
        return {
            "known": True,
            "entry": bool(page.lines),
            "free": page.standing.free > 0,
            "more": self._after + PAGE < page.standing.free + page.standing.claimed,
            "before": self._after > 0,
        }[name]

    # ── showing ──────────────────────────────────────────────────────────────────────────────────────────

    def action_refresh(self) -> None:
        """Look again."""
        self._answer = None
        self._load()

    def _load(self) -> None:
        after = self._after
        self.ask(
            lambda: self.desk.hopper(self.campaign_id, after=after, limit=PAGE),
            self._show,
            group="hopper",
            failed=self.refused,
        )

    def _show(self, page: HopperPage) -> None:
        if not page.lines and self._after:
            # The pages before hold all that is left.
            self._after = max(self._after - PAGE, 0)
            self._load()
            return
        neighbour = self._neighbour()
        self.page = page
        self.campaign = page.standing.campaign
        now, zone, language = self.desk.now(), self.desk.preferences.zone, i18n.language()
        room = self.rows.scrollable_content_region.width
        above = ahead(page.standing, room)
        # The mark of the row one stands on takes two cells.
        self.head(Content("\n").join([above, Content("  ") + titles(room - 2)]) if page.lines else above)
        if page.lines:
            draw = partial(row, now=now, zone=zone, language=language)
            self.rows.show(
                [Row(str(line.entry_id), partial(draw, line)) for line in page.lines], chosen=neighbour
            )
        else:
            words = nobody(page, self.app.keys.shown, now=now, zone=zone, language=language)
            self.rows.show([Row("empty", lambda width: words, heading=True)])
        self.say(self._answer or self._where(page))
        possible = tuple(map(self.condition, ("entry", "free", "more", "before")))
        if possible != self._possible:
            self._possible = possible
            self.refresh_bindings()

    def _neighbour(self) -> str | None:
        """Whoever stands below the one chosen: there one stays where that one is gone."""
        lines = self.page.lines if self.page is not None else ()
        keys = [str(line.entry_id) for line in lines]
        here = self.rows.chosen
        if here not in keys:
            return None
        after = keys.index(here) + 1
        return keys[min(after, len(keys) - 1)] if after < len(keys) else (keys[-2] if len(keys) > 1 else None)

    def _where(self, page: HopperPage) -> Content:
        if not page.lines:
            return Content("")
        return Content(
            _("{first}–{last} of {total}, in the order sellers get them").format(
                first=count(page.lines[0].position),
                last=count(page.lines[-1].position),
                total=count(page.standing.free + page.standing.claimed),
            )
        )

    def on_resize(self) -> None:
        if self.page is not None:
            self._show(self.page)

    # ── going elsewhere ──────────────────────────────────────────────────────────────────────────────────

    @property
    def line(self) -> HopperLine | None:
        """The entry one stands on."""
        lines = self.page.lines if self.page is not None else ()
        return next((line for line in lines if str(line.entry_id) == self.rows.chosen), None)

    def action_open(self) -> None:
        """Everything about this lead."""
        self.after_keys(self._open)

    def _open(self) -> None:
        if self.line is not None:
            from tui.screens.leading.lead import LeadScreen

            self.app.push_screen(LeadScreen(self.line.lead_id))

    def action_why(self) -> None:
        """Where all leads of the campaign stand."""
        from tui.screens.leading.why import WhyScreen

        self.app.push_screen(WhyScreen(self.campaign_id, self.campaign))

    def action_more(self) -> None:
        """The next page."""
        self._after += PAGE
        self.action_refresh()

    def action_page_back(self) -> None:
        """The page before."""
        self._after = max(self._after - PAGE, 0)
        self.action_refresh()

    # ── changing ─────────────────────────────────────────────────────────────────────────────────────────

    def _answered(self, text: str) -> None:
        """Tell what was done, and show the hopper as it is now."""
        self._answer = data(f"✓ {text}", "$class-recyclable")
        self.say(self._answer)
        self._load()

    def action_refill(self) -> None:
        """Bring it to its level."""

        def filled(found: FillResult) -> None:
            self._answered(
                _("{added} added, {size} ready of {target}").format(
                    added=count(found.added), size=count(found.size), target=count(found.target)
                )
            )

        self.say(Content(_("Filling …")))
        self.do(lambda: self.desk.refill(self.campaign_id), filled, failed=self.refused)

    def action_take_out(self) -> None:
        """This one entry."""
        line = self.line
        if line is None:
            return

        def taken(out: bool) -> None:
            if out:
                self._answered(
                    _("{name} is taken out and waits in the pool for 12 hours").format(name=line.name)
                )
                return
            self._answer = data(
                "✕ " + _("{name} stays: in somebody's hands, or gone by now").format(name=line.name),
                "$class-final",
            )
            self._load()

        self.do(lambda: self.desk.take_out(line.entry_id), taken, failed=self.refused)

    def action_clear(self) -> None:
        """All who are free, after a question."""
        from tui.screens.confirm import ConfirmScreen

        assert self.page is not None, "the command waits for somebody free"
        standing = self.page.standing
        words = several(
            "{count} free entry leaves the hopper.", "{count} free entries leave the hopper.", standing.free
        )
        if standing.active:
            after = _(
                "The next fill takes people in again, also the one in the background. "
                "Pause the campaign to keep it empty."
            )
        else:
            after = _("The campaign is paused: nobody comes in until it goes on.")

        def answered(yes: bool | None) -> None:
            if yes:
                self.do(lambda: self.desk.clear_hopper(self.campaign_id), cleared, failed=self.refused)

        def cleared(removed: int) -> None:
            self._answered(_("{count} taken out; they wait in the pool").format(count=count(removed)))

        self.app.push_screen(
            ConfirmScreen(_("Clear the hopper?"), f"{words} {after}", yes=_("Clear"), no=_("Keep")), answered
        )

    def action_pause(self) -> None:
        """Let the campaign rest, or go on."""
        assert self.page is not None, "the command waits for the figures"
        paused = self.page.standing.active
        done = (
            _("Paused: sellers finish whom they have and get nobody new")
            if paused
            else _("Going on: sellers get people again")
        )
        name = self.campaign
        self.do(
            lambda: self.desk.pause_campaign(name, paused=paused),
            lambda _nothing: self._answered(done),
            failed=self.refused,
        )
