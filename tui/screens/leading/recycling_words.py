"""What the recycling screen says: figures, questions, results, past recycles, problems; each made from data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from textual.content import Content

from domain.codes import NO_STATUS_KEY, status_class, status_label
from domain.recycling.states import BatchState
from domain.repair.kinds import KINDS, Kind, Problems
from tui import text
from tui.i18n import _, several
from tui.text import count, data, fit

if TYPE_CHECKING:
    from domain.recycling.applying import Recycled
    from domain.recycling.batches import BatchView
    from domain.recycling.cards import Card
    from domain.recycling.preview import Preview
    from domain.recycling.undoing import Undone
    from domain.repair.fix import Repaired

_SHORT = {
    Kind.NO_STATUS: "no status",
    Kind.DIALED_BUT_NEW: "dialled but new",
    Kind.MISSING_DIAL_TRACKING: "without tracking",
    Kind.COUNTER_MISMATCH: "counters differ",
    Kind.STALE_CLAIMS: "ended but claimed",
}
_WIDE = 100
_STATES = {
    BatchState.RUNNING: ("▶", "$primary"),
    BatchState.STOPPED: ("‖", "$class-problematic"),
    BatchState.DONE: ("✓", "$class-recyclable"),
    BatchState.UNDOING: ("▶", "$primary"),
    BatchState.HALF_UNDONE: ("‖", "$class-problematic"),
    BatchState.UNDONE: ("↶", "$quiet"),
}


@dataclass(frozen=True, slots=True)
class Says:
    """How times are written for whoever reads."""

    now: datetime
    zone: ZoneInfo | None
    language: str

    def moment(self, at: datetime) -> str:
        """Day and time on the reader's clock."""
        return text.moment(at, self.now, self.zone, self.language)


def label(status: str) -> str:
    """A status as cards name it."""
    return text.clean(_(status_label(None if status == NO_STATUS_KEY else status)))


def by_status_words(by_status: Mapping[str, int]) -> str:
    """``No answer 30,000 · Busy 6,500``, the most first."""
    most = sorted(by_status.items(), key=lambda item: (-item[1], item[0]))
    return " · ".join(f"{label(status)} {count(leads)}" for status, leads in most if leads)


def left_out_words(left_out: Mapping[str, int]) -> str:
    """``1,200 pending callback, 300 do not call``."""
    return ", ".join(f"{count(leads)} {_(reason)}" for reason, leads in left_out.items())


# ── the banner ───────────────────────────────────────────────────────────────────────────────────────────────


def banner(problems: Problems, *, key: str, may_fix: bool) -> Content:
    """``⚠ 954 problems, F fixes them: 458 dialled but new · 369 no status · 127 without tracking``."""
    kinds = sorted((kind for kind in KINDS if problems.of(kind)), key=lambda kind: -problems.of(kind))
    parts = " · ".join(f"{count(problems.of(kind))} {_(_SHORT[kind])}" for kind in kinds)
    words = several("{count} problem", "{count} problems", problems.total)
    if may_fix:
        words = _("{problems}, {key} fixes them").format(problems=words, key=key)
    return Content.assemble((f"⚠ {words}: ", "bold"), parts)


# ── the choice and its figures ───────────────────────────────────────────────────────────────────────────────


def card_words(card: Card, why_not: str) -> Content:
    """The card under the cursor in words: class, how many, what holds some of them."""
    parts = [
        Content.assemble(
            (f"{card.glyph} {label(card.status)}", f"bold $class-{card.cls.value}"), f" {_(card.cls.value)}"
        ),
        Content(several("{count} lead", "{count} leads", card.count)),
    ]
    if card.callbacks:
        parts.append(Content(_("{count} with a pending callback").format(count=count(card.callbacks))))
    if card.exhausted:
        parts.append(Content(_("{count} with attempts used up").format(count=count(card.exhausted))))
    if why_not:
        parts.append(Content.styled(why_not, "$class-final"))
    return Content(" · ").join(parts)


def figures(seen: Preview, statuses: int, says: Says, reset_key: str) -> Content:
    """Selected, recycled now and later, and who stays; in two lines."""
    chosen = several("{count} status", "{count} statuses", statuses)
    first = Content.assemble(
        _("Selected "),
        (several("{count} lead", "{count} leads", seen.selected), "bold"),
        _(" in {statuses}").format(statuses=chosen),
        "  →  ",
        (count(seen.recycled), "bold $class-recyclable"),
        _(" recycled: {when}").format(when=when_words(seen, says)) if seen.recycled else _(" recycled"),
    )
    second = []
    if seen.exhausted:
        second.append(
            _("{count} not called: attempts used up ({key} resets them)").format(
                count=count(seen.exhausted), key=reset_key
            )
        )
    if seen.blocked:
        second.append(_("{count} cannot be called").format(count=count(seen.blocked)))
    if seen.left_out:
        second.append(_("stay as they are: {reasons}").format(reasons=left_out_words(seen.left_out)))
    return Content("\n").join([first, Content.styled(" · ".join(second), "$quiet")] if second else [first])


