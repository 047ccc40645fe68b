"""What the screen of one lead does with the person as a whole: merged with a duplicate, written to a file, erased."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from textual.content import Content

from tui.i18n import _, several
from tui.paths import free_name
from tui.screens.ask_text import TextScreen
from tui.screens.choose import Choice, ChoiceScreen
from tui.screens.confirm import ConfirmScreen
from tui.screens.leading.base import ListScreen
from tui.text import clean

if TYPE_CHECKING:
    from collections.abc import Callable

    from domain.contacts.contacts import ContactView
    from domain.privacy.erasing import Erasing
    from domain.privacy.finding import Person
    from domain.privacy.merging import Merging


class PersonScreen(ListScreen[None]):
    """A screen about ``person``; ``write`` does a change and reads anew."""

    person: ContactView | None

    def write(self, change: Callable[[], None], words: str) -> None:
        """Do it in a thread, then say ``words``."""
        raise NotImplementedError

    # ── duplicates ───────────────────────────────────────────────────────────────────────────────────────

    def action_merge(self) -> None:
        """Somebody with the same number or e-mail is this very person."""
        if self.person is not None:
            keep = self.person.contact_id
            self.ask(partial(self.desk.people_alike, keep), self._choose, group="alike", failed=self.refused)

    def _choose(self, found: tuple[Person, ...]) -> None:
        if not found:
            self.say(Content(_("Nobody else has a number or the e-mail of this person.")))
            return
        choices = [Choice(str(each.contact_id), clean(each.name), _detail(each)) for each in found]
        self.app.push_screen(ChoiceScreen(_("Who is this person once more?"), choices), self._chosen)

    def _chosen(self, key: str | None) -> None:
        if key and self.person is not None:
            keep, other = self.person.contact_id, int(key)
            self.ask(
                partial(self.desk.merge_preview, keep, other),
                self._ask_to_merge,
                group="merge",
                failed=self.refused,
            )

    def _ask_to_merge(self, told: Merging) -> None:
        [other] = told.others

        def answered(yes: bool | None) -> None:
            if yes:
                self.write(partial(self.desk.merge_people, told.keep, other), _("✓ They are one person now."))

        window = ConfirmScreen(_("Merge for good?"), merge_question(told), yes=_("Merge"), no=_("Leave"))
        self.app.push_screen(window, answered)

    # ── a person's request ───────────────────────────────────────────────────────────────────────────────

    def action_export(self) -> None:
        """Everything about the person, in a file."""
        if self.person is None:
            return
        contact_id = self.person.contact_id
        file = free_name(Path.cwd() / f"contact-{contact_id}.json")

        def named(text: str | None) -> None:
            if text and text.strip():
                chosen = Path(text.strip()).expanduser()
                self.write(
                    partial(self.desk.export_person, contact_id, chosen),
                    _("✓ Everything about this person is in {file}.").format(file=clean(str(chosen))),
                )

        window = TextScreen(
            _("Everything about this person"), str(file), _("Over all campaigns, as one JSON document.")
        )
        self.app.push_screen(window, named)

    def action_erase(self) -> None:
        """Erase the person at their request."""
        if self.person is not None:
            contact_id = self.person.contact_id
            self.ask(
                partial(self.desk.erase_preview, contact_id),
                self._ask_to_erase,
                group="erase",
                failed=self.refused,
            )

    def _ask_to_erase(self, told: Erasing) -> None:
        lines = [
            _("Name, numbers, notes and everything else they are known by goes; figures and history stay."),
            several("{count} lead ends.", "{count} leads end.", told.closed),
            _("The numbers do not come back by an import. It cannot be undone."),
        ]
        if told.alike:
            count = len(told.alike)
            lines.append(
                several(
                    "{count} other with the same number or e-mail stays.",
                    "{count} others with the same number or e-mail stay.",
                    count,
                )
            )

        def answered(yes: bool | None) -> None:
            if yes:
                self.write(partial(self.desk.erase_person, told.contact_id), _("✓ This person is erased."))

        window = ConfirmScreen(
            _("Erase {name} for good?").format(name=clean(told.name) or _("this person")),
            "\n".join(lines),
            yes=_("Erase"),
            no=_("Leave"),
        )
        self.app.push_screen(window, answered)


def merge_question(told: Merging) -> str:
    """What merging would do, for the question before it."""
    others = ", ".join(map(str, told.others))
    words = (
        _("Contact {other} becomes this one, contact {keep}.")
        if len(told.others) == 1
        else _("Contacts {other} become this one, contact {keep}.")
    )
    lines = [
        words.format(other=others, keep=told.keep),
        several("{count} call comes along", "{count} calls come along", told.calls)
        + ", "
        + several("{count} lead moves.", "{count} leads move.", len(told.moved)),
    ]
    lines += [
        _("Lead {survivor} lives on with all that happened; lead {ended} ends.").format(
            survivor=each.survivor, ended=", ".join(map(str, each.ended))
        )
        for each in told.joined
    ]
    return "\n".join([*lines, _("It cannot be undone.")])


def _detail(person: Person) -> str:
    parts = [
        ", ".join(person.numbers),
        person.email or "",
        several("{count} lead", "{count} leads", person.leads),
    ]
    return " · ".join(clean(part) for part in parts if part)
