"""The people behind a figure of a report, a page at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.screens.leading.people import PAGE, PeopleScreen

if TYPE_CHECKING:
    from domain.calling.leads import LeadLine
    from domain.reporting.filters import ReportFilters


class ReportPeopleScreen(PeopleScreen):
    """With the filters the figure was counted with, so that they are as many."""

    def __init__(
        self, campaign_id: int, campaign: str, filters: ReportFilters, figure: str, label: str
    ) -> None:
        super().__init__(campaign_id, campaign, figure, label)
        self.filters = filters

    def read(self, after: int) -> list[LeadLine]:
        """A page after this lead."""
        return self.desk.report_people(self.campaign_id, self.filters, self.reason, after=after, limit=PAGE)
