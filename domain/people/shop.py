"""The shop itself: the one organisation of an embedded database, and its settings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, select

from domain.errors import Conflict, Invalid, NotFound
from domain.people.models import Organisation

DEFAULT_NAME = "main"


@dataclass(frozen=True, slots=True)
class Shop:
    """The organisation a database is opened for. ``demo`` is set on a finished demonstration shop."""

    organisation_id: int
    name: str
    timezone: str
    demo: bool = False


def create(session: Session, *, now: datetime, name: str = DEFAULT_NAME, timezone: str = "UTC") -> Shop:
    """Return the shop, making it when the database has none yet (safe to repeat)."""
    found = find(session)
    if found is not None:
        return found
    row = Organisation(name=name, settings={"timezone": timezone}, created_at=now)
    session.add(row)
    session.flush()
    return current(session)


def add(session: Session, *, name: str, now: datetime, timezone: str = "UTC") -> Shop:
    """One more shop, in a database that holds several.

    Raises:
        Invalid: a name without a letter.  Conflict: there is a shop of that name.
    """
    name = name.strip()
    if not name or not name.isprintable():
        raise Invalid("A shop needs a name.", code="shop_name")
    if session.exec(select(Organisation.id).where(Organisation.name == name)).first() is not None:
        raise Conflict(f"There is a shop {name} already. Take another name.", code="shop_name_taken")
    row = Organisation(name=name, settings={"timezone": timezone}, created_at=now)
    session.add(row)
    session.flush()
    return _shop(row)


def find(session: Session) -> Shop | None:
    """The database's shop, or None before ``dialdeck init``.

    Raises:
        Conflict: this account sees several (the owner of a server's database), and none is meant.
    """
    rows = session.exec(select(Organisation).order_by(Organisation.id).limit(2)).all()  # type: ignore[arg-type]  # a column
    if len(rows) > 1:
        raise Conflict(
            "This account sees several shops. Connect as the login of one of them, see: dialdeck db shops",
            code="several_shops",
            title="Which shop?",
        )
    return _shop(rows[0]) if rows else None


def _shop(row: Organisation) -> Shop:
    assert row.id is not None, "it is stored"
    return Shop(
        organisation_id=row.id,
        name=row.name,
        timezone=str(row.settings.get("timezone") or "UTC"),
        demo=bool(row.settings.get("demo")),
    )


def current(session: Session) -> Shop:
    """The database's shop.

    Raises:
        NotFound: the database is empty; ``dialdeck init`` makes the shop.  Conflict: as ``find``.
    """
    shop = find(session)
    if shop is None:
        raise NotFound("This database has no shop yet. Run: dialdeck init", code="no_shop")
    return shop


def every(session: Session) -> list[Shop]:
    """All shops of the database; an embedded one has one, or none yet."""
    rows = session.exec(select(Organisation).order_by(Organisation.id)).all()  # type: ignore[arg-type]  # a column
    return [_shop(row) for row in rows]
