"""The people behind a figure of a report, a page at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from tui.i18n import _
from tui.screens.leading.people import PAGE, PeopleScreen
from tui.text import clean, fit

if TYPE_CHECKING:
    from domain.calling.leads import LeadLine
    from domain.reporting.figures import CampaignReport


class ReportPeopleScreen(PeopleScreen):
    """With the filters the figure was counted with, so that they are as many."""

    def __init__(self, report: CampaignReport, figure: str, label: str) -> None:
        super().__init__(report.campaign_id, report.campaign, figure, label)
        self.report = report

    def read(self, after: int) -> list[LeadLine]:
        """A page after this lead."""
        return self.desk.report_people(
            self.campaign_id, self.report.filters, self.reason, after=after, limit=PAGE
        )

    def _show(self, people: list[LeadLine]) -> None:
        super()._show(people)
        if not self.report.filters.empty:
            only = _("Only: {filters}").format(filters=self.report.filters_in_words)
            campaign = fit(self.campaign, 40).rstrip()
            self.head(Content.assemble((campaign, "bold"), f"  {clean(only)}"))