def when_words(seen: Preview, says: Says) -> str:
    """``31,204 callable now, 6,796 later, the first today 18:00``."""
    parts = [_("{count} callable now").format(count=count(seen.callable_now))]
    if seen.later:
        parts.append(_("{count} after their wait").format(count=count(seen.later)))
        if seen.next_at is not None:
            parts.append(_("the first {when}").format(when=says.moment(seen.next_at)))
    return ", ".join(parts)


def question(seen: Preview, only: str, target: str, reset: bool, says: Says) -> str:
    """What is asked before a recycle, with the figures of this moment."""
    lines = [
        _("Put {leads} back into play as {target}?").format(
            leads=several("{count} lead", "{count} leads", seen.recycled), target=label(target)
        ),
        "",
        by_status_words(seen.by_status),
        *([_("only: {filters}").format(filters=only)] if only else []),
        when_words(seen, says),
        *([_("their attempts are counted from nought again")] if reset else []),
        *(
            [_("{count} of them are not called: attempts used up").format(count=count(seen.exhausted))]
            if seen.exhausted
            else []
        ),
        *(
            [_("stay as they are: {reasons}").format(reasons=left_out_words(seen.left_out))]
            * bool(seen.left_out)
        ),
        "",
        _("Sellers go on meanwhile. It can be stopped, continued and taken back."),
    ]
    return "\n".join(lines)


def preview_text(seen: Preview, only: str, target: str, reset: bool, says: Says) -> str:
    """The preview window: which, what becomes of them, when they may be called, who stays."""
    rows: list[tuple[str, int] | str] = [
        (_("Selected"), seen.selected),
        (_("Will be recycled to {target}").format(target=label(target)), seen.recycled),
    ]
    rows += [(f"  {_glyph(status)} {label(status)}", leads) for status, leads in _most(seen.by_status)]
    rows += ["", (_("Callable now"), seen.callable_now), (_("After their wait or their hours"), seen.later)]
    if seen.next_at is not None and seen.later:
        rows.append("  " + _("the first of them {when}").format(when=says.moment(seen.next_at)))
    if seen.exhausted:
        rows.append((_("Not called: attempts used up"), seen.exhausted))
    if seen.blocked:
        rows.append((_("Not called: no good number, list paused …"), seen.blocked))
    if seen.left_out:
        rows += ["", (_("Stay as they are"), sum(seen.left_out.values()))]
        rows += [(f"  {_(reason)}", leads) for reason, leads in seen.left_out.items()]
    rows += ["", _("Only: {filters}").format(filters=only or _("no filter"))]
    rows.append(_("Attempts are counted from nought again.") if reset else _("Attempts stay counted."))
    return "\n".join(each if isinstance(each, str) else _figure(*each) for each in rows)


