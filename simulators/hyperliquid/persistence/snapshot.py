"""The small part of the books, rewritten each time, and the logs of orders and fills beside it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from simulators.hyperliquid.engine.account import Account
from simulators.hyperliquid.engine.agents import AgentRegistry
from simulators.hyperliquid.engine.market import Market
from simulators.hyperliquid.engine.nonces import NonceBook
from simulators.hyperliquid.engine.universe import Universe
from simulators.hyperliquid.engine.venue import House, Rules, Venue
from simulators.hyperliquid.persistence.codec import decode, encode

if TYPE_CHECKING:
    from simulators.hyperliquid.clock import Clock
    from simulators.hyperliquid.engine.fills import Fill
    from simulators.hyperliquid.engine.orders import Order

VERSION = 1


@dataclass(slots=True)
class Snapshot:
    """Everything but orders and fills; the lengths say how much of the logs belongs to it."""

    version: int
    markets: list[Market]
    accounts: list[Account]
    agents: AgentRegistry
    nonces: NonceBook
    house: House
    rules: Rules
    scheduled_cancels: dict[str, int]
    next_oid: int
    next_execution: int
    log_bytes: dict[str, int] = field(default_factory=dict)


def take_snapshot(venue: Venue, log_bytes: dict[str, int]) -> dict[str, object]:
    """Return the snapshot as JSON values."""
    parts = (
        ("markets", list(venue.universe.by_name.values())),
        ("accounts", list(venue.accounts.values())),
        ("agents", venue.agents),
        ("nonces", venue.nonces),
        ("house", venue.house),
        ("rules", venue.rules),
        ("scheduled_cancels", venue.scheduled_cancels),
        ("next_oid", venue.next_oid),
        ("next_execution", venue.next_execution),
        ("log_bytes", log_bytes),
    )
    return {"version": VERSION} | {name: encode(part) for name, part in parts}


def read_snapshot(content: dict[str, object]) -> Snapshot:
    """Return the snapshot in JSON values; a foreign version is a ValueError."""
    if content.get("version") != VERSION:
        raise ValueError(f"version {content.get('version')}, expected {VERSION}")
    hints = {
        "markets": list[Market],
        "accounts": list[Account],
        "agents": AgentRegistry,
        "nonces": NonceBook,
        "house": House,
        "rules": Rules,
        "scheduled_cancels": dict[str, int],
        "log_bytes": dict[str, int],
    }
    return Snapshot(**{key: decode(hints.get(key), part) for key, part in content.items()})


def restore_venue(clock: Clock, snapshot: Snapshot) -> Venue:
    """Return the venue without its orders and fills."""
    venue = Venue(clock, universe=_universe(snapshot.markets))
    venue.accounts = {account.address: account for account in snapshot.accounts}
    venue.agents, venue.nonces = snapshot.agents, snapshot.nonces
    venue.house, venue.rules = snapshot.house, snapshot.rules
    venue.scheduled_cancels = snapshot.scheduled_cancels
    venue.next_oid, venue.next_execution = snapshot.next_oid, snapshot.next_execution
    return venue


def _universe(markets: list[Market]) -> Universe:
    universe = Universe()
    for market in markets:
        universe.insert(market)
    return universe


def restore_orders(venue: Venue, orders: list[Order]) -> None:
    """Put orders back in their last state, in the order they were placed."""
    latest = {order.oid: order for order in orders}
    for _, order in sorted(latest.items()):
        venue.accounts[order.user].orders.add(order)
        if order.is_open:
            waiting = venue.waiting(venue.universe.by_name[order.coin])
            if order.trigger is not None:
                waiting.triggers[order.oid] = order
            else:
                waiting.add(order)


def restore_fills(venue: Venue, rows: list[tuple[str, Fill | None]]) -> None:
    """Put fills back; a row without a fill means the account was opened afresh."""
    for user, fill in rows:
        account = venue.accounts[user]
        if fill is None:
            account.fills.fills.clear()
            account.twap_fills.fills.clear()
        else:
            (account.fills if fill.twap_id is None else account.twap_fills).add(fill)
