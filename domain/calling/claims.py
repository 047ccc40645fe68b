"""Claims: who has which person in hand, and who comes next.

A claim is a lease on one lead: ten minutes, renewed while the console is open, an hour once dialled. Two
sellers never hold the same lead, nor two leads with a number in common.
Order: kept for this seller, own callbacks due, callbacks for anyone, dropped calls, own leads, the pool.
Source: the calling specification, section 2 "getting a lead".
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from domain.calling import candidates, desk, dossier, empty, expiry, giving_back, holding, hopper, whose
from domain.calling.desk import Desk
from domain.calling.dossier import InHand
from domain.calling.models import HopperEntry, Lead
from domain.calling.views import NextLead
from domain.campaigns.policy import Policy
from domain.errors import Conflict, NotAllowed, NotFound
from domain.people.rights import SELLING_ROLES, Actor, require

LOW_PART = 4
"""The hopper runs low when less than this part (a quarter) of its level is left."""


def next_lead(
    session: Session, *, actor: Actor, campaign_id: int, now: datetime, language: str = "en"
) -> NextLead:
    """Claim the next person for a seller, or return (and renew) the one already in hand.

    With nothing to do the answer has no dossier but says why, and when there will be somebody.

    Raises:
        NotAllowed: an auditor.  NotFound: no such campaign.
    """
    require(actor, *SELLING_ROLES, to="work a queue")
    at = desk.look(session, actor=actor, campaign_id=campaign_id, now=now)
    try:
        hand, at = _hand(session, actor, at, now)
    except (holding.ClaimedElsewhere, hopper.Filling) as meanwhile:
        if isinstance(meanwhile, hopper.Filling):
            hopper.wait_for_fill(session, organisation_id=actor.organisation_id, campaign_id=campaign_id)
        at = desk.look(session, actor=actor, campaign_id=campaign_id, now=now)
        hand, at = _hand(session, actor, at, now)
    if hand is None:
        why, next_at = empty.explain(session, actor=actor, desk=at, now=now)
        return NextLead(None, replace(at.figures, ready=0), why=why, next_at=next_at)
    from_pool = hand.source == "pool" and (at.entry is None or at.entry.id != hand.entry.id)
    return _shown(session, hand, at, now, language, taken=1 if from_pool else 0)


def _hand(session: Session, actor: Actor, at: Desk, now: datetime) -> tuple[InHand | None, Desk]:
    """Whom the seller has in hand, or takes now; and the desk, as it is where the hopper was filled for that.

    Raises:
        ClaimedElsewhere, Filling: somebody has to be waited for, and all that was locked or written in vain is
            let go: whoever fills may want a number this seller is just giving back.
    """
    with session.connection().begin_nested():
        if at.entry is not None:
            if at.entry.campaign_id == at.policy.campaign_id:
                held = holding.read(session, actor=actor, entry=at.entry, now=now)
                if held is not None:
                    return held, at
            giving_back.release(session, actor=actor, entry=at.entry, now=now)
        return _take(session, actor, at, now)


def _shown(
    session: Session, hand: InHand, at: Desk, now: datetime, language: str, *, taken: int = 0
) -> NextLead:
    """The answer for a person in hand; ``taken`` were counted as ready before they were claimed."""
    view = dossier.build(session, hand, at.policy, at.campaign, now=now, language=language)
    low = at.figures.ready <= at.campaign.hopper_level // LOW_PART
    return NextLead(view, replace(at.figures, ready=max(0, at.figures.ready - taken)), low=low)


def _take(session: Session, actor: Actor, at: Desk, now: datetime) -> tuple[InHand | None, Desk]:
    """The first candidate that can be claimed; fills an empty hopper once on the way."""
    if not at.campaign.active:
        return None, at
    if at.leases_ended:
        expiry.expire(session, organisation_id=actor.organisation_id, now=now)
    hand = _first(session, actor, at, now)
    if hand is not None:
        return hand, at
    filled = hopper.top_up(
        session, organisation_id=actor.organisation_id, campaign_id=at.policy.campaign_id, now=now
    )
    if filled.busy:
        raise hopper.Filling("The ready queue is being filled; ask again.")
    at = replace(at, figures=replace(at.figures, ready=filled.size))
    return _first(session, actor, at, now), at


def _first(session: Session, actor: Actor, at: Desk, now: datetime) -> InHand | None:
    for candidate in candidates.waiting(session, actor=actor, desk=at, now=now):
        hand = holding.take(session, actor=actor, policy=at.policy, candidate=candidate, now=now)
        if hand is not None:
            return hand
    tried: set[int] = set()
    while True:
        # One at first: what is looked at is locked, and the others' first ones must not look like nobody.
        few = candidates.POOLED_AT_ONCE if tried else 1
        pooled = candidates.pooled(session, actor=actor, desk=at, now=now, without=tried, limit=few)
        if not pooled:
            return None
        for candidate in pooled:
            hand = holding.take(session, actor=actor, policy=at.policy, candidate=candidate, now=now)
            if hand is not None:
                return hand
            tried.add(candidate.lead_id)


def renew(session: Session, *, actor: Actor, now: datetime) -> datetime | None:
    """Renew the claim in hand (while the console is open); returns its new end, None without a claim.

    Other sellers' expired claims go back on the same occasion.
    """
    require(actor, *SELLING_ROLES, to="work a queue")
    entry = holding.own_entry(session, actor=actor)
    until = holding.keep(session, actor=actor, entry=entry, now=now) if entry is not None else None
    expiry.expire(session, organisation_id=actor.organisation_id, now=now)
    return until


def leave(session: Session, *, actor: Actor, now: datetime) -> None:
    """Give the claim in hand back: the seller leaves the console. The draft stays."""
    require(actor, *SELLING_ROLES, to="work a queue")
    entry = holding.own_entry(session, actor=actor)
    if entry is not None:
        giving_back.release(session, actor=actor, entry=entry, now=now)


def skip(session: Session, *, actor: Actor, now: datetime) -> int:
    """Skip the person in hand: recorded with who and when; they come back after the others.

    Returns:
        The skipped lead.

    Raises:
        NotFound: nobody in hand.  Conflict: a call is running or waits for its outcome.
    """
    require(actor, *SELLING_ROLES, to="work a queue")
    entry = holding.own_entry(session, actor=actor)
    if entry is None:
        raise NotFound("There is nobody on your screen to skip.", code="no_claim")
    if entry.state == "dialing":
        raise Conflict("A call is running: end it and record its outcome.", code="in_call")
    if entry.call_id is not None:
        raise Conflict("You called this person: record the outcome first.", code="outcome_missing")
    giving_back.skip(session, actor=actor, entry=entry, now=now)
    return entry.lead_id


def jump(
    session: Session, *, actor: Actor, lead_id: int, now: datetime, language: str = "en", source: str = "jump"
) -> NextLead:
    """Claim a particular own lead; the person now in hand goes to the front, not as a skip.

    A seller may jump to leads that are theirs (owner, own callback), that they handled last, or that are free
    in the hopper of a campaign; supervisors to any.

    Raises:
        NotFound: no such lead for this seller.  Conflict: in somebody else's hands, or a call is running.
        NotAllowed: the lead is not this seller's.
    """
    require(actor, *SELLING_ROLES, to="work a queue")
    expiry.expire(session, organisation_id=actor.organisation_id, now=now)
    lead = holding.lead_of(session, actor=actor, lead_id=lead_id)
    at = desk.look(session, actor=actor, campaign_id=lead.campaign_id, now=now)
    if at.entry is not None and at.entry.lead_id != lead_id:
        if at.entry.state == "dialing":
            raise Conflict("A call is running: end it and record its outcome first.", code="in_call")
        giving_back.put_to_front(session, actor=actor, entry=at.entry, now=now)
    elif at.entry is not None:
        return next_lead(session, actor=actor, campaign_id=lead.campaign_id, now=now, language=language)
    if not actor.leads_others and not whose.may_open(session, actor=actor, lead=lead):
        raise NotAllowed(f"Lead {lead_id} is not yours.", code="not_yours")
    hand = _chosen(session, actor, lead, at.policy, source, now)
    return _shown(session, hand, at, now, language)


def take_back(session: Session, *, actor: Actor, lead: Lead, policy: Policy, now: datetime) -> None:
    """Claim a lead for whoever had it last (an undo); nobody is in their hands and nothing is to be shown.

    Raises:
        Conflict: in somebody else's hands.
    """
    expiry.expire(session, organisation_id=actor.organisation_id, now=now)
    _chosen(session, actor, lead, policy, "kept", now)


def _chosen(session: Session, actor: Actor, lead: Lead, policy: Policy, source: str, now: datetime) -> InHand:
    wanted = candidates.Candidate(lead.id or 0, source, lead.segment)
    hand = holding.take(session, actor=actor, policy=policy, candidate=wanted, now=now, chosen=True)
    if hand is None:
        holder = whose.holder_name(session, lead=lead, now=now)
        raise Conflict(f"{holder or 'Somebody else'} has this person in hand.", code="held")
    return hand


def previous(
    session: Session, *, actor: Actor, campaign_id: int, now: datetime, language: str = "en"
) -> NextLead:
    """Go back to the person this seller handled (or skipped) before the one in hand.

    Raises:
        NotFound: there is none yet.  Conflict, NotAllowed: as ``jump``.
    """
    require(actor, *SELLING_ROLES, to="work a queue")
    lead_id = whose.last_handled(session, actor=actor, campaign_id=campaign_id)
    if lead_id is None:
        raise NotFound("You have not handled anybody in this campaign yet.", code="no_previous")
    return jump(session, actor=actor, lead_id=lead_id, now=now, language=language, source="previous")


def entry_of(session: Session, *, actor: Actor) -> HopperEntry | None:
    """The seller's claim, if any."""
    return holding.own_entry(session, actor=actor)
