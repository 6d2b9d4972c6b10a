"""How many actions an address may send for the volume it traded, and what happens beyond."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulators.hyperliquid import texts
from simulators.hyperliquid.decimals import to_wire
from simulators.hyperliquid.engine.account import RefusedAction
from simulators.hyperliquid.refusal import ActionRefusedError

if TYPE_CHECKING:
    from simulators.hyperliquid.engine.account import Account

FREE_ACTIONS = 10_000
EXTRA_CANCELS = 100_000
THROTTLE_MS = 10_000
EXPIRED_WEIGHT = 5
# A judge asks about the refusals of a whole run. Who rests after each, as the venue wants it, meets
# one in ten seconds at most: these are more than a day's.
MOST_REFUSALS = 10_000


@dataclass(slots=True)
class ActionLimits:
    """The per-address limit; off during closed-loop replays."""

    enabled: bool = True

    def take(
        self,
        account: Account,
        count: int,
        now_ms: int,
        *,
        cancels: bool = False,
        reduces: bool = False,
    ) -> None:
        """Count ``count`` actions, or refuse them without counting and note that."""
        allowed = cap(account)
        if cancels:
            allowed = min(allowed + EXTRA_CANCELS, 2 * allowed)
        if self.enabled and account.requests_used + count > allowed:
            self._throttle(account, allowed, RefusedAction(now_ms, reduces))
        account.requests_used += count

    def _throttle(self, account: Account, allowed: int, asked: RefusedAction) -> None:
        if asked.time_ms - account.throttled_at_ms < THROTTLE_MS:
            account.refused_actions.append(asked)
            del account.refused_actions[:-MOST_REFUSALS]
            volume = to_wire(account.volume_usd)
            used = account.requests_used + 1
            raise ActionRefusedError(texts.too_many_requests(used, allowed, volume))
        account.throttled_at_ms = asked.time_ms


def cap(account: Account) -> int:
    """Return the actions an account may send in total."""
    return FREE_ACTIONS + int(account.volume_usd)
