"""One block again, with its history told for people: what happened to whom a promise was broken."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.fakes.builders import NOW_MS
from tests.simulation.invariants import Violation, violations
from tests.simulation.run import run_block
from tests.simulation.world import PRICES, World

BEFORE_MS = 180_000
LINES_AT_MOST = 150
STANDING = re.compile(r" (ACTIVE|PAUSED|DELETING|DELETED)\b")


def replay(block: str, mix: str) -> tuple[World, list[Violation]]:
    """Run a block again; its history is kept."""
    world = run_block(block, mix, keeps_history=True)
    return world, violations(world)


def told(world: World, violation: Violation) -> list[str]:
    """Give the history around a violation: the lines about its follow and symbol, or its leader.

    Times are seconds since the block began.
    """
    lines = [_in_seconds(line) for line in _lines_about(world, violation)]
    return lines[-LINES_AT_MOST:]


def _lines_about(world: World, violation: Violation) -> Iterator[str]:
    subjects = _named(violation.text, _subjects(world))
    symbols = _named(violation.text, PRICES)
    from_ms, to_ms = violation.at_ms - BEFORE_MS, violation.at_ms or world.loop.now_ms
    for line in world.history.lines or ():
        at = line.partition(" ")[0]
        is_then = at.isdigit() and from_ms <= int(at) <= to_ms
        if is_then and _named(line, subjects) and _is_of(line, symbols):
            yield line


def _is_of(line: str, symbols: set[str]) -> bool:
    return not symbols or bool(_named(line, symbols) or STANDING.search(line))


def _subjects(world: World) -> set[str]:
    found = {each.leader for each in world.table.follows.values()}
    for follow in world.table.follows.values():
        found |= {follow.follow_id, follow.wallet_id, follow.wallet_address}
    return found


def _named(text: str, names: set[str] | dict[str, str]) -> set[str]:
    """Give which names stand in a text, as whole words; a symbol may have a colon within."""
    words = {word.strip(":") for word in re.findall(r"[\w:-]+", text)}
    return words & set(names)


def _in_seconds(line: str) -> str:
    at, _, what = line.partition(" ")
    return f"{(int(at) - NOW_MS) / 1000:10.3f} s  {what}"
