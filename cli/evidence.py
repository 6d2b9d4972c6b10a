"""Collects what the judge reads: the recording, the venue's own books, what the public API says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cli.recordings import as_recorded

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cli.followers import Follower
    from cli.venue_bench import VenueBench
    from simulators.hyperliquid.replay.recording import Recording

Receipts = list[dict[str, Any]]
MIN_NOTIONAL_USD = "10"
MONEY = ("copy_budget_usdc", "used", "remaining", "pnl", "unrealized", "fees")


def collect(
    bench: VenueBench,
    recording: Recording,
    leader: str,
    followers: Sequence[Follower],
    receipts: Mapping[str, Receipts],
    weight_per_minute: int,
) -> dict[str, Any]:
    """Return the evidence of a run as plain JSON; see `simulators.judge.reading`.

    `weight_per_minute` is what the system was told that it may ask of the venue.
    """
    shown = [_follow(each, receipts[each.follow_id]) for each in followers]
    books = bench.look("books")
    wallets = {leader, *(each.wallet_address for each in followers)}
    return {
        "venue": "hyperliquid",
        "leader": leader,
        "taken_ms": books["time_ms"],
        "recording": [as_recorded(fill) for fill in recording.fills],
        "requests": {**books["requests"], "weight_per_minute": weight_per_minute},
        "release": bench.look("replay/trades"),
        "markets": markets_of(bench),
        "books": {wallet: books["accounts"][wallet] for wallet in wallets},
        "follows": shown,
    }


def markets_of(bench: VenueBench) -> dict[str, dict[str, Any]]:
    """Read every market's grid and bounds from the venue, builder dexes included."""
    dexes = ["" if dex is None else dex["name"] for dex in bench.ask(type="perpDexs")]
    return {
        listed["name"]: {
            "size_decimals": listed["szDecimals"],
            "max_leverage": listed["maxLeverage"],
            "min_notional": MIN_NOTIONAL_USD,
        }
        for dex in dexes
        for listed in bench.ask(type="meta", dex=dex)["universe"]
    }


def _follow(follower: Follower, receipts: Receipts) -> dict[str, Any]:
    follow = follower.client.call("GET", f"/v1/follows/{follower.follow_id}")
    portfolio = follower.client.portfolio(follower.follow_id)
    return {
        "follow_id": follower.follow_id,
        "wallet_address": follower.wallet_address,
        "limits": follow["limits"],
        "started_at_ms": follow["started_at_ms"],
        "perfect": follower.limit_set.perfect,
        "receipts": receipts,
        "portfolio": {each["symbol"]: each["held"] for each in portfolio["positions"]},
        "money": {name: portfolio[name] for name in MONEY},
    }
