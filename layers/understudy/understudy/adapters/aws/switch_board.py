"""Switches in the copying table."""

from __future__ import annotations

from collections.abc import Sequence

from understudy.adapters.aws.attributes import text
from understudy.adapters.aws.switch_items import (
    LISTED,
    STANDING_ALONE,
    key_of,
    listing_of,
    turned_on_in,
)
from understudy.adapters.aws.table import Table
from understudy.adapters.aws.turns import Turns
from understudy.ports.switches import Switch, TurnedOn, in_order


class DynamoSwitchBoard:
    """Implements `SwitchBoard` on the copying table."""

    def __init__(self, copying: Table) -> None:
        self._table = copying

    def turn(self, switch: Switch, subject: str, *, on: bool, at_ms: int) -> None:
        """Turn a switch on or off."""
        beside = listing_of(switch, subject)
        turns = Turns(self._table.name, key_of(switch, subject), switch.value, beside)
        turns.turn(self._table.update, on=on, at_ms=at_ms)

    def is_on(self, switch: Switch, subject: str) -> bool:
        """Say whether a switch is on."""
        return switch.value in (self._table.get(key_of(switch, subject)) or ())

    def turned_on(self) -> Sequence[TurnedOn]:
        """List the operators' switches that are on."""
        entries = self._table.query(
            "user_id = :listed", {":listed": text(LISTED)}, IndexName="by_user"
        )
        found = (*STANDING_ALONE, *entries)
        keys = {each["pk"]["S"]: {"pk": each["pk"], "sk": each["sk"]} for each in found}
        items = self._table.get_many(list(keys.values()))
        return in_order(each for item in items for each in turned_on_in(item))
