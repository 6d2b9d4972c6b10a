"""Whatever was beginning with a wallet while it was removed leaves nothing that could trade."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.identity import BOB
from tests.fakes.requests import new_follow, started
from tests.unit.api.test_late_requests import LATER_MS, Overtaking
from tests.unit.api.test_wallets import linked, remove
from understudy.adapters.memory.identity import InMemoryIdentityStore
from understudy.adapters.memory.wallets import InMemoryWalletStore
from understudy.domain.ids import WalletId
from understudy.workflows.requests.agents import APPROVE_WITHIN_MS
from understudy.workflows.requests.follow_changes import OwnFollows

if TYPE_CHECKING:
    from tests.fakes.api import Answer, ApiWorld


@pytest.fixture
def user(api: ApiWorld, token: str, monkeypatch: pytest.MonkeyPatch) -> Overtaking:
    return Overtaking(api, token, monkeypatch)


def enable(user: Overtaking, wallet_id: str) -> Answer:
    wish = {"scope": "TRADE_ONLY", "agent_name": "main", "wallet_id": wallet_id}
    answer: Answer = user.ask("POST", "/v1/agents/enable", wish)
    return answer


def statuses(user: Overtaking) -> list[str]:
    return [each["status"] for each in user.ask("GET", "/v1/agents").body["items"]]


@pytest.mark.parametrize("moment", ["create_agent", "put_agent"])
def test_an_agent_that_was_being_made_is_none_and_its_key_is_destroyed(
    user: Overtaking, moment: str
) -> None:
    wallet_id = linked(user.api, user.token)
    target: Any = user.api.keys if moment == "create_agent" else InMemoryIdentityStore
    user.during(target, moment, lambda: remove(user.api, user.token, wallet_id))

    answer = enable(user, wallet_id)

    assert (answer.status, answer.code) == (409, "CONFLICT")
    assert user.api.identity.wallet_of_address(BOB.address.lower()) is None
    assert statuses(user) == ["REVOKED"]
    assert list(user.api.keys.states.values()) == ["REVOKED"]


def test_after_a_removal_that_was_taken_back_the_same_agent_can_be_asked_for_again(
    user: Overtaking,
) -> None:
    wallet_id = linked(user.api, user.token)
    wallets, (own,) = InMemoryWalletStore(user.api.identity), user.api.identity.users
    user.during(
        user.api.keys, "create_agent", lambda: wallets.retire_wallet(own, WalletId(wallet_id))
    )
    assert enable(user, wallet_id).status == 409

    wallets.restore_wallet(own, WalletId(wallet_id))

    assert enable(user, wallet_id).status == 201
    assert statuses(user) == ["REVOKED", "PENDING"]


def test_a_removal_that_an_agent_overtook_is_refused(user: Overtaking) -> None:
    wallet_id = linked(user.api, user.token)
    user.during(InMemoryWalletStore, "retire_wallet", lambda: enable(user, wallet_id))

    assert remove(user.api, user.token, wallet_id).code == "WALLET_IN_USE"
    assert statuses(user) == ["PENDING"]


@pytest.mark.parametrize("moment", ["activate", "put_agent"])
def test_a_confirmation_whose_time_ran_out_on_the_way_lets_nothing_sign_for_a_wallet_that_went(
    user: Overtaking, moment: str
) -> None:
    wallet_id = linked(user.api, user.token)
    made = enable(user, wallet_id).body
    signatures = [BOB.sign_action(each["action"]) for each in made["to_sign"]]

    def run_out_and_remove() -> None:
        user.api.world.clock.advance(APPROVE_WITHIN_MS)
        again = user.api.token()
        assert remove(user.api, again, wallet_id).status == 200

    target: Any = user.api.keys if moment == "activate" else InMemoryIdentityStore
    user.during(target, moment, run_out_and_remove)
    confirmation = {"agent_id": made["agent"]["agent_id"], "signatures": signatures}

    answer = user.ask("POST", "/v1/agents/confirm", confirmation)

    assert (answer.status, answer.code) == (409, "CONFLICT")
    (agent,) = user.api.identity.agents_by_id.values()
    assert agent.status == "PENDING", "its time is up, and the upkeep destroys its key"
    assert bool(user.api.rest.sent) is (moment == "activate")


@pytest.mark.parametrize("moment", ["of_user", "create"])
def test_a_follow_that_was_being_created_is_none(user: Overtaking, moment: str) -> None:
    wallet_id = linked(user.api, user.token)
    directory = user.api.world.directory
    user.during(directory, moment, lambda: remove(user.api, user.token, wallet_id))

    answer = user.ask("POST", "/v1/follows", {**new_follow(), "wallet_id": wallet_id})

    assert (answer.status, answer.code) == (404, "WALLET_NOT_FOUND")
    assert user.ask("GET", "/v1/follows").body["items"] == []
    assert not user.api.world.copying.store.wallet_follows(WalletId(wallet_id))


@pytest.mark.parametrize(
    ("wish", "then"),
    [
        (("POST", "/v1/copy/enable", None), "ACTIVE"),
        (("PUT", "/v1/copy/profile", {"limits": {"slippage_bps": 7}}), "PAUSED"),
    ],
)
def test_what_is_for_all_follows_reaches_the_others_of_one_that_goes_with_its_wallet(
    user: Overtaking, wish: tuple[str, str, Any], then: str
) -> None:
    user.api.delegate(user.token)
    wallet_id = linked(user.api, user.token)
    going = user.ask("POST", "/v1/follows", {**new_follow(), "wallet_id": wallet_id}).body
    staying = started(user.api, user.token, leader="0x" + "7" * 40)
    user.disable_later()
    user.api.world.clock.advance(LATER_MS)

    def go() -> None:
        assert user.ask("DELETE", f"/v1/follows/{going['follow_id']}").status == 200
        assert remove(user.api, user.token, wallet_id).status == 200

    user.during(OwnFollows, "change", go)

    assert user.ask(*wish).status == 200
    (left,) = user.ask("GET", "/v1/follows").body["items"]
    assert (left["follow_id"], left["status"]) == (staying, then)
    assert left["limits"]["slippage_bps"] == (7 if then == "PAUSED" else 50)


def test_a_removal_that_a_follow_overtook_is_refused(user: Overtaking) -> None:
    wallet_id = linked(user.api, user.token)
    wish = {**new_follow(), "wallet_id": wallet_id}
    user.during(InMemoryWalletStore, "retire_wallet", lambda: user.ask("POST", "/v1/follows", wish))

    assert remove(user.api, user.token, wallet_id).code == "WALLET_IN_USE"
    assert len(user.ask("GET", "/v1/follows").body["items"]) == 1


def test_of_the_same_wish_twice_at_once_both_have_the_same_agent(user: Overtaking) -> None:
    wallet_id, answers = linked(user.api, user.token), []
    user.during(user.api.keys, "create_agent", lambda: answers.append(enable(user, wallet_id)))

    answers.append(enable(user, wallet_id))

    assert [each.status for each in answers] == [201, 201]
    assert answers[0].body == answers[1].body
    assert statuses(user) == ["PENDING"]
    assert list(user.api.keys.states.values()) == ["PENDING"]
