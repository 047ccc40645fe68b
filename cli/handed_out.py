"""What the commands of handing out answer: who got how many, for people and for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.context import Invocation
from cli.output import answer, line

if TYPE_CHECKING:
    from collections.abc import Collection

    from domain.handing.assigning import Handed
    from domain.handing.preview import Preview


def answer_done(work: Invocation, done: Handed, key: str, by_name: dict[str, int], word: str) -> None:
    document: dict[str, object] = {
        "batch_id": done.batch_id,
        key: done.leads,
        "per_seller": by_name,
        "callbacks": done.callbacks,
        "finished": done.finished,
    }
    if key == "assigned":
        document["wanted"] = {name: done.wanted[to] for to, name in _named(work, done.wanted).items()}

    def human() -> None:
        line(f"Batch {done.batch_id}: {done.leads:,} leads {word}.")
        for name, leads in by_name.items():
            line(f"  {leads:>9,}  {name}")
        if done.callbacks:
            line(f"{done.callbacks:,} callbacks went along")
        line(f"Take it back with: dialdeck leads undo-assign {done.batch_id}")

    answer(work, document, human)


def by_name(work: Invocation, by_target: dict[str, int], wanted: Collection[str]) -> dict[str, int]:
    """Leads by the names of sellers, shifts and the pool; 0 for who got none."""
    return {name: by_target.get(key, 0) for key, name in _named(work, wanted).items()}


def _named(work: Invocation, keys: Collection[str]) -> dict[str, str]:
    from domain.handing import batches

    sellers = [int(key) for key in keys if key.isdecimal()]
    names = work.read(batches.names, actor=work.actor, seller_ids=sellers) if sellers else {}
    return {key: names.get(int(key), key) if key.isdecimal() else key for key in keys}


def previewed_json(work: Invocation, seen: Preview, *, by_owner: bool = False) -> dict[str, object]:
    per_seller = (
        {
            name: seen.by_owner[int(key)]
            for key, name in _named(work, [str(each) for each in seen.by_owner]).items()
        }
        if by_owner
        else by_name(work, seen.by_target, seen.by_target)
    )
    return {
        "per_seller": per_seller,
        "chosen": seen.chosen,
        "available": seen.available,
        "left_out": seen.left_out,
        "resting": seen.resting,
        "callbacks": seen.callbacks,
        "dry_run": True,
    }


def previewed(work: Invocation, seen: Preview, word: str, *, aside: bool = False) -> None:
    line(f"{seen.chosen:,} chosen, {seen.available:,} available, {seen.leads:,} would be {word}", aside=aside)
    for name, leads in by_name(work, seen.by_target, seen.by_target).items():
        line(f"  {leads:>9,}  {name}", aside=aside)
    for reason, leads in seen.left_out.items():
        line(f"{leads:,} left out: {reason}", aside=aside)
    if seen.resting:
        line(f"{seen.resting:,} of the available ones are not dialled now; they come last", aside=aside)
    if seen.callbacks:
        line(f"{seen.callbacks:,} of them have a callback to come", aside=aside)
