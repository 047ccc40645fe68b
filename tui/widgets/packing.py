"""How many outcomes share a row when they are more than the rows: as few as possible, as readable as possible."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache


@lru_cache(maxsize=64)
def pack(widths: tuple[int, ...], room: int, height: int, most: int) -> list[list[int]]:
    """Group neighbours into rows so that at most ``height`` rows are used, up to ``most`` on one row.

    Args:
        widths: for each outcome, the cells it wants when it shares a row.
        room: cells of a row.
        height: rows there are; fewer than needed at ``most`` a row means more rows are returned (scrolling).
        most: how many outcomes one row can hold.

    Returns:
        Rows of indexes, in order. The rows chosen for sharing lose the least.
    """
    number = len(widths)
    needed = -(-number // max(most, 1))
    rows = max(height, needed, 1)
    if number <= rows:
        return [[index] for index in range(number)]
    best = _best(widths, room, rows, most)
    packed: list[list[int]] = []
    at, left = 0, rows
    while at < number:
        size = best[at][left][1]
        packed.append(list(range(at, at + size)))
        at, left = at + size, left - 1
    return packed


def _best(widths: Sequence[int], room: int, rows: int, most: int) -> list[list[tuple[int, int]]]:
    """best[i][r] = (least loss for outcomes from i on in at most r rows, size of the first row)."""
    number = len(widths)
    impossible = (10**9, 1)
    best = [[impossible] * (rows + 1) for _ in range(number + 1)]
    best[number] = [(0, 0)] * (rows + 1)
    for at in range(number - 1, -1, -1):
        for left in range(1, rows + 1):
            options = [
                (_loss(widths[at : at + size], room) + best[at + size][left - 1][0], size)
                for size in range(1, min(most, number - at) + 1)
            ]
            best[at][left] = min(options)
    return best


def _loss(widths: Sequence[int], room: int) -> int:
    """Sharing costs a little in itself, more the more share, and much for each cell that does not fit."""
    size = len(widths)
    return 0 if size == 1 else 4 * size * size + 3 * max(0, sum(widths) + size - 1 - room)
