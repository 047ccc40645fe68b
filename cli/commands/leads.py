"""`dialdeck leads`: the seller's work without a screen, looking after leads, and importing them."""

from __future__ import annotations

from cli.commands import bulk, handing, imports, lead_care, recycling, repairing, searching, selling
from cli.options import command, group

app = group("Leads: the seller's work, looking after leads, importing them.")

for _name, _function in {
    "next": selling.next_lead,
    "outcome": selling.outcome,
    "reason": selling.reason,
    "undo": selling.undo,
    "skip": selling.skip,
    "status": lead_care.status,
    "why": lead_care.why,
    "list": lead_care.list_leads,
    "search": searching.search,
    "show": lead_care.show,
    "edit": lead_care.edit,
    "recycle": recycling.recycle,
    "undo-recycle": recycling.undo_recycle,
    "recycle-batches": recycling.recycle_batches,
    "bulk-edit": bulk.bulk_edit,
    "undo-bulk": bulk.undo_bulk,
    "bulk-edits": bulk.bulk_edits,
    "assign": handing.assign,
    "release": handing.release,
    "undo-assign": handing.undo_assign,
    "assign-batches": handing.assign_batches,
    "fix-status": repairing.fix_status,
    "import": imports.import_leads,
    "undo-import": imports.undo_import,
}.items():
    command(
        app,
        _name,
        reads=_name
        in ("status", "why", "list", "search", "show", "recycle-batches", "bulk-edits", "assign-batches"),
    )(_function)
