"""A campaign two sellers have worked in, over two days, so that its report has something to say."""

from __future__ import annotations

from domain.calling import claims, dialling, hopper, outcomes
from domain.people import entry
from tests.tui.shop import SmallShop

DAY_BEFORE = (
    ("ana", "sale", None),
    ("ana", "not-interested", 1),
    ("ana", "not-found", None),
    ("bruno", "busy", None),
)
TODAY = (("bruno", "sale", None), ("bruno", "not-interested", None), ("ana", "wrong-number", None))
LEADS = 12
CALLS = len(DAY_BEFORE) + len(TODAY)


def work(shop: SmallShop) -> None:
    """Seven calls: two sales, two rejections (one without a reason), three that reached nobody."""
    shop.clock.forward(hours=-26)
    for name, action, reason in DAY_BEFORE:
        call(shop, name, action, reason)
    shop.clock.forward(hours=25)
    for name, action, reason in TODAY:
        call(shop, name, action, reason)
    shop.clock.forward(hours=1, minutes=-2 * CALLS)


def call(shop: SmallShop, name: str, action: str, reason: int | None = None) -> int:
    """The next person of the seller: dialled, a minute's talk, an outcome a minute later."""
    campaign_id = shop.campaigns["spring"]
    with shop.database.transaction() as session:
        actor = entry.sign_in(session, name=name, password=None, now=shop.clock())
        hopper.top_up(
            session, organisation_id=actor.organisation_id, campaign_id=campaign_id, now=shop.clock()
        )
        found = claims.next_lead(session, actor=actor, campaign_id=campaign_id, now=shop.clock())
    assert found.dossier is not None
    lead_id = found.dossier.lead_id
    with shop.database.transaction() as session:
        dialling.start(session, actor=actor, lead_id=lead_id, e164=None, now=shop.clock())
    shop.clock.forward(minutes=1)
    with shop.database.transaction() as session:
        dialling.hang_up(session, actor=actor, now=shop.clock())
    shop.clock.forward(minutes=1)
    with shop.database.transaction() as session:
        outcomes.record(session, actor=actor, lead_id=lead_id, action=action, reason=reason, now=shop.clock())
    return lead_id
