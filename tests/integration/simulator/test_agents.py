"""Agents through the official SDK: slots, rotation, revocation, expiry, and what they may sign."""

from __future__ import annotations

import time
from typing import Any

import pytest
from eth_account import Account
from hyperliquid.utils.signing import sign_agent

from simulators.hyperliquid import texts

pytestmark = pytest.mark.integration

IOC = {"limit": {"tif": "Ioc"}}
ZERO = "0x" + "0" * 40
DAY_MS = 86_400_000
BUY, TESTNET = True, False


def refused(text: str) -> dict[str, str]:
    return {"status": "err", "response": text}


def approve(trader: Any, address: str, name: str) -> Any:
    nonce = time.time_ns() // 1_000_000
    action = {"type": "approveAgent", "agentAddress": address, "agentName": name, "nonce": nonce}
    signature = sign_agent(trader.wallet, action, TESTNET)
    return trader._post_action(action, signature, nonce)


def named(trader: Any) -> list[str]:
    return [agent["name"] for agent in trader.info.extra_agents(trader.wallet.address)]


def test_an_agent_trades_for_its_master(bench: Any, trader: Any) -> None:
    approved, key = trader.approve_agent("bot")
    agent = bench.client(Account.from_key(key), account_address=trader.wallet.address)

    answer = agent.order("ETH", BUY, 0.1, 1950, IOC)

    assert approved["status"] == "ok"
    assert answer["response"]["data"]["statuses"][0]["filled"]["totalSz"] == "0.1"
    assert len(trader.info.user_fills(trader.wallet.address)) == 1
    assert trader.info.user_role(agent.wallet.address) == {
        "role": "agent",
        "data": {"user": trader.wallet.address.lower()},
    }


def test_an_unnamed_agent_is_signed_as_an_empty_name_and_not_listed(trader: Any) -> None:
    approved, _ = trader.approve_agent()

    assert approved["status"] == "ok"
    assert named(trader) == []


def test_an_agent_cannot_move_money_or_approve(bench: Any, trader: Any) -> None:
    _, key = trader.approve_agent("bot")
    agent = bench.client(Account.from_key(key))

    refusal = refused(texts.must_deposit(agent.wallet.address.lower()))
    assert agent.usd_transfer(1, trader.wallet.address) == refusal
    assert agent.approve_agent("other")[0] == refusal


def test_a_fourth_named_agent_finds_no_slot(bench: Any, trader: Any) -> None:
    for name in ("one", "two", "three"):
        assert approve(trader, bench.wallet().address, name)["status"] == "ok"

    assert approve(trader, bench.wallet().address, "four") == refused(texts.AGENT_LIMIT)
    assert named(trader) == ["one", "two", "three"]


def test_the_same_name_rotates_at_once_and_the_old_key_is_dead(bench: Any, trader: Any) -> None:
    _, key = trader.approve_agent("bot")
    approve(trader, bench.wallet().address, "bot")
    old = bench.client(Account.from_key(key))

    answer = old.order("ETH", BUY, 0.1, 1950, IOC)

    assert answer == refused(texts.wallet_unknown(old.wallet.address.lower()))


def test_an_address_is_never_an_agent_twice(bench: Any, trader: Any) -> None:
    used = bench.wallet().address
    approve(trader, used, "bot")

    assert approve(bench.trader(), used, "bot") == refused(texts.AGENT_USED)


def test_revocation_empties_the_slot_and_blocks_approvals_for_a_while(
    bench: Any, trader: Any
) -> None:
    _, key = trader.approve_agent("bot")
    approve(trader, ZERO, "bot")
    agent = bench.client(Account.from_key(key))

    assert named(trader) == []
    assert approve(trader, bench.wallet().address, "bot") == refused(texts.AGENT_PENDING_REMOVAL)
    assert agent.order("ETH", BUY, 0.1, 1950, IOC) == refused(
        texts.wallet_unknown(agent.wallet.address.lower())
    )


@pytest.mark.parametrize("days", [-1, 181])
def test_validity_lies_ahead_and_within_180_days(bench: Any, trader: Any, days: int) -> None:
    until = time.time_ns() // 1_000_000 + days * DAY_MS

    answer = approve(trader, bench.wallet().address, f"bot valid_until {until}")

    assert answer == refused(texts.AGENT_EXPIRED)


def test_the_listed_name_is_bare(bench: Any, trader: Any) -> None:
    until = time.time_ns() // 1_000_000 + 30 * DAY_MS
    agent = bench.wallet().address
    approve(trader, agent, f"bot valid_until {until}")

    listed = trader.info.extra_agents(trader.wallet.address)

    assert listed == [{"name": "bot", "address": agent.lower(), "validUntil": until}]
