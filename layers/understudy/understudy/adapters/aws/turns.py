"""The writes that turn a switch, with the time of its last on beside it.

Who turns one off names no time: nothing is ever compared with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from understudy.adapters.aws.attributes import Item, number
from understudy.domain.errors import ConflictError
from understudy.domain.turns import newer_decision, undoes_until_ms

if TYPE_CHECKING:
    from collections.abc import Callable

    from understudy.adapters.aws.operations import Operation

_ON = {"BOOL": True}
_SET = "SET #switch = :on"


class Turns:
    """The turns of one switch: the attribute `name` of one item, there while the switch is on."""

    def __init__(self, table: str, key: Item, name: str) -> None:
        self._place = {"TableName": table, "Key": key}
        self._name = name

    def turn(self, write: Callable[[Operation], None], *, on: bool, at_ms: int) -> None:
        """Turn the switch by `write`, which raises ConflictError where a condition fails.

        Raises ConflictError (NEWER_DECISION) for an off that would undo a later on.
        """
        if on:
            self._turn_on(write, at_ms)
        else:
            self._turn_off(write, at_ms)

    def _turn_on(self, write: Callable[[Operation], None], at_ms: int) -> None:
        try:
            on = {":on": _ON, ":until": number(at_ms)}
            write(self._update(f"{_SET}, #on_ms = :until", on, is_conditional=True))
        except ConflictError:  # a later on has been here, and its time stays
            write(self._update(_SET, {":on": _ON}, is_conditional=False))

    def _turn_off(self, write: Callable[[Operation], None], at_ms: int) -> None:
        values = {":until": number(undoes_until_ms(at_ms))}
        try:
            write(self._update("REMOVE #switch", values, is_conditional=True))
        except ConflictError as error:
            raise newer_decision() from error

    def _update(self, change: str, values: Item, *, is_conditional: bool) -> Operation:
        update: dict[str, Any] = {
            **self._place,
            "UpdateExpression": change,
            "ExpressionAttributeNames": {"#switch": self._name},
            "ExpressionAttributeValues": values,
        }
        if is_conditional:
            update["ConditionExpression"] = "attribute_not_exists(#on_ms) OR #on_ms <= :until"
            update["ExpressionAttributeNames"]["#on_ms"] = f"{self._name}_ms"
        return {"Update": update}
