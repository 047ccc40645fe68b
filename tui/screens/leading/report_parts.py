"""What the blocks of a campaign report are drawn with: lines for shares, for counts, for calls over time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.i18n import _, several
from tui.screens.leading.report_lines import Block, Column, Line, percent, widest
from tui.screens.leading.report_words import average, formula, result
from tui.text import clean, count
from tui.widgets.bars import Piece

if TYPE_CHECKING:
    from collections.abc import Iterable

    from domain.reporting.figures import Figure

SUCCESS, CONTACT, ATTEMPT = "█", "▓", "░"
GOOD, BAD, PLAIN = "$class-recyclable", "$class-final", "$primary"


def share_line(
    figure: Figure,
    style: str = PLAIN,
    *,
    indent: int = 0,
    scale: float = 1.0,
    label: str = "",
    narrowed: bool = True,
) -> Line:
    """A figure with its share of its base; a full bar is ``scale``."""
    part = figure.denominator is not None
    value = figure.value if part else float(figure.numerator)
    pieces: tuple[Piece, ...] = ()
    if part and figure.value and not average(figure):
        pieces = ((SUCCESS, min(figure.value / scale, 1.0), style),)
    return Line(
        figure.key,
        clean(label or _(figure.label).partition(":")[0]),
        count(figure.numerator),
        result(figure) if part else "",
        value,
        part and not average(figure),
        pieces=pieces,
        indent=indent,
        formula=formula(figure, narrowed=narrowed),
        people=figure.key if figure.people and figure.numerator else "",
    )


def count_line(
    key: str, label: str, number: int, words: str, *, indent: int = 0, share: float = 0.0, people: bool = True
) -> Line:
    """A mere number; ``words`` say below what it counts, ``share`` is the length of its bar."""
    return Line(
        key,
        label,
        count(number),
        value=float(number),
        indent=indent,
        pieces=((SUCCESS, min(share, 1.0), PLAIN),) if share > 0 else (),
        formula=f"{label}: {count(number)} {words}",
        people=key if people and number else "",
    )


def heading(words: str) -> Line:
    """A line above others that cannot be chosen."""
    return Line(f"heading {words}", words, heading=True)


def back(title: str) -> Line:
    """The heading of the parts of one line."""
    return heading(_("{title}   Esc: back to all").format(title=title))


def layers(attempts: int, contacts: int, successes: int, most: float) -> tuple[Piece, ...]:
    """Successes over contacts over attempts."""
    return (
        (SUCCESS, successes / most, GOOD),
        (CONTACT, contacts / most, PLAIN),
        (ATTEMPT, attempts / most, "$quiet"),
    )


def time_columns() -> tuple[Column, ...]:
    """Their titles are the legend of the bars."""
    return (
        Column(f"{ATTEMPT} {_('calls')}", 8),
        Column(f"{CONTACT} {_('contacts')}", 11),
        Column(f"{SUCCESS} {_('success')}", 10),
    )


def time_line(key: str, label: str, made: tuple[int, int, int], most: float, *, opens: str = "") -> Line:
    """Attempts, contacts and successes of a day or an hour."""
    attempts, contacts, successes = made
    rate = percent(contacts / attempts if attempts else None)
    return Line(
        key,
        label,
        count(attempts),
        rate,
        float(attempts),
        cells=(count(attempts), count(contacts), count(successes)),
        pieces=layers(attempts, contacts, successes, most),
        formula=_("{label}: contact rate {rate} = {contacts} / {calls}; {successes}").format(
            label=label,
            rate=rate,
            contacts=several("{count} contact", "{count} contacts", contacts),
            calls=several("{count} call", "{count} calls", attempts),
            successes=several("{count} success", "{count} successes", successes),
        ),
        opens=opens if attempts else "",
    )


def call_lines(key: str, made: Iterable[tuple[str, str, int, str]]) -> list[Line]:
    """Counts of calls under one key: name, label, number, what it counts."""
    counted = list(made)
    most = widest([float(each[2]) for each in counted])
    return [
        count_line(f"{key}:{name}", label, number, words, share=number / most)
        for name, label, number, words in counted
    ]


def parts(block: str, title: str, lines: list[Line]) -> Block:
    """What is behind one line of a block."""
    return Block(block, title, (back(title), *lines))
