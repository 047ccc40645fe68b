"""Colours of the screens: dark, light, high contrast, and what each class of status looks like.

A colour never stands alone: a glyph and a word say the same (``domain.codes``). Styles name the variables
(``$class-final``), so that a change of theme is live; NO_COLOR is Textual's own (grey, or none on an ANSI theme).
"""

from __future__ import annotations

from difflib import get_close_matches

from textual.theme import BUILTIN_THEMES, Theme

from tui.i18n import _

DARK = "dialdeck-dark"
LIGHT = "dialdeck-light"
CONTRAST = "dialdeck-contrast"
OWN = (DARK, LIGHT, CONTRAST)
# F9 goes round these; the palette offers all of Textual's as well.
ROUND = (*OWN, "ansi-dark", "ansi-light")
_SHORT = {"dark": DARK, "light": LIGHT, "contrast": CONTRAST}


def named(name: str) -> str | None:
    """The theme of a name or of its short name (``light``); None where there is none."""
    name = _SHORT.get(name, name)
    return name if name in OWN or name in BUILTIN_THEMES else None


def problem(name: str) -> str | None:
    """What is wrong with a configured theme, in words."""
    if named(name) is not None:
        return None
    near = get_close_matches(name, [*_SHORT, *OWN, *BUILTIN_THEMES], n=1)
    hint = _(" Did you mean {near}?").format(near=near[0]) if near else ""
    return (
        _("theme: there is no theme {name}.").format(name=name)
        + hint
        + " "
        + _("There are {names}, and Textual's own.").format(names=", ".join([*_SHORT, *ROUND[3:]]))
    )


def themes() -> tuple[Theme, ...]:
    """Dialdeck's own themes."""
    return (
        Theme(
            name=DARK, dark=True,
            primary="#4FA3D1", secondary="#2F6F94", accent="#E9B44C",
            foreground="#E4E7EB", background="#12171D", surface="#1A2129", panel="#232C36",
            success="#6FCF97", warning="#F2C94C", error="#F0787A",
            variables={"class-fresh": "#7CC4F0", "class-open": "#C3CAD3"},
        ),
        Theme(
            name=LIGHT, dark=False,
            primary="#0B5C8A", secondary="#2F7FAE", accent="#9A5B00",
            foreground="#1B2128", background="#F7F8FA", surface="#ECEFF3", panel="#DFE4EA",
            success="#1B6E3C", warning="#7A5200", error="#A81E2B",
            variables={"class-fresh": "#0B5C8A", "class-open": "#3F4954"},
        ),
        Theme(
            name=CONTRAST, dark=True,
            primary="#00D7FF", secondary="#5FD7FF", accent="#FFFF00",
            foreground="#FFFFFF", background="#000000", surface="#000000", panel="#1C1C1C",
            success="#00FF5F", warning="#FFFF00", error="#FF8787", text_alpha=1.0,
            variables={
                "class-fresh": "#5FD7FF", "class-open": "#FFFFFF", "line": "#FFFFFF",
                "quiet": "#DADADA",
                "footer-key-foreground": "#FFFF00",
                "block-cursor-background": "#FFFFFF", "block-cursor-foreground": "#000000",
                "block-cursor-blurred-background": "#FFFFFF", "block-cursor-blurred-foreground": "#000000",
            },
        ),
    )  # fmt: skip


def variables(theme: Theme) -> dict[str, str]:
    """Our own colour variables for any theme, from the colours it has (its own variables win)."""
    if theme.ansi:
        return {
            "class-recyclable": "ansi_green",
            "class-final": "ansi_red",
            "class-problematic": "ansi_yellow",
            "class-fresh": "ansi_blue",
            "class-open": "ansi_default",
            "line": "ansi_bright_black",
            "quiet": "ansi_bright_black",
        }
    return {
        "class-recyclable": theme.success or theme.primary,
        "class-final": theme.error or theme.primary,
        "class-problematic": theme.warning or theme.primary,
        "class-fresh": theme.primary,
        "class-open": theme.foreground or ("#C3CAD3" if theme.dark else "#3F4954"),
        "line": "#3A4652" if theme.dark else "#B4BDC7",
        "quiet": "#93A0AD" if theme.dark else "#566270",
    }
