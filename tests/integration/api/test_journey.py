"""A user's way through the public API with our own client: in, delegate, follow, start, out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import requests

from cli.client import ApiClient, ApiError, ApiUnreachableError, SignInPlace
from tests.fakes.builders import LEADER
from tests.fakes.identity import ALICE, CHAIN_ID, DOMAIN, ORIGIN
from tests.fakes.requests import limits
from tests.patience import PATIENCE_SECONDS
from understudy.domain.door_limits import DoorLimits

if TYPE_CHECKING:
    from tests.integration.api.conftest import Bench

pytestmark = pytest.mark.integration


def test_from_the_first_sign_in_to_a_started_follow(bench: Bench) -> None:
    bench.fund(ALICE)
    client = bench.client()
    wallet = client.sign_in(ALICE)
    assert wallet["address"] == ALICE.address.lower()

    made = client.enable_agent("understudy")
    agent = client.confirm_agent(made, ALICE)
    assert agent["status"] == "ACTIVE"

    follow = client.create_follow(LEADER, limits())
    started = client.start(follow["follow_id"])

    assert (started["status"], started["agent_id"]) == ("ACTIVE", agent["agent_id"])
    assert client.portfolio(follow["follow_id"])["remaining"] == "1000"
    assert list(client.copies(follow["follow_id"])) == []
    assert [each["follow_id"] for each in client.follows()] == [follow["follow_id"]]


def test_an_approval_by_an_empty_account_is_refused_by_the_venue(bench: Bench) -> None:
    client = bench.client()
    client.sign_in(ALICE)
    made = client.enable_agent("understudy")

    with pytest.raises(ApiError, match="deposit") as caught:
        client.confirm_agent(made, ALICE)

    assert (caught.value.status, caught.value.code) == (422, "VENUE_REJECTED")


def test_a_confirmation_can_be_sent_again_after_the_venue_took_it(bench: Bench) -> None:
    bench.fund(ALICE)
    client = bench.client()
    client.sign_in(ALICE)
    made = client.enable_agent("understudy")
    bench.api.keys.is_down = True
    with pytest.raises(ApiError):  # the venue took it, then custody did not answer
        client.confirm_agent(made, ALICE)
    bench.api.keys.is_down = False

    assert client.confirm_agent(made, ALICE)["status"] == "ACTIVE"


def test_a_revocation_reaches_the_venue(bench: Bench) -> None:
    bench.fund(ALICE)
    client = bench.client()
    client.sign_in(ALICE)
    agent = client.confirm_agent(client.enable_agent("understudy"), ALICE)

    revoked = client.revoke_agent(agent["agent_id"])
    client.confirm_agent(revoked, ALICE)

    question = {"type": "extraAgents", "user": ALICE.address.lower()}
    assert (
        requests.post(f"{bench.venue.url}/info", json=question, timeout=PATIENCE_SECONDS).json()
        == []
    )


def test_an_expired_access_token_is_renewed_on_the_way(bench: Bench) -> None:
    client = bench.client()
    client.sign_in(ALICE)
    bench.api.world.clock.advance(16 * 60_000)

    assert client.me()["user"]["active_wallet_id"]


def test_after_signing_out_nothing_goes(bench: Bench) -> None:
    client = bench.client()
    client.sign_in(ALICE)
    client.sign_out()

    with pytest.raises(ApiError) as caught:
        client.follows()

    assert (caught.value.status, caught.value.code) == (401, "UNAUTHENTICATED")


def test_a_client_that_calls_too_often_pauses_as_long_as_it_is_told(bench: Bench) -> None:
    clock, told = bench.api.world.clock, []

    def pause(seconds: int) -> None:
        told.append(seconds)
        clock.advance(seconds * 1000)

    bench.set_limits(DoorLimits(burst=5, per_second=1))
    client = bench.client(pause)
    client.sign_in(ALICE)

    for _ in range(8):
        assert client.me()["user"]["active_wallet_id"]

    assert told == [1, 1, 1]


def test_a_client_gives_up_when_it_would_pause_for_too_long(bench: Bench) -> None:
    told: list[int] = []
    bench.set_limits(DoorLimits(attempts=1, attempts_per_minute=1))
    client = bench.client(told.append)
    client.sign_in(ALICE)

    with pytest.raises(ApiError) as caught:
        client.sign_in(ALICE)

    assert (caught.value.status, caught.value.code) == (429, "TOO_MANY_CALLS")
    assert told == [60, 60]


def test_nobody_answering_is_said_in_plain_words() -> None:
    client = ApiClient("http://127.0.0.1:9", SignInPlace(DOMAIN, ORIGIN, CHAIN_ID))

    with pytest.raises(ApiUnreachableError, match="is it up"):
        client.status()
