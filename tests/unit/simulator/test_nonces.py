"""Nonces, agents and action limits."""

from __future__ import annotations

import pytest

from simulators.hyperliquid import texts
from simulators.hyperliquid.engine.account import Account, RefusedAction
from simulators.hyperliquid.engine.action_limits import ActionLimits
from simulators.hyperliquid.engine.agents import EXPIRY_GRACE_MS, AgentRegistry
from simulators.hyperliquid.engine.nonces import DAY_MS, NonceBook
from simulators.hyperliquid.refusal import ActionRefusedError

NOW = 1_790_000_000_000
MASTER, AGENT = "0x" + "a" * 40, "0x" + "b" * 40


def test_the_100_highest_nonces_are_kept() -> None:
    book = NonceBook()
    for nonce in range(NOW, NOW + 101):
        book.take("s", nonce, NOW)

    with pytest.raises(ActionRefusedError, match="nonce too low"):
        book.take("s", NOW, NOW)
    with pytest.raises(ActionRefusedError, match="duplicate nonce"):
        book.take("s", NOW + 50, NOW)


def test_nonces_may_come_out_of_order_and_signers_are_independent() -> None:
    book = NonceBook()
    for nonce in (NOW + 5, NOW, NOW + 3):
        book.take("one", nonce, NOW)

    book.take("two", NOW, NOW)

    assert book.used == {"one": [NOW, NOW + 3, NOW + 5], "two": [NOW]}


@pytest.mark.parametrize("nonce", [NOW - 2 * DAY_MS, NOW + DAY_MS])
def test_nonces_lie_within_two_days_back_and_one_ahead(nonce: int) -> None:
    with pytest.raises(ActionRefusedError, match="Invalid nonce: nonce too"):
        NonceBook().take("s", nonce, NOW)


def test_an_agent_outlives_its_expiry_by_the_venues_laziness() -> None:
    agents = AgentRegistry()
    agents.approve(MASTER, AGENT, f"bot valid_until {NOW + 1_000}", NOW)

    assert agents.master_of(AGENT, NOW + 1_000 + EXPIRY_GRACE_MS) == MASTER
    assert agents.master_of(AGENT, NOW + 1_001 + EXPIRY_GRACE_MS) is None


def test_an_expired_agent_frees_its_slot() -> None:
    agents = AgentRegistry()
    for number, name in enumerate(("one", "two", "three")):
        agents.approve(MASTER, f"0x{number:040x}", f"{name} valid_until {NOW + 1}", NOW)

    agents.approve(MASTER, AGENT, "four", NOW + 2 + EXPIRY_GRACE_MS)

    assert [agent.name for agent in agents.named(MASTER)] == ["four"]


def test_a_name_has_at_most_16_characters_without_its_suffix() -> None:
    agents = AgentRegistry()

    with pytest.raises(ActionRefusedError, match=texts.AGENT_NAME_LENGTH):
        agents.approve(MASTER, AGENT, "x" * 17, NOW)
    agents.approve(MASTER, AGENT, f"{'x' * 16} valid_until {NOW + DAY_MS}", NOW)


def test_beyond_the_limit_one_action_passes_every_ten_seconds() -> None:
    limits, account = ActionLimits(), Account(MASTER, NOW, requests_used=10_000)
    limits.take(account, 1, NOW)

    with pytest.raises(ActionRefusedError, match="Too many cumulative requests"):
        limits.take(account, 1, NOW + 9_999)
    limits.take(account, 1, NOW + 10_000)

    assert account.requests_used == 10_002


def test_the_books_keep_what_was_refused_as_one_action_too_many() -> None:
    limits, account = ActionLimits(), Account(MASTER, NOW, requests_used=10_000)
    limits.take(account, 1, NOW)
    with pytest.raises(ActionRefusedError):
        limits.take(account, 1, NOW + 1)
    with pytest.raises(ActionRefusedError):
        limits.take(account, 1, NOW + 2, reduces=True)
    limits.take(account, 1, NOW + 10_000)

    assert account.refused_actions == [RefusedAction(NOW + 1), RefusedAction(NOW + 2, reduces=True)]


def test_the_books_keep_the_newest_ten_thousand_of_these() -> None:
    limits, account = ActionLimits(), Account(MASTER, NOW, requests_used=10_000)
    limits.take(account, 1, NOW)
    for after_ms in range(1, 9_999):
        with pytest.raises(ActionRefusedError):
            limits.take(account, 1, NOW + after_ms)
    account.refused_actions[:0] = [RefusedAction(NOW - 1), RefusedAction(NOW)]
    with pytest.raises(ActionRefusedError):
        limits.take(account, 1, NOW + 9_999)

    times = [each.time_ms - NOW for each in account.refused_actions]
    assert times == list(range(10_000))


def test_cancels_have_more_room_than_orders() -> None:
    limits, account = ActionLimits(), Account(MASTER, NOW, requests_used=10_000)
    for _ in range(50):
        limits.take(account, 1, NOW, cancels=True)

    assert account.requests_used == 10_050
