"""Trouble with background jobs in a few words, for the first line of the screens of those who lead."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from tui.i18n import _, several
from tui.text import clock, local, moment

if TYPE_CHECKING:
    from domain.jobs.states import Trouble


def words(troubles: Sequence[Trouble], now: datetime, zone: ZoneInfo | None, language: str) -> str:
    """``⚠ fill_hopper failed 14:05``; several in one; empty where all is well."""
    if not troubles:
        return ""
    failed = [each for each in troubles if each.failures]
    late = [each for each in troubles if not each.failures]
    if not failed and len(late) > 1:
        since = _when(min(each.since for each in late), now, zone, language)
        return "⚠ " + _("nobody runs the jobs since {time}").format(time=since)
    first = max(failed, key=lambda each: each.since) if failed else late[0]
    when = _when(first.since, now, zone, language)
    said = _("{job} failed {time}") if first.failures else _("{job} overdue since {time}")
    more = len(troubles) - 1
    text = "⚠ " + said.format(job=first.job, time=when)
    return text + (", " + several("{count} more", "{count} more", more) if more else "")


def _when(at: datetime, now: datetime, zone: ZoneInfo | None, language: str) -> str:
    """The time of day, with the day where it was another one."""
    same_day = local(at, zone).date() == local(now, zone).date()
    return clock(at, zone) if same_day else moment(at, now, zone, language)
