"""Asks the signer for drawn intents and compares with the checker: `run` finds differences."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING, Any

from custody.hyperliquid import draft
from custody.signer import MAX_BATCH
from tests.fuzzing.drawn import drawn_intent
from tests.fuzzing.worlds import World, drawn_world
from tests.unit.custody.scene import TESTNET
from understudy.adapters.identity.ethereum import recover_address
from understudy.domain.intents import Intent, IntentKind, Signed, SigningAnswer, SigningRefused
from understudy.domain.trades import Side

if TYPE_CHECKING:
    from collections.abc import Iterable

INTENTS_PER_WORLD = 96
SIGNER_RECOVERED_EVERY = 16


@dataclass(slots=True)
class Findings:
    """What a run found; `refusals` counts by reason, `signed` what was signed and allowed."""

    count: int = 0
    allowed: int = 0
    signed: int = 0
    refusals: Counter[str] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)

    def add(self, other: Findings) -> None:
        """Take another run's findings in."""
        self.count += other.count
        self.allowed += other.allowed
        self.signed += other.signed
        self.refusals += other.refusals
        self.differences += other.differences

    def __str__(self) -> str:
        """Say in one line what was asked and signed."""
        share = 100 * self.allowed / max(1, self.count)
        return (
            f"{self.count} intents, {self.allowed} in policy ({share:.1f} %), "
            f"{self.signed} signed, {len(self.differences)} differences"
        )


def run(count: int, seed: int) -> Findings:
    """Compare so many intents of a seed."""
    found = Findings()
    number = 0
    while found.count < count:
        world = min(INTENTS_PER_WORLD, count - found.count)
        compare(Random(f"{seed} {number}"), world, f"seed {seed}, world {number}", found)  # noqa: S311  # to be repeated
        number += 1
    return found


def compare(rng: Random, count: int, where: str, found: Findings) -> None:
    """Compare the intents of one world, batch by batch."""
    world, earlier = drawn_world(rng), list[Intent]()
    left = count
    while left:
        batch = []
        for _ in range(min(left, rng.randint(1, MAX_BATCH))):
            batch.append(drawn_intent(rng, world.checker, earlier, len(earlier)))
            earlier.append(batch[-1])
        left -= len(batch)
        _compare_batch(world, batch, where, found)


def _compare_batch(world: World, batch: list[Intent], where: str, found: Findings) -> None:
    answers = world.signer.sign(batch)
    for place in _in_order_of_lanes(batch):
        intent, answer = batch[place], answers[place]
        may = world.checker.may_be_signed(intent)
        found.count += 1
        found.allowed += may
        wrong = _wrong_with(world, intent, answer, may=may, number=found.signed)
        if isinstance(answer, SigningRefused):
            found.refusals[answer.reason] += 1
        found.signed += isinstance(answer, Signed)
        if wrong:
            found.differences.append(f"{where}: {wrong}\n  {intent}\n  {answer}")


def _in_order_of_lanes(batch: list[Intent]) -> Iterable[int]:
    """Give places in the order of signing: agent after agent, each agent's in order."""
    lanes: dict[str, list[int]] = {}
    for place, intent in enumerate(batch):
        lanes.setdefault(intent.agent_id, []).append(place)
    return [place for lane in lanes.values() for place in lane]


def _wrong_with(
    world: World, intent: Intent, answer: SigningAnswer, *, may: bool, number: int
) -> str:
    if not isinstance(answer, Signed):
        return "not signed, and may be" if may else ""
    if not may:
        return "signed, and may not be"
    if any(secret.hex() in answer.body for secret in world.secrets):
        return "the answer holds a key"
    body = json.loads(answer.body)
    if number % SIGNER_RECOVERED_EVERY == 0 and not _is_signed_by_its_agent(world, intent, body):
        return "signed by somebody else"
    return "" if _says(intent, body) else "the body says something else"


def _says(intent: Intent, body: dict[str, Any]) -> bool:
    if set(body) != {"action", "nonce", "signature", "vaultAddress", "expiresAfter"}:
        return False
    if (body["nonce"], body["expiresAfter"]) != (intent.nonce, intent.expires_at_ms):
        return False
    if body["vaultAddress"] is not None:
        return False
    return _action_says(intent, body["action"])


def _action_says(intent: Intent, action: dict[str, Any]) -> bool:
    if intent.kind is IntentKind.LEVERAGE:
        return action == {
            "type": "updateLeverage",
            "asset": intent.asset,
            "isCross": not intent.isolated,
            "leverage": intent.leverage,
        }
    (order,) = action["orders"]
    amounts = (Decimal(order.pop("p")), Decimal(order.pop("s")))
    return (
        set(action) == {"type", "orders", "grouping"}
        and (action["type"], action["grouping"]) == ("order", "na")
        and amounts == (intent.limit_price, intent.size)
        and order
        == {
            "a": intent.asset,
            "b": intent.side is Side.BUY,
            "r": intent.kind is IntentKind.EXIT,
            "t": {"limit": {"tif": "Ioc"}},
            "c": "0x" + intent.intent_id[:32],
        }
    )


def _is_signed_by_its_agent(world: World, intent: Intent, body: dict[str, Any]) -> bool:
    given = body["signature"]
    signature = f"{given['r']}{given['s'][2:]}{given['v']:02x}"
    (agent,) = (each for each in world.agents if each.agent_id == intent.agent_id)
    return recover_address(draft(intent, TESTNET).digest, signature) == agent.address