def _most(by_status: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(by_status.items(), key=lambda item: (-item[1], item[0]))


def _glyph(status: str) -> str:
    return status_class(None if status == NO_STATUS_KEY else status).glyph


def _figure(words: str, number: int) -> str:
    return fit(words, 42) + fit(count(number), 12, right=True)


# ── results ──────────────────────────────────────────────────────────────────────────────────────────────────


def recycled(done: Recycled) -> str:
    """What a recycle did, in a line."""
    leads = several("{count} lead", "{count} leads", done.recycled)
    stay = done.selected - done.recycled
    if not done.finished:
        return _("‖ Recycle #{number} stopped: {leads} put back so far.").format(
            number=done.batch_id, leads=leads
        )
    told = _("✓ Recycle #{number}: {leads} put back into play.").format(number=done.batch_id, leads=leads)
    return told + (" " + _("{count} stayed as they were.").format(count=count(stay)) if stay else "")


def undone(done: Undone) -> str:
    """What an undo did, in a line."""
    words = _("{restored} stand as before.").format(
        restored=several("{count} lead", "{count} leads", done.restored)
    )
    if done.kept:
        words += " " + several(
            "{count} was touched since and stays.", "{count} were touched since and stay.", done.kept
        )
    glyph = "✓" if done.finished else "‖"
    told = _("Undo of recycle #{number}: {words}").format(number=done.batch_id, words=words)
    return f"{glyph} {told}" + ("" if done.finished else " " + _("Stopped half-way."))


def repair_question(tried: Repaired) -> str:
    """What a repair would change, tried out and taken back."""
    found = [_figure(_(kind.label), tried.found.of(kind)) for kind in KINDS if tried.found.of(kind)]
    given = [
        _figure(f"  {_glyph(status)} {label(status)}", leads)
        for status, leads in tried.status_assigned.items()
    ]
    counters = tried.leads_fixed - sum(tried.status_assigned.values())
    if counters > 0:
        given.append(_figure("  " + _("status kept, counters set right"), counters))
    lines = [*found, "", _("They would become:"), *given]
    if tried.errors:
        lines.append(_figure("  " + _("cannot be set right"), tried.errors))
    lines += ["", _("Tried out and taken back: nothing has changed yet. Nobody else is touched.")]
    return "\n".join(lines)


def repaired(done: Repaired) -> str:
    """What a repair did, in a line."""
    leads = several("{count} lead", "{count} leads", done.leads_fixed)
    told = _("{leads} of {found} set right").format(leads=leads, found=count(done.found.total))
    if done.errors:
        some = ", ".join(map(str, done.failed[:5]))
        told += ", " + _("{count} could not be (lead {some})").format(count=count(done.errors), some=some)
    if done.stopped:
        return f"‖ {told}. " + _("Stopped; the next run goes on.")
    return f"{'✓' if not done.errors else '✕'} {told}. {by_status_words(done.by_status)}"


# ── past recycles ────────────────────────────────────────────────────────────────────────────────────────────


def which(batch: BatchView, says: Says) -> str:
    """Which leads a past recycle was about and what they became; times on the reader's clock."""
    told, before = batch.filters, batch.chosen.last_before
    if before is not None:
        told = told.replace(before.isoformat(timespec="minutes"), says.moment(before))
    return f"{told} → {label(batch.target)}"


def batch_row(batch: BatchView, says: Says, low: bool, width: int) -> Content:
    """One past recycle: a line where the terminal is low, else two."""
    glyph, style = _STATES[batch.state]
    state = Content.styled(f"{glyph} {_(batch.state.value)}", style)
    came = _("called {called} · contacted {contacted} · sold {sold}").format(
        called=count(batch.called), contacted=count(batch.contacted), sold=count(batch.sold)
    )
    head = f"#{batch.id} {says.moment(batch.at)} {batch.who or '–'}"
    about = which(batch, says)
    if low:
        if width < _WIDE:
            came = _("called {called} · sold {sold}").format(
                called=count(batch.called), sold=count(batch.sold)
            )
        leads = several("{count} lead", "{count} leads", batch.recycled)
        right = Content.assemble(f" {leads} · {came}  ", state)
        return text.spread(data(f"{head}  {about}"), right, width)
    undo = ""
    if batch.undone_at is not None:
        undo = " · " + _("{restored} back, {kept} kept").format(
            restored=count(batch.restored), kept=count(batch.kept)
        )
    done = _("{recycled} of {selected} recycled").format(
        recycled=count(batch.recycled), selected=count(batch.selected)
    )
    second = data(f"  {done} · {came}{undo}", "$quiet")
    return Content("\n").join([text.spread(data(f"{head}   {about}"), state, width), second.truncate(width)])


def batch_text(batch: BatchView, says: Says) -> str:
    """Everything about a past recycle, for its window."""
    lines = [
        _("{when} by {who}").format(when=says.moment(batch.at), who=batch.who or "–"),
        which(batch, says)
        + (" · " + _("attempts reset") if batch.reset_attempts else "")
        + (" · " + _("finals included") if batch.include_final else ""),
        _("State: {state}").format(state=_(batch.state.value)),
        "",
        _figure(_("Selected"), batch.selected),
        _figure(_("Recycled"), batch.recycled),
        *(_figure(f"  {_glyph(status)} {label(status)}", leads) for status, leads in _most(batch.by_status)),
        "",
        _("What came of them since:"),
        _figure("  " + _("called"), batch.called),
        _figure("  " + _("contacted"), batch.contacted),
        _figure("  " + _("sold"), batch.sold),
    ]
    if batch.undone_at is not None:
        lines += [
            "",
            _("Taken back {when} by {who}").format(
                when=says.moment(batch.undone_at), who=batch.undone_by or "–"
            ),
            _figure("  " + _("stand as before"), batch.restored),
            _figure("  " + _("touched since, stayed"), batch.kept),
        ]
    return text_lines(lines)


def text_lines(lines: list[str]) -> str:
    """Lines of which each may hold data, for a window that shows them as they are."""
    return "\n".join(text.clean(line) for line in lines)


def undo_question(batch: BatchView, says: Says) -> str:
    """What is asked before a recycle is taken back."""
    lines = [
        _("{leads} recycled {when} by {who}").format(
            leads=several("{count} lead", "{count} leads", batch.recycled),
            when=says.moment(batch.at),
            who=batch.who or "–",
        ),
        which(batch, says),
        "",
        _("Whoever was called, changed or claimed since stays; the others stand as before."),
        *([_("Called since: {count}").format(count=count(batch.called))] if batch.called else []),
    ]
    return text_lines(lines)


def resume_question(batch: BatchView, says: Says) -> str:
    """What is asked before a stopped recycle goes on."""
    lines = [
        _("Stopped after {recycled} of {selected} leads chosen then, {when} by {who}").format(
            recycled=count(batch.recycled), selected=count(batch.selected), when=says.moment(batch.at),
            who=batch.who or "–",
        ),
        which(batch, says),
        "",
        _("It goes on after the last step that was saved, with those that still fit."),
    ]  # fmt: skip
    return text_lines(lines)
