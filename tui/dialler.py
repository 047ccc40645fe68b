"""The manual dialler: shows the number, copies it, and hands a ``tel:`` link to the program the person set.

It never dials anything by itself.
"""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Callable

from domain.calling.dialler import Dialled
from tui.i18n import _
from tui.text import phone


class ManualDialler:
    """``copy`` puts text on the clipboard; ``tel_command`` is the configured program with its arguments
    (``{uri}`` or ``{number}`` in one of them, else the link comes last), empty: none.
    """

    def __init__(self, copy: Callable[[str], None], tel_command: str = "") -> None:
        self._copy = copy
        self._tel_command = tel_command

    def dial(self, number: str) -> Dialled:
        """Copy the number and open the link; what fails is told, the number is shown in any case."""
        self._copy(number)
        shown = phone(number)
        if not self._tel_command:
            return Dialled(number, _("{number} copied: dial it now").format(number=shown))
        trouble = self._open_link(number)
        if trouble:
            return Dialled(
                number, _("{number} copied; {trouble}").format(number=shown, trouble=trouble), True
            )
        return Dialled(number, _("{number} handed to the telephone").format(number=shown))

    def hang_up(self) -> None:
        """The person hangs up."""

    def _open_link(self, number: str) -> str:
        """Start the program on its own, without a shell; returns what went wrong, or nothing."""
        try:
            arguments = self._arguments(number)
            subprocess.Popen(
                arguments,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except ValueError as error:
            return _("tel_command cannot be read: {error}").format(error=error)
        except OSError as error:
            return _("{program} could not be started: {error}").format(
                program=arguments[0], error=error.strerror or error
            )
        return ""

    def _arguments(self, number: str) -> list[str]:
        uri = f"tel:{number}"
        parts = shlex.split(self._tel_command)
        if not parts:
            raise ValueError(_("it is empty"))
        filled = [part.replace("{uri}", uri).replace("{number}", number) for part in parts]
        return filled if filled != parts else [*parts, uri]
