"""Every table, imported once, so that ``metadata`` is complete for migrations and checks."""

from __future__ import annotations

from domain.audit import models as audit
from domain.base import metadata
from domain.bulk import models as bulk
from domain.calling import models as calling
from domain.calling import tally_model as tally
from domain.campaigns import models as campaigns
from domain.contacts import models as contacts
from domain.handing import models as handing
from domain.jobs import models as jobs
from domain.people import models as people
from domain.recycling import models as recycling
from domain.reporting import models as reporting
from domain.sales import models as sales

__all__ = [
    "audit",
    "bulk",
    "calling",
    "campaigns",
    "contacts",
    "handing",
    "jobs",
    "metadata",
    "people",
    "recycling",
    "reporting",
    "sales",
    "tally",
]
