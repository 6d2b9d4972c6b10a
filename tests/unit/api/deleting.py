"""A follow that holds something, and requests about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.fakes.requests import started
from understudy.domain.ids import FollowId

if TYPE_CHECKING:
    from tests.fakes.api import ApiWorld


def holding(api: ApiWorld, token: str, **changes: Any) -> str:
    """Start a follow and let it copy 1 BTC short of the leader's 5."""
    api.delegate(token)
    follow_id = started(api, token, **changes)
    api.world.pump()
    api.world.clock.advance(1000)
    api.world.copy("BTC", "5")
    assert api.world.held_at_venue(FollowId(follow_id)) == 1
    return follow_id


def ask(api: ApiWorld, token: str, method: str, follow_id: str, more: str = "") -> Any:
    return api.request(method, f"/v1/follows/{follow_id}{more}", None, token)
