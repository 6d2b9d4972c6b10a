"""Switches in the copying table."""

from __future__ import annotations

from understudy.adapters.aws.switch_items import key_of
from understudy.adapters.aws.table import Table
from understudy.adapters.aws.turns import Turns
from understudy.ports.switches import Switch


class DynamoSwitchBoard:
    """Implements `SwitchBoard` on the copying table."""

    def __init__(self, copying: Table) -> None:
        self._table = copying

    def turn(self, switch: Switch, subject: str, *, on: bool, at_ms: int) -> None:
        """Turn a switch on or off."""
        turns = Turns(self._table.name, key_of(switch, subject), switch.value)
        turns.turn(self._table.update, on=on, at_ms=at_ms)

    def is_on(self, switch: Switch, subject: str) -> bool:
        """Say whether a switch is on."""
        return switch.value in (self._table.get(key_of(switch, subject)) or ())
