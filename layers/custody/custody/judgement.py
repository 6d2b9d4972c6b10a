"""What is known around a batch of intents, joined per intent for the policy. Pure."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from custody.policy import Killed, Request
from custody.store import Readings
from understudy.domain.money import ZERO

if TYPE_CHECKING:
    from understudy.domain.intents import Intent

_DAY_MS = 86_400_000
_EPOCH = date(1970, 1, 1).toordinal()
_NOT_KILLED = Killed()


class Circumstances(NamedTuple):
    """What was read for one batch, and when."""

    readings: Readings
    now_ms: int
    day: str

    def request(self, intent: Intent) -> Request:
        """Put an intent together with what is known about it."""
        readings = self.readings
        agent, bounds = readings.agents.get(intent.agent_id), readings.bounds.get(intent.agent_id)
        return Request(
            intent=intent,
            agent=agent,
            policy=None if bounds is None else bounds.policy,
            killed=readings.killed.get(intent.agent_id, _NOT_KILLED),
            market=readings.markets.get(intent.symbol),
            mark=readings.marks.get(intent.symbol),
            spent_today=ZERO if agent is None else readings.spent.get(agent.wallet_mark, ZERO),
            now_ms=self.now_ms,
        )


def utc_day(now_ms: int) -> str:
    """Give the UTC date of a time in ms since 1970."""
    return date.fromordinal(_EPOCH + now_ms // _DAY_MS).isoformat()
