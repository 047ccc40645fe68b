"""Campaigns, outcome keys and reasons as their editors ask for them: read, checked, written whole.

A part of ``tui.desk.Desk``, under the same rules as ``tui.seller_work``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.supervising import Supervising

if TYPE_CHECKING:
    from collections.abc import Mapping

    from domain.calling.reason_list import ReasonLine
    from domain.calling.views import ActionView
    from domain.campaigns.editing import Form
    from domain.codes import Resolution


class SupervisingSettings(Supervising):
    """What those who lead set up."""

    # ── campaigns ────────────────────────────────────────────────────────────────────────────────────────

    def campaign_form(self, name: str | None) -> Form:
        """The settings of a campaign as texts; those of a new one without a name."""
        from domain.campaigns import editing

        with self.database.reading() as session:
            return editing.form_of(session, actor=self.actor, name=name)

    def campaign_problems(self, name: str | None, before: Form, now_is: Form) -> dict[str, str]:
        """What is wrong with a form, by field."""
        from domain.campaigns import editing

        with self.database.reading() as session:
            return editing.problems(session, actor=self.actor, name=name, before=before, now_is=now_is)

    def save_campaign(self, name: str | None, before: Form, now_is: Form) -> str:
        """Write a form, all of it or nothing; the campaign's name."""
        from domain.campaigns import editing

        with self.database.transaction() as session:
            made = editing.save(
                session, actor=self.actor, name=name, before=before, now_is=now_is, now=self.now()
            )
        return made.name

    # ── outcome keys and reasons ─────────────────────────────────────────────────────────────────────────

    def all_actions(self) -> list[ActionView]:
        """The console's actions in their order, inactive ones too."""
        from domain.calling import actions

        with self.database.reading() as session:
            return actions.for_console(
                session,
                organisation_id=self.actor.organisation_id,
                language=self.language,
                include_inactive=True,
            )

    def change_action(self, slug: str, changes: dict[str, object]) -> ActionView:
        """Change an action; a label is that of the language of the screen."""
        from domain.calling import actions

        if "label" in changes:
            changes = {**changes, "labels": {self.language: changes["label"]}}
            del changes["label"]
        with self.database.transaction() as session:
            return actions.edit(session, actor=self.actor, slug=slug, changes=changes, now=self.now())

    def add_action(self, given: Mapping[str, str]) -> ActionView:
        """A new action, named after its label; ``given`` are its settings as texts, the label in the screen's language.

        Raises:
            Invalid, Conflict: a label without a letter, an unknown code, a key or name that is taken.
        """
        from domain.calling import actions
        from domain.codes import ActionType, ReasonMode
        from domain.constructs import words_of

        with self.database.transaction() as session:
            return actions.add(
                session,
                actor=self.actor,
                slug="-".join(words_of(given["label"])),
                labels={self.language: given["label"]},
                type=ActionType(given["type"]),
                campaign_status=given["campaign_status"],
                resolution=given["resolution"],
                lead_status=given["lead_status"],
                now=self.now(),
                key=given["key"] or None,
                reason=ReasonMode(given["reason"]),
                colour=given["colour"],
            )

    def all_reasons(self) -> list[ReasonLine]:
        """The shop's reasons by resolution, inactive ones too."""
        from domain.calling import reason_list

        with self.database.reading() as session:
            return reason_list.listing(session, actor=self.actor, language=self.language)

    def change_reason(
        self, resolution: Resolution, code: int, *, label: str | None = None, active: bool | None = None
    ) -> ReasonLine:
        """Change a reason's text, or whether it is offered."""
        from domain.calling import reason_list

        with self.database.transaction() as session:
            return reason_list.edit(
                session,
                actor=self.actor,
                resolution=resolution,
                code=code,
                labels={self.language: label} if label is not None else None,
                active=active,
                language=self.language,
                now=self.now(),
            )

    def add_reason_text(self, resolution: Resolution, label: str) -> ReasonLine:
        """A new reason under a resolution, with the next code."""
        from domain.calling import reason_list

        with self.database.transaction() as session:
            known = reason_list.listing(session, actor=self.actor, resolution=resolution)
            return reason_list.add(
                session,
                actor=self.actor,
                resolution=resolution,
                code=max((each.code for each in known), default=0) + 1,
                labels={self.language: label},
                language=self.language,
                now=self.now(),
            )
