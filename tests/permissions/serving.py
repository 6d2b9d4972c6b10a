"""What the API's role is for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from cli.client import ApiError
from tests.permissions.cast import LIMITS, new_address, new_follower, new_user
from tests.permissions.logs import leaves_a_log

if TYPE_CHECKING:
    from cli.client import ApiClient
    from tests.permissions.stage import Stage

API = "ApiFunction"
# The API asks again after five seconds, and the signer its parts after ten: what was away before is
# seen to be back by then.
SEEN_AGAIN_SECONDS = 18.0


def everything_that_copying_needs_answers(stage: Stage) -> None:
    user = new_user(stage)
    user.sign_in()

    stage.wait("all is well", lambda: user.client.status()["status"] == "OK", SEEN_AGAIN_SECONDS)


def a_user_signs_in_twice_and_out(stage: Stage) -> None:
    user = new_user(stage)
    first, second = user.sign_in(), user.sign_in()
    assert first["wallet_id"] == second["wallet_id"]
    assert len(user.client.call("GET", "/v1/wallets")["items"]) == 1
    assert len(user.client.call("GET", "/v1/sessions")["items"]) == 2
    user.client.refresh()
    user.client.sign_out()
    with pytest.raises(ApiError, match="Authorization"):
        user.client.me()


def an_account_is_taken_out_and_deleted(stage: Stage) -> None:
    follower = new_follower(stage)
    follower.copy("0", "1", 1)
    client, address = follower.client, follower.user.key.address
    client.link_wallet(new_user(stage).key)
    taken = client.call("GET", "/v1/me/export")
    assert len(taken["copies"]["receipts"]) == len(taken["sessions"]) == 1
    assert len(taken["wallets"]) == 2
    assert {"SIGNED_IN", "AGENT_CREATED"} <= {each["event"] for each in taken["audit"]}

    wish = {"address": address, "positions": "keep"}
    assert client.call("POST", "/v1/me/deletion", wish)["status"] == "DELETED"

    with pytest.raises(ApiError, match="session has ended"):
        client.me()
    names = {address.lower(), *(taken["user"][name] for name in ("user_id", "active_wallet_id"))}
    for table in (stage.table("IdentityTable"), stage.table("CopyingTable")):
        pages = table.client.get_paginator("scan").paginate(TableName=table.name)
        text = json.dumps([page["Items"] for page in pages])
        assert {name for name in names if name in text} == set()


def an_agent_is_made_and_revoked(stage: Stage) -> None:
    user = new_user(stage)
    user.sign_in()
    agent = user.enable_agent()

    delegation = user.client.revoke_agent(agent["agent_id"])

    assert user.client.confirm_agent(delegation, user.key)["status"] == "REVOKED"
    (listed,) = user.client.call("GET", "/v1/agents")["items"]
    assert listed["status"] == "REVOKED"


def an_agents_bounds_are_narrowed_and_widened_by_its_owner(stage: Stage) -> None:
    user = new_user(stage)
    user.sign_in()
    path = f"/v1/agents/{user.enable_agent()['agent_id']}/bounds"
    before = user.client.call("GET", path)["bounds"]
    narrow = {**before, "max_leverage": 1}
    assert user.client.call("PUT", path, narrow)["bounds"] == narrow

    asked = user.client.call("PUT", path, before)

    assert asked["bounds"] == narrow
    signed = {
        "valid_until_ms": asked["valid_until_ms"],
        "signature": user.key.sign_text(asked["to_sign"]),
    }
    assert user.client.call("PUT", path, {**before, **signed})["bounds"] == before


def a_follow_lives_from_creation_to_deletion(stage: Stage) -> None:
    follower = new_follower(stage)
    client, name = follower.client, follower.follow_id
    client.change_limits(name, {"slippage_bps": 200})
    client.pause(name)
    client.start(name)
    client.pause(name)
    assert [each["follow_id"] for each in client.follows()] == [name]

    client.delete(name)

    assert not client.follows()


def all_copying_is_disabled_and_enabled(stage: Stage) -> None:
    follower = new_follower(stage)
    client = follower.client
    client.call("PUT", "/v1/copy/profile", {"limits": {"slippage_bps": 100}})
    assert not client.call("POST", "/v1/copy/disable")["enabled"]
    assert client.call("GET", f"/v1/follows/{follower.follow_id}")["status"] == "PAUSED"
    stage.wait("copying goes on", lambda: goes_on(client))
    assert client.call("GET", "/v1/copy/profile")["enabled"]


def goes_on(client: ApiClient) -> bool:
    """Enable copying; for a second after a disable nobody may."""
    try:
        return bool(client.call("POST", "/v1/copy/enable")["enabled"])
    except ApiError as error:
        if error.code != "NEWER_DECISION":
            raise
        return False


def copies_are_listed_and_shown(stage: Stage) -> None:
    follower = new_follower(stage)
    copied = follower.copy("0", "1", 1)
    client = follower.client
    assert [each["copy_id"] for each in client.copies(follower.follow_id)] == [copied.copy_id]
    assert client.call("GET", f"/v1/copies/{copied.copy_id}")["copy_id"] == copied.copy_id
    assert len(client.call("GET", "/v1/copy/logs")["items"]) == 1
    (position,) = client.portfolio(follower.follow_id)["positions"]
    assert position["mark"]


def a_pause_closes_what_is_held(stage: Stage) -> None:
    follower = new_follower(stage, on_stop="close_now")
    follower.copy("0", "1", 1)

    follower.client.pause(follower.follow_id)

    stage.wait("the position is closed", lambda: not follower.held)


def a_position_of_ones_own_is_left_alone(stage: Stage) -> None:
    first = new_follower(stage, on_stop="keep")
    first.copy("0", "1", 1)
    first.client.pause(first.follow_id)
    first.client.delete(first.follow_id)

    second = first.client.create_follow(new_address(), LIMITS)
    assert first.client.start(second["follow_id"])["status"] == "ACTIVE"


def its_log_is_written(stage: Stage) -> None:
    leaves_a_log(stage, API, lambda: stage.system.client().call("GET", "/health"))


CHECKS = (
    its_log_is_written,
    everything_that_copying_needs_answers,
    a_user_signs_in_twice_and_out,
    an_account_is_taken_out_and_deleted,
    an_agent_is_made_and_revoked,
    an_agents_bounds_are_narrowed_and_widened_by_its_owner,
    a_follow_lives_from_creation_to_deletion,
    all_copying_is_disabled_and_enabled,
    copies_are_listed_and_shown,
    a_pause_closes_what_is_held,
    a_position_of_ones_own_is_left_alone,
)
