"""What the screen that hands leads out says: sellers and past hand-outs as lines, previews and questions as text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from textual.content import Content

from domain.recycling.states import BatchState
from tui import text
from tui.i18n import _, several
from tui.screens.leading.recycling_words import Says
from tui.text import count, data

if TYPE_CHECKING:
    from domain.handing.assigning import Handed
    from domain.handing.batches import BatchView
    from domain.handing.preview import Preview
    from domain.handing.standing import SellerLine
    from domain.recycling.undoing import Undone

SHIFTS = ("morning", "afternoon")
_STATES = {
    BatchState.RUNNING: ("▶", "$accent"),
    BatchState.STOPPED: ("‖", "$class-problematic"),
    BatchState.DONE: ("✓", "$class-recyclable"),
    BatchState.UNDOING: ("↶", "$accent"),
    BatchState.HALF_UNDONE: ("‖", "$class-problematic"),
    BatchState.UNDONE: ("↶", "$quiet"),
}


def shift_name(key: str) -> str:
    """The pool of a shift, as the screen names it."""
    return {"morning": _("the morning's pool"), "afternoon": _("the afternoon's pool")}.get(
        key, _("the pool")
    )


def titles(width: int) -> Content:
    """The heads of the columns."""
    names = (_("open leads"), _("due"), _("callbacks"), _("gets"))
    return Content(_line(_("Seller"), names, width))


def _line(name: str, values: tuple[str, str, str, str], width: int) -> str:
    sizes = (11, 8, 11, 10)
    cells = [text.fit(value, size, right=True) for value, size in zip(values, sizes, strict=True)]
    return text.fit(name, max(width - sum(sizes), 8)) + "".join(cells)


def seller(line: SellerLine, gets: str, width: int) -> Content:
    """``ana  Ana Silva  morning      120   37   4   50``."""
    name = line.name if line.full_name in ("", line.name) else f"{line.name}  {line.full_name}"
    if line.shift != "any":
        name += f" · {_(line.shift)}"
    if not line.active:
        name += f" · {_('left')}"
    shown = _line(name, (count(line.owned), count(line.due), count(line.callbacks), gets), width)
    return _with_number(shown, gets, "$quiet" if not line.active else "")


def shift(key: str, gets: str, width: int) -> Content:
    """``the morning's pool                      50``."""
    return _with_number(_line(shift_name(key), ("", "", "", gets), width), gets, "")


def _with_number(line: str, gets: str, style: str) -> Content:
    """The number typed stands out."""
    body = data(line[: len(line) - len(gets)], style) if gets else data(line, style)
    return Content.assemble(body, (gets, "bold $accent")) if gets else body


def gets(number: int | None, typed: bool) -> str:
    """What stands in the column of who gets how many."""
    if not typed:
        return ""
    return _("a share") if number is None else count(number)


# ── previews and questions ───────────────────────────────────────────────────────────────────────────────────


def left_out(seen: Preview) -> list[str]:
    """Those who stay, a line a reason."""
    return [
        _("{leads} stay: {reason}").format(leads=count(leads), reason=_(reason))
        for reason, leads in seen.left_out.items()
    ]


def preview(seen: Preview, names: Mapping[str, str], only: str, *, moving: bool) -> str:
    """Everything a hand-out would do."""
    lines = [only] if only else []
    lines.append(
        _("{chosen} leads chosen, {available} of them can be handed out").format(
            chosen=count(seen.chosen), available=count(seen.available)
        )
    )
    lines += [f"  {count(leads):>9}  {names.get(key, key)}" for key, leads in seen.by_target.items()]
    lines += left_out(seen)
    return "\n".join([*lines, *_also(seen, moving)])


def _also(seen: Preview, moving: bool) -> list[str]:
    """What else is to be known of the leads that can be handed out, which may be more than will be."""
    lines = []
    if seen.resting:
        lines.append(
            _("{count} are not dialled now (attempts used up, no number …)").format(count=count(seen.resting))
        )
    if seen.callbacks:
        words = (
            _("{count} have a callback, which goes along")
            if moving
            else _("{count} have a callback, which stays")
        )
        lines.append(words.format(count=count(seen.callbacks)))
    if lines and seen.leads < seen.available:
        lines.insert(0, _("Of all {count} that can be handed out:").format(count=count(seen.available)))
    return lines


