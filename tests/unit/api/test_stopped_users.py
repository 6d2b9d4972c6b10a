"""Whoever an operator has stopped sees it in who they are, until the stop ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.identity import BOB
from understudy.domain.turns import CLOCKS_DIFFER_BY_MS

if TYPE_CHECKING:
    from tests.fakes.api import ApiWorld


def me(api: ApiWorld) -> dict[str, Any]:
    shown: dict[str, Any] = api.request("GET", "/v1/me", None, api.token()).body
    return shown


def turn(api: ApiWorld, switch: str, subject: str, *, on: bool) -> None:
    api.world.clock.advance(CLOCKS_DIFFER_BY_MS + 1)
    wish = {"switch": switch, "subject": subject, "on": on, "reason": "ticket 4711"}
    answer = api.request("POST", "/v1/ops/switches", wish, api.operator_token())
    assert answer.status == 200, answer.body


@pytest.mark.parametrize(
    ("switch", "who"),
    [("kill_global", "everybody"), ("kill_venue", "venue"), ("kill_user", "user")],
)
def test_who_is_stopped_sees_it_until_the_stop_ends(api: ApiWorld, switch: str, who: str) -> None:
    before = me(api)
    subject = {"kill_venue": "hyperliquid", "kill_user": before["user"]["user_id"]}.get(switch, "")

    turn(api, switch, subject, on=True)
    during = me(api)["trading_stopped_for"]
    turn(api, switch, subject, on=False)

    assert before["trading_stopped_for"] == []
    assert during == [who]
    assert me(api)["trading_stopped_for"] == []


def test_a_stop_of_somebody_else_is_not_mine(api: ApiWorld) -> None:
    api.token()
    other = api.request("GET", "/v1/me", None, api.token(BOB)).body["user"]["user_id"]

    turn(api, "kill_user", other, on=True)

    assert me(api)["trading_stopped_for"] == []
