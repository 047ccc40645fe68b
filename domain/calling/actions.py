"""Console actions and reasons: the data behind the seller's keys, seeded, listed, added and edited.

Source of the seed: the calling specification, section 1.5. Seeding never touches the shop's own keys, order,
active flags and choices when to ask for a reason, and never deletes.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from domain.audit import log
from domain.calling.action_seed import ACTION_SEED, REASON_SEED
from domain.calling.models import ConsoleAction, Reason
from domain.calling.views import ActionView, ReasonView
from domain.codes import ActionType, CallResult, CampaignStatus, DialStatus, ReasonMode, Resolution, Role
from domain.errors import Conflict, Invalid, NotFound
from domain.people.rights import Actor, require
from domain.sql import add_rows

CONSOLE_KEYS = {
    "d": "dials",
    "f": "hangs up",
    ".": "chooses the next number",
    "k": "skips",
    "b": "goes back",
    "/": "finds a person",
    "j": "shows the queue",
    "w": "writes a note",
    "z": "undoes",
    "r": "pauses",
    "?": "helps",
}
"""Keys of the console's own commands, which no outcome gets (a test holds them to the registry of commands)."""
COLOURS = ("success", "later", "ended", "neutral")
LAST_POSITION = 10_000
KEEP = "keep"
CLEAR = "clear"


@dataclass(frozen=True, slots=True)
class SeedCounts:
    """What a seed did with the actions."""

    created: int
    updated: int
    unchanged: int


_SHOPS_CHOICE = frozenset({"reason"})
_EDITABLE = frozenset(ConsoleAction.model_fields) - {"id", "organisation_id", "slug", "origin"}


def seed(session: Session, *, actor: Actor, now: datetime) -> SeedCounts:
    """Create or update the standard actions and reasons (administrators; safe to repeat)."""
    require(actor, Role.ADMIN, to="seed the console actions")
    counts = seed_shop(session, organisation_id=actor.organisation_id)
    log.acted(session, actor, at=now, kind="action.seed", detail=asdict(counts))
    return counts


def seed_shop(session: Session, *, organisation_id: int) -> SeedCounts:
    """The same for a shop that has no administrator yet (``dialdeck init``, the demonstration)."""
    actions = {
        row.slug: row
        for row in session.exec(
            select(ConsoleAction).where(ConsoleAction.organisation_id == organisation_id)
        ).all()
    }
    taken = {row.key for row in actions.values() if row.key}
    new: list[dict[str, object]] = []
    updated = unchanged = 0
    for position, (slug, meaning, key) in enumerate(ACTION_SEED):
        row = actions.get(slug)
        if row is None:
            new.append(
                {
                    "organisation_id": organisation_id,
                    "slug": slug,
                    "key": None if key in taken else key,
                    "position": position,
                    "origin": "seed",
                    **meaning,
                }
            )
            continue
        changed = {
            name: value
            for name, value in meaning.items()
            if name not in _SHOPS_CHOICE and getattr(row, name) != value
        }
        if changed and row.origin == "seed":
            row.sqlmodel_update(changed)
            session.add(row)
            updated += 1
        else:
            unchanged += 1
    session.flush()
    add_rows(session, "console_action", new)
    _seed_reasons(session, organisation_id)
    return SeedCounts(len(new), updated, unchanged)


def _seed_reasons(session: Session, organisation_id: int) -> None:
    """Ship reasons for a resolution only while the shop has none of its own for it."""
    present = set(
        session.exec(select(Reason.resolution).where(Reason.organisation_id == organisation_id)).all()
    )
    new = [
        {
            "organisation_id": organisation_id,
            "resolution": resolution,
            "code": code,
            "labels": labels,
            "position": position,
        }
        for resolution, reasons in REASON_SEED.items()
        if resolution not in present
        for position, (code, labels) in enumerate(reasons)
    ]
    add_rows(session, "reason", new)


