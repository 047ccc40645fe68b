"""Setting right leads whose status or counters cannot be true, from any screen of a campaign: tried out first,
shown, asked, then done in chunks beside a screen that stays alive.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, TypeVar

from domain.errors import DomainError
from tui import i18n
from tui.i18n import _
from tui.screens.leading import recycling_words as words
from tui.screens.leading.long_work import LongWork

if TYPE_CHECKING:
    from domain.repair.fix import Repaired

Result = TypeVar("Result")


class Repairing(LongWork[Result]):
    """For screens of one campaign: ``action_fix``. They answer with ``tell_result`` and count anew after it."""

    campaign_id: int
    campaign: str

    @property
    def reader(self) -> words.Says:
        """How times are written here and now."""
        return words.Says(self.desk.now(), self.desk.preferences.zone, i18n.language())

    def tell_result(self, line: str) -> None:
        """What came of the work, where this screen answers."""

    def count_again(self) -> None:
        """The work changed what this screen shows."""

    def action_fix(self) -> None:
        """Try the repair out, then ask."""
        if self.working:
            return
        tried = partial(self.desk.repair, self.campaign_id, True)
        self.begin(_("Trying the repair out"), tried, self._tried, self.refused_work)

    def _tried(self, tried: Repaired) -> None:
        from tui.screens.confirm import ConfirmScreen

        if tried.stopped:
            self.tell_result(_("Stopped; nothing was changed."))
            return
        if not tried.found.total:
            self.tell_result(_("✓ Nothing to set right."))
            self.count_again()
            return
        title = _("Set these leads right?")
        window = ConfirmScreen(title, words.repair_question(tried), yes=_("Set right"), no=_("Leave"))
        self.app.push_screen(window, self._fix_answered)

    def _fix_answered(self, yes: bool | None) -> None:
        if yes:
            work = partial(self.desk.repair, self.campaign_id, False)
            self.begin(_("Setting right"), work, self._repaired, self.refused_work)
        else:
            self.tell_result(_("Nothing was changed."))

    def _repaired(self, done: Repaired) -> None:
        self.tell_result(words.repaired(done))
        self.count_again()

    def refused_work(self, error: DomainError) -> None:
        """The work ended with an error; what was committed before stays."""
        self.tell_result(_("✕ Ended early; what was saved before stays."))
        self.count_again()
        self.app.show_error(error)
