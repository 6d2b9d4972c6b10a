"""A venue's request budget per egress group, shared by all workers and leased in blocks.

One item per minute counts what each purpose has leased. A worker asks for a block, one call, and
spends it alone; what it does not spend in its minute is lost. So its first block is small, and
every further one of the minute twice as large: many workers that ask for little leave some over.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from threading import Lock
from typing import Any

from understudy.adapters.aws.attempts import attempt
from understudy.adapters.aws.attributes import Item, number
from understudy.adapters.aws.keys import key
from understudy.adapters.aws.table import Table
from understudy.adapters.venue_shares import DRAWS_ON, share_of
from understudy.domain.errors import ConflictError, DependencyError
from understudy.ports.clock import Clock
from understudy.ports.delivery import MINUTE_MS, Purpose

BLOCKS_PER_SHARE = 24
FIRST_BLOCK = 2
KEPT_MINUTES = 60

Spender = tuple[str, Purpose]


class DynamoVenueBudget:
    """Implements `VenueBudget` on the throttle table; `weight_per_minute` goes by venue."""

    def __init__(
        self,
        throttle: Table,
        egress_group: str,
        weight_per_minute: Mapping[str, int],
        clock: Clock,
    ) -> None:
        self._table = throttle
        self._egress_group = egress_group
        self._weight_per_minute = weight_per_minute
        self._clock = clock
        self._lock = Lock()
        self._left: dict[Spender, tuple[int, int]] = {}
        self._used_up: dict[Spender, int] = {}
        self._last_block: dict[Spender, tuple[int, int]] = {}

    def take(self, venue: str, purpose: Purpose, weight: int) -> bool:
        """Take weight from this minute's budget; False when none is left for it.

        An exit passes when the budget cannot be read: then only the venue itself may stop it.
        """
        with self._lock:
            try:
                return any(self._take((venue, share), weight) for share in DRAWS_ON[purpose])
            except DependencyError:
                if purpose is Purpose.EXIT:
                    return True
                raise

    def refused(self, venue: str) -> None:
        """Say that the venue answered 429: this minute and the next have half the budget."""
        with self._lock:
            for purpose in Purpose:
                self._left.pop((venue, purpose), None)
        for minute in (self._minute(), self._minute() + 1):
            self._update(
                venue,
                minute,
                UpdateExpression="SET halved = :yes, expires_on = :expires",
                ExpressionAttributeValues={":yes": {"BOOL": True}, ":expires": _expires(minute)},
            )

    def _take(self, spender: Spender, weight: int) -> bool:
        minute = self._minute()
        leased_in, left = self._left.get(spender, (minute, 0))
        if leased_in != minute:
            left = 0
        if left < weight:
            if self._used_up.get(spender) == minute:
                return False
            left += self._leased_block(spender, minute, weight)
        taken = left >= weight
        self._left[spender] = (minute, left - weight if taken else left)
        return taken

    def _leased_block(self, spender: Spender, minute: int, weight: int) -> int:
        share = self._share(spender, halved=False)
        usual = max(1, share // BLOCKS_PER_SHARE)
        wanted = max(min(usual, self._next_block(spender, minute)), weight)
        # Near the end of a share there is less than a block.
        for block in sorted({wanted, weight}, reverse=True):
            if block <= share and self._lease(spender, minute, block):
                self._last_block[spender] = (minute, block)
                return block
        if weight <= usual:
            self._used_up[spender] = minute
        return 0

    def _next_block(self, spender: Spender, minute: int) -> int:
        leased_in, block = self._last_block.get(spender, (minute, 0))
        return 2 * block if leased_in == minute and block else FIRST_BLOCK

    def _lease(self, spender: Spender, minute: int, block: int) -> bool:
        venue, purpose = spender
        room = self._share(spender, halved=False) - block
        half_room = self._share(spender, halved=True) - block
        try:
            self._update(
                venue,
                minute,
                UpdateExpression="SET expires_on = :expires ADD #leased :block",
                ExpressionAttributeNames={"#leased": f"{purpose}_leased"},
                ExpressionAttributeValues={
                    ":expires": _expires(minute),
                    ":block": number(block),
                    **_room_values(room, half_room),
                },
                ConditionExpression=_room_condition(half_room),
            )
        except ConflictError:
            return False
        return True

    def _share(self, spender: Spender, *, halved: bool) -> int:
        venue, purpose = spender
        return share_of(self._weight_per_minute[venue], purpose, halved=halved)

    def _minute(self) -> int:
        return self._clock.now_ms() // MINUTE_MS

    def _update(self, venue: str, minute: int, **change: Any) -> None:
        item = key(f"BUDGET#{venue}#{self._egress_group}", f"MINUTE#{minute}")
        update = self._table.client.update_item
        attempt(partial(update, TableName=self._table.name, Key=item, **change))


def _expires(minute: int) -> Item:
    return number((minute + KEPT_MINUTES) * MINUTE_MS // 1000)


def _room_values(room: int, half_room: int) -> Item:
    values = {":room": number(room)}
    return values if half_room < 0 else {**values, ":half_room": number(half_room)}


def _room_condition(half_room: int) -> str:
    whole = f"attribute_not_exists(halved) AND {_fits(':room')}"
    if half_room < 0:
        return whole
    return f"({whole}) OR (attribute_exists(halved) AND {_fits(':half_room')})"


def _fits(room: str) -> str:
    return f"(attribute_not_exists(#leased) OR #leased <= {room})"
