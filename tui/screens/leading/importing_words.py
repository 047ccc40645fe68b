"""What the import screen says: how a file is read, the columns, the first rows, what came of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from textual.content import Content

from domain.intake.mapping import AS_TOLD
from domain.intake.matching import Duplicates, Scope
from domain.intake.rejects import Reject
from tui.i18n import _, mark, several
from tui.screens.choose import Choice
from tui.text import clip, count, fit

if TYPE_CHECKING:
    from pathlib import Path

    from domain.intake.mapping import Column
    from domain.intake.options import ImportOptions, ImportResult, Preview
    from domain.intake.undoing import UndoneImport

SETTINGS = (
    ("list", mark("List")),
    ("region", mark("Region")),
    ("duplicates", mark("Somebody there already")),
    ("scope", mark("Looked for in")),
    ("rejects", mark("Rejected rows go to")),
)
"""The rows above the columns: key and name."""

DUPLICATES = {
    Duplicates.SKIP: mark("leave them as they are"),
    Duplicates.UPDATE: mark("fill in and renew their data"),
    Duplicates.ALLOW: mark("import them once more"),
}
SCOPES = {
    Scope.FILE: mark("this file"),
    Scope.LIST: mark("this list"),
    Scope.CAMPAIGN: mark("this campaign"),
    Scope.ALL: mark("all campaigns"),
}
_SETTING_CELLS = 24


def setting(key: str, options: ImportOptions, preview: Preview, width: int) -> Content:
    """One row of the settings."""
    values = {
        "list": options.list_name or _("named after the file"),
        "region": preview.region if options.region else f"{preview.region} ({_('the campaign')})",
        "duplicates": _(DUPLICATES[options.duplicates]),
        "scope": _(SCOPES[options.scope]),
        "rejects": str(options.rejects) if options.rejects else _("nowhere"),
    }
    name = fit(_(dict(SETTINGS)[key]), _SETTING_CELLS)
    return Content.assemble((name, "$quiet"), clip(values[key], max(width - _SETTING_CELLS, 8)))


def why(column: Column) -> str:
    """Why a column fills the field it fills, whole."""
    told = _("chosen here") if column.why == AS_TOLD else column.why
    field = column.field.value if column.field is not None else _("attribute")
    return f"{column.name} → {field}: {told}"


def column(column: Column, example: str, width: int) -> Content:
    """One row of the mapping: column, field, why, an example."""
    if column.ignored:
        field, style = _("(left out)"), "$quiet"
    elif column.field is None:
        field, style = _("attribute"), "$quiet"
    else:
        field, style = column.field.value, "$class-recyclable"
    why = _("chosen here") if column.why == AS_TOLD else column.why
    name_cells = min(max(width // 4, 14), 28)
    sample_cells = min(max(width // 4, 12), 30)
    why_cells = max(width - name_cells - 20 - sample_cells - 1, 0)
    return Content.assemble(
        (fit(column.name, name_cells - 1), "bold"),
        " → ",
        (fit(field, 18), style),
        (fit(why, why_cells), "$quiet"),
        " ",
        clip(example, sample_cells - 1),
    )


def file_line(preview: Preview) -> str:
    """``people.csv · utf-8, separated by comma, with a header · 1,204 lines``."""
    header = _("with a header") if preview.columns.header else _("without a header")
    file = preview.source.file
    return _("{name} · {encoding}, separated by {sign}, {header} · {lines}").format(
        name=file.name,
        encoding=file.encoding,
        sign=preview.source.dialect.delimiter_name,
        header=header,
        lines=several("{count} line", "{count} lines", file.lines),
    )


def fields(preview: Preview, choices: Iterable[str], attribute: str) -> list[Choice]:
    """What a column can fill: nothing, or one of the fields, with the column that fills it now."""
    taken = {field.value: preview.columns.columns[at].name for field, at in preview.columns.fields.items()}
    offered = [Choice(attribute, _("attribute"), _("fills no field; kept as it is, under its name"))]
    for name in choices:
        held = _("now: {column}").format(column=taken[name]) if name in taken else ""
        offered.append(Choice(name, name, held))
    return offered


def sample(preview: Preview) -> str:
    """The first rows as they would be imported, or why not."""
    parts = []
    for row in preview.rows:
        if isinstance(row, Reject):
            parts.append(_("line {line}: ✕ {why}").format(line=row.line, why=row.message))
            continue
        lines = [
            _("line {line}: {name}").format(line=row.line, name=row.name or row.company or _("No name")),
            "  " + ", ".join(phone.e164 for phone in row.phones),
        ]
        told = [row.email, row.city, row.status, ", ".join(row.tags)]
        lines.append("  " + " · ".join(part for part in told if part))
        if row.attributes:
            lines.append("  " + ", ".join(f"{name}: {text}" for name, text in row.attributes.items()))
        parts.append("\n".join(line for line in lines if line.strip()))
    return "\n".join(parts) or _("The file has no rows.")


def result(done: ImportResult, rejects: Path | None, *, trial: bool) -> str:
    """What an import did or would do, in one line."""
    counts = done.counts
    if trial:
        first = _("Would import {taken} of {rows} rows")
    elif done.finished:
        first = _("✓ Imported {taken} of {rows} rows into {list}")
    else:
        first = _("Stopped: imported {taken} of {rows} rows so far into {list}")
    parts = [first.format(taken=count(counts.imported), rows=count(counts.rows), list=done.list_name)]
    for number, words in (
        (counts.updated, _("{count} updated")),
        (counts.duplicates, _("{count} there already")),
        (counts.do_not_call, _("{count} do not call")),
        (counts.rejected, _("{count} rejected")),
    ):
        if number:
            parts.append(words.format(count=count(number)))
    line = " · ".join(parts)
    if done.reasons:
        why = sorted(done.reasons.items(), key=lambda item: -item[1])
        line += ": " + ", ".join(f"{reason.replace('_', ' ')} {count(number)}" for reason, number in why[:4])
        if rejects is not None and not trial:
            line += f" → {rejects}"
    return line


def undone(done: UndoneImport) -> str:
    """What came of taking an import back."""
    line = several("{count} lead removed", "{count} leads removed", done.removed)
    if done.kept:
        line += _(", {kept} kept: somebody worked with them").format(kept=count(done.kept))
    if not done.finished:
        return _("Stopped: {line}.").format(line=line)
    return _("↶ Import taken back: {line}.").format(line=line)
