"""What operators do over HTTP: only they, at once where it stops somebody, and never unwritten."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from functions.api.operator_routes import ROUTES
from functions.api.routing import Access
from tests.fakes.api import OPERATORS_DOOR, ApiWorld
from tests.fakes.builders import LEADER
from tests.fakes.identity import ALICE, OPERATOR
from tests.fakes.providers import privy_tokens, privy_wallet, verifiers
from tests.fakes.requests import created, new_follow, started
from understudy.domain.errors import DependencyError
from understudy.domain.turns import CLOCKS_DIFFER_BY_MS
from understudy.ports.switches import Switch
from understudy.workflows.requests.operators import Operators

if TYPE_CHECKING:
    from cli.wallet_key import WalletKey
    from functions.api.routing import Route
    from tests.fakes.api import Answer
    from understudy.domain.audit import AuditEntry

DEEDS = [route for route in ROUTES if route.access is Access.OPERATOR]
WHY = {"reason": "ticket 4711"}


@pytest.fixture
def operator(api: ApiWorld) -> str:
    return api.operator_token()


def turn(api: ApiWorld, token: str, switch: str, subject: str = "", *, on: bool = True) -> Answer:
    api.world.clock.advance(CLOCKS_DIFFER_BY_MS + 1)
    wish = {"switch": switch, "subject": subject, "on": on, **WHY}
    return api.request("POST", "/v1/ops/switches", wish, token)


def user_id(api: ApiWorld) -> str:
    wallet = api.identity.wallet_of_address(ALICE.address.lower())
    assert wallet
    return wallet.user_id


def last(api: ApiWorld) -> AuditEntry:
    return api.audit.entries[-1]


def status_of(api: ApiWorld, token: str, follow_id: str) -> tuple[str, str]:
    shown = api.request("GET", f"/v1/follows/{follow_id}", None, token).body
    return shown["status"], shown["pause_reason"]


def path_of(route: Route) -> str:
    path = route.path.replace("{follow_id}", "f")
    return path.replace("{user_id}", "u").replace("{agent_id}", "a")


@pytest.mark.parametrize("route", DEEDS, ids=lambda route: route.key)
@pytest.mark.parametrize("key", [ALICE, OPERATOR], ids=["user", "operator"])
def test_nobody_operates_by_what_the_api_gave_them(
    api: ApiWorld, key: WalletKey, route: Route
) -> None:
    token = api.token(key)
    before, written = api.stored(), len(api.audit.entries)

    answer = api.request(route.method, path_of(route), WHY if route.body else None, token)

    assert (answer.status, answer.code) == (403, "OPERATORS_TOKEN_NEEDED")
    assert (api.stored(), len(api.audit.entries)) == (before, written)


@pytest.mark.parametrize("route", DEEDS, ids=lambda route: route.key)
def test_who_is_an_operator_no_more_operates_no_more(
    api: ApiWorld, operator: str, route: Route
) -> None:
    api.operating.operators = Operators()
    before = api.stored()

    answer = api.request(route.method, path_of(route), WHY if route.body else None, operator)

    assert (answer.status, answer.code) == (403, "OPERATORS_ONLY")
    assert api.stored() == before
    signed_in, refused = api.audit.entries
    assert (refused.event, refused.subject) == ("OPERATION_REFUSED", signed_in.subject)
    assert refused.facts == {"route": route.key, "session_id": signed_in.facts["session_id"]}


@pytest.mark.parametrize("route", DEEDS, ids=lambda route: route.key)
def test_an_operator_who_signed_out_operates_no_more(api: ApiWorld, route: Route) -> None:
    pair = api.sign_in(OPERATOR, OPERATORS_DOOR)
    api.request("POST", f"{OPERATORS_DOOR}/logout", {"refresh_token": pair["refresh_token"]})

    answer = api.request(route.method, path_of(route), WHY, pair["access_token"])

    assert (answer.status, answer.code) == (401, "SESSION_ENDED")


def test_a_providers_word_for_an_operators_wallet_lets_nobody_operate() -> None:
    api = ApiWorld(providers=verifiers())
    tokens = privy_tokens(privy_wallet(OPERATOR.address))
    body = {"access_token": tokens.access, "identity_token": tokens.identity}
    signed_in = api.request("POST", "/v1/auth/privy", body).body
    assert signed_in["wallet"]["address"] == OPERATOR.address.lower()

    assert turn(api, signed_in["access_token"], "kill_global").code == "OPERATORS_TOKEN_NEEDED"


@pytest.mark.parametrize("switch", ["kill_global", "kill_venue", "kill_user"])
def test_a_kill_reaches_the_copy_path_and_the_signer(
    api: ApiWorld, token: str, operator: str, switch: str
) -> None:
    subject = {"kill_venue": "hyperliquid", "kill_user": user_id(api)}.get(switch, "")

    answer = turn(api, operator, switch, subject)

    assert answer.body == {"switch": switch, "subject": subject, "on": True}
    assert api.world.switches.is_on(Switch(switch), subject)
    assert api.keys.killed == {(switch, subject)}
    assert turn(api, operator, switch, subject, on=False).body["on"] is False
    assert not api.world.switches.is_on(Switch(switch), subject)
    assert api.keys.killed == set()


def test_a_kill_reaches_the_copy_path_although_the_signer_is_away(
    api: ApiWorld, operator: str
) -> None:
    api.keys.is_down = True

    answer = turn(api, operator, "kill_global")

    assert (answer.status, answer.code) == (503, "SIGNING_UNAVAILABLE")
    assert api.world.switches.is_on(Switch.KILL_GLOBAL, "")


def test_a_kill_reaches_the_signer_although_the_copy_path_is_away(
    api: ApiWorld, operator: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> None:
        raise DependencyError("the table is away")

    monkeypatch.setattr(type(api.world.switches), "turn", away)

    assert turn(api, operator, "kill_global").status == 503
    assert api.keys.killed == {("kill_global", "")}


def test_what_lets_go_on_is_written_down_first_and_what_stops_is_done_first(
    api: ApiWorld, operator: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    turn(api, operator, "blacklisted", LEADER)

    def away(_: AuditEntry) -> None:
        raise DependencyError("the audit is away")

    monkeypatch.setattr(type(api.audit), "append", staticmethod(away))

    assert turn(api, operator, "blacklisted", LEADER, on=False).status == 503
    assert api.world.switches.is_on(Switch.BLACKLISTED, LEADER.lower())
    assert turn(api, operator, "kill_global").status == 503
    assert api.world.switches.is_on(Switch.KILL_GLOBAL, "")


def test_a_deed_is_in_the_audit_with_who_and_why(api: ApiWorld, token: str, operator: str) -> None:
    turn(api, operator, "flagged", user_id(api))

    assert (last(api).event, last(api).subject) == ("FLAGGED_ON", user_id(api))
    assert last(api).facts == {"operator": OPERATOR.address.lower(), **WHY}


def test_a_blacklisted_leader_cannot_be_followed(api: ApiWorld, token: str, operator: str) -> None:
    turn(api, operator, "blacklisted", LEADER.upper().replace("0X", "0x"))

    answer = api.request("POST", "/v1/follows", new_follow(), token)

    assert (answer.status, answer.code) == (422, "BLACKLISTED")
    query = {"switch": "blacklisted", "subject": LEADER}
    assert api.request("GET", "/v1/ops/switches", None, operator, query).body["on"] is True


def test_a_paused_follow_stays_paused_until_an_operator_releases_it(
    api: ApiWorld, token: str, operator: str
) -> None:
    api.delegate(token)
    follow_id = started(api, token)

    paused = api.request("POST", f"/v1/ops/follows/{follow_id}/pause", WHY, operator)

    assert (paused.status, paused.body["pause_reason"]) == (200, "operator")
    refused = api.request("POST", f"/v1/follows/{follow_id}/start", None, token)
    assert (refused.status, refused.code) == (409, "PAUSED_BY_OPERATOR")

    api.request("POST", f"/v1/ops/follows/{follow_id}/release", WHY, operator)

    assert status_of(api, token, follow_id) == ("PAUSED", "user")
    assert api.request("POST", f"/v1/follows/{follow_id}/start", None, token).status == 200
    done = [each.event for each in api.audit.entries[-3:]]
    assert done == ["FOLLOW_PAUSED", "FOLLOW_RELEASED", "FOLLOW_STARTED"]


def test_a_follow_that_its_owner_paused_is_held_as_well(
    api: ApiWorld, token: str, operator: str
) -> None:
    api.delegate(token)
    follow_id = started(api, token)
    api.request("POST", f"/v1/follows/{follow_id}/pause", None, token)

    api.request("POST", f"/v1/ops/follows/{follow_id}/pause", WHY, operator)
    api.request("POST", "/v1/copy/enable", None, token)

    assert status_of(api, token, follow_id) == ("PAUSED", "operator")


def test_what_no_operator_paused_is_not_released(api: ApiWorld, token: str, operator: str) -> None:
    follow_id = created(api, token)

    answer = api.request("POST", f"/v1/ops/follows/{follow_id}/release", WHY, operator)

    assert (answer.status, answer.code) == (409, "FOLLOW_NOT_HELD")


def test_an_agent_is_revoked_and_its_follows_pause(
    api: ApiWorld, token: str, operator: str
) -> None:
    agent_id = api.delegate(token)
    follow_id = started(api, token)

    path = f"/v1/ops/users/{user_id(api)}/agents/{agent_id}/revoke"
    answer = api.request("POST", path, WHY, operator)

    assert (answer.status, answer.body["status"]) == (200, "REVOKED")
    assert api.keys.states[agent_id] == "REVOKED"
    assert status_of(api, token, follow_id) == ("PAUSED", "agent_revoked")
    assert (last(api).event, last(api).facts["agent_id"]) == ("AGENT_REVOKED", agent_id)


def test_an_operator_finds_by_an_address_all_that_can_be_acted_on(
    api: ApiWorld, token: str, operator: str
) -> None:
    agent_id, follow_id = api.delegate(token), created(api, token)
    turn(api, operator, "flagged", user_id(api))
    turn(api, operator, "blacklisted", ALICE.address)

    found = api.request("GET", "/v1/ops/users", None, operator, {"address": ALICE.address}).body

    assert found["user"]["user_id"] == user_id(api)
    assert [each["agent_id"] for each in found["agents"]] == [agent_id]
    assert [each["follow_id"] for each in found["follows"]] == [follow_id]
    assert [each["wallet_address"] for each in found["sessions"]] == [ALICE.address.lower()]
    assert "hash" not in str(found["sessions"])
    assert found["switches"] == ["flagged", f"blacklisted {ALICE.address.lower()}"]
    assert (last(api).event, last(api).subject) == ("USER_LOOKED_AT", user_id(api))


@pytest.mark.parametrize("query", [{}, {"user_id": "u", "address": LEADER}])
def test_a_user_is_named_in_one_way(api: ApiWorld, operator: str, query: dict[str, str]) -> None:
    assert api.request("GET", "/v1/ops/users", None, operator, query).status == 400


@pytest.mark.parametrize("query", [{"user_id": "nobody"}, {"address": LEADER}])
def test_nobody_is_found_where_there_is_nobody(
    api: ApiWorld, operator: str, query: dict[str, str]
) -> None:
    answer = api.request("GET", "/v1/ops/users", None, operator, query)

    assert (answer.status, answer.code) == (404, "USER_NOT_FOUND")


@pytest.mark.parametrize("reason", ["", "a\nb", "x" * 201, None, 5])
def test_a_deed_without_a_reason_is_not_done(api: ApiWorld, operator: str, reason: Any) -> None:
    wish = {"switch": "kill_global", "subject": "", "on": True, "reason": reason}

    assert api.request("POST", "/v1/ops/switches", wish, operator).code == "INVALID_INPUT"
    assert not api.world.switches.is_on(Switch.KILL_GLOBAL, "")
