"""Where everything stands on the console, at each size of the terminal.

Narrow (80 columns): script and history beside the outcomes; queue and details take the left column on their
keys, or stand below where the screen is high. Wide (120 and more): a third column with queue, contact and the
day. Taller screens give the person, the note and the history more rows.
"""

from __future__ import annotations

HORIZONTAL = [(0, "-narrow"), (96, "-medium"), (120, "-wide"), (150, "-huge")]
VERTICAL = [(0, "-short"), (28, "-mid"), (36, "-tall")]

CSS = """
ConsoleScreen { layout: vertical; }
ConsoleScreen #work { height: 1fr; }
ConsoleScreen #left { width: 32; }
ConsoleScreen #outcomes { width: 1fr; height: 1fr; border-left: solid $line; }
ConsoleScreen #script { height: 40%; }
ConsoleScreen #history { height: 1fr; }
ConsoleScreen #side { display: none; height: 1fr; }
ConsoleScreen #queue { height: 1fr; }
ConsoleScreen #contact { height: 1fr; }
ConsoleScreen #day { display: none; height: 4; }
ConsoleScreen #foot { height: 1; }
ConsoleScreen #note-title { display: none; }
ConsoleScreen #note { height: 1fr; }

ConsoleScreen.-medium #left { width: 42%; }
ConsoleScreen.-wide #left, ConsoleScreen.-huge #left { width: 1fr; }
ConsoleScreen.-wide #outcomes { width: 51; border-right: solid $line; }
ConsoleScreen.-huge #outcomes { width: 56; border-right: solid $line; }
ConsoleScreen.-wide #side { display: block; width: 36; dock: right; }
ConsoleScreen.-huge #side { display: block; width: 48; dock: right; }
ConsoleScreen.-wide #contact, ConsoleScreen.-huge #contact { height: 2fr; }
ConsoleScreen.-wide.-mid #day, ConsoleScreen.-wide.-tall #day { display: block; }
ConsoleScreen.-huge.-mid #day, ConsoleScreen.-huge.-tall #day { display: block; }

ConsoleScreen.-narrow.-tall #side { display: block; dock: bottom; height: 40%; layout: horizontal; }
ConsoleScreen.-narrow.-tall #queue, ConsoleScreen.-narrow.-tall #contact { width: 1fr; height: 1fr; }
ConsoleScreen.-medium.-tall #side { display: block; dock: bottom; height: 40%; layout: horizontal; }
ConsoleScreen.-medium.-tall #queue, ConsoleScreen.-medium.-tall #contact { width: 1fr; height: 1fr; }

ConsoleScreen.-mid PersonPane { height: 4; }
ConsoleScreen.-tall PersonPane { height: 6; }
ConsoleScreen.-mid #note-title, ConsoleScreen.-tall #note-title { display: block; }
ConsoleScreen.-mid #foot { height: 3; }
ConsoleScreen.-tall #foot { height: 4; }

ConsoleScreen.-peek #left { display: none; }
ConsoleScreen.-peek #side { display: block; dock: left; }
ConsoleScreen.-peek #day { display: none; }
ConsoleScreen.-peek-queue #contact { display: none; }
ConsoleScreen.-peek-contact #queue { display: none; }
ConsoleScreen.-narrow.-peek #side { width: 32; }
ConsoleScreen.-medium.-peek #side { width: 42%; }
ConsoleScreen.-wide.-peek #left, ConsoleScreen.-huge.-peek #left { display: block; }
ConsoleScreen.-wide.-peek #side, ConsoleScreen.-huge.-peek #side { dock: right; }
"""
