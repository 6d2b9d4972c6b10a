"""Switches that remember when they were on, and what must not happen meanwhile."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from understudy.adapters.memory.switch_board import InMemorySwitchBoard
from understudy.domain.intents import IntentKind
from understudy.ports.switches import Switch

if TYPE_CHECKING:
    from tests.simulation.loop import Loop
    from tests.simulation.world import World
    from understudy.domain.follows import Follow

# A worker goes on for 10 s with what it has read; an entry takes effect within 8 s, clocks differ.
OBEYED_WITHIN_MS = 20_000


@dataclass(slots=True)
class Span:
    """When a switch was on; `until_ms` is None while it is."""

    since_ms: int
    until_ms: int | None = None

    def holds(self, time_ms: int) -> bool:
        """Say whether it was on, and had been for long enough that everybody must have seen it."""
        is_over = self.until_ms is not None and time_ms >= self.until_ms
        return self.since_ms + OBEYED_WITHIN_MS < time_ms and not is_over


class TimedSwitchBoard(InMemorySwitchBoard):
    """Implements `SwitchBoard`."""

    def __init__(self, loop: Loop) -> None:
        super().__init__()
        self._loop = loop
        self._spans: defaultdict[tuple[Switch, str], list[Span]] = defaultdict(list)

    def turn(self, switch: Switch, subject: str, *, on: bool, at_ms: int) -> None:
        """Turn a switch on or off."""
        was_on, spans = self.is_on(switch, subject), self._spans[switch, subject]
        super().turn(switch, subject, on=on, at_ms=at_ms)
        if on and not was_on:
            spans.append(Span(self._loop.now_ms))
        elif was_on and not on:
            spans[-1].until_ms = self._loop.now_ms

    def was_on(self, switch: Switch, subject: str, within_ms: int) -> bool:
        """Say whether a switch is on, or was lately."""
        spans = self._spans.get((switch, subject))
        if not spans:
            return False
        until_ms = spans[-1].until_ms
        return until_ms is None or until_ms > self._loop.now_ms - within_ms

    def against(self, follow: Follow) -> list[tuple[Switch, Span]]:
        """Give when which switch forbade a follow's entries."""
        subjects = (
            (Switch.KILL_GLOBAL, ""),
            (Switch.KILL_VENUE, follow.venue),
            (Switch.KILL_USER, follow.user_id),
            (Switch.COPY_DISABLED, follow.user_id),
            (Switch.FLAGGED, follow.user_id),
            (Switch.BLACKLISTED, follow.wallet_address),
        )
        return [(each[0], span) for each in subjects for span in self._spans.get(each, ())]


def nothing_is_entered_while_it_is_switched_off(world: World) -> Iterator[str]:
    """Look for entries that took effect although a switch had been on for long enough."""
    spans = {each.follow_id: world.switches.against(each) for each in world.table.follows.values()}
    effects = _effects_ms(world)
    for order in world.table.intents.values():
        took_effect_ms = effects.get(order.client_order_id)
        if order.kind is not IntentKind.ENTRY or took_effect_ms is None:
            continue
        for switch, span in spans[order.follow_id]:
            if span.holds(took_effect_ms):
                yield f"{order.follow_id} {order.symbol}: entered in spite of {switch}"


def _effects_ms(world: World) -> dict[str, int]:
    """Give when which order took effect."""
    addresses = {each.wallet_address for each in world.table.follows.values()}
    fills = [own for each in addresses for own in world.venue.books.account(each).fills]
    return {own.client_order_id: own.fill.time_ms for own in fills}