def for_console(
    session: Session, *, organisation_id: int, language: str = "en", include_inactive: bool = False
) -> tuple[ActionView, ...]:
    """The shop's actions in order, with their reasons, labelled in ``language`` (English, then slug, else)."""
    statement = select(ConsoleAction).where(ConsoleAction.organisation_id == organisation_id)
    if not include_inactive:
        statement = statement.where(col(ConsoleAction.active))
    rows = session.exec(statement.order_by(col(ConsoleAction.position), col(ConsoleAction.id))).all()
    reasons = reasons_by_resolution(session, organisation_id=organisation_id, language=language)
    return tuple(view(row, reasons, language) for row in rows)


def view(row: ConsoleAction, reasons: dict[str, tuple[ReasonView, ...]], language: str) -> ActionView:
    """One action as plain data; reasons only where the action asks for one."""
    asks = row.reason != ReasonMode.NEVER
    return ActionView(
        slug=row.slug,
        label=label_of(row.labels, language, row.slug),
        key=row.key,
        type=row.type,
        colour=row.colour,
        campaign_status=row.campaign_status,
        resolution=row.resolution,
        lead_status=row.lead_status,
        reason=row.reason,
        confirm=row.confirm,
        active=row.active,
        position=row.position,
        origin=row.origin,
        marks_phone_bad=row.marks_phone_bad,
        reasons=reasons.get(row.resolution, ()) if asks else (),
    )


def label_of(labels: dict[str, str], language: str, otherwise: str) -> str:
    """The label in the language, else the English one, else ``otherwise``."""
    return labels.get(language) or labels.get("en") or otherwise


def reasons_by_resolution(
    session: Session, *, organisation_id: int, language: str = "en"
) -> dict[str, tuple[ReasonView, ...]]:
    """Active reasons per resolution, in order."""
    rows = session.exec(
        select(Reason)
        .where(Reason.organisation_id == organisation_id, col(Reason.active))
        .order_by(Reason.resolution, col(Reason.position), col(Reason.code))
    ).all()
    grouped: dict[str, list[ReasonView]] = {}
    for row in rows:
        grouped.setdefault(row.resolution, []).append(
            ReasonView(row.code, label_of(row.labels, language, str(row.code)))
        )
    return {resolution: tuple(reasons) for resolution, reasons in grouped.items()}


def add(
    session: Session,
    *,
    actor: Actor,
    slug: str,
    labels: dict[str, str],
    type: ActionType,
    campaign_status: str,
    resolution: str,
    lead_status: str,
    now: datetime,
    key: str | None = None,
    reason: ReasonMode = ReasonMode.NEVER,
    confirm: bool = False,
    colour: str = "neutral",
    result: str | None = None,
) -> ActionView:
    """Add an action of the shop's own; it appears in the console with its key.

    Raises:
        NotAllowed: no administrator.  Invalid: a code is unknown.  Conflict: slug or key taken.
    """
    require(actor, Role.ADMIN, to="add console actions")
    if not slug or not slug.replace("-", "").isalnum() or slug != slug.lower():
        raise Invalid(f"{slug!r} cannot be an action's name: lower case letters, digits and -", code="slug")
    if _action(session, actor.organisation_id, slug) is not None:
        raise Conflict(
            f"There is already an action {slug}; change it with: dialdeck actions edit", code="slug"
        )
    row = ConsoleAction(
        organisation_id=actor.organisation_id,
        slug=slug,
        labels=labels or {"en": slug},
        type=type.value,
        key=key,
        colour=colour,
        campaign_status=campaign_status,
        resolution=resolution,
        lead_status=lead_status,
        reason=reason.value,
        confirm=confirm,
        result=result or _result_for(lead_status),
        position=1000,
    )
    _refuse_console_key(key)
    _check(session, row)
    session.add(row)
    session.flush()
    log.acted(session, actor, at=now, kind="action.add", target=slug)
    return _reload(session, actor, slug)


