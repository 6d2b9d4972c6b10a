"""What each lane reads first, read for all lanes of a delivery together: a batch costs one call.

Whatever fails here is left out and decides nothing: that lane reads for itself, and fails alone.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from concurrent.futures import Future
from typing import TypeVar

from understudy.domain.ids import FollowId
from understudy.messages import FollowerExecute, LaneCommand
from understudy.ports.concurrency import Pool
from understudy.ports.copying import FollowState
from understudy.workflows.copying.views import CopyPorts, Look, View, views_of

Key = TypeVar("Key", bound=Hashable)


def first_views(
    ports: CopyPorts, lanes: Mapping[Key, Sequence[LaneCommand]], pool: Pool
) -> dict[Key, View]:
    """Read what the first command of every lane needs; lanes that cannot be read are left out."""
    firsts = {lane: commands[0] for lane, commands in lanes.items() if commands}
    states = _states(ports, {command.follow_id for command in firsts.values()}, pool)
    looks = {
        lane: _look(states[command.follow_id], command)
        for lane, command in firsts.items()
        if command.follow_id in states
    }
    views = pool.submit(views_of, ports.store, list(looks.values()))
    if views.exception() is not None:
        return {}
    return dict(zip(looks, views.result(), strict=True))


def _states(ports: CopyPorts, follow_ids: set[FollowId], pool: Pool) -> dict[FollowId, FollowState]:
    reading = {each: pool.submit(ports.store.follow_state, each) for each in sorted(follow_ids)}
    read = {each: _state(future) for each, future in reading.items()}
    return {each: state for each, state in read.items() if state is not None}


def _state(reading: Future[FollowState | None]) -> FollowState | None:
    return None if reading.exception() is not None else reading.result()


def _look(state: FollowState, command: LaneCommand) -> Look:
    if isinstance(command, FollowerExecute):
        return Look(state, command.trade.symbol, command.trade.seq)
    return Look(state, command.symbol, command.seq or None)
