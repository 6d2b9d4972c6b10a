"""Switches in memory."""

from __future__ import annotations

from understudy.ports.switches import Switch


class InMemorySwitchBoard:
    """Implements `SwitchBoard` in memory."""

    def __init__(self) -> None:
        self._on: set[tuple[Switch, str]] = set()

    def turn(self, switch: Switch, subject: str, *, on: bool) -> None:
        """Turn a switch on or off."""
        if on:
            self._on.add((switch, subject))
        else:
            self._on.discard((switch, subject))

    def is_on(self, switch: Switch, subject: str) -> bool:
        """Say whether a switch is on."""
        return (switch, subject) in self._on
