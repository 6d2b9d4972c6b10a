"""Runs: blocks of leaders' trades until enough pairs were simulated, each block judged and hashed.

A block is a world of its own, whose seed is named by the run's seed and the block's number: so any
block can be run again alone.
"""

from __future__ import annotations

import gc
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import blake2b
from random import Random
from typing import Any

from tests.simulation.invariants import Violation, violations
from tests.simulation.kinds import too_seldom
from tests.simulation.mixes import MIXES, Mix
from tests.simulation.script import Script
from tests.simulation.steps import Steps
from tests.simulation.world import World
from understudy.domain.ids import client_order_id
from understudy.domain.receipts import Receipt

FOLLOWS = 20
TRADES = 200
STEP_MS = 10_000
SETTLE_MS = 15 * 60_000
LOOK_MS = 1_000
MOST_LOOKS = 10
WEEKS_MS = 14 * 86_400_000


@dataclass(slots=True)
class Result:
    """What a run came to; a violation stands with the seed of its block.

    `ordered` counts pairs of which the venue took an order, `redriven` messages that were dead,
    `restarts` those of the venue, `faults` what met one.
    """

    pairs: int = 0
    ordered: int = 0
    redriven: int = 0
    restarts: int = 0
    calls: int = 0
    cpu_seconds: float = 0.0
    faults: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    violations: list[tuple[str, Violation]] = field(default_factory=list)
    hashes: list[str] = field(default_factory=list)

    @property
    def history_hash(self) -> str:
        """Give the hash of everything that happened, in all blocks."""
        return blake2b("".join(self.hashes).encode(), digest_size=16).hexdigest()

    @property
    def too_seldom(self) -> dict[str, int]:
        """Give the kinds of fault of which there were too few for so long a run."""
        return too_seldom(self.faults, self.pairs)

    def add(self, seed: str, world: World) -> None:
        """Take a block in."""
        for receipts in world.table.receipts.values():
            self.pairs += len(receipts)
            self.ordered += sum(_was_sent(world, each) for each in receipts.values())
            self.outcomes.update(_outcome(each) for each in receipts.values())
        self.calls += sum(each.calls for each in world.all_fates)
        self.redriven += world.redriven
        self.restarts += world.restarts
        self.faults += world.fates.counts
        self.violations += [(seed, each) for each in violations(world)]
        self.hashes.append(world.history.digest())

    def to_plain(self) -> dict[str, Any]:
        """Give the figures under their stable names."""
        return {
            "pairs": self.pairs,
            "calls": self.calls,
            "faults": dict(sorted(self.faults.items())),
            "outcomes": dict(sorted(self.outcomes.items())),
            "ordered_share": round(self.ordered / self.pairs, 3) if self.pairs else 0,
            "redriven": self.redriven,
            "restarts": self.restarts,
            "too_seldom": self.too_seldom,
            "violations": len(self.violations),
            "pairs_per_second": round(self.pairs / self.cpu_seconds) if self.cpu_seconds else 0,
            "history_hash": self.history_hash,
        }


def simulate(
    pairs: int, seed: str, mix: str, said: Callable[[Result], None] = lambda _: None
) -> Result:
    """Simulate at least so many pairs; `said` hears after every block."""
    result, started = Result(), time.process_time()
    while result.pairs < pairs:
        block = f"{seed}/{len(result.hashes)}"
        with _garbage_kept():
            _take_in(result, block, mix)
        result.cpu_seconds = time.process_time() - started
        said(result)
    return result


def _take_in(result: Result, block: str, mix: str) -> None:
    world = run_block(block, mix)
    result.add(block, world)
    world.end()


@contextmanager
def _garbage_kept() -> Iterator[None]:
    """Look for garbage once, after a block, and nowhere else than in its world."""
    gc.disable()
    gc.freeze()
    try:
        yield
    finally:
        gc.collect()
        gc.unfreeze()
        gc.enable()


def run_block(seed: str, mix: str, *, trades: int = TRADES, keeps_history: bool = False) -> World:
    """Run one block to its end: faults, then calm, then the dead letters of weeks ago."""
    world = World(seed, MIXES[mix], keeps_history=keeps_history)
    script = Script(world, FOLLOWS, restart_in(seed, world.mix))
    Steps(world).start()
    done: list[bool] = []

    def play() -> None:
        script.play(trades)
        done.append(True)

    world.loop.spawn(play)
    while not done:
        world.loop.run(world.loop.now_ms + STEP_MS)
    world.cease()
    _settle(world)
    world.redriven = sum(source.redrive() for source in world.queues.sources)
    if world.redriven:
        world.loop.leap(WEEKS_MS)
        _settle(world)
    _note_books(world)
    return world


def _settle(world: World) -> None:
    """Let everything come to its end; a listener that has just begun asks for looks at leaders."""
    world.loop.run(world.loop.now_ms + SETTLE_MS)
    for _ in range(MOST_LOOKS):
        if not any(map(len, world.queues.in_order)):
            return
        world.loop.run(world.loop.now_ms + LOOK_MS)


def _was_sent(world: World, receipt: Receipt) -> bool:
    """Say whether the venue took an order of a receipt: pinned and never signed is not sent."""
    names = (client_order_id(leg.intent_id) for leg in receipt.legs)
    return any(name in world.copies.taken for name in names)


def _note_books(world: World) -> None:
    """Have the history's hash stand for what came of a block too, not for its calls alone."""
    for order in world.table.intents.values():
        price, filled = order.average_price, order.filled_size
        world.history.note(f"{order.client_order_id} {order.state} {filled} {price}")
    for receipts in world.table.receipts.values():
        for each in receipts.values():
            world.history.note(f"{each.copy_id} {each.status} {each.reason} {each.held}")


def restart_in(seed: str, mix: Mix) -> int | None:
    """Give the trade of a block at which the venue restarts, once in so many trades of a run.

    In which block is counted, at which of its trades is drawn: positions are open then.
    """
    number = seed.rpartition("/")[2]
    if not mix.restart_every or not number.isdigit():
        return None
    before = int(number) * TRADES + mix.restart_every // 2
    if -before % mix.restart_every >= TRADES:
        return None
    return Random(f"{seed} restart").randrange(TRADES // 10, TRADES * 9 // 10)  # noqa: S311 - a run must be repeatable from its seed


def _outcome(receipt: Receipt) -> str:
    return str(receipt.reason or receipt.status) if receipt.status != "DONE" else "DONE"
