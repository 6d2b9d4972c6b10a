"""What goes by itself and what never does: no key in use, no id, nothing still asked for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from custody.agents import AgentStatus, Bounds, tombstone_of
from custody.store import Recorded
from tests.contract.custody.test_agent_store import ACTIVATED, AGENT, CREATED, REVOKED
from tests.contract.custody.test_signing_store import MARK, approval, read
from tests.unit.custody.scene import NOW_MS, POLICY
from understudy.domain.errors import ConflictError

if TYPE_CHECKING:
    from tests.contract.custody.backends import Backend

SECOND_MS, DAY_MS = 1_000, 86_400_000
YEARS_MS = 4 * 365 * DAY_MS


def test_a_key_that_nobody_approves_goes_after_a_day(backend: Backend) -> None:
    backend.agents.create(AGENT, POLICY, CREATED)

    backend.throw_away(AGENT.created_at_ms + DAY_MS - SECOND_MS)
    assert backend.agents.agent(AGENT.agent_id) == AGENT

    backend.throw_away(AGENT.created_at_ms + DAY_MS)
    assert backend.agents.agent(AGENT.agent_id) is None


def test_the_key_of_an_active_agent_stays_with_its_bounds(backend: Backend) -> None:
    backend.agents.create(AGENT, POLICY, CREATED)
    backend.agents.activate(AGENT, ACTIVATED)

    backend.throw_away(NOW_MS + YEARS_MS)

    assert backend.agents.agent(AGENT.agent_id) == replace(AGENT, status=AgentStatus.ACTIVE)
    assert backend.agents.bounds(AGENT) == Bounds(POLICY)


@pytest.mark.parametrize("was_active", [False, True])
def test_a_tombstone_stays_so_that_its_id_is_never_given_again(
    backend: Backend, *, was_active: bool
) -> None:
    backend.agents.create(AGENT, POLICY, CREATED)
    if was_active:
        backend.agents.activate(AGENT, ACTIVATED)
    backend.agents.revoke(AGENT, REVOKED)

    backend.throw_away(NOW_MS + YEARS_MS)

    assert backend.agents.agent(AGENT.agent_id) == tombstone_of(AGENT)
    with pytest.raises(ConflictError):
        backend.agents.create(AGENT, POLICY, CREATED)


def test_what_was_signed_for_an_intent_is_known_as_long_as_it_can_be_asked_for(
    backend: Backend,
) -> None:
    backend.agents.create(AGENT, POLICY, CREATED)
    backend.signing.record(approval())

    backend.throw_away(NOW_MS + 60 * DAY_MS - SECOND_MS)
    assert backend.signing.record(approval("other")) is Recorded.CHANGED

    backend.throw_away(NOW_MS + 60 * DAY_MS)
    assert not read(backend, AGENT).contents


def test_what_a_day_has_spent_is_counted_until_long_after_it(backend: Backend) -> None:
    backend.agents.create(AGENT, POLICY, CREATED)
    backend.agents.activate(AGENT, ACTIVATED)
    backend.signing.record(approval(notional=60, room=40))

    backend.throw_away(NOW_MS + 8 * DAY_MS - SECOND_MS)
    assert read(backend, AGENT).spent == {MARK: 60}

    backend.throw_away(NOW_MS + 8 * DAY_MS)
    assert not read(backend, AGENT).spent.get(MARK)
