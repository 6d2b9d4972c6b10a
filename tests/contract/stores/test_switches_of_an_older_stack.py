"""What an older version turned on stands without a time and outside the index, and is listed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.contract.stores import tables
from tests.fakes.builders import NOW_MS
from understudy.adapters.aws.switch_board import DynamoSwitchBoard
from understudy.adapters.aws.switch_items import key_of
from understudy.adapters.aws.table import Table
from understudy.ports.switches import Switch, TurnedOn

if TYPE_CHECKING:
    from understudy.adapters.aws.attributes import Item

LATER_MS = NOW_MS + 60_000


@pytest.fixture
def copying(moto_dynamodb: Any) -> Table:
    return Table(moto_dynamodb, tables.create(moto_dynamodb, "copying", tables.COPYING))


def stand(copying: Table, switch: Switch, subject: str, **beside: Any) -> None:
    item: Item = {**key_of(switch, subject), switch.value: {"BOOL": True}, **beside}
    copying.put(item)


def test_a_kill_of_everybody_or_of_the_venue_is_listed_though_the_index_has_it_not(
    copying: Table,
) -> None:
    stand(copying, Switch.KILL_GLOBAL, "")
    stand(copying, Switch.KILL_VENUE, "hyperliquid", kill_venue_ms={"N": str(NOW_MS)})

    assert list(DynamoSwitchBoard(copying).turned_on()) == [
        TurnedOn(Switch.KILL_GLOBAL, "", 0),
        TurnedOn(Switch.KILL_VENUE, "hyperliquid", NOW_MS),
    ]


def test_an_on_that_comes_late_lists_what_was_not_listed_before(copying: Table) -> None:
    stand(copying, Switch.KILL_USER, "user-1", kill_user_ms={"N": str(LATER_MS)})
    board = DynamoSwitchBoard(copying)

    board.turn(Switch.KILL_USER, "user-1", on=True, at_ms=NOW_MS)

    assert list(board.turned_on()) == [TurnedOn(Switch.KILL_USER, "user-1", LATER_MS)]
