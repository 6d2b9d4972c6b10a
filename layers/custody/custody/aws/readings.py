"""What a batch is judged by, from the items that came back for it. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from custody.agents import Agent, Bounds, Policy
from custody.aws import keys as at
from custody.policy import Killed, Mark
from custody.store import Readings
from understudy.adapters.aws.attributes import Item, record_of
from understudy.adapters.aws.keys import MARKET
from understudy.adapters.aws.mark_items import marks_in
from understudy.adapters.marks import NO_MARKS
from understudy.domain.ids import IntentId
from understudy.domain.markets import Market

Items = dict[tuple[str, str], Item]


def readings_of(custody: Iterable[Item], market: Iterable[Item]) -> Readings:
    """Sort the items of both tables; what was not found is absent, and a switch then off."""
    by_key = by_key_of(custody)
    agents = {item["agent_id"]["S"]: record_of(Agent, item) for item in _of_kind(by_key, "AGENT")}
    on_market = list(market)
    markets = _markets(on_market)
    bounds = {name: bounds_of(agent, by_key) for name, agent in agents.items()}
    return Readings(
        agents=agents,
        bounds={name: each for name, each in bounds.items() if each is not None},
        killed={agent_id: _killed(by_key, agent_id) for agent_id in agents},
        contents={
            IntentId(item["intent_id"]["S"]): item["content"]["S"]
            for item in _of_kind(by_key, "CONTENT")
        },
        spent={
            item["pk"]["S"].removeprefix(at.WALLET): Decimal(item["notional"]["N"])
            for item in _of_kind(by_key, "DAY")
        },
        markets=markets,
        marks=_marks(on_market, markets),
    )


def bounds_of(agent: Agent, items: Items) -> Bounds | None:
    """Find an agent's bounds, which are its wallet's."""
    item = items.get(_key(at.policy(agent.wallet_mark)))
    return None if item is None else bounds_in(item)


def bounds_in(item: Item) -> Bounds:
    """Read a wallet's bounds."""
    return Bounds(record_of(Policy, item["policy"]["M"]), int(item["policy_version"]["N"]))


def by_key_of(items: Iterable[Item]) -> Items:
    """Sort items by their keys."""
    return {_key(item): item for item in items}


def _of_kind(items: Items, kind: str) -> Iterable[Item]:
    return (item for (_, sort), item in items.items() if sort.partition("#")[0] == kind)


def _killed(items: Items, agent_id: str) -> Killed:
    globally, venue, user = (_is_on(items.get(_key(key))) for key in at.switches_of(agent_id))
    return Killed(globally, venue, user)


def _is_on(switch: Item | None) -> bool:
    # Switches turned off before their times were kept say so.
    return switch is not None and at.ON in switch and bool(switch[at.ON]["BOOL"])


def _markets(items: Iterable[Item]) -> dict[str, Market]:
    found = (record_of(Market, item) for item in items if _key(item)[1].startswith(MARKET))
    return {market.symbol: market for market in found}


def _marks(items: Iterable[Item], symbols: Iterable[str]) -> dict[str, Mark]:
    known = next((marks_in(item) for item in items if "marks" in item), NO_MARKS)
    return {
        symbol: Mark(known.prices[symbol], known.at_ms[symbol])
        for symbol in symbols
        if symbol in known.prices
    }


def _key(item: Item) -> tuple[str, str]:
    return item["pk"]["S"], item["sk"]["S"]
