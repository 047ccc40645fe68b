"""What an action of the console can set: its kind, statuses, resolution and colour, in words; and a new action."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from domain.codes import ActionType, CampaignStatus, DialStatus, ReasonMode, Resolution
from tui.i18n import _, mark
from tui.screens.leading.form import Field, FormScreen
from tui.text import data

if TYPE_CHECKING:
    from domain.calling.views import ActionView
    from domain.errors import DomainError

REASONS = {
    ReasonMode.NEVER: mark("asks for no reason"),
    ReasonMode.OFFERED: mark("offers reasons afterwards"),
    ReasonMode.REQUIRED: mark("asks for a reason first"),
}
_TYPES = {
    ActionType.SUCCESS: mark("success"),
    ActionType.DECLINED: mark("declined"),
    ActionType.NO_CONTACT: mark("no contact"),
    ActionType.NOT_FOUND: mark("not found"),
    ActionType.CALL_LATER: mark("call later"),
    ActionType.SCHEDULED: mark("scheduled: asks for a time"),
    ActionType.PENDING: mark("pending: with campaign status 6 or 7 to that shift"),
}
_COLOURS = ("success", "later", "ended", "neutral")
_SAME = (("keep", mark("as it was")), ("clear", mark("none")))


def titles() -> dict[str, str]:
    """The settings that are one of a closed set."""
    return {
        "type": _("Kind"),
        "lead_status": _("Status"),
        "campaign_status": _("Campaign status"),
        "resolution": _("Resolution"),
        "colour": _("Colour"),
    }


def offered(what: str) -> tuple[tuple[str, str], ...]:
    """The values of a setting, each with its words."""
    same = tuple((value, _(words)) for value, words in _SAME)
    if what == "type":
        return tuple((kind.value, _(words)) for kind, words in _TYPES.items())
    if what == "lead_status":
        return (*((each.value, _(each.label)) for each in DialStatus), *same)
    if what == "campaign_status":
        return (*((str(each.value), f"{each.value} {_(each.label)}") for each in CampaignStatus), *same)
    if what == "resolution":
        return (*((each.value, f"{each.value} {_(each.label)}") for each in Resolution), *same)
    return tuple((colour, _(colour)) for colour in _COLOURS)


def words(what: str, value: str) -> str:
    """A value as it is offered."""
    return dict(offered(what)).get(value, value)


class NewActionScreen(FormScreen):
    """An action of the shop's own. ``write`` keeps it; what it refuses is told here, with everything as typed."""

    def __init__(
        self,
        write: Callable[[dict[str, str]], ActionView],
        done: Callable[[ActionView], None],
    ) -> None:
        choices = [Field(key, title, _PROPOSED[key], choices=offered(key)) for key, title in titles().items()]
        modes = tuple((mode.value, _(label)) for mode, label in REASONS.items())
        super().__init__(
            _("A new action of the shop's own"),
            (
                Field("label", _("Label"), hint=_("as it stands in the console")),
                Field("key", _("Key"), hint=_("one letter or sign; digits are for reasons")),
                *choices,
                Field("reason", _("Reason"), ReasonMode.NEVER.value, choices=modes),
            ),
        )
        self._write = write
        self._done = done

    def action_take(self) -> None:
        """Add it, where the domain does not refuse it."""
        given = {field.key: self._value(field) for field in self.fields}
        if not given["label"]:
            self._say(_("A label is needed."))
            return
        self.do(lambda: self._write(given), self._added, failed=self._refused)

    def _added(self, made: ActionView) -> None:
        self.dismiss(None)
        self._done(made)

    def _refused(self, error: DomainError) -> None:
        self._say(error.message)

    def _say(self, text: str) -> None:
        self.say(data(f"✕ {text}", "$class-final"))


_PROPOSED = {
    "type": ActionType.DECLINED.value,
    "lead_status": DialStatus.NOT_INTERESTED.value,
    "campaign_status": str(CampaignStatus.ENDED_WITH_CONTACT.value),
    "resolution": Resolution.NI.value,
    "colour": "ended",
}
