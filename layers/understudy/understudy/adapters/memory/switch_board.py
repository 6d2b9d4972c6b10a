"""Switches in memory."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock

from understudy.domain.turns import newer_decision, undoes_until_ms
from understudy.ports.switches import OF_OPERATORS, Switch, TurnedOn, in_order

_Place = tuple[Switch, str]


class InMemorySwitchBoard:
    """Implements `SwitchBoard` in memory."""

    def __init__(self) -> None:
        self._on: set[_Place] = set()
        self._on_ms: dict[_Place, int] = {}
        self._lock = Lock()

    def turn(self, switch: Switch, subject: str, *, on: bool, at_ms: int) -> None:
        """Turn a switch on or off."""
        place = (switch, subject)
        with self._lock:
            last_on_ms = self._on_ms.get(place)
            if on:
                self._on.add(place)
                self._on_ms[place] = max(at_ms, last_on_ms or at_ms)
            elif last_on_ms is None or last_on_ms <= undoes_until_ms(at_ms):
                self._on.discard(place)
            else:
                raise newer_decision()

    @property
    def are_all_off(self) -> bool:
        """Say whether no switch is on, for anybody."""
        return not self._on

    def is_on(self, switch: Switch, subject: str) -> bool:
        """Say whether a switch is on."""
        return (switch, subject) in self._on

    def turned_on(self) -> Sequence[TurnedOn]:
        """List the operators' switches that are on."""
        on = [(switch, subject) for switch, subject in self._on if switch in OF_OPERATORS]
        return in_order(TurnedOn(*place, self._on_ms[place]) for place in on)
