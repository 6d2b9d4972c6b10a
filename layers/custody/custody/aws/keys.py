"""The keys of the table `custody`. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from custody.agents import owner_mark_of
from understudy.adapters.aws.attributes import Item
from understudy.adapters.aws.keys import key
from understudy.domain.intents import Intent
from understudy.domain.markets import HYPERLIQUID
from understudy.ports.switches import Switch

DAY = "DAY#"
ON = "on"  # the attribute of a kill switch that is on
LEGACY = "LEGACY"


def agent(agent_id: str) -> Item:
    """Name an agent with its policy and ciphertext."""
    return key(f"AGENT#{agent_id}", "AGENT")


def day(agent_id: str, date: str) -> Item:
    """Name what an agent's entries of one UTC day add up to."""
    return key(f"AGENT#{agent_id}", DAY + date)


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
        of_agent = (agent(intent.agent_id), day(intent.agent_id, date))
        wanted += (content(intent.intent_id), *of_agent, *switches_of(intent.agent_id))
    return list({(item["pk"]["S"], item["sk"]["S"]): item for item in wanted}.values())
