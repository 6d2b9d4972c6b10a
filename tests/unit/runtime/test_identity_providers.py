"""Which providers a function takes sign-ins of: whole settings or none, and safe addresses only."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from understudy.domain.errors import ConfigurationError
from understudy.domain.identity import AuthMethod
from understudy.runtime.identity_providers import identity_providers

PRIVY = {
    "PRIVY_JWKS_URL": "https://keys.example.com/jwks.json",
    "PRIVY_APP_ID": "app",
    "PRIVY_ISSUER": "privy.io",
    "PRIVY_MAX_AGE_SECONDS": "3600",
}
DYNAMIC = {
    "DYNAMIC_JWKS_URL": "http://127.0.0.1:9/jwks",
    "DYNAMIC_ISSUER": "app.dynamic.xyz/environment",
    "DYNAMIC_AUDIENCE": "https://app.example.com",
    "DYNAMIC_MAX_AGE_SECONDS": "7200",
}


def told(monkeypatch: pytest.MonkeyPatch, **settings: str) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)


def test_who_was_told_of_no_provider_takes_none() -> None:
    assert identity_providers() == {}


def test_each_provider_stands_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    told(monkeypatch, **PRIVY)
    assert set(identity_providers()) == {AuthMethod.PRIVY}

    told(monkeypatch, **DYNAMIC)
    assert set(identity_providers()) == {AuthMethod.PRIVY, AuthMethod.DYNAMIC}


def test_until_somebody_comes_no_provider_costs_an_import() -> None:
    dear = ("jwt", "cryptography")
    build = f"import sys; from {identity_providers.__module__} import identity_providers as build"
    look = f"assert len(build()) == 2; print([name for name in {dear} if name in sys.modules])"

    done = subprocess.run(
        [sys.executable, "-c", f"{build}; {look}"],
        env={**PRIVY, **DYNAMIC, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert done.stdout == "[]\n", done.stderr


@pytest.mark.parametrize("missing", [name for name in (*PRIVY, *DYNAMIC) if "JWKS" not in name])
def test_half_a_provider_is_named(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    told(monkeypatch, **{**PRIVY, **DYNAMIC, missing: ""})

    with pytest.raises(ConfigurationError, match=missing):
        identity_providers()


@pytest.mark.parametrize("age", ["0", "-1", "1.5", "an hour", "٣"])
def test_an_age_is_a_whole_number_of_seconds(monkeypatch: pytest.MonkeyPatch, age: str) -> None:
    told(monkeypatch, **{**PRIVY, "PRIVY_MAX_AGE_SECONDS": age})

    with pytest.raises(ConfigurationError, match="PRIVY_MAX_AGE_SECONDS"):
        identity_providers()


@pytest.mark.parametrize(
    ("settings", "name"), [(PRIVY, "PRIVY_JWKS_URL"), (DYNAMIC, "DYNAMIC_JWKS_URL")]
)
@pytest.mark.parametrize(
    "url",
    [
        "http://keys.example.com/jwks.json",
        "http://127.0.0.1.example.com/",
        "http://127.0.0.1@example.com/",
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "keys.example.com",
        "https://",
    ],
)
def test_keys_are_fetched_over_a_safe_way_only(
    monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], name: str, url: str
) -> None:
    told(monkeypatch, **{**settings, name: url})

    with pytest.raises(ConfigurationError, match=f"{name} must begin with https"):
        identity_providers()
