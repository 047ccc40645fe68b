"""Campaign reports as the screens ask for them: figures, the people behind them, saved filters, files.

A part of ``tui.desk.Desk``, under the same rules as ``tui.seller_work``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tui.supervising import Supervising

if TYPE_CHECKING:
    from domain.calling.leads import LeadLine
    from domain.calling.views import ReasonView
    from domain.campaigns.campaigns import CampaignLine
    from domain.reporting.figures import CampaignReport
    from domain.reporting.filters import ReportFilters
    from domain.reporting.saved import SavedView


@dataclass(frozen=True, slots=True)
class Beside:
    """What a report is compared with: a campaign and its filters. ``short`` stands above a column."""

    campaign_id: int
    filters: ReportFilters
    short: str
    in_words: str
    period: bool = False
    """Whether it is the same campaign on other days."""

    def narrowed(self, filters: ReportFilters) -> Beside:
        """The same comparison for filters chosen meanwhile: other days stay other days."""
        return replace(self, filters=beside_filters(filters, self.filters if self.period else None))


def beside_filters(filters: ReportFilters, days: ReportFilters | None) -> ReportFilters:
    """The filters of the other side: on its own ``days``, or of another campaign, whose lists are others."""
    if days is None:
        return replace(filters, list_id=None)
    return replace(filters, acted_from=days.acted_from, acted_to=days.acted_to)


@dataclass(frozen=True, slots=True)
class ReportChoices:
    """What the filters offer: number to name; ``reasons`` by code, with the resolutions that have them."""

    lists: Mapping[int, str] = field(default_factory=dict)
    sellers: Mapping[int, str] = field(default_factory=dict)
    reasons: Mapping[int, str] = field(default_factory=dict)


class SupervisingReports(Supervising):
    """What those who lead read about a campaign."""

    def reports(
        self, campaign_id: int, filters: ReportFilters, beside: Beside | None
    ) -> tuple[CampaignReport, CampaignReport | None]:
        """The report of a campaign, and of what it is compared with, at one moment."""
        now = self.now()
        return (
            self._report(campaign_id, filters, now),
            self._report(beside.campaign_id, beside.filters, now) if beside is not None else None,
        )

    def _report(self, campaign_id: int, filters: ReportFilters, now: datetime) -> CampaignReport:
        from domain.reporting import report

        with self.database.reading() as session:
            return report.campaign_report(
                session,
                actor=self.actor,
                campaign_id=campaign_id,
                filters=filters,
                now=now,
                language=self.language,
            )

    def report_people(
        self, campaign_id: int, filters: ReportFilters, figure: str, *, after: int, limit: int
    ) -> list[LeadLine]:
        """A page of the people behind one figure, in the order of their numbers."""
        from domain.reporting import people

        with self.database.reading() as session:
            return people.people_of(
                session,
                actor=self.actor,
                campaign_id=campaign_id,
                filters=filters,
                figure=figure,
                after=after,
                limit=limit,
                now=self.now(),
            )

    def report_choices(self, campaign_id: int) -> ReportChoices:
        """The lists of a campaign, the shop's users and its reasons."""
        from domain.calling import actions
        from domain.campaigns import lists
        from domain.people import users

        with self.database.reading() as session:
            reasons = actions.reasons_by_resolution(
                session, organisation_id=self.actor.organisation_id, language=self.language
            )
            return ReportChoices(
                {
                    each.id: each.name
                    for each in lists.listing(session, actor=self.actor, campaign_id=campaign_id)
                },
                {each.id: each.name for each in users.listing(session, actor=self.actor)},
                _by_code(reasons),
            )

    def saved_views(self, campaign_id: int) -> list[SavedView]:
        """The filters this user keeps for a campaign."""
        from domain.reporting import saved

        with self.database.reading() as session:
            return saved.listing(session, actor=self.actor, campaign_id=campaign_id)

    def keep_view(self, campaign_id: int, name: str, filters: ReportFilters) -> SavedView:
        """Keep filters under a name."""
        from domain.reporting import saved

        with self.database.transaction() as session:
            return saved.keep(
                session,
                actor=self.actor,
                campaign_id=campaign_id,
                name=name,
                filters=filters,
                now=self.now(),
            )

    def forget_view(self, campaign_id: int, name: str) -> None:
        """Forget filters kept under a name."""
        from domain.reporting import saved

        with self.database.transaction() as session:
            saved.forget(session, actor=self.actor, campaign_id=campaign_id, name=name)

    def write_report(
        self, report: CampaignReport, other: CampaignReport | None, kind: str, file: Path, *, over: bool
    ) -> bool:
        """Write a report, or two side by side, to a file; False where one is there already and ``over`` is not said.

        Raises:
            Unavailable: it cannot be written there.
        """
        from domain.reporting import compare
        from storage import report_files

        if file.exists() and not over:
            return False
        written = compare.compare(report, other) if other is not None else report
        report_files.write_report(written, file=file, format=kind)
        return True

    def all_campaigns(self) -> list[CampaignLine]:
        """Every campaign of the shop, paused ones too."""
        from domain.campaigns import campaigns

        with self.database.reading() as session:
            return campaigns.listing(session, actor=self.actor)


def _by_code(reasons: Mapping[str, tuple[ReasonView, ...]]) -> dict[int, str]:
    """What each code means: under another resolution it may mean something else."""
    found: dict[int, list[str]] = {}
    for resolution, several in reasons.items():
        for each in several:
            found.setdefault(each.code, []).append(f"{resolution} {each.label}")
    return {code: ", ".join(labels) for code, labels in sorted(found.items())}
