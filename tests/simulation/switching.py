"""What operators and users switch off for a while: entries stop, and exits go on.

The kill switch of a user alone stops the exits too. A kill switch is turned at the signer and in
the records of copying, one after the other; an operator may also leave it at the signer's.
"""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from tests.simulation.deeds import Deed, Doer
from understudy.domain.errors import ConflictError
from understudy.domain.limits import OnStop
from understudy.domain.markets import HYPERLIQUID
from understudy.ports.switches import Switch

if TYPE_CHECKING:
    from tests.simulation.world import World
    from understudy.domain.follows import Follow
    from understudy.runtime.api_services import ApiServices

BETWEEN_MS = (0, 10, 100, 1_000)
# What stops everybody is seldom on for long: a run is there to see orders.
# Whoever turns a switch off has seen it on for longer than clocks differ.
A_WHILE_MS = (1_100, 5_000, 10_000, 20_000, 45_000, 90_000)
BRIEFLY_MS = (1_100, 1_100, 1_300, 1_500, 1_500, 2_000, 2_500, 12_000)
FOR_ALL = ((Switch.KILL_GLOBAL, ""), (Switch.KILL_VENUE, HYPERLIQUID))
SIGNERS_ALONE_SHARE = 0.1
STOPS = (OnStop.COPY_CLOSES, OnStop.CLOSE_NOW, OnStop.KEEP)


class Switching(Doer):
    """Deeds with switches, each of which is off again at its end."""

    def __init__(self, world: World, api: ApiServices) -> None:
        super().__init__(world, api)
        self.for_all: tuple[Deed, ...] = (self._kill_entries,)
        self.for_one: tuple[Deed, ...] = (
            self._kill_own,
            self._flag,
            self._blacklist,
            self._disable,
        )

    def enable(self, follow: Follow) -> None:
        """Let copying go on."""
        enable = self._api.copy_settings.enable
        self._insist_until_told(lambda: enable(follow.user_id, self._world.loop.now_ms))

    def _kill_entries(self, _follow: Follow) -> None:
        """Have nobody enter at all, or at the venue."""
        switch, subject = self._one_of(FOR_ALL)
        self._note(switch)
        at_signer = partial(self._turn, self._world.keys, switch, subject)
        if self._random.random() < SIGNERS_ALONE_SHARE:
            at_signer(on=True)
            self._wait(BRIEFLY_MS)
            at_signer(on=False)
            return
        self._turn_both(switch, subject, on=True)
        self._wait(BRIEFLY_MS)
        self._turn_both(switch, subject, on=False)

    def _kill_own(self, follow: Follow) -> None:
        self._note(Switch.KILL_USER)
        self._turn_both(Switch.KILL_USER, follow.user_id, on=True)
        self._wait(A_WHILE_MS)
        self._turn_both(Switch.KILL_USER, follow.user_id, on=False)

    def _turn_both(self, switch: Switch, subject: str, *, on: bool) -> None:
        self._turn(self._world.keys, switch, subject, on=on)
        self._wait(BETWEEN_MS)
        self._turn(self._world.switches, switch, subject, on=on)

    def _flag(self, follow: Follow) -> None:
        self._turn_for_a_while(Switch.FLAGGED, follow.user_id)

    def _blacklist(self, follow: Follow) -> None:
        self._turn_for_a_while(Switch.BLACKLISTED, follow.wallet_address)

    def _turn_for_a_while(self, switch: Switch, subject: str) -> None:
        self._note(switch)
        self._turn(self._world.switches, switch, subject, on=True)
        self._wait(A_WHILE_MS)
        self._turn(self._world.switches, switch, subject, on=False)

    def _turn(self, where: Any, switch: Switch, subject: str, *, on: bool) -> None:
        with suppress(ConflictError):  # somebody turned it on again, and will turn it off
            where.turn(switch, subject, on=on, at_ms=self._world.loop.now_ms)

    def _disable(self, follow: Follow) -> None:
        """Disable copying, with what the follow holds treated in one of the three ways; go on."""
        self._set(follow, {"on_stop": self._one_of(STOPS).value})
        self._note(Switch.COPY_DISABLED)
        disable = self._api.copy_settings.disable
        self._insist_until_told(lambda: disable(follow.user_id, self._world.loop.now_ms))
        self._wait()
        self.enable(follow)
