"""A wallet has so many agents made in a day, and so many that wait, and no more."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, local
from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.api import Answer
from tests.fakes.identity import BOB
from tests.unit.api.leaving import delete
from tests.unit.api.test_wallets import link, linked, remove
from understudy.adapters.memory.identity import InMemoryIdentityStore
from understudy.domain.agents import (
    BEING_MADE_MS,
    DAY_MS,
    MOST_MADE_A_DAY,
    Agent,
    AgentScope,
    AgentStatus,
)
from understudy.domain.errors import (
    ConflictError,
    DependencyError,
    LimitExceededError,
    SigningRefusedError,
)
from understudy.domain.markets import HYPERLIQUID
from understudy.workflows.requests.agent_places import MAX_WAITING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.fakes.api import ApiWorld
    from understudy.domain.ids import UserId
    from understudy.ports.agents import NewAgentKey

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


def waiting(api: ApiWorld) -> int:
    agents = api.identity.agents_by_id.values()
    return sum(each.status is AgentStatus.PENDING for each in agents)


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


def test_who_leaves_and_comes_back_with_the_wallet_has_no_new_places(
    api: ApiWorld, token: str
) -> None:
    for _ in range(MOST_MADE_A_DAY):
        made_and_revoked(api, token)
    assert delete(api, token).body["status"] == "DELETED"
    api.world.clock.advance(1)

    refused = enable(api, api.token())

    assert (refused.status, refused.code) == (429, "TOO_MANY_AGENTS")
    assert keys_made(api) == MOST_MADE_A_DAY


def test_while_custody_is_away_no_place_is_used_up(api: ApiWorld, token: str) -> None:
    api.keys.loses_answers = True
    for _ in range(MOST_MADE_A_DAY + 1):
        assert enable(api, token).status == 503
    api.keys.loses_answers = False

    assert enable(api, token).status == 201
    assert keys_made(api) == 1


def test_what_custody_refuses_uses_up_no_place(
    api: ApiWorld, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise SigningRefusedError("custody refused: ask with another one", cause="CONFLICT")

    with monkeypatch.context() as patch:
        patch.setattr(api.keys, "create_agent", refuse)
        for _ in range(MOST_MADE_A_DAY + 1):
            assert enable(api, token).code == "SIGNING_REFUSED"

    assert enable(api, token).status == 201


def test_one_that_is_still_being_made_waits_already(
    api: ApiWorld, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Custody has not answered the first one when the others ask, and are done."""
    make, answers = api.keys.create_agent, list[Answer]()

    def made_last(*asked: Any) -> NewAgentKey:
        monkeypatch.setattr(api.keys, "create_agent", make)
        answers.extend(enable(api, token, f"name-{number}") for number in range(MAX_WAITING))
        return make(*asked)

    monkeypatch.setattr(api.keys, "create_agent", made_last)

    assert enable(api, token).status == 201
    assert [each.status for each in answers[:-1]] == [201] * (MAX_WAITING - 1)
    assert (answers[-1].status, answers[-1].code) == (422, "TOO_MANY_PENDING_AGENTS")
    assert waiting(api) == keys_made(api) == MAX_WAITING


def test_what_broke_off_in_the_making_waits_no_longer_than_a_request_can_take(
    api: ApiWorld, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object) -> None:
        raise DependencyError("the table does not answer")

    with monkeypatch.context() as patch:
        patch.setattr(InMemoryIdentityStore, "put_agent", die)
        for _ in range(MAX_WAITING):
            assert enable(api, token).status == 503

    assert enable(api, token).code == "TOO_MANY_PENDING_AGENTS"
    api.world.clock.advance(BEING_MADE_MS)
    assert enable(api, api.token()).status == 201


def test_of_many_at_once_custody_is_asked_for_no_more_than_may_wait(
    api: ApiWorld, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of them have looked which agents there are before the first one is made."""
    user_id = api.request("GET", "/v1/me", None, token).body["user"]["user_id"]
    read, all_have_read, of_thread = InMemoryIdentityStore.agents, Barrier(AT_ONCE), local()

    def read_together(store: InMemoryIdentityStore, of: UserId) -> Sequence[Agent]:
        agents = read(store, of)
        if not hasattr(of_thread, "has_read"):
            of_thread.has_read = True
            all_have_read.wait(60)
        return agents

    def enabled(number: int) -> bool:
        try:
            api.services.agents.enable(
                user_id, HYPERLIQUID, f"name-{number}", AgentScope.TRADE_ONLY, None
            )
        except (ConflictError, LimitExceededError):
            return False
        return True

    monkeypatch.setattr(InMemoryIdentityStore, "agents", read_together)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        done = list(pool.map(enabled, range(AT_ONCE)))

    assert 0 < sum(done) == len(api.keys.made) == waiting(api) <= MAX_WAITING
