"""A wallet has so many agents made in a day and no more, whatever becomes of them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING

import pytest

from tests.fakes.identity import BOB
from tests.unit.api.test_wallets import link, linked, remove
from understudy.adapters.memory.identity import InMemoryIdentityStore
from understudy.domain.agents import DAY_MS, MOST_MADE_A_DAY, Agent, AgentScope
from understudy.domain.errors import ConflictError, TooManyCallsError
from understudy.domain.markets import HYPERLIQUID

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.fakes.api import Answer, ApiWorld
    from understudy.domain.ids import UserId

AT_ONCE = 40


def enable(api: ApiWorld, token: str, name: str = "main", **wish: str) -> Answer:
    return api.request(
        "POST", "/v1/agents/enable", {"scope": "TRADE_ONLY", "agent_name": name, **wish}, token
    )


def made_and_revoked(api: ApiWorld, token: str, **wish: str) -> bool:
    answer = enable(api, token, **wish)
    if answer.status != 201:
        return False
    agent_id = answer.body["agent"]["agent_id"]
    return api.request("DELETE", f"/v1/agents/{agent_id}", None, token).status == 200


def keys_made(api: ApiWorld) -> int:
    return len(api.keys.states)


def test_enabling_and_revoking_ends_with_the_days_places(api: ApiWorld, token: str) -> None:
    done = [made_and_revoked(api, token) for _ in range(MOST_MADE_A_DAY + 1)]

    refused = enable(api, token)

    assert done == [True] * MOST_MADE_A_DAY + [False]
    assert (refused.status, refused.code) == (429, "TOO_MANY_AGENTS")
    assert refused.headers["Retry-After"] == str(DAY_MS // 1000)
    assert keys_made(api) == MOST_MADE_A_DAY


def test_after_the_pause_that_was_named_another_one_is_made(api: ApiWorld, token: str) -> None:
    for _ in range(MOST_MADE_A_DAY):
        made_and_revoked(api, token)
        api.world.clock.advance(1000)

    wait_seconds = int(enable(api, token).headers["Retry-After"])
    api.world.clock.advance(1000 * wait_seconds)

    assert enable(api, api.token()).status == 201
    assert wait_seconds == DAY_MS // 1000 - MOST_MADE_A_DAY


def test_successors_that_are_revoked_count_too(api: ApiWorld, token: str) -> None:
    agent_id = api.delegate(token)

    answers = []
    for _ in range(MOST_MADE_A_DAY):
        answers.append(api.request("POST", f"/v1/agents/{agent_id}/rotate", None, token))
        if answers[-1].status == 201:
            waiting = answers[-1].body["agent"]["agent_id"]
            api.request("DELETE", f"/v1/agents/{waiting}", None, token)

    assert [each.status for each in answers[:-1]] == [201] * (MOST_MADE_A_DAY - 1)
    assert (answers[-1].status, answers[-1].code) == (429, "TOO_MANY_AGENTS")


def test_another_wallet_of_the_user_has_places_of_its_own(api: ApiWorld, token: str) -> None:
    other = linked(api, token)
    for _ in range(MOST_MADE_A_DAY):
        made_and_revoked(api, token)

    assert enable(api, token).status == 429
    assert enable(api, token, wallet_id=other).status == 201


def test_a_wallet_that_goes_and_comes_back_has_no_new_places(api: ApiWorld, token: str) -> None:
    first = linked(api, token)
    for _ in range(MOST_MADE_A_DAY):
        made_and_revoked(api, token, wallet_id=first)
    assert remove(api, token, first).status == 200

    again = link(api, token, BOB).body["wallet_id"]

    assert again != first
    assert enable(api, token, wallet_id=again).code == "TOO_MANY_AGENTS"


def test_while_custody_is_away_no_place_is_used_up(api: ApiWorld, token: str) -> None:
    api.keys.loses_answers = True
    for _ in range(MOST_MADE_A_DAY + 1):
        assert enable(api, token).status == 503
    api.keys.loses_answers = False

    assert enable(api, token).status == 201
    assert keys_made(api) == 1


def test_of_many_at_once_custody_is_asked_for_no_more_than_there_are_places(
    api: ApiWorld, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of them have looked which agents there are before the first one is made."""
    user_id = api.request("GET", "/v1/me", None, token).body["user"]["user_id"]
    read, all_have_read = InMemoryIdentityStore.agents, Barrier(AT_ONCE)

    def read_together(store: InMemoryIdentityStore, of: UserId) -> Sequence[Agent]:
        agents = read(store, of)
        all_have_read.wait(60)
        return agents

    def enabled(number: int) -> bool:
        try:
            api.services.agents.enable(
                user_id, HYPERLIQUID, f"name-{number}", AgentScope.TRADE_ONLY, None
            )
        except (ConflictError, TooManyCallsError):
            return False
        return True

    monkeypatch.setattr(InMemoryIdentityStore, "agents", read_together)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        done = list(pool.map(enabled, range(AT_ONCE)))

    assert 0 < sum(done) == len(api.keys.made) <= MOST_MADE_A_DAY
