"""Translation of what the screens say: English in the code, other languages from catalogues beside it.

Texts written where the language is not known yet (class bodies, the registry of commands) are marked with
``mark`` and translated where they are shown.
"""

from __future__ import annotations

import gettext
from pathlib import Path

DOMAIN = "dialdeck"
LOCALES = Path(__file__).parent / "locale"

_catalogue: gettext.NullTranslations = gettext.NullTranslations()
_language = "en"


def set_language(language: str, *, folder: Path = LOCALES) -> None:
    """Use the catalogue of ``language`` (``en``, ``es``, ``pt_BR`` …) from now on; English where there is none."""
    global _catalogue, _language
    found = gettext.find(DOMAIN, folder, languages=[language])
    _language = language if found is not None else "en"
    _catalogue = gettext.translation(DOMAIN, folder, languages=[language], fallback=True)


def language() -> str:
    """The language the texts of the screens are in, for the names of days and months between them."""
    return _language


def _(text: str) -> str:
    """``text`` in the language of the screen. (An empty text stays empty: gettext keeps its header there.)"""
    return _catalogue.gettext(text) if text else ""


def several(one: str, many: str, count: int) -> str:
    """``one`` or ``many`` by the language's rule for ``count``; ``{count}`` in it is filled in."""
    return _catalogue.ngettext(one, many, count).format(count=f"{count:,}")


def mark(text: str) -> str:
    """Mark a text for the catalogue without translating it yet."""
    return text
