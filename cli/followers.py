"""Creates the demo's followers through the public API alone: sign in, delegate, follow, start."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cli.client import ApiClient
from cli.limit_sets import LimitSet, limit_set
from cli.wallet_key import WalletKey
from understudy.adapters.keccak import keccak256

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cli.system import System

AGENT_NAME = "understudy"


@dataclass(frozen=True, slots=True)
class Follower:
    """One follower: its number from 1, how it follows, its signed-in client and its follow."""

    number: int
    limit_set: LimitSet
    client: ApiClient
    wallet_address: str
    follow_id: str


def public_key_of(number: int) -> WalletKey:
    """Return a test key that everybody can derive: it must never hold anything of value."""
    return WalletKey(keccak256(f"understudy:follower:{number}".encode()))


def create_follower(system: System, number: int, leader: str, dexes: Sequence[str]) -> Follower:
    """Fund a wallet at the venue, then do what its user would do; raises ApiError."""
    key, chosen = public_key_of(number), limit_set(number - 1)
    system.bench.command(
        "accounts",
        address=key.address,
        usdc=str(chosen.usdc),
        dex_usdc={dex: str(chosen.usdc) for dex in dexes},
    )
    client = system.client()
    client.sign_in(key)
    client.confirm_agent(client.enable_agent(AGENT_NAME), key)
    follow_id = client.create_follow(leader, chosen.limits)["follow_id"]
    client.start(follow_id)
    return Follower(number, chosen, client, key.address.lower(), follow_id)
