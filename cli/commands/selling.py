"""The seller's work without a screen: next, outcome, reason, undo, skip."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

import typer

from cli.context import Invocation
from cli.options import Campaign
from cli.output import answer, clean, details, line, local, plain
from domain.errors import DomainError, NotFound

if TYPE_CHECKING:
    from domain.calling.views import Dossier, NextLead, OutcomeResult
    from domain.sales.sales import SaleInput

LeadId = Annotated[int, typer.Argument(metavar="LEAD", help="Its number.")]


def next_lead(work: Invocation, campaign: Campaign = None) -> None:
    """Take the next person into hand, or show again the one already there.

    With nobody to call it says why, and when there will be somebody; that is no error.
    """
    from domain.calling import claims, hopper

    actor, chosen = work.actor, work.campaign(campaign)
    found = work.write(
        claims.next_lead, actor=actor, campaign_id=chosen.id, now=work.now(), language=work.language
    )
    answer(work, _next_document(found, chosen.name), lambda: _print_next(work, found))
    if found.low:
        # The person is in hand and shown; a refill that cannot be done now is done the next time.
        with suppress(DomainError):
            work.write(
                hopper.top_up, organisation_id=actor.organisation_id, campaign_id=chosen.id, now=work.now()
            )


def _next_document(found: NextLead, campaign: str) -> dict[str, object]:
    who = found.dossier
    if who is None:
        empty = dict.fromkeys(_LEAD_KEYS)
        return {
            **empty,
            "campaign": campaign,
            "history": [],
            "others": [],
            "figures": plain(found.figures),
            "next_at": found.next_at,
            "why": found.why,
        }
    values = {key: getattr(who, key) for key in _LEAD_KEYS if hasattr(who, key)}
    return {
        **values,
        "campaign_resolution": who.resolution,
        "next_open": None if who.callable_now else who.next_open,
        "contact": _contact(who),
        "history": who.history,
        "others": who.others,
        "figures": plain(found.figures),
        "next_at": None,
        "why": None,
    }


_LEAD_KEYS = (
    "lead_id",
    "version",
    "claim_expires_at",
    "campaign",
    "source",
    "contact",
    "status",
    "campaign_status",
    "campaign_resolution",
    "attempts",
    "max_attempts",
    "last_result",
    "last_attempt_at",
    "callable_now",
    "open_until",
    "next_open",
    "callback",
    "draft",
    "script",
)


def _contact(who: Dossier) -> dict[str, object]:
    from datetime import UTC, datetime
    from zoneinfo import ZoneInfo

    best = next((phone for phone in who.phones if phone.next), who.phones[0] if who.phones else None)
    return {
        "contact_id": who.contact_id,
        "name": who.name,
        "phone": best.e164 if best else None,
        "phones": who.phones,
        "company": who.company,
        "email": who.email,
        "address": who.address,
        "tags": who.tags,
        "notes": who.notes,
        "attributes": dict(who.attributes),
        "zone": who.zone,
        "local_time": datetime.now(UTC).astimezone(ZoneInfo(who.zone)).isoformat(timespec="minutes"),
    }


def _print_next(work: Invocation, found: NextLead) -> None:
    who = found.dossier
    if who is None:
        line(found.why or "Nobody to call.")
        if found.next_at is not None:
            line(f"The next one comes at {local(found.next_at, work.zone)}.")
        return
    contact = _contact(who)
    line(f"Lead {who.lead_id}  {clean(who.name)}  {contact['phone'] or 'no number'}")
    callback = who.callback
    others = (
        f"{other.name}: {other.status or 'no status'} {other.resolution or ''}".strip()
        for other in who.others
    )
    details(
        work,
        [
            ("company", who.company),
            ("other numbers", ", ".join(p.e164 for p in who.phones if p.e164 != contact["phone"])),
            ("e-mail", who.email),
            ("address", who.address),
            ("tags", ", ".join(who.tags)),
            ("notes", who.notes),
            *who.attributes,
            ("their time", str(contact["local_time"])[11:16] + f" {who.zone}"),
            (
                "calling",
                "allowed" if who.callable_now else f"not allowed until {local(who.next_open, work.zone)}",
            ),
            ("attempts", f"{who.attempts} of {who.max_attempts}"),
            ("last result", who.last_result),
            ("callback", f"{local(callback.due_at, work.zone)} {callback.note or ''}" if callback else None),
            ("draft", who.draft),
            ("other campaigns", "; ".join(others)),
            ("in hand until", who.claim_expires_at),
        ],
    )
    for each in who.history[:5]:
        note = f"  {clean(each.note)}" if each.note else ""
        undone = " (undone)" if each.undone else ""
        line(f"  {local(each.at, work.zone)}  {clean(each.label)}{undone}  {each.who or ''}{note}")
    work.say(f"Then: dialdeck leads outcome {who.lead_id} ACTION (see: dialdeck actions list)")


def outcome(
    work: Invocation,
    lead: LeadId,
    action: Annotated[str, typer.Argument(metavar="ACTION", help="Such as not-found; see actions list.")],
    reason: Annotated[int | None, typer.Option("--reason", metavar="CODE", help="Why.")] = None,
    note: Annotated[str | None, typer.Option("--note", metavar="TEXT", help="Kept with the call.")] = None,
    at: Annotated[
        str | None,
        typer.Option(
            "--at", metavar="TIME", help='When to call again, on their clock: "tomorrow 10", "+2h", ISO 8601.'
        ),
    ] = None,
    product: Annotated[str | None, typer.Option("--product", metavar="NAME", help="What was sold.")] = None,
    quantity: Annotated[
        int | None, typer.Option("--quantity", metavar="N", help="How many (else 1).")
    ] = None,
    price: Annotated[
        str | None, typer.Option("--price", metavar="AMOUNT", help="Price of one (else the product's).")
    ] = None,
) -> None:
    """Record what came of a person: status, resolution, history and next attempt, all at once."""
    from domain.calling import outcomes, promised

    actor, now = work.actor, work.now()
    moment = None
    if at is not None:
        moment = work.read(
            promised.moment_for, actor=actor, lead_id=lead, text=at, now=now, language=work.language
        )
    done = work.write(
        outcomes.record,
        actor=actor,
        lead_id=lead,
        action=action,
        now=now,
        reason=reason,
        note=note,
        at=moment,
        sale=_sale(work, product, quantity, price),
        language=work.language,
    )
    _told(work, done)


def _sale(work: Invocation, product: str | None, quantity: int | None, price: str | None) -> SaleInput | None:
    """What was sold, or None for the campaign's default."""
    from difflib import get_close_matches

    from domain.sales import products
    from domain.sales.money import minor_units
    from domain.sales.sales import SaleInput

    if product is None and quantity is None and price is None:
        return None
    found = work.read(products.listing, organisation_id=work.actor.organisation_id)
    chosen = next((each for each in found if product in (each.name, str(each.id))), None)
    if product is not None and chosen is None:
        near = get_close_matches(product, [each.name for each in found], n=1)
        hint = f"Did you mean {near[0]}?" if near else "See: dialdeck products list"
        raise NotFound(f"There is no product called {product}. {hint}", code="no_product")
    return SaleInput(
        product_id=chosen.id if chosen else None,
        quantity=1 if quantity is None else quantity,
        price_minor=minor_units(price, chosen.currency if chosen else "USD") if price is not None else None,
    )


