"""`dialdeck leads`: the seller's work without a screen, looking after leads, and importing them."""

from __future__ import annotations

from cli.commands import imports, lead_care, selling
from cli.options import command, group

app = group("Leads: the seller's work, looking after leads, importing them.")

for _name, _function in {
    "next": selling.next_lead,
    "outcome": selling.outcome,
    "reason": selling.reason,
    "undo": selling.undo,
    "skip": selling.skip,
    "status": lead_care.status,
    "list": lead_care.list_leads,
    "show": lead_care.show,
    "edit": lead_care.edit,
    "import": imports.import_leads,
    "undo-import": imports.undo_import,
}.items():
    command(app, _name, reads=_name in ("status", "list", "show"))(_function)
