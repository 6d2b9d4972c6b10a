"""Nothing that the API writes to its log could open a door: no key, token, signature or nonce."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from checks.leaks import PATTERNS
from tests.fakes.api import ApiWorld
from tests.fakes.identity import ALICE
from tests.fakes.requests import started
from understudy.runtime.observability import logger

if TYPE_CHECKING:
    from collections.abc import Iterator


def secrets_in(answer: Any) -> Iterator[str]:
    """Give every long text of an answer."""
    if isinstance(answer, dict):
        for each in answer.values():
            yield from secrets_in(each)
    elif isinstance(answer, str) and len(answer) >= 40 and " " not in answer:
        yield answer


def a_life(api: ApiWorld) -> list[Any]:
    """Sign in, delegate, follow, refresh, and get every kind of refusal on the way."""
    opened = api.sign_in()
    token, refresh = str(opened["access_token"]), {"refresh_token": opened["refresh_token"]}
    api.delegate(token)
    started(api, token)
    renewed = api.request("POST", "/v1/auth/refresh", refresh).body
    api.world.clock.advance(60_000)
    api.request("POST", "/v1/auth/refresh", refresh)  # used before: the session ends
    api.request("POST", "/v1/follows", {"secret": renewed}, token)
    api.request("GET", "/v1/me", None, token + "x")
    api.request("POST", "/v1/auth/siwe/verify", {"address": ALICE.address, "message": "m"})
    return [opened, renewed]


def test_a_whole_life_leaves_no_secret_in_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    api = ApiWorld()

    answers = a_life(api)

    logged = capsys.readouterr().out
    assert logged.count("request refused") >= 4
    assert not PATTERNS["secret"].search(logged)
    known = [text for each in answers for text in secrets_in(each)]
    known += [secret.hex() for secret in api.keys.secrets.values()]
    assert len(known) >= 4
    assert not [text for text in known if text in logged]


@pytest.mark.parametrize("secret", ["0123456789abcdef" * 4, "0x" + "fedcba9876543210" * 4])
def test_a_planted_secret_is_found(secret: str, capsys: pytest.CaptureFixture[str]) -> None:
    logger("api").info("planted", sent=secret)

    assert PATTERNS["secret"].search(capsys.readouterr().out)
