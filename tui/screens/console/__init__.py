"""The seller console: one screen, worked from the keyboard, person after person."""

from tui.screens.console.screen import ConsoleScreen

__all__ = ["ConsoleScreen"]