def question(seen: Preview, names: Mapping[str, str], only: str, *, moving: bool) -> str:
    """Asked before leads are handed out."""
    who = ", ".join(f"{names.get(key, key)} {count(leads)}" for key, leads in seen.by_target.items() if leads)
    lines = [several("Hand {count} lead out?", "Hand {count} leads out?", seen.leads), who]
    return "\n".join([*lines, *([only] if only else []), *left_out(seen), *_also(seen, moving)])


def take_question(seen: Preview, whose: str, only: str, *, moving: bool) -> str:
    """Asked before leads are taken back."""
    lines = [
        several(
            "Take {count} lead back into the pool?", "Take {count} leads back into the pool?", seen.leads
        ),
        whose,
    ]
    lines += [only] if only else []
    return "\n".join([*lines, *left_out(seen), *_also(seen, moving)])


# ── what was done ────────────────────────────────────────────────────────────────────────────────────────────


def handed(done: Handed, names: Mapping[str, str]) -> str:
    """What really happened, in one line."""
    who = ", ".join(f"{names.get(key, key)} {count(leads)}" for key, leads in done.by_target.items())
    if not done.finished:
        return _("‖ #{batch} stopped: {leads} leads handed out so far ({who}).").format(
            batch=done.batch_id, leads=count(done.leads), who=who
        )
    leads = several("{count} lead handed out", "{count} leads handed out", done.leads)
    return f"✓ {leads}: {who}." if who else f"✓ {leads}."


def taken(done: Handed) -> str:
    """What was taken back, in one line."""
    if not done.finished:
        return _("‖ #{batch} stopped: {leads} leads taken back so far.").format(
            batch=done.batch_id, leads=count(done.leads)
        )
    return "✓ " + several("{count} lead taken back.", "{count} leads taken back.", done.leads)


def undone(done: Undone) -> str:
    """What an undo did, in one line."""
    kept = several("{count} was touched since and stays.", "{count} were touched since and stay.", done.kept)
    back = several("{count} lead is as before.", "{count} leads are as before.", done.restored)
    line = _("Undo of #{batch}: {back}").format(batch=done.batch_id, back=back)
    return f"{line} {kept}" if done.kept else line


# ── the past ─────────────────────────────────────────────────────────────────────────────────────────────────


def batch_row(batch: BatchView, says: Says, width: int) -> Content:
    """One past hand-out or release, a line."""
    glyph, style = _STATES[batch.state]
    state = Content.assemble(f" {count(batch.leads)}  ", (f"{glyph} {_(batch.state.value)}", style))
    return text.spread(
        data(f"#{batch.id} {says.moment(batch.at)} {batch.who or '–'}  {_what(batch)}"), state, width
    )


def _what(batch: BatchView) -> str:
    if batch.kind == "release":
        return " · ".join(part for part in (_("taken back"), batch.filters) if part)
    who = ", ".join(f"{_named(each.key, each.name)} {count(each.leads)}" for each in batch.got)
    return " · ".join(part for part in (f"→ {who}", batch.filters) if part)


def _named(key: str, name: str) -> str:
    return name if key.isdecimal() else shift_name(key)


def batch_text(batch: BatchView, says: Says) -> str:
    """Everything about one, for its window."""
    lines = [f"{says.moment(batch.at)} · {batch.who or '–'} · {_(batch.state.value)}"]
    lines.append(_("Campaign: {name}").format(name=batch.campaign or _("all campaigns")))
    if batch.filters:
        lines.append(_("Only: {filters}").format(filters=batch.filters))
    for each in batch.got:
        asked = "" if each.wanted is None else _(" of {count} asked for").format(count=count(each.wanted))
        lines.append(f"  {count(each.leads):>9}  {_named(each.key, each.name)}{asked}")
    lines.append(
        _("{count} callbacks went along").format(count=count(batch.callbacks))
        if batch.move_callbacks
        else _("Callbacks stayed")
    )
    if batch.undone_at is not None:
        lines.append(
            _("Undone {when} by {who}: {restored} back, {kept} stay").format(
                when=says.moment(batch.undone_at),
                who=batch.undone_by or "–",
                restored=count(batch.restored),
                kept=count(batch.kept),
            )
        )
    return "\n".join(lines)
