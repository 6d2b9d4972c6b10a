"""How often anybody may call, what an answer says of it, and what happens when nobody can count."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from functions.api.every_route import ROUTES
from functions.api.routing import Access
from tests.fakes.api import DOOR, OPERATORS_DOOR, ApiWorld
from tests.fakes.identity import ALICE, BOB, OPERATOR
from understudy.adapters.memory.call_counts import InMemoryCallCounts
from understudy.domain.door_limits import DoorLimits
from understudy.domain.errors import DependencyError

if TYPE_CHECKING:
    from tests.fakes.api import Answer
    from understudy.domain.token_bucket import Admission, Bucket

SECOND_MS = 1_000
ELSEWHERE = "198.51.100.9"


@pytest.fixture
def api() -> ApiWorld:
    return ApiWorld(door_limits=DoorLimits())


def statuses(api: ApiWorld, calls: int, token: str = "", **how: Any) -> list[int]:
    return [api.request("GET", "/v1/me", None, token, **how).status for _ in range(calls)]


def refresh(api: ApiWorld, text: str, **how: Any) -> Answer:
    return api.request("POST", "/v1/auth/refresh", {"refresh_token": text}, **how)


def test_a_user_may_call_a_hundred_times_at_once_and_then_ten_times_a_second(
    api: ApiWorld,
) -> None:
    token = api.token()
    assert statuses(api, 101, token) == [200] * 100 + [429]

    api.world.clock.advance(SECOND_MS)

    assert statuses(api, 11, token) == [200] * 10 + [429]


def test_a_refusal_says_when_to_come_back_and_is_kept_to(api: ApiWorld) -> None:
    token = api.token()
    statuses(api, 100, token)

    refused = api.request("GET", "/v1/me", None, token)

    assert (refused.status, refused.code) == (429, "TOO_MANY_CALLS")
    assert refused.body["detail"] == "too many calls: try again in 1 s"
    assert refused.headers["Retry-After"] == "1"
    assert refused.headers["RateLimit-Policy"] == '"caller";q=100;w=10'
    assert refused.headers["RateLimit"] == '"caller";r=0;t=10'
    api.world.clock.advance(SECOND_MS)
    assert statuses(api, 1, token) == [200]


def test_every_counted_answer_says_what_is_left(api: ApiWorld) -> None:
    token = api.token()
    good = api.request("GET", "/v1/me", None, token)
    bad = api.request("POST", "/v1/follows", {"no": "follow"}, token)
    unread = api.request("POST", "/v1/follows", "{", token)
    stranger = api.request("GET", "/v1/me")
    page = api.request("GET", "/docs")

    assert good.headers["RateLimit"] == '"caller";r=99;t=1'
    assert bad.headers["RateLimit"] == '"caller";r=98;t=1'
    assert unread.headers["RateLimit"] == '"caller";r=97;t=1'
    assert stranger.headers["RateLimit"].startswith('"network";r=98;')
    assert page.headers["RateLimit"].startswith('"network";r=97;')


def test_one_users_calls_are_nobody_elses(api: ApiWorld) -> None:
    alice, bob = api.token(), api.token(BOB)
    statuses(api, 101, alice)

    assert statuses(api, 1, bob) == [200]
    assert statuses(api, 1, alice, address=ELSEWHERE) == [429]


@pytest.mark.parametrize("token", ["", "no.token.atall"])
def test_who_does_not_prove_who_they_are_is_counted_by_network(api: ApiWorld, token: str) -> None:
    assert statuses(api, 101, token) == [401] * 100 + [429]

    assert statuses(api, 1, token, address=ELSEWHERE) == [401]
    assert statuses(api, 1, api_token_from(api, ELSEWHERE)) == [200]


def api_token_from(api: ApiWorld, address: str) -> str:
    return str(api.sign_in(address=address)["access_token"])


def test_a_header_is_no_address(api: ApiWorld) -> None:
    for number in range(100):
        api.request("GET", "/openapi.json", headers={"x-forwarded-for": f"192.0.2.{number}"})

    assert api.request("GET", "/docs").status == 429


def test_health_is_not_counted(api: ApiWorld) -> None:
    statuses(api, 101)

    answer = api.request("GET", "/health")

    assert answer.status == 200
    assert "RateLimit" not in answer.headers


def test_attempts_to_get_in_are_slower_than_other_calls(api: ApiWorld) -> None:
    tried = [refresh(api, f"{number:032x}.1.x").status for number in range(21)]
    assert tried == [401] * 20 + [429]

    api.world.clock.advance(2 * SECOND_MS)

    assert refresh(api, "f.1.x").status == 401
    assert refresh(api, "e.1.x").headers["Retry-After"] == "2"


def test_attempts_at_one_session_are_counted_wherever_they_come_from(api: ApiWorld) -> None:
    mine, other = (api.sign_in()["refresh_token"] for _ in range(2))
    tried = [refresh(api, mine, address=f"203.0.113.{number}") for number in range(41)]

    assert [each.status for each in tried] == [200] * 40 + [429]
    assert tried[-1].headers["RateLimit-Policy"] == '"attempt";q=20;w=40, "target";q=40;w=40'
    assert refresh(api, other, address="203.0.113.1").status == 200


@pytest.mark.parametrize("door", [DOOR, OPERATORS_DOOR])
def test_garbage_with_a_sessions_name_uses_up_nothing_of_that_session(
    api: ApiWorld, door: str
) -> None:
    key = OPERATOR if door == OPERATORS_DOOR else ALICE
    genuine = api.sign_in(key, door)["refresh_token"]
    named = genuine.rpartition(".")[0]
    forged = [f"{named.split('.')[0]}.garbage", f"{named}.{'0' * 64}"] * 50
    tried = [
        api.request("POST", f"{door}/refresh", {"refresh_token": text}, address=f"203.0.113.{n}")
        for n, text in enumerate(forged)
    ]

    assert {(each.status, each.code) for each in tried} == {(401, "REFRESH_TOKEN_INVALID")}
    assert {each.headers["RateLimit-Policy"] for each in tried} == {'"attempt";q=20;w=40'}
    assert api.request("POST", f"{door}/refresh", {"refresh_token": genuine}).status == 200
    assert api.request("POST", f"{door}/logout", {"refresh_token": genuine}).status == 200


def forge(api: ApiWorld, **how: Any) -> int:
    forged = {"address": ALICE.address, "message": "x", "signature": "0x"}
    return api.request("POST", "/v1/auth/siwe/verify", forged, **how).status


def test_strangers_of_many_networks_cannot_lock_a_wallet_out(api: ApiWorld) -> None:
    networks = [f"203.0.113.{number}" for number in range(100)]
    networks += [f"2001:db8:0:{number:x}::1" for number in range(100)]

    assert {forge(api, address=each) for each in networks} == {400}

    assert "access_token" in api.sign_in()


def test_a_network_that_tries_a_wallets_door_is_slowed_whatever_wallet_it_is(
    api: ApiWorld,
) -> None:
    assert [forge(api, address=ELSEWHERE) for _ in range(21)] == [400] * 20 + [429]

    signed_in = api.sign_in(BOB, address=ELSEWHERE)

    assert signed_in["code"] == "TOO_MANY_CALLS"
    assert "access_token" in api.sign_in()


def test_every_open_route_that_takes_a_body_says_whose_door_it_tries() -> None:
    unnamed = [r.key for r in ROUTES if r.access is Access.OPEN and r.body and r.aim is None]

    assert unnamed == []


def test_the_description_names_the_refusals_of_the_door(api: ApiWorld) -> None:
    paths = api.request("GET", "/openapi.json").body["paths"]

    for route in ROUTES:
        answers = paths[route.path][route.method.lower()]["responses"]
        assert ("429" in answers) == route.counted
        assert "413" in answers
    assert "Retry-After" in paths["/v1/me"]["get"]["responses"]["429"]["headers"]
    assert "401" in paths["/v1/auth/refresh"]["post"]["responses"]


def test_what_is_not_counted_is_named_here() -> None:
    assert [route.key for route in ROUTES if not route.counted] == ["GET /health"]


@dataclass
class Unreachable:
    """Counts that cannot be asked until `works`."""

    works: bool = False
    asked: int = 0
    counts: InMemoryCallCounts = field(default_factory=InMemoryCallCounts)

    def take(self, bucket: Bucket, subject: str, now_us: int) -> Admission:
        self.asked += 1
        if not self.works:
            raise DependencyError("the door's table does not answer")
        return self.counts.take(bucket, subject, now_us)


def test_without_its_table_the_door_still_opens_and_still_counts() -> None:
    api = ApiWorld(calls=Unreachable(), door_limits=DoorLimits())

    assert statuses(api, 101, api.token()) == [200] * 100 + [429]


def test_a_table_that_does_not_answer_is_asked_again_after_five_seconds() -> None:
    table = Unreachable()
    api = ApiWorld(calls=table, door_limits=DoorLimits())
    statuses(api, 20)
    assert table.asked == 1
    table.works = True

    api.world.clock.advance(5 * SECOND_MS)
    statuses(api, 2)

    assert table.asked == 3


def test_counting_alone_is_logged(capsys: pytest.CaptureFixture[str]) -> None:
    statuses(ApiWorld(calls=Unreachable()), 1)

    assert '"message": "calls are counted alone"' in capsys.readouterr().out
