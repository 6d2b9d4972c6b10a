"""One identity provider: its keys, the tokens that it gives a user, and the state it is in."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from simulators.identity.keys import KeyChain

PRIVY_ISSUER = "privy.io"
PRIVY_APP_ID = "understudy-local"
PRIVY_ACCESS_SECONDS = 3600
PRIVY_IDENTITY_SECONDS = 36_000
DYNAMIC_ENVIRONMENT = "understudy-local"
DYNAMIC_ISSUER = f"app.dynamic.xyz/{DYNAMIC_ENVIRONMENT}"
DYNAMIC_AUDIENCE = "http://understudy.localhost"
DYNAMIC_SECONDS = 7200


class Outage(StrEnum):
    """What becomes of a request for the key set."""

    NONE = "none"
    ERROR = "error"  # 500
    HANG = "hang"  # no answer at all
    GARBAGE = "garbage"  # 200 with a page of HTML
    REDIRECT = "redirect"  # 302 to another host


@dataclass(frozen=True, slots=True)
class SignedInUser:
    """Who has signed in at the provider; each wallet is `{address, embedded}`."""

    subject: str
    wallets: tuple[dict[str, Any], ...] = ()
    claims: dict[str, Any] = field(default_factory=dict)
    """Claims that replace those of a good token; null takes one out."""


@dataclass(slots=True)
class Provider:
    """A provider at work; `requests` counts how often its key set was asked for."""

    name: str
    chain: KeyChain
    mint: Callable[[KeyChain, SignedInUser, int], dict[str, str]]
    outage: Outage = Outage.NONE
    requests: int = 0

    def tokens(self, user: SignedInUser) -> dict[str, str]:
        """Give a user the tokens of a sign-in that is complete now."""
        return self.mint(self.chain, user, int(time.time()))


def new_providers() -> dict[str, Provider]:
    """Give both providers, with keys of their own."""
    return {
        "privy": Provider("privy", KeyChain("ES256"), _privy_tokens),
        "dynamic": Provider("dynamic", KeyChain("RS256"), _dynamic_tokens),
    }


def _privy_tokens(chain: KeyChain, user: SignedInUser, now: int) -> dict[str, str]:
    common = {"sub": user.subject, "iss": PRIVY_ISSUER, "aud": PRIVY_APP_ID, "iat": now}
    access = {**common, "sid": f"session-of-{user.subject}", "exp": now + PRIVY_ACCESS_SECONDS}
    accounts = [_privy_account(place, each) for place, each in enumerate(user.wallets)]
    identity = {
        **common,
        "exp": now + PRIVY_IDENTITY_SECONDS,
        "linked_accounts": json.dumps(accounts),
    }
    return {
        "access_token": chain.newest.sign(_changed(access, user.claims)),
        "identity_token": chain.newest.sign(_changed(identity, user.claims)),
    }


def _privy_account(place: int, wallet: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "wallet",
        "id": f"wallet-{place}",
        "address": wallet["address"],
        "chain_type": "ethereum",
        "wallet_client_type": "privy" if wallet.get("embedded") else "metamask",
    }


def _dynamic_tokens(chain: KeyChain, user: SignedInUser, now: int) -> dict[str, str]:
    claims = {
        "kid": chain.newest.key_id,
        "sub": user.subject,
        "sid": f"session-of-{user.subject}",
        "iss": DYNAMIC_ISSUER,
        "aud": DYNAMIC_AUDIENCE,
        "iat": now,
        "exp": now + DYNAMIC_SECONDS,
        "environment_id": DYNAMIC_ENVIRONMENT,
        "scope": "user:basic",
        "verified_credentials": [
            _dynamic_credential(place, each) for place, each in enumerate(user.wallets)
        ],
    }
    return {"token": chain.newest.sign(_changed(claims, user.claims))}


def _dynamic_credential(place: int, wallet: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": f"credential-{place}",
        "format": "blockchain",
        "chain": "eip155",
        "address": wallet["address"],
        "public_identifier": wallet["address"],
        "wallet_provider": "embeddedWallet" if wallet.get("embedded") else "browserExtension",
    }


def _changed(claims: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    return {name: each for name, each in {**claims, **changes}.items() if each is not None}
