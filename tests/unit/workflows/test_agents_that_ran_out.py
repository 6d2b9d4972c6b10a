"""An agent that has run out signs nothing: the follow says so, and the sweep finds it."""

from __future__ import annotations

from dataclasses import replace

from tests.fakes.world import World, following
from understudy.domain.follows import FollowStatus, PauseReason
from understudy.domain.ids import FollowId
from understudy.domain.reasons import Reason


def _with_agent_until(seconds: int) -> tuple[World, FollowId]:
    world, follow = following("5")
    until_ms = world.clock.now_ms() + seconds * 1000
    known = world.table.follows[follow]
    world.directory.replace(replace(known, agent_valid_until_ms=until_ms))
    return world, follow


def test_an_agent_that_has_run_out_signs_no_entry() -> None:
    world, follow = _with_agent_until(5)
    world.clock.advance(5_000)
    sent = len(world.venue.sent)

    world.copy("BTC", "1")

    assert len(world.venue.sent) == sent
    assert world.receipts(follow)[-1].reason is Reason.SIGNING_UNAVAILABLE


def test_the_sweep_pauses_a_follow_whose_agent_has_run_out() -> None:
    world, follow = _with_agent_until(5)
    world.sweep()
    assert world.table.follows[follow].status is FollowStatus.ACTIVE

    world.clock.advance(5_000)
    world.sweep()

    assert world.table.follows[follow].pause_reason is PauseReason.AGENT_REVOKED
