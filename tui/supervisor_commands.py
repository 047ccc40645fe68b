"""The commands of those who lead: supervisors, administrators, and auditors who only look."""

from __future__ import annotations

from tui.care_commands import CARE_COMMANDS, CARE_SCREENS
from tui.command import LEADING, LOOKING, Command, ScreenInfo
from tui.editing_commands import EDITING_COMMANDS, EDITING_SCREENS
from tui.handing_commands import HANDING_COMMANDS, HANDING_SCREENS
from tui.i18n import mark
from tui.import_commands import IMPORT_COMMANDS, IMPORT_SCREENS
from tui.people_commands import USER_COMMANDS, USER_SCREENS
from tui.privacy_commands import PRIVACY_COMMANDS, PRIVACY_SCREENS
from tui.recycling_commands import RECYCLING_COMMANDS
from tui.report_commands import REPORT_COMMANDS
from tui.wallboard_commands import WALLBOARD_COMMANDS, WALLBOARD_SCREENS

SUPERVISOR_SCREENS: tuple[ScreenInfo, ...] = (
    *WALLBOARD_SCREENS,
    *IMPORT_SCREENS,
    *EDITING_SCREENS,
    *HANDING_SCREENS,
    *CARE_SCREENS,
    *PRIVACY_SCREENS,
    ScreenInfo("why", mark("Why is the queue empty?")),
    ScreenInfo("people", mark("People of a row")),
    ScreenInfo("lead", mark("One lead")),
    ScreenInfo("hopper", mark("Hopper")),
    ScreenInfo("jobs", mark("Background jobs")),
    ScreenInfo("runs", mark("Runs of a job")),
    ScreenInfo("recycling", mark("Recycling")),
    *USER_SCREENS,
    ScreenInfo("report", mark("Campaign report")),
)

_CAMPAIGNS = ("campaigns",)
_HOPPER = ("hopper",)
_JOBS = ("jobs",)
_ALL = tuple(info.name for info in SUPERVISOR_SCREENS)

SUPERVISOR_COMMANDS: tuple[Command, ...] = (
    # From the list of campaigns
    Command(
        "campaigns.why", ("w",), "why", mark("why"),
        mark("Where every lead of this campaign stands, and why it is not callable"),
        mark("Leading"), _CAMPAIGNS, LOOKING, "campaign", 12,
    ),
    Command(
        "campaigns.hopper", ("h",), "hopper", mark("hopper"),
        mark("Who comes next in this campaign, and why; pause it, refill or clear its hopper"),
        mark("Leading"), _CAMPAIGNS, LOOKING, "campaign", 13,
    ),
    Command(
        "campaigns.jobs", ("t",), "jobs", mark("jobs"),
        mark("Background jobs: when each runs, with which result, who leads"),
        mark("Leading"), _CAMPAIGNS, LOOKING, "", 25,
    ),
    # Background jobs
    Command(
        "jobs.open", ("enter",), "open", mark("its runs"),
        mark("The runs of this job, with their errors"), mark("Background jobs"), _JOBS, LOOKING, "known", 10, True,
    ),
    Command(
        "jobs.run", ("r",), "run", mark("run now"),
        mark("Run this job here and now, whether it is due or rests"),
        mark("Background jobs"), _JOBS, LEADING, "known", 11,
    ),
    Command(
        "jobs.pause", ("space",), "pause", mark("pause"),
        mark("Let this job rest, or run again"), mark("Background jobs"), _JOBS, LEADING, "known", 12,
    ),
    Command(
        "jobs.refresh", ("f5",), "refresh", mark("refresh"),
        mark("Look again now (it happens by itself every 5 seconds)"),
        mark("Background jobs"), ("jobs", "runs"), LOOKING, "", 20,
    ),
    # The hopper
    Command(
        "hopper.open", ("enter",), "open", mark("open"),
        mark("Everything about this lead"), mark("Hopper"), _HOPPER, LOOKING, "entry", 10, True,
    ),
    Command(
        "hopper.refill", ("f",), "refill", mark("refill"),
        mark("Bring the hopper to its level now"), mark("Hopper"), _HOPPER, LEADING, "known", 11,
    ),
    Command(
        "hopper.take_out", ("x", "delete"), "take_out", mark("take out"),
        mark("Take this entry out; the lead waits in the pool for 12 hours"),
        mark("Hopper"), _HOPPER, LEADING, "entry", 12,
    ),
    Command(
        "hopper.clear", ("c",), "clear", mark("clear"),
        mark("Take all free entries out, after a question; their leads wait in the pool"),
        mark("Hopper"), _HOPPER, LEADING, "free", 13,
    ),
    Command(
        "hopper.pause", ("space",), "pause", mark("pause"),
        mark("Let the campaign rest, or go on: sellers finish whom they have and get nobody new"),
        mark("Hopper"), _HOPPER, LEADING, "known", 14,
    ),
    Command(
        "hopper.why", ("w",), "why", mark("why"),
        mark("Where every lead of this campaign stands, and why it is not callable"),
        mark("Hopper"), _HOPPER, LOOKING, "", 15,
    ),
    Command(
        "hopper.more", ("n",), "more", mark("next page"), mark("The next page"),
        mark("Hopper"), _HOPPER, LOOKING, "more", 20,
    ),
    Command(
        "hopper.back", ("p",), "page_back", mark("page before"), mark("The page before"),
        mark("Hopper"), _HOPPER, LOOKING, "before", 21,
    ),
    Command(
        "hopper.refresh", ("r", "f5"), "refresh", mark("refresh"),
        mark("Look again now (it happens by itself every 10 seconds)"), mark("Hopper"), _HOPPER, LOOKING, "", 40,
    ),
    *WALLBOARD_COMMANDS,
    *IMPORT_COMMANDS,
    *EDITING_COMMANDS,
    *RECYCLING_COMMANDS,
    *USER_COMMANDS,
    *HANDING_COMMANDS,
    *CARE_COMMANDS,
    *PRIVACY_COMMANDS,
    *REPORT_COMMANDS,
    # Why is the queue empty?
    Command(
        "why.open", ("enter",), "open", mark("people"),
        mark("The people of this row"), mark("Leading"), ("why",), LOOKING, "people", 10, True,
    ),
    Command(
        "why.refresh", ("r", "f5"), "refresh", mark("refresh"),
        mark("Count again now (it happens by itself every 10 seconds)"), mark("Leading"), ("why",), LOOKING, "", 20,
    ),
    # People of a row, one lead
    Command(
        "people.open", ("enter",), "open", mark("open"),
        mark("Everything about this lead"), mark("Leading"), ("people",), LOOKING, "people", 10, True,
    ),
    Command(
        "people.more", ("n",), "more", mark("next page"),
        mark("The next page"), mark("Leading"), ("people",), LOOKING, "more", 20,
    ),
    Command(
        "people.back", ("p",), "page_back", mark("page before"),
        mark("The page before"), mark("Leading"), ("people",), LOOKING, "before", 21,
    ),
    Command(
        "leading.close", ("escape",), "close", mark("back"),
        mark("Back to where you came from"), mark("Leading"), _ALL, show=60,
    ),
)  # fmt: skip
