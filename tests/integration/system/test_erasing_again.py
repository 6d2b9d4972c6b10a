"""Tables that were restored bring erased users back: the command finds them, and they go again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from cli.app import main
from tests.permissions.cast import new_follower
from tests.permissions.erasing import FUNCTION, left_of
from tests.permissions.stage import Stage

if TYPE_CHECKING:
    from tests.permissions.cast import Follower
    from understudy.adapters.aws.attributes import Item

pytestmark = pytest.mark.integration

IDENTITY, COPYING = "IdentityTable", "CopyingTable"
AGAIN = ("ops", "erase-again", "--reason", "a test")


@pytest.mark.parametrize("restored", [(IDENTITY, COPYING), (IDENTITY,), (COPYING,)])
def test_whoever_a_restored_table_brings_back_is_found_and_gone_again(
    stage: Stage,
    restored: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", stage.system.stack.endpoint_url)
    follower = new_follower(stage)
    follower.copy("0", "1", 1)
    state = follower.state.follow
    names = (state.user_id, state.wallet_id, state.follow_id, state.wallet_address)
    backup = {name: items_about(stage, name, names) for name in restored}
    erase(follower)
    assert left_of(stage, *names) == set()
    for name, items in backup.items():
        assert items
        stage.table(name).put_many(items)

    assert main(AGAIN) == 0
    assert state.user_id in capsys.readouterr().out
    assert left_of(stage, *names), "who only looks changes nothing"
    assert main([*AGAIN, "--yes"]) == 0

    stage.wait("the user is gone again", lambda: gone_after_a_run(stage, names))
    capsys.readouterr()
    assert main(AGAIN) == 0
    assert capsys.readouterr().out.splitlines() == ["nobody who was erased is back"]


def erase(follower: Follower) -> None:
    wish = {"address": follower.user.key.address, "positions": "keep"}
    follower.user.stage.wait(
        "the account is deleted",
        lambda: follower.client.call("POST", "/v1/me/deletion", wish)["status"] == "DELETED",
    )


def items_about(stage: Stage, name: str, names: tuple[str, ...]) -> list[Item]:
    table = stage.table(name)
    pages: Any = table.client.get_paginator("scan").paginate(TableName=table.name)
    items = [item for page in pages for item in page["Items"]]
    return [item for item in items if any(each in repr(item) for each in names)]


def gone_after_a_run(stage: Stage, names: tuple[str, ...]) -> bool:
    stage.invoke(FUNCTION, {})
    return not left_of(stage, *names)
