"""What users do to their sessions and to copying is in the audit, and no token is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.fakes.api import ApiWorld
from tests.fakes.builders import LEADER
from tests.fakes.requests import created, started
from understudy.domain.errors import DependencyError
from understudy.workflows.requests import account_export

if TYPE_CHECKING:
    from understudy.domain.audit import AuditEntry

LATER_MS = 20_000


@pytest.fixture
def api() -> ApiWorld:
    return ApiWorld()


def events(api: ApiWorld) -> list[str]:
    return [entry.event for entry in api.audit.entries]


def last(api: ApiWorld) -> AuditEntry:
    return api.audit.entries[-1]


def test_a_sign_in_is_audited_with_its_session(api: ApiWorld) -> None:
    api.sign_in()

    assert events(api) == ["SIGNED_IN"]
    assert last(api).facts["auth_method"] == "siwe"
    assert last(api).facts["session_id"]


def test_signing_out_is_audited_and_again_where_it_is_done_again(api: ApiWorld) -> None:
    sent = {"refresh_token": api.sign_in()["refresh_token"]}

    for _ in range(2):
        assert api.request("POST", "/v1/auth/logout", sent).status == 200

    assert events(api) == ["SIGNED_IN", "SIGNED_OUT", "SIGNED_OUT"]


def test_a_refresh_token_used_twice_is_audited_with_its_user(api: ApiWorld) -> None:
    sent = {"refresh_token": api.sign_in()["refresh_token"]}
    api.request("POST", "/v1/auth/refresh", sent)
    api.world.clock.advance(LATER_MS)

    answer = api.request("POST", "/v1/auth/refresh", sent)

    assert answer.code == "REFRESH_TOKEN_REUSED"
    assert events(api) == ["SIGNED_IN", "REFRESH_TOKEN_REUSED"]
    assert last(api).subject == api.audit.entries[0].subject


def test_the_main_switch_is_audited_both_ways(api: ApiWorld) -> None:
    token = api.token()

    for way in ("disable", "enable"):
        api.request("POST", f"/v1/copy/{way}", token=token)
        api.world.clock.advance(LATER_MS)

    assert events(api)[1:] == ["COPYING_DISABLED", "COPYING_ENABLED"]


def test_what_a_user_does_to_a_follow_is_audited_with_what_holds_then(
    api: ApiWorld, token: str
) -> None:
    api.delegate(token)
    follow_id = created(api, token)
    one = f"/v1/follows/{follow_id}"
    api.request("PATCH", one, {"limits": {"max_open_positions": 5}}, token)
    for deed in ("start", "pause"):
        api.request("POST", f"{one}/{deed}", None, token)
    api.request("DELETE", one, None, token)

    noted = api.audit.entries[1:]
    assert [(entry.event, entry.facts["status"]) for entry in noted] == [
        ("FOLLOW_CREATED", "INACTIVE"),
        ("FOLLOW_LIMITS_CHANGED", "INACTIVE"),
        ("FOLLOW_STARTED", "ACTIVE"),
        ("FOLLOW_PAUSED", "PAUSED"),
        ("FOLLOW_DELETED", "DELETED"),
    ]
    assert {entry.subject for entry in api.audit.entries} == {noted[0].subject}
    assert {(entry.facts["follow_id"], entry.facts["leader"]) for entry in noted} == {
        (follow_id, LEADER)
    }
    limits = [json.loads(str(entry.facts["limits"])) for entry in noted]
    assert [each["max_open_positions"] for each in limits] == [3, 5, 5, 5, 5]
    assert limits[0]["copy_budget_usdc"] == "1000"


def test_what_is_refused_to_a_follow_is_not_audited(api: ApiWorld, token: str) -> None:
    follow_id = created(api, token)

    answer = api.request("POST", f"/v1/follows/{follow_id}/start", None, token)

    assert answer.code == "AGENT_NOT_ACTIVE"
    assert events(api) == ["SIGNED_IN", "FOLLOW_CREATED"]


def test_a_profile_is_audited_with_its_limits(api: ApiWorld, token: str) -> None:
    api.request("PUT", "/v1/copy/profile", {"limits": {"slippage_bps": 70}}, token)

    assert events(api)[1:] == ["COPY_PROFILE_CHANGED"]
    assert last(api).facts == {"limits": '{"slippage_bps": 70}'}


def test_an_export_is_audited_once_whatever_pages_it_has(
    api: ApiWorld, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(account_export, "RECEIPTS_PER_PAGE", 1)
    copied_twice(api, token)
    before = events(api)
    cursor = ""

    for _ in range(2):
        page = api.request("GET", "/v1/me/export", None, token, {"cursor": cursor}).body
        cursor = page["copies"]["cursor"]

    assert events(api) == [*before, "ACCOUNT_EXPORTED"]


def test_nothing_is_exported_that_the_audit_does_not_know_of(
    api: ApiWorld, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_: AuditEntry) -> None:
        raise DependencyError("the audit is away")

    monkeypatch.setattr(type(api.audit), "append", staticmethod(away))

    answer = api.request("GET", "/v1/me/export", None, token)

    assert (answer.status, "user" in answer.body) == (503, False)


def test_no_entry_holds_a_token(api: ApiWorld) -> None:
    signed_in = api.sign_in()
    api.request("POST", "/v1/auth/refresh", {"refresh_token": signed_in["refresh_token"]})

    written = json.dumps([entry._asdict() for entry in api.audit.entries], default=str)
    for name in ("access_token", "refresh_token"):
        assert signed_in[name] not in written


def copied_twice(api: ApiWorld, token: str) -> None:
    api.delegate(token)
    started(api, token)
    api.world.pump()
    for size in ("5", "6"):
        api.world.clock.advance(LATER_MS * 10)
        api.world.copy("BTC", size)
