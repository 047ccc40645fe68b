"""The command reference, made from the commands themselves: `python -m cli.reference > docs/commands.md`."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import typer

from cli.main import PROGRAM, app
from cli.options import COMMON_NAMES

_HEAD = f"""# Commands

Made from the commands by `python -m cli.reference > docs/commands.md`; a test keeps it current.

Everything the screens do, a command does. Without a command `{PROGRAM}` opens the application.
"""

_RULES = """
* With `--json` a command prints one JSON document on standard output and nothing else there: lists are arrays,
  times ISO 8601 in UTC, missing values `null`. Messages and progress go to standard error.
* Exit codes: 0 done; 1 refused or failed, with one line on standard error; 2 wrong usage; 130 interrupted.
* Where standard input is no terminal nothing is asked: the default is taken, or the command is refused.
* The database is `--database`, else `DIALDECK_DATABASE`, else the configuration file, else a file of your own.
* Who acts is `--as`, else the configured user, else the only user, else (in a database of your own) the first
  administrator. A password is taken from `DIALDECK_PASSWORD`, or asked for at the terminal.
* `NO_COLOR` switches colours off. Output to a file or pipe has neither colours nor lines.
"""

KEYS: dict[str, str] = {
    "init": "database created upgraded admin actions",
    "demo": "as_of sellers campaigns",
    "wallboard": "as_of day_started calls contacts successes alerts sellers campaigns",
    "messages send": "id sender recipient text sent_at shown_at",
    "messages list": "id sender recipient text sent_at shown_at",
    "hopper take-back": "lead_id campaign_id called",
    "pause": "state since pause_code",
    "resume": "state since pause_code",
    "db status": "database dialect state revision head size_bytes",
    "db upgrade": "database upgraded before after",
    "db check": "database ok violations",
    "db backup": "database file size_bytes",
    "db restore": "database file restored",
    "users list": "name full_name role shift team active has_password locked_until created_at",
    "users add": "name full_name role shift team active has_password locked_until created_at",
    "users unlock": "name locked",
    "teams list": "id name supervisors members",
    "teams add": "id name supervisors members",
    "teams edit": "id name supervisors members",
    "teams remove": "name members",
    "audit list": "id at user kind target refused detail",
    "audit export": "id at user kind target refused detail",
    "actions seed": "created updated unchanged",
    "actions list": "slug label type key campaign_status campaign_resolution lead_status reason reasons confirm "
    "active position",
    "reasons list": "resolution code label active position",
    "products list": "id name price_minor currency active",
    "campaigns list": "id name active leads timezone hours start_date end_date",
    "campaigns show": "id name active leads by_status hopper lists region timezone start_date end_date hours "
    "always_callable holidays retry recyclable max_attempts hopper_level hopper_auto cap_per_day cap_in_days cap_days",
    "lists list": "list_id name campaign active state leads source counts created_at",
    "leads import": "rows imported updated duplicates rejected do_not_call list_id seconds rejects_file "
    "reject_reasons columns dry_run resumed",
    "leads undo-import": "list_id removed kept list_removed",
    "leads status": "total by_status recyclable problems",
    "leads list": "lead_id name phone status campaign_status campaign_resolution seller attempts next_attempt_at",
    "leads search": "lead_id name phone status campaign_resolution campaign attempts next_attempt_at",
    "leads show": "lead_id status campaign_status campaign_resolution resolution_reason last_console_action "
    "dial_attempts callable why_not history",
    "leads recycle": "batch_id selected recycled by_status callable_now finished",
    "leads undo-recycle": "batch_id restored kept finished",
    "leads recycle-batches": "batch_id campaign at who filters filter target reset_attempts include_final selected "
    "recycled by_status state undone_at undone_by restored kept called contacted sold",
    "leads assign": "batch_id assigned per_seller wanted callbacks finished",
    "leads release": "batch_id released per_seller callbacks finished",
    "leads undo-assign": "batch_id restored kept finished",
    "leads assign-batches": "batch_id kind campaign at who filters got leads callbacks move_callbacks state undone_at "
    "undone_by restored kept",
    "leads fix-status": "no_status dialed_but_new missing_dial_tracking counter_mismatch stale_claims total_issues "
    "leads_checked leads_fixed errors status_assigned by_status dry_run report_only seconds",
    "leads next": "lead_id claim_expires_at contact campaign status campaign_status campaign_resolution attempts "
    "history figures next_at why",
    "leads outcome": "lead_id status campaign_status campaign_resolution resolution_reason last_console_action "
    "next_attempt_at callback_at exhausted stored_only reasons notices",
    "leads undo": "lead_id campaign_id name action label notices kept",
    "leads skip": "lead_id skipped",
    "callbacks list": "lead_id name campaign seller due_at due note",
    "calls import": "rows imported duplicates rejected",
    "calls record": "call_id lead_id status applied rows imported duplicates rejected",
    "contacts show": "contact_id name phones leads history tags attributes",
    "contacts find": "wanted people erased",
    "contacts duplicates": "by shared people",
    "contacts merge": "keep others name filled numbers tags moved joined calls activities dry_run",
    "contacts export": "contact_id exported_at contacts numbers leads calls activities drafts sales do_not_call "
    "history",
    "contacts erase": "contact_id contact_ids numbers leads closed calls activities alike dry_run compacted",
    "db compact": "database compacted",
    "dnc add": "numbers registered already leads_blocked",
    "dnc remove": "number removed people",
    "dnc list": "id number contact reason source added_at erased",
    "dnc import": "rows registered already rejected leads_blocked rejects",
    "dnc export": "id number contact reason source added_at erased",
    "hopper fill": "added size target",
    "hopper show": "by_state by_source",
    "hopper take-out": "removed kept",
    "hopper clear": "removed",
    "report campaign": "campaign as_of filters base progress resolutions outcomes reasons rates sellers by_day by_hour "
    "attempts attempts_made",
    "report sellers": "seller_id seller rank assigned calls contacts successes rejections talk_seconds wrap_seconds "
    "pause_seconds signed_in_seconds contact_rate conversion dials_per_hour",
    "report campaigns": "campaign active leads assigned unassigned attempts_made contact_rate conversion success_rate",
    "report schedule add": "id campaign format every period folder filters written_until written_at problem",
    "report schedule list": "id campaign format every period folder filters written_until written_at problem",
    "report schedule remove": "removed",
    "scheduler run": "holder all_ended",
    "scheduler jobs": "id does schedule enabled paused running holder asked last_run last_seconds last_result "
    "last_error counts next_run failures overdue",
    "scheduler once": "job result seconds",
    "scheduler history": "id job due_at trigger started_at ended_at seconds result counts error holder",
    "scheduler pause": "job paused changed",
    "scheduler resume": "job paused changed",
    "sync": "sync_call_log_to_lead_status reconcile_lead_status fill_hopper",
    "config show": "path settings origins",
    "config path": "path exists",
    "config check": "ok path problems",
}
"""The keys of each command's JSON (of each object, where it is a list) that scripts may rely on."""


