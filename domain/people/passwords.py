"""Passwords are kept as argon2id hashes, made and checked by argon2-cffi."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from domain.errors import Invalid

if TYPE_CHECKING:
    from argon2 import PasswordHasher

MINIMUM_LENGTH = 8


@cache
def hasher() -> PasswordHasher:
    """The library's own choice of cost, which follows what is recommended (RFC 9106)."""
    from argon2 import PasswordHasher

    return PasswordHasher()


def hash_password(password: str) -> str:
    """Return the argon2id hash to store.

    Raises:
        Invalid: shorter than ``MINIMUM_LENGTH`` characters.
    """
    if len(password) < MINIMUM_LENGTH:
        raise Invalid(f"A password needs at least {MINIMUM_LENGTH} characters.", code="password_short")
    return hasher().hash(password)


def matches(password_hash: str, password: str) -> bool:
    """Whether the password is the one behind the stored hash (a damaged hash matches nothing)."""
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        return hasher().verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobodys() -> str:
    return hash_password("the password of nobody")


def waste(password: str) -> None:
    """Take as long as a check does, for a name that nobody has: the time says nothing about who is known."""
    matches(_nobodys(), password)