def reason(
    work: Invocation,
    code: Annotated[int, typer.Argument(metavar="CODE", help="Its number; see reasons list.")],
) -> None:
    """Add a reason to the last outcome."""
    from domain.calling import reasons

    _told(
        work,
        work.write(reasons.add_reason, actor=work.actor, code=code, now=work.now(), language=work.language),
    )


def _told(work: Invocation, done: OutcomeResult) -> None:
    document = {
        "lead_id": done.lead_id,
        "name": done.name,
        "status": done.status,
        "campaign_status": done.campaign_status,
        "campaign_resolution": done.resolution,
        "resolution_reason": done.reason,
        "last_console_action": done.action,
        "next_attempt_at": done.next_attempt_at,
        "callback_at": done.callback_at,
        "label": done.label,
        "exhausted": done.exhausted,
        "stored_only": done.stored_only,
        "reasons": done.reasons,
        "notices": done.notices,
    }

    def human() -> None:
        sets = " ".join(str(part) for part in (done.campaign_status, done.resolution) if part)
        again = f", again {local(done.next_attempt_at, work.zone)}" if done.next_attempt_at else ""
        line(f"{clean(done.name)}: {clean(done.label)} ({done.status or 'no status'}, {sets}){again}")
        if done.exhausted:
            line("The attempts are used up.")
        if done.reasons:
            offered = ", ".join(f"{each.code} {clean(each.label)}" for each in done.reasons)
            work.say(f"Why? dialdeck leads reason CODE: {offered}")

    answer(work, document, human)
    for notice in done.notices:
        work.say(clean(notice))


def undo(work: Invocation) -> None:
    """Take back your last outcome; the person is in hand again."""
    from domain.calling import undo as undoing

    done = work.write(undoing.undo, actor=work.actor, now=work.now(), language=work.language)

    def human() -> None:
        line(
            f"{clean(done.name)}: {clean(done.label)} was taken back; lead {done.lead_id} is in your hands again."
        )

    answer(work, done, human)
    for notice in done.notices:
        work.say(clean(notice))


def skip(work: Invocation) -> None:
    """Put the person in hand behind the others; the next one comes with: dialdeck leads next."""
    from domain.calling import claims

    lead_id = work.write(claims.skip, actor=work.actor, now=work.now())
    answer(work, {"lead_id": lead_id, "skipped": True}, lambda: line(f"Lead {lead_id} was skipped."))
