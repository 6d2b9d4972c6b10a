"""An order is its agent's: the wallet's next agent does not sign it a second time."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.fakes.api import ApiWorld
from tests.fakes.requests import started
from tests.fakes.venue import Fault
from understudy.domain.ids import FollowId

UNHEARD = [Fault.TIMES_OUT_AFTER_ACCEPT, Fault.NEVER_ARRIVES]


def _reduced_unheard(api: ApiWorld, token: str, fault: Fault) -> FollowId:
    """Hold 1, let an exit of 0.6 go unheard, and have a new agent before anybody asks for it.

    Gives the follow.
    """
    agent_id = api.delegate(token)
    follow_id = FollowId(started(api, token))
    api.world.pump()
    api.world.clock.advance(1000)
    api.world.copy("BTC", "5")
    api.world.copy_now("BTC", "-3", fault)
    assert api.request("DELETE", f"/v1/agents/{agent_id}", None, token).status == 200
    api.delegate(token, name="next")
    return follow_id


@pytest.mark.parametrize("fault", UNHEARD)
def test_an_exit_that_was_not_heard_of_is_made_once(
    api: ApiWorld, token: str, fault: Fault
) -> None:
    follow_id = _reduced_unheard(api, token, fault)

    api.world.pass_time(60)
    assert api.request("POST", f"/v1/follows/{follow_id}/start", None, token).status == 200
    api.world.sweep()

    held = api.world.ledger(follow_id).held
    assert api.world.held_at_venue(follow_id) == held == Decimal("0.4")


def test_the_next_agent_signs_nothing_of_the_one_before(api: ApiWorld, token: str) -> None:
    _reduced_unheard(api, token, Fault.NEVER_ARRIVES)
    before = len(api.world.venue.sent)

    api.world.pass_time(60)

    assert len(api.world.venue.sent) == before
