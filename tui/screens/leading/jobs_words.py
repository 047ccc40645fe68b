"""How background jobs read: schedules and figures in words, a job in two lines, one of its runs."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from textwrap import wrap
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from textual.content import Content

from domain.jobs import schedules
from domain.jobs.schedules import Daily, Every
from tui.i18n import _, mark, several
from tui.text import clean, clock, day, fit, local, moment, spread

if TYPE_CHECKING:
    from domain.jobs.runs import RunView
    from domain.jobs.states import JobView
    from tui.supervising_jobs import JobList

_NAME, _SCHEDULE, _LAST, _TOOK, _NEXT = 31, 15, 9, 7, 9
_OUTCOMES = {
    "done": ("✓", "$class-recyclable", mark("done")),
    "failed": ("✕", "$class-final", mark("failed")),
    "stopped": ("‖", "$class-open", mark("stopped")),
    "lost": ("⚠", "$class-problematic", mark("its process died")),
    "running": ("◔", "$class-fresh", mark("running")),
}
_TRIGGERS = {"schedule": mark("on time"), "hand": mark("by hand"), "takeover": mark("taken over")}


@lru_cache(maxsize=64)
def schedule(text: str, *, whole: bool = False) -> str:
    """``every 5 min``, ``daily at 02:00``; ``whole`` also names the clock that is meant."""
    if text == "off":
        return _("switched off")
    found = schedules.parse(text)
    if isinstance(found, Every):
        return _("every {span}").format(span=_span(found.interval))
    if isinstance(found, Daily):
        words = _("daily at {time}").format(time=f"{found.clock:%H:%M}")
        return f"{words} ({found.zone})" if whole else words
    return text


def _span(length: timedelta) -> str:
    text = schedules.duration_text(length)
    units = {"s": _("s"), "m": _("min"), "h": _("h"), "d": _("d")}
    return f"{text[:-1]} {units[text[-1]]}"


def took(seconds: float | None) -> str:
    """How long: ``0.31 s``, ``4 min``."""
    if seconds is None:
        return "–"
    if seconds < 100:
        return f"{seconds:.2f} s" if seconds < 10 else f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min"


def figures(counts: Mapping[str, int]) -> str:
    """The figures of a run: ``campaigns 3, added 12``."""
    return ", ".join(f"{name.replace('_', ' ')} {count:,}" for name, count in counts.items())


def who(holder: str) -> str:
    """The process that ran or runs a job, in words."""
    machine, _sign, process = holder.rpartition(":")[0].rpartition(":")
    if not machine:
        return clean(holder)
    if (machine, process) == (socket.gethostname(), str(os.getpid())):
        return _("this application")
    return _("{machine}, process {number}").format(machine=clean(machine), number=clean(process))


def near(at: datetime | None, now: datetime, zone: ZoneInfo | None, language: str) -> str:
    """The time of day today, else the day."""
    if at is None:
        return "–"
    if local(at, zone).date() == local(now, zone).date():
        return clock(at, zone)
    return day(at, now, zone, language)


def leader(found: JobList) -> Content:
    """Who runs the jobs, or that nobody does and what to do about it."""
    jobs = [each for each in found.jobs if each.enabled and not each.paused]
    late = [each for each in jobs if each.overdue]
    newest = max(
        (each for each in found.jobs if each.last_run is not None),
        key=lambda each: _began(each),
        default=None,
    )
    if found.led_here:
        return Content.styled(
            "● " + _("They run in this application, while it is open."), "$class-recyclable"
        )
    if jobs and (newest is None or len(late) > 1 or len(late) == len(jobs)):
        words = _("Nobody runs the jobs: dialdeck scheduler run")
        return Content.styled("⚠ " + words, "bold $class-problematic")
    if newest is None or newest.holder is None:
        return Content(_("All jobs rest."))
    return Content.styled("● " + _("Run by {who}.").format(who=who(newest.holder)), "$class-recyclable")


def _began(job: JobView) -> datetime:
    assert job.last_run is not None, "asked of those that ran"
    return job.last_run


def titles(width: int) -> Content:
    """Above the columns."""
    cells = [
        fit(_("  job"), _name(width)),
        fit(_("schedule"), _SCHEDULE),
        fit(_("last run"), _LAST, right=True),
        fit(_("took"), _TOOK, right=True),
        fit(_("next run"), _NEXT, right=True),
    ]
    return Content("".join(cells))


def _name(width: int) -> int:
    return max(width - _SCHEDULE - _LAST - _TOOK - _NEXT, _NAME)


def row(job: JobView, width: int, *, now: datetime, zone: ZoneInfo | None, language: str) -> Content:
    """One job: its times, and below how the last run ended."""
    glyph, style, words = _state(job)
    last, following = (near(at, now, zone, language) for at in (job.last_run, job.next_run))
    first = Content.assemble(
        (f"{glyph} ", style),
        (fit(job.id, _name(width) - 2), "bold"),
        fit(schedule(job.schedule), _SCHEDULE),
        (fit(last, _LAST, right=True), ""),
        fit(took(job.last_seconds), _TOOK, right=True),
        (fit(following, _NEXT, right=True), "$class-problematic" if job.overdue else ""),
    )
    parts = [Content.styled(clean(words), style if job.failures or job.overdue or job.running else "$quiet")]
    if job.holder is not None and (job.counts or job.running):
        parts.append(Content.styled(who(job.holder), "$quiet"))
    below = Content("  ") + Content(" · ").join(parts)
    does = Content.styled(clean(_(job.does)), "$quiet")
    # How it ended comes before what it is for, which the screen of its runs tells as well.
    fits = below.cell_length + does.cell_length + 2 <= width
    return Content("\n").join([first, spread(below, does if fits else Content(""), width)])


def _state(job: JobView) -> tuple[str, str, str]:
    """Glyph, colour and words for how a job stands: what is to be done something about comes first."""
    glyph, style, result = _OUTCOMES.get(job.last_result or "", ("·", "$quiet", mark("has not run yet")))
    words = figures(job.counts) or _(result)
    if job.running:
        return "◔", "$class-fresh", _("running")
    if job.failures:
        times = several("failed", "failed {count} times in a row", job.failures)
        return "✕", "$class-final", f"{times}: {job.last_error or _('no reason is known')}"
    if job.paused:
        return "‖", "$class-problematic", _("paused") + (f" · {words}" if job.last_result else "")
    if not job.enabled:
        return "–", "$quiet", _("switched off in the configuration")
    if job.asked:
        return "◔", "$class-fresh", _("asked for, will run in a moment")
    if job.overdue:
        return "⚠", "$class-problematic", _("overdue: nobody runs it")
    return glyph, style, words


def runs_row(run: RunView, width: int, *, now: datetime, zone: ZoneInfo | None, language: str) -> Content:
    """One run: when, how it ended, how long, why, by whom; its figures and its error below."""
    glyph, style, result = _OUTCOMES.get(run.result, ("·", "", run.result))
    first = Content.assemble(
        (f"{glyph} {fit(_(result), 17)}", style),
        fit(moment(run.started_at, now, zone, language), 17),
        fit(took(run.seconds), _TOOK, right=True),
        "  ",
        (fit(_(_TRIGGERS.get(run.trigger, run.trigger)), max(width - 44, 10)).rstrip(), "$quiet"),
    )
    words = " · ".join(part for part in (figures(run.counts), who(run.holder)) if part)
    lines = [first, Content.styled("  " + fit(words, width - 2).rstrip(), "$quiet")]
    lines += [Content.styled("  " + line, "$class-final") for line in _wrapped(run.error, width - 2)]
    return Content("\n").join(lines)


def _wrapped(text: str | None, width: int) -> Sequence[str]:
    return wrap(clean(text), max(width, 20)) if text else ()
