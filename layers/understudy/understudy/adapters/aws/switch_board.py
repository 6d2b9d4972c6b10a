"""Switches in the copying table."""

from __future__ import annotations

from typing import Any

from understudy.adapters.aws.attempts import attempt
from understudy.adapters.aws.switch_items import key_of
from understudy.adapters.aws.table import Table
from understudy.ports.switches import Switch

_TURN_ON: Any = {
    "UpdateExpression": "SET #switch = :on",
    "ExpressionAttributeValues": {":on": {"BOOL": True}},
}
_TURN_OFF: Any = {"UpdateExpression": "REMOVE #switch"}


class DynamoSwitchBoard:
    """Implements `SwitchBoard` on the copying table."""

    def __init__(self, copying: Table) -> None:
        self._table = copying

    def turn(self, switch: Switch, subject: str, *, on: bool) -> None:
        """Turn a switch on or off."""
        request = _TURN_ON if on else _TURN_OFF
        attempt(
            lambda: self._table.client.update_item(
                TableName=self._table.name,
                Key=key_of(switch, subject),
                ExpressionAttributeNames={"#switch": switch.value},
                **request,
            )
        )

    def is_on(self, switch: Switch, subject: str) -> bool:
        """Say whether a switch is on."""
        return switch.value in (self._table.get(key_of(switch, subject)) or ())
