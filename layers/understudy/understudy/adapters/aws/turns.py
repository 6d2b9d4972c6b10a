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


class Turns:
    """The turns of one switch: the attribute `name` of one item, there while the switch is on.

    `beside` is what the item has as well once the switch was turned on.
    """

    def __init__(self, table: str, key: Item, name: str, beside: Item | None = None) -> None:
        self._place = {"TableName": table, "Key": key}
        self._name = name
        listed = beside or {}
        self._on = {":on": _ON, **{f":{each}": value for each, value in listed.items()}}
        self._set = ", ".join(("SET #switch = :on", *(f"{each} = :{each}" for each in listed)))

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
            on = {**self._on, ":until": number(at_ms)}
            write(self._update(f"{self._set}, #on_ms = :until", on, is_conditional=True))
        except ConflictError:  # a later on has been here, and its time stays
            write(self._update(self._set, self._on, is_conditional=False))

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
