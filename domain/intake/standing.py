"""How an imported lead stands: its place in the queue, next attempt and codes, from what the file says.

For the import. Status, resolution and counters stay as given; what the file does not say follows from the status,
by the rules an outcome would have used.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from domain.calling import queue_state
from domain.campaigns.policy import Policy
from domain.campaigns.retry import RETRIED_STATUSES
from domain.campaigns.segments import segment_key
from domain.codes import FINAL_STATUSES, CampaignStatus, DialStatus, QueueState, Resolution, Shift
from domain.intake.rows import NO_TRACKING, Row

_NEW = DialStatus.NEW.value
_SHIFTS = {
    CampaignStatus.SWITCH_TO_MORNING.value: Shift.MORNING,
    CampaignStatus.SWITCH_TO_AFTERNOON.value: Shift.AFTERNOON,
}
_BY_STATUS = {
    DialStatus.NEW.value: CampaignStatus.NOT_CONTACTED,
    DialStatus.CONTACTED.value: CampaignStatus.CONTACTED,
    DialStatus.SALE.value: CampaignStatus.ENDED_WITH_CONTACT,
    DialStatus.NOT_INTERESTED.value: CampaignStatus.ENDED_WITH_CONTACT,
    DialStatus.DNC.value: CampaignStatus.ENDED_WITH_CONTACT,
    DialStatus.INVALID.value: CampaignStatus.ENDED_WITHOUT_CONTACT,
    DialStatus.CLOSED.value: CampaignStatus.ENDED_WITHOUT_CONTACT,
}
_BY_RESOLUTION = {
    Resolution.S1.value: CampaignStatus.ENDED_WITH_CONTACT,
    Resolution.S2.value: CampaignStatus.ENDED_WITH_CONTACT,
    Resolution.SP.value: CampaignStatus.CONTACTED,
    Resolution.SC.value: CampaignStatus.CONTACTED,
    Resolution.NI.value: CampaignStatus.ENDED_WITH_CONTACT,
    Resolution.DN.value: CampaignStatus.ENDED_WITH_CONTACT,
    Resolution.LO.value: CampaignStatus.ENDED_WITH_CONTACT,
    Resolution.AS.value: CampaignStatus.ENDED_WITH_CONTACT,
    Resolution.EP.value: CampaignStatus.ENDED_WITHOUT_CONTACT,
    Resolution.UN.value: CampaignStatus.ENDED_WITHOUT_CONTACT,
    Resolution.CW.value: CampaignStatus.ENDED_WITHOUT_CONTACT,
    Resolution.CL.value: CampaignStatus.COULD_NOT_CONTACT,
    Resolution.NF.value: CampaignStatus.COULD_NOT_CONTACT,
}


class Standing(NamedTuple):
    """The columns of a lead that its row decides."""

    status: str | None
    campaign_status: int
    campaign_resolution: str | None
    exhausted: bool
    next_attempt_at: datetime
    queue_state: int
    segment: str
    shift_wanted: str | None


class Standings:
    """Finds the standing of imported leads of one campaign, at one time.

    list_active: whether the list they come into may be called.
    """

    def __init__(self, policy: Policy, *, now: datetime, list_active: bool) -> None:
        self._policy = policy
        self._now = now
        self._list_active = list_active
        self._segments: dict[tuple[tuple[str, ...], Shift], str] = {}
        self._fresh: dict[tuple[str, ...], Standing] = {}

    def of(self, row: Row, *, blocked: bool) -> Standing:
        """The standing of a lead; blocked: its number is on the do-not-call register."""
        zones = row.phones[0].zones if row.timezone is None else (row.timezone,)
        plain = row.tracking is NO_TRACKING and not blocked and row.owner_id is None
        if plain and row.status == _NEW:
            found = self._fresh.get(zones)
            if found is None:
                found = self._fresh[zones] = self._given(row, self._segment(zones, Shift.ANY))
            return found
        segment = self._segment(zones, Shift.ANY)
        return self._blocked(row, segment) if blocked else self._given(row, segment)

    def _segment(self, zones: tuple[str, ...], shift: Shift) -> str:
        key = self._segments.get((zones, shift))
        if key is None:
            key = segment_key(zones, shift, fallback=self._policy.zone)
            self._segments[zones, shift] = key
        return key

    def _blocked(self, row: Row, segment: str) -> Standing:
        given = row.tracking
        resolution = given.campaign_resolution or Resolution.DN.value
        by_resolution = _BY_RESOLUTION[resolution] if row.status == DialStatus.DNC else None
        derived = by_resolution or CampaignStatus.ENDED_WITHOUT_CONTACT
        return Standing(
            DialStatus.DNC.value,
            given.campaign_status or derived.value,
            resolution,
            False,
            self._now,
            QueueState.OUT.value,
            segment,
            None,
        )

    def _given(self, row: Row, segment: str) -> Standing:
        given, policy = row.tracking, self._policy
        campaign_status = given.campaign_status or _derived(row)
        shift = _SHIFTS.get(campaign_status, Shift.ANY)
        final = row.status in FINAL_STATUSES
        if shift is not Shift.ANY and not final:
            zones = (row.timezone,) if row.timezone is not None else row.phones[0].zones
            segment = self._segment(zones, shift)
        # Callbacks come at their own time, whatever the limit.
        exhausted = (
            given.dial_attempts >= policy.max_attempts and not final and row.status != DialStatus.CALLBACK
        )
        state = queue_state.of_lead(
            status=row.status,
            exhausted=exhausted,
            owner_id=row.owner_id,
            dialable=policy.dialable,
            list_active=self._list_active,
            quick_retry=True,
        )
        return Standing(
            row.status,
            campaign_status,
            given.campaign_resolution,
            exhausted,
            self._due(row, segment),
            state.value,
            segment,
            None if shift is Shift.ANY else shift.value,
        )

    def _due(self, row: Row, segment: str) -> datetime:
        """When the lead may be tried: at once, or after the wait its status asks for since the last attempt."""
        last = row.tracking.last_dial_attempt
        if last is None or row.status not in RETRIED_STATUSES:
            return self._now
        rule = self._policy.retry.rule(DialStatus(row.status), dropped_before=False)
        due = last + rule.wait(row.tracking.dial_attempts)
        if due <= self._now:
            return due
        return self._policy.calendar.next_open(due, segment) or due


def _derived(row: Row) -> int:
    """The campaign status a file leaves open: as the resolution says, else the status."""
    resolution = row.tracking.campaign_resolution
    if resolution is not None:
        return _BY_RESOLUTION[resolution].value
    if row.status is None:
        return CampaignStatus.NOT_CONTACTED.value
    return _BY_STATUS.get(row.status, CampaignStatus.COULD_NOT_CONTACT).value