def edit(
    session: Session, *, actor: Actor, slug: str, changes: dict[str, object], now: datetime
) -> ActionView:
    """Change an action's key, labels, order, active flag, reason mode, confirm, colour or codes.

    Raises:
        NotAllowed: no administrator.  NotFound: no such action.  Invalid, Conflict: as ``add``.
    """
    require(actor, Role.ADMIN, to="edit console actions")
    row = _action(session, actor.organisation_id, slug)
    if row is None:
        raise NotFound(f"There is no action {slug}. See: dialdeck actions list", code="unknown_action")
    unknown = sorted(set(changes) - _EDITABLE)
    if unknown:
        raise Invalid(f"{', '.join(unknown)} cannot be changed of an action.", code="setting")
    if changes.get("key") != row.key:
        _refuse_console_key(changes.get("key"))
    labels = changes.get("labels")
    with session.no_autoflush:
        row.sqlmodel_update({name: value for name, value in changes.items() if name != "labels"})
        if isinstance(labels, dict):
            row.labels = {**row.labels, **labels}
    _check(session, row)
    session.add(row)
    session.flush()
    log.acted(session, actor, at=now, kind="action.edit", target=slug, detail={"changed": sorted(changes)})
    return _reload(session, actor, slug)


def _reload(session: Session, actor: Actor, slug: str) -> ActionView:
    views = for_console(session, organisation_id=actor.organisation_id, include_inactive=True)
    return next(view for view in views if view.slug == slug)


def _action(session: Session, organisation_id: int, slug: str) -> ConsoleAction | None:
    return session.exec(
        select(ConsoleAction).where(
            ConsoleAction.organisation_id == organisation_id, ConsoleAction.slug == slug
        )
    ).first()


def _result_for(lead_status: str) -> str:
    """What the telephone said, for an outcome that sets this lead status."""
    same = {"no_answer", "busy", "failed", "dropped", "congestion", "invalid"}
    return lead_status if lead_status in same else "answered"


def _check(session: Session, row: ConsoleAction) -> None:
    """Refuse codes the product does not know, and a key that another active action has."""
    _one_of(
        row.campaign_status, [str(status.value) for status in CampaignStatus], "campaign status", row.slug
    )
    _one_of(row.resolution, list(Resolution), "resolution", row.slug)
    _one_of(row.lead_status, list(DialStatus), "lead status", row.slug)
    if not all(text.strip() for text in row.labels.values()):
        raise Invalid(f"The label of {row.slug} is empty.", code="label")
    if not 0 <= row.position <= LAST_POSITION:
        raise Invalid(f"The place of an action is a number from 0 to {LAST_POSITION}.", code="position")
    for value, codes, what in (
        (row.type, list(ActionType), "type of action"),
        (row.reason, list(ReasonMode), "way to ask for a reason"),
        (row.result, list(CallResult), "call result"),
        (row.colour, list(COLOURS), "colour"),
    ):
        if value not in codes:
            raise Invalid(f"{row.slug}: {value!r} is no {what}; use one of {', '.join(codes)}.", code="code")
    if row.key is None:
        return
    if len(row.key) != 1 or not row.key.isprintable() or row.key.isdigit() or row.key.isspace():
        raise Invalid(
            f"The key of {row.slug} must be one letter or sign (digits are for reasons).", code="key"
        )
    with session.no_autoflush:
        holder = session.exec(
            select(ConsoleAction).where(
                ConsoleAction.organisation_id == row.organisation_id,
                ConsoleAction.key == row.key,
                col(ConsoleAction.active),
                ConsoleAction.slug != row.slug,
            )
        ).first()
    if holder is not None and row.active:
        raise Conflict(
            f"The key {row.key} already belongs to {holder.slug}; choose another.", code="key_taken"
        )


def _refuse_console_key(key: object) -> None:
    """Refuse a new key that is a command's: the console would leave the outcome without one."""
    if key in CONSOLE_KEYS:
        raise Conflict(
            f"The key {key} {CONSOLE_KEYS[str(key)]} in the console; choose another.", code="key_reserved"
        )


def _one_of(value: str, codes: list[str], what: str, slug: str) -> None:
    allowed = [*codes, KEEP, CLEAR]
    if value not in allowed:
        raise Invalid(f"{slug}: {value!r} is no {what}; use one of {', '.join(allowed)}.", code="code")
