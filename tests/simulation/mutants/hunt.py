"""Hunts: a mutant is let loose in block after block until a promise tells that it is there.

Only a promise counts, and only one that the same block keeps without the mutant. How long things
take does not count: enough faults in a row make anything late. Nor do errors that were raised: a
rule is proven where its breaking goes unnoticed by the code itself.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import cache
from typing import Any

from tests.simulation.invariants import only_the_world_makes_steps_fail, violations
from tests.simulation.mutants.mutant import Mutant
from tests.simulation.run import run_block
from tests.simulation.world import LEADERS, World

SEEDS = ("1", "2", "3")
TRADES_AT_MOST = 20_000
# Most mutants show in a few trades; the last size is that of all further blocks.
BLOCKS = (20, 40, 80, 200)
ABOUT_TIME = "_in_time"
OF_ERRORS = only_the_world_makes_steps_fail.__name__


@dataclass(frozen=True, slots=True)
class Hunt:
    """What came of one mutant under one seed; `trades` of leaders until then, in all blocks."""

    seed: str
    block: str
    trades: int
    promises: tuple[str, ...]
    cpu_seconds: float

    @property
    def is_caught(self) -> bool:
        """Say whether a promise told of the mutant."""
        return bool(self.promises)

    def to_plain(self) -> dict[str, Any]:
        """Give the figures under their stable names."""
        return {
            "seed": self.seed,
            "block": self.block,
            "trades": self.trades,
            "promises": list(self.promises),
            "cpu_seconds": round(self.cpu_seconds, 1),
        }


def hunt(mutant: Mutant, seed: str, most: int = TRADES_AT_MOST) -> Hunt:
    """Let a mutant loose until it is caught, or until so many trades went by."""
    started, trades, number = time.process_time(), 0, -1
    while True:
        number += 1
        block, size = f"{seed}/{number}", BLOCKS[min(number, len(BLOCKS) - 1)]
        with mutant.at_work():
            world = run_block(block, mutant.mix, trades=size)
        trades += _trades_of_leaders(world)
        promises = _broken(world)
        world.loop.end()
        if promises:
            unmutated = broken_without(block, mutant.mix, size)
            promises = tuple(each for each in promises if each not in unmutated)
        if promises or trades >= most:
            return Hunt(seed, block, trades, promises, time.process_time() - started)


@cache
def broken_without(block: str, mix: str, trades: int) -> tuple[str, ...]:
    """Name the promises that a block breaks while no rule is broken: none, as it should be."""
    world = run_block(block, mix, trades=trades)
    promises = _broken(world)
    world.loop.end()
    return promises


def _broken(world: World) -> tuple[str, ...]:
    """Name the promises that did not hold, the one that was broken most often first."""
    names = [each.promise for each in violations(world)]
    names = [name for name in names if name != OF_ERRORS and not name.endswith(ABOUT_TIME)]
    return tuple(sorted(set(names), key=lambda name: (-names.count(name), name)))


def _trades_of_leaders(world: World) -> int:
    """Count trades as everybody does: fills of one symbol and side in one millisecond are one."""
    moments = {
        (leader, own.fill.symbol, own.fill.side, own.fill.time_ms)
        for leader in LEADERS
        for own in world.venue.books.account(leader).fills
    }
    return len(moments)
