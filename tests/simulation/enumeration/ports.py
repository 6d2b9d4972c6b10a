"""What can fail, read off the ports: every method of every protocol is a site or named with why."""

from __future__ import annotations

import pkgutil
from collections.abc import Collection, Iterator
from importlib import import_module
from types import ModuleType

import understudy.ports
from tests.simulation.enumeration.steps import LISTENER

CUSTODY = (
    "custody.authorities",
    "custody.keys",
    "custody.migration.ports",
    "custody.rewrapping",
    "custody.store",
)

# Protocols by the name that their calls have in a run.
GATED = {
    "bus": "Bus",
    "budget": "VenueBudget",
    "copies": "CopyStore",
    "custody": "SigningStore",
    "leaders": "LeaderStore",
    "leases": "Leases",
    "markets": "MarketStore",
    "queues": "Queues",
    "signer": "Signer",
    "stream": "MarketStream",
    "vault": "KeyVault",
    "venue": "Venue",
}
OF_REQUESTS = "a request's: who asked is told of the failure and asks again"
OF_OPERATORS = "an operator's command: it is told of the failure and repeated"
OF_THE_AUDIT = "beside copying: its batch or its schedule comes again, see tests/unit/audit"
OF_THE_UPKEEP = "beside copying: its schedule comes again, see tests/unit/workflows"
OF_A_CONNECTION = "never fails by itself: a connection tells of its end by an event"
LOCAL = "is within this process"
# What no run can strike, and why: whole protocols, or single methods of gated ones.
ELSEWHERE = {
    "AccessTokens": OF_REQUESTS,
    "AgentApprovals": OF_REQUESTS,
    "AgentKeys": OF_REQUESTS,
    "AgentRegistry": OF_REQUESTS,
    "AccountStore": OF_REQUESTS,
    "AgentStore": OF_REQUESTS,
    "CopyRecords": OF_REQUESTS,
    "AuditChains": OF_THE_AUDIT,
    "AuditRows": OF_OPERATORS,
    "AuditTrail": OF_REQUESTS,
    "Authority": "signing goes through the vault, which is struck; the rest is a request's",
    "BoundsKeeper": OF_REQUESTS,
    "CallCounts": OF_REQUESTS,
    "Chain": OF_OPERATORS,
    "CheckpointArchive": OF_THE_AUDIT,
    "CheckpointSigner": OF_THE_AUDIT,
    "AuditExtracts": OF_REQUESTS,
    "AuditLookup": OF_REQUESTS,
    "CheckpointVerifier": OF_OPERATORS,
    "ClosingAccounts": OF_THE_UPKEEP,
    "CopyProfiles": OF_REQUESTS,
    "DueAgents": OF_THE_UPKEEP,
    "FollowDirectory": OF_REQUESTS,
    "IdentityStore": OF_REQUESTS,
    "ProviderVerifier": OF_REQUESTS,
    "Ids": LOCAL,
    "KeyVault.rewrap": OF_OPERATORS,
    "KeyVault.seal": OF_REQUESTS,
    "KeyVault.sealing_key_id": LOCAL,
    "LegacyStore": OF_OPERATORS,
    "OrderDesk": OF_OPERATORS,
    "Clock": LOCAL,
    "DeadLetters": OF_OPERATORS,
    "DigestSigner": LOCAL,
    "HeldKey": LOCAL,
    "MarketStream.ages_ms": LOCAL,
    "MarketStream.close": OF_A_CONNECTION,
    "MarketStream.receive": OF_A_CONNECTION,
    "MarketStream.renew": OF_A_CONNECTION,
    "MarketStream.silent_ms": LOCAL,
    "MarketStream.subscribe": OF_A_CONNECTION,
    "MarketStream.subscribe_prices": OF_A_CONNECTION,
    "MarketStream.unconfirmed": LOCAL,
    "Pool": LOCAL,
    "RefreshTokens": OF_REQUESTS,
    "SealedAgents": OF_OPERATORS,
    "SessionStore": OF_REQUESTS,
    "SignInVerifier": OF_REQUESTS,
    "SignerSwitches": OF_OPERATORS,
    "SwitchBoard": OF_REQUESTS,
    "WalletStore": OF_REQUESTS,
}
# No port's: what an event source is told by whoever takes its messages.
OF_SOURCES = " unless done"
# Calls that change nothing: after one of them a crash is what it is before.
READING = frozenset(
    {
        "copies.account",
        "copies.due_intents",
        "copies.estimated_orders",
        "copies.follow_state",
        "copies.intent",
        "copies.intents",
        "copies.lane",
        "copies.receipt",
        "copies.receipted",
        "copies.receipts",
        "copies.surroundings",
        "copies.wallet_follows",
        "custody.read",
        "leaders.fill_owners",
        "leaders.follow_shard",
        "leaders.leader_book",
        "leaders.trades_since",
        "leaders.watched",
        "leases.read",
        "markets.markets",
        "markets.marks",
        "vault.open",
        "venue.account",
        "venue.fills_since",
        "venue.funding_since",
        "venue.leader_leverages",
        "venue.leader_snapshot",
        "venue.markets",
        "venue.order_report",
        "venue.own_fills_since",
    }
)


def methods() -> frozenset[str]:
    """Name every method of every port, as "Protocol.method"."""
    return frozenset(
        f"{protocol.__name__}.{name}"
        for module in _modules()
        for protocol in vars(module).values()
        if getattr(protocol, "_is_protocol", False) and protocol.__module__ == module.__name__
        for name in vars(protocol)
        if not name.startswith("_")
    )


def struck(names: Collection[str]) -> frozenset[str]:
    """Name the methods that calls of a run are of."""
    of_ports = (name for name in names if not name.endswith(OF_SOURCES))
    calls = (name.removeprefix(LISTENER).split(".") for name in of_ports)
    return frozenset(f"{GATED[port]}.{method}" for port, method in calls)


def unreached(names: Collection[str]) -> list[str]:
    """Name the methods that no call of a run is of, and that nothing is said of."""
    return sorted(
        method
        for method in methods() - struck(names)
        if method not in ELSEWHERE and method.split(".", maxsplit=1)[0] not in ELSEWHERE
    )


def is_reading(name: str) -> bool:
    """Say whether a call changes nothing."""
    return name.removeprefix(LISTENER) in READING


def _modules() -> Iterator[ModuleType]:
    for each in pkgutil.iter_modules(understudy.ports.__path__):
        yield import_module(f"{understudy.ports.__name__}.{each.name}")
    yield from map(import_module, CUSTODY)
