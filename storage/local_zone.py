"""The computer's own time zone by its IANA name, for readers and new shops whose zone nobody set."""

from __future__ import annotations


def local_zone_name() -> str:
    """The computer's time zone as an IANA name; UTC where it has none."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    from tzlocal import get_localzone_name

    try:
        name = get_localzone_name()
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, LookupError, OSError, TypeError):
        return "UTC"
    return "UTC" if name in ("Etc/UTC", "UTC", "Etc/UCT", "GMT", "Etc/GMT") else name
