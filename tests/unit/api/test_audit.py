"""What users do to their sessions and to copying is in the audit, and no token is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.fakes.api import ApiWorld

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


def test_signing_out_is_audited_once_however_often_it_is_done(api: ApiWorld) -> None:
    sent = {"refresh_token": api.sign_in()["refresh_token"]}

    for _ in range(2):
        api.request("POST", "/v1/auth/logout", sent)

    assert events(api) == ["SIGNED_IN", "SIGNED_OUT"]


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


def test_no_entry_holds_a_token(api: ApiWorld) -> None:
    signed_in = api.sign_in()
    api.request("POST", "/v1/auth/refresh", {"refresh_token": signed_in["refresh_token"]})

    written = json.dumps([entry._asdict() for entry in api.audit.entries], default=str)
    for name in ("access_token", "refresh_token"):
        assert signed_in[name] not in written
