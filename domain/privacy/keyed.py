"""Numbers of erased persons on the register: keyed hashes that recognise a number without saying which it is.

A number is asked about where it enters the shop (import, edit), never while people are called. The key is a secret
of the organisation and lies beside the hashes: it keeps the register from being read, not from being tried.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlmodel import Session, col

from domain.constructs import among, insert_ignore
from domain.contacts.models import DoNotCall, NumberKey
from domain.errors import Conflict
from domain.people.models import Organisation
from domain.sql import affected

_AT_ONCE = 10_000


def key_of(session: Session, *, organisation_id: int) -> bytes | None:
    """The secret of the shop; None where nobody was ever erased, so that nothing has to be hashed."""
    found = session.execute(
        select(col(NumberKey.key)).where(col(NumberKey.organisation_id) == organisation_id)
    ).scalar_one_or_none()
    return bytes.fromhex(found) if found is not None else None


def make_key(session: Session, *, organisation_id: int, now: datetime) -> bytes:
    """The secret of the shop, made with the first person that is erased."""
    key = key_of(session, organisation_id=organisation_id)
    if key is None:
        made = {"organisation_id": organisation_id, "key": secrets.token_hex(32), "created_at": now}
        session.execute(insert_ignore(NumberKey).values(made))
        key = key_of(session, organisation_id=organisation_id)
    assert key is not None, "it was made"
    return key


def hashed(key: bytes, e164: str) -> str:
    """What stands on the register for a number (E.164)."""
    return hmac.digest(key, e164.encode(), "sha256").hex()


def erased_among(session: Session, *, organisation_id: int, numbers: Iterable[str]) -> set[str]:
    """Those of the numbers (E.164) that belonged to an erased person: one statement, and one per ten thousand."""
    key = key_of(session, organisation_id=organisation_id)
    if key is None:
        return set()
    number_of = {hashed(key, e164): e164 for e164 in numbers}
    found = in_force(session, organisation_id=organisation_id, hashes=list(number_of))
    return {number_of[each] for each in found}


def in_force(session: Session, *, organisation_id: int, hashes: Sequence[str]) -> set[str]:
    """Those of the hashes that stand on the register."""
    found: set[str] = set()
    for start in range(0, len(hashes), _AT_ONCE):
        rows = session.execute(
            select(col(DoNotCall.number_hash)).where(
                col(DoNotCall.organisation_id) == organisation_id,
                among(col(DoNotCall.number_hash), hashes[start : start + _AT_ONCE]),
                col(DoNotCall.removed_at).is_(None),
            )
        ).scalars()
        found.update(each for each in rows if each is not None)
    return found


def refuse_erased(session: Session, *, organisation_id: int, numbers: Sequence[str]) -> None:
    """Refuse numbers of erased persons; whoever erases somebody meanwhile is waited for.

    Raises:
        Conflict: one of them belonged to an erased person (``erased``).
    """
    session.execute(
        select(col(Organisation.id)).where(col(Organisation.id) == organisation_id).with_for_update(read=True)
    )
    erased = erased_among(session, organisation_id=organisation_id, numbers=numbers)
    for e164 in numbers:
        if e164 in erased:
            raise Conflict(
                f"{e164} belonged to somebody who was erased and does not come back; if they ask to be called "
                f"again: dialdeck dnc remove {e164}",
                code="erased",
            )


def take_off(session: Session, *, organisation_id: int, number: str, values: Mapping[str, object]) -> int:
    """Take the hash of a number off the register (somebody wants to be called again); returns how many that were."""
    key = key_of(session, organisation_id=organisation_id)
    if key is None:
        return 0
    return affected(
        session,
        update(DoNotCall)
        .where(
            col(DoNotCall.organisation_id) == organisation_id,
            col(DoNotCall.number_hash) == hashed(key, number),
            col(DoNotCall.removed_at).is_(None),
        )
        .values(**values),
    )
