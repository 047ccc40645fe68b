"""Texts come from the catalogue of the language; without one they are English."""

from __future__ import annotations

import struct
from pathlib import Path

from tui import i18n
from tui.i18n import _, several


def write_catalogue(folder: Path, language: str, texts: dict[str, str]) -> None:
    """A binary message catalogue, as msgfmt writes it."""
    pairs = sorted(
        (key.encode(), value.encode())
        for key, value in {"": "Content-Type: text/plain; charset=UTF-8\n", **texts}.items()
    )
    offset = 28 + 16 * len(pairs)
    keys = values = b""
    table: list[tuple[int, int]] = []
    for key, _value in pairs:
        table.append((len(key), offset + len(keys)))
        keys += key + b"\0"
    for _key, value in pairs:
        table.append((len(value), offset + len(keys) + len(values)))
        values += value + b"\0"
    header = struct.pack("<7I", 0x950412DE, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, 0)
    packed = b"".join(struct.pack("<2I", *entry) for entry in table)
    place = folder / language / "LC_MESSAGES"
    place.mkdir(parents=True)
    (place / "dialdeck.mo").write_bytes(header + packed + keys + values)


def test_a_language_with_a_catalogue_is_used(tmp_path: Path) -> None:
    write_catalogue(tmp_path, "es", {"Who is working here?": "¿Quién trabaja aquí?"})
    i18n.set_language("es", folder=tmp_path)
    assert _("Who is working here?") == "¿Quién trabaja aquí?"
    assert _("not in the catalogue") == "not in the catalogue"


def test_an_unknown_language_is_english(tmp_path: Path) -> None:
    i18n.set_language("tlh", folder=tmp_path)
    assert _("Who is working here?") == "Who is working here?"


def test_an_empty_text_stays_empty(tmp_path: Path) -> None:
    write_catalogue(tmp_path, "es", {})
    i18n.set_language("es", folder=tmp_path)
    assert _("") == ""


def test_one_and_many() -> None:
    assert several("{count} callback", "{count} callbacks", 1) == "1 callback"
    assert several("{count} callback", "{count} callbacks", 1234) == "1,234 callbacks"