def reference() -> str:
    """The whole page, as Markdown."""
    root = typer.main.get_command(app)
    context = root.make_context(PROGRAM, [], resilient_parsing=True)
    parts = [_HEAD, _options(root, context, common=True), "## Options of every command\n"]
    first = root.get_command(context, "init")
    parts.append(_options(first, _inside(first, context), common=True, only=COMMON_NAMES))
    parts.append(_RULES.strip() + "\n")
    for name in root.list_commands(context):
        parts.extend(_sections(root.get_command(context, name), context, name))
    return "\n".join(parts).rstrip() + "\n"


def _inside(command, parent):
    """A context to ask a command about itself."""
    return typer.Context(command, info_name=command.name, parent=parent, resilient_parsing=True)


def _sections(command, parent, name: str) -> Iterator[str]:
    """A group with its commands, or a single command."""
    context = _inside(command, parent)
    if hasattr(command, "list_commands"):
        yield f"## {PROGRAM} {name}\n"
        yield _paragraphs(command.help)
        for each in command.list_commands(context):
            inner = command.get_command(context, each)
            if hasattr(inner, "list_commands"):
                yield from _inner(inner, context, f"{name} {each}")
            else:
                yield from _command(inner, context, f"{name} {each}", "###")
    else:
        yield from _command(command, parent, name, "##")


def _inner(command, parent, path: str) -> Iterator[str]:
    """A group within a group."""
    context = _inside(command, parent)
    yield f"### {PROGRAM} {path}\n"
    yield _paragraphs(command.help)
    for each in command.list_commands(context):
        yield from _command(command.get_command(context, each), context, f"{path} {each}", "####")


def _command(command, parent, path: str, level: str) -> Iterator[str]:
    context = _inside(command, parent)
    arguments = [each for each in command.get_params(context) if each.param_type_name == "argument"]
    words = " ".join(_argument(each) for each in arguments)
    yield f"{level} {PROGRAM} {path}\n"
    yield f"```\n{' '.join(filter(None, (PROGRAM, path, words, '[OPTIONS]')))}\n```\n"
    yield _paragraphs(command.help)
    told = [f"| `{_argument(each)}` | {_cell(each.help)} |" for each in arguments if each.help]
    if told:
        yield "\n".join(["| Argument | |", "|---|---|", *told]) + "\n"
    options = _options(command, context, common=False)
    if options:
        yield options
    if path in KEYS:
        keys = ", ".join(f"`{key}`" for key in KEYS[path].split())
        yield f"JSON: {'rows with ' if path.endswith((' list', ' export')) else ''}{keys}.\n"


def _argument(parameter) -> str:
    shown = (parameter.metavar or parameter.name.upper()).strip("[]")
    return shown if parameter.required else f"[{shown}]"


def _options(command, context, *, common: bool, only: tuple[str, ...] = ()) -> str:
    rows = []
    for each in command.get_params(context):
        if each.param_type_name != "option" or each.name == "help":
            continue
        if (only and each.name not in only) or (not common and each.name in COMMON_NAMES):
            continue
        names = ", ".join(f"`{name}`" for name in (*each.opts, *each.secondary_opts))
        value = "" if each.is_flag else f" `{_cell(each.metavar or _choices(each))}`"
        default = _default(each)
        needed = " Required." if each.required else ""
        rows.append(f"| {names}{value} | {_cell(each.help)}{needed}{default} |")
    return "\n".join(["| Option | |", "|---|---|", *rows]) + "\n" if rows else ""


def _choices(option) -> str:
    choices = option.type_descriptor.choices
    return "|".join(str(getattr(each, "value", each)) for each in choices) if choices else "VALUE"


def _default(option) -> str:
    if option.required or option.is_flag or option.default in (None, "", [], ()):
        return ""
    return f" Default: `{getattr(option.default, 'value', option.default)}`."


def _cell(text: str | None) -> str:
    return " ".join((text or "").split()).replace("|", "\\|")


def _paragraphs(text: str | None) -> str:
    return "\n\n".join(" ".join(part.split()) for part in (text or "").split("\n\n")) + "\n"


if __name__ == "__main__":
    sys.stdout.write(reference())
