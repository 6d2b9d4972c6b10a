"""Letting an agent sign is for who may begin; taking one back at the venue is for everybody."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes.api import Answer, ApiWorld
from tests.fakes.identity import ALICE
from understudy.domain.ids import UserId
from understudy.domain.limits import OnStop
from understudy.workflows.requests.terms import CurrentTerms

KEEPS = ["TERMS_NOT_ACCEPTED", "ACCOUNT_CLOSING"]


def kept_from_beginning(api: ApiWorld, code: str) -> ApiWorld:
    """Give the same API with terms that nobody has accepted, or to somebody who is leaving."""
    if code == "ACCOUNT_CLOSING":
        (user_id,) = api.identity.users
        now_ms = api.world.clock.now_ms()
        api.ports().accounts.begin_closing(UserId(user_id), now_ms, OnStop.KEEP, now_ms)
        return api
    return ApiWorld(
        world=api.world,
        identity=api.identity,
        keys=api.keys,
        rest=api.rest,
        ids=api.ids,
        audit=api.audit,
        current_terms=CurrentTerms("2028-01"),
    )


def confirm(api: ApiWorld, token: str, made: dict[str, Any]) -> Answer:
    signatures = [ALICE.sign_action(each["action"]) for each in made["to_sign"]]
    body = {"agent_id": made["agent"]["agent_id"], "signatures": signatures}
    return api.request("POST", "/v1/agents/confirm", body, token)


@pytest.mark.parametrize("code", KEEPS)
def test_who_may_begin_nothing_takes_a_revoked_agent_back_at_the_venue(
    api: ApiWorld, token: str, code: str
) -> None:
    agent_id = api.delegate(token)
    later = kept_from_beginning(api, code)

    revoked = later.request("DELETE", f"/v1/agents/{agent_id}", None, token).body
    answer = confirm(later, token, revoked)

    assert answer.status == 200, answer.body
    assert api.rest.listed["main"] == "0x" + "0" * 40


@pytest.mark.parametrize("code", KEEPS)
def test_who_may_begin_nothing_lets_no_agent_sign(api: ApiWorld, token: str, code: str) -> None:
    wish = {"scope": "TRADE_ONLY", "agent_name": "main"}
    made = api.request("POST", "/v1/agents/enable", wish, token).body
    later = kept_from_beginning(api, code)
    before = later.stored()

    answer = confirm(later, token, made)

    assert answer.code == code
    assert later.stored() == before
    assert api.rest.listed == {}


def test_an_agent_that_is_not_there_is_said_to_be_that(api: ApiWorld, token: str) -> None:
    body = {"agent_id": "agent-9", "signatures": ["0x"]}

    answer = kept_from_beginning(api, KEEPS[0]).request("POST", "/v1/agents/confirm", body, token)

    assert (answer.status, answer.code) == (404, "AGENT_NOT_FOUND")
