"""The keys of the table `custody`. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from custody.agents import owner_mark_of, wallet_mark
from understudy.adapters.aws.attributes import Item
from understudy.adapters.aws.keys import key
from understudy.domain.intents import Intent
from understudy.domain.markets import HYPERLIQUID
from understudy.ports.switches import Switch

DAY = "DAY#"
WALLET = "WALLET#"
ON = "on"  # the attribute of a kill switch that is on
LEGACY = "LEGACY"


def agent(agent_id: str) -> Item:
    """Name an agent with its ciphertext."""
    return key(f"AGENT#{agent_id}", "AGENT")


def policy(wallet: str) -> Item:
    """Name the bounds of a wallet, by its mark."""
    return key(WALLET + wallet, "POLICY")


def day(wallet: str, date: str) -> Item:
    """Name what a wallet's entries of one UTC day add up to, by its mark."""
    return key(WALLET + wallet, DAY + date)


def content(intent_id: str) -> Item:
    """Name what was signed for an intent, whoever asked."""
    return key(f"INTENT#{intent_id}", "CONTENT")


def legacy(user_id: str) -> Item:
    """Name a user of the older system; all of them lie in one partition."""
    return key(LEGACY, f"USER#{user_id}")


def switch(name: Switch, subject: str) -> Item:
    """Name a kill switch."""
    return key(f"SWITCH#{name}#{subject}", "SWITCH")


def switches_of(agent_id: str) -> tuple[Item, Item, Item]:
    """Name every kill switch that can stop an agent: the global one, its venue's, its owner's."""
    return (
        switch(Switch.KILL_GLOBAL, ""),
        switch(Switch.KILL_VENUE, HYPERLIQUID),
        switch(Switch.KILL_USER, owner_mark_of(agent_id)),
    )


def of_batch(intents: Iterable[Intent], date: str) -> list[Item]:
    """Name everything in the custody table that a batch is judged by, each key once."""
    wanted: list[Item] = []
    for intent in intents:
        # Whether it is the agent's wallet is judged later; nothing is signed when it is not.
        wallet = wallet_mark(intent.venue, intent.wallet_address)
        of_intent = (content(intent.intent_id), agent(intent.agent_id))
        wanted += (*of_intent, policy(wallet), day(wallet, date), *switches_of(intent.agent_id))
    return list({(item["pk"]["S"], item["sk"]["S"]): item for item in wanted}.values())
