"""Every wording of a refused action, provoked through the official SDK."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from eth_account import Account
from hyperliquid.utils.signing import sign_l1_action

from simulators.hyperliquid import texts

pytestmark = pytest.mark.integration

IOC = {"limit": {"tif": "Ioc"}}
GTC = {"limit": {"tif": "Gtc"}}
HOUR_MS = 3_600_000
BUY, TO_SPOT, TESTNET = True, False, False


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def refused(text: str) -> dict[str, str]:
    return {"status": "err", "response": text}


def freeze_nonce(monkeypatch: pytest.MonkeyPatch, nonce: int) -> None:
    monkeypatch.setattr("hyperliquid.exchange.get_timestamp_ms", lambda: nonce)


def buy(exchange: Any, **options: Any) -> Any:
    return exchange.order("ETH", BUY, 0.1, 1950, IOC, **options)


def test_a_used_nonce_is_refused(trader: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    nonce = now_ms()
    freeze_nonce(monkeypatch, nonce)

    assert buy(trader)["status"] == "ok"
    assert buy(trader) == refused(f"Invalid nonce: duplicate nonce {nonce}")


def test_an_old_nonce_is_refused(trader: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    nonce = now_ms() - 72 * HOUR_MS
    freeze_nonce(monkeypatch, nonce)

    answer = buy(trader)

    assert re.fullmatch(rf"Invalid nonce: nonce too low {nonce} < \d+", answer["response"])


def test_an_expired_action_is_refused_and_costs_five_actions(trader: Any) -> None:
    trader.set_expires_after(now_ms() - 1)

    assert buy(trader) == refused(texts.ACTION_EXPIRED)
    used = trader.info.post("/info", {"type": "userRateLimit", "user": trader.wallet.address})
    assert used["nRequestsUsed"] == 5


def test_an_action_before_its_expiry_passes(trader: Any) -> None:
    trader.set_expires_after(now_ms() + HOUR_MS)

    assert buy(trader)["status"] == "ok"


def test_an_unknown_wallet_does_not_exist(bench: Any) -> None:
    stranger = bench.client(bench.wallet())

    assert buy(stranger) == refused(texts.wallet_unknown(stranger.wallet.address.lower()))


def test_a_wallet_without_deposit_cannot_approve(bench: Any) -> None:
    stranger = bench.client(bench.wallet())
    refusal = refused(texts.must_deposit(stranger.wallet.address.lower()))

    assert stranger.approve_agent("bot")[0] == refusal
    assert stranger.approve_builder_fee(bench.wallet().address, "0.05%") == refusal


def test_the_agent_of_an_emptied_account_must_deposit(bench: Any, trader: Any) -> None:
    _, key = trader.approve_agent("bot")
    agent = bench.client(Account.from_key(key), account_address=trader.wallet.address)
    trader.usd_transfer(10000, bench.wallet().address)

    assert buy(agent) == refused(texts.must_deposit(trader.wallet.address.lower()))


def test_an_impossible_signature_has_no_signer(trader: Any) -> None:
    signature = {"r": "0x0", "s": "0x0", "v": 27}

    answer = trader._post_action({"type": "noop"}, signature, now_ms())

    assert answer == refused(texts.UNRECOVERABLE_SIGNER)


def test_too_many_actions_for_the_volume_are_refused(bench: Any) -> None:
    busy = bench.trader(requests_used=20_000)
    bench.control("rules", rate_limits=True)

    assert buy(busy)["status"] == "ok"
    answer = buy(busy)

    assert answer["status"] == "err"
    assert answer["response"].startswith("Too many cumulative requests sent (20002 > 10190)")


def test_the_books_show_which_actions_were_too_many_and_whether_they_only_reduced(
    bench: Any,
) -> None:
    busy, other = bench.trader(requests_used=20_000), bench.trader()
    bench.control("rules", rate_limits=True)
    before_ms = bench.look("books")["time_ms"]
    buy(busy)
    bench.venue.engine.journal.clear()
    for reduce_only in (True, False):
        buy(busy, reduce_only=reduce_only)
    busy.update_leverage(3, "ETH")

    books, told = bench.look("books"), bench.venue.engine.journal.is_dirty

    shown = books["accounts"][busy.wallet.address.lower()]["refused_actions"]
    assert [each["reduces"] for each in shown] == [True, False, False]
    assert all(before_ms <= each["time_ms"] <= books["time_ms"] for each in shown)
    assert books["accounts"][other.wallet.address.lower()]["refused_actions"] == []
    assert told, "they are on disk soon"


def test_what_came_too_late_is_on_record_for_what_it_was(bench: Any) -> None:
    busy = bench.trader(requests_used=20_000)
    bench.control("rules", rate_limits=True)
    buy(busy)
    busy.set_expires_after(now_ms() - 1)

    assert buy(busy, reduce_only=True)["response"].startswith("Too many cumulative requests")

    account = bench.look("books")["accounts"][busy.wallet.address.lower()]
    assert [each["reduces"] for each in account["refused_actions"]] == [True]


def test_a_builder_must_be_approved_and_have_money(bench: Any, trader: Any) -> None:
    builder = bench.wallet()
    taking = {"b": builder.address, "f": 50}

    assert buy(trader, builder=taking) == refused(texts.BUILDER_NOT_APPROVED)
    assert trader.approve_builder_fee(builder.address, "0.05%") == refused(texts.BUILDER_BALANCE)

    bench.fund(builder, "100")
    assert trader.approve_builder_fee(builder.address, "0.05%")["status"] == "ok"
    assert buy(trader, builder=taking)["status"] == "ok"
    assert buy(trader, builder=taking | {"f": 51}) == refused(texts.BUILDER_NOT_APPROVED)


def test_leverage_has_bounds_and_keeps_its_type_while_a_position_is_open(trader: Any) -> None:
    assert trader.update_leverage(26, "ETH") == refused(texts.LEVERAGE_INVALID)
    assert trader.update_leverage(0, "ETH") == refused(texts.LEVERAGE_INVALID)

    buy(trader)
    assert trader.update_leverage(5, "ETH", is_cross=False) == refused(texts.LEVERAGE_SWITCH)
    assert trader.update_isolated_margin(10, "ETH") == refused(texts.NOT_ISOLATED)


def test_a_sub_account_cannot_pay_a_builder(bench: Any, trader: Any) -> None:
    sub_account = bench.wallet()
    bench.fund(sub_account, role="subAccount", master=trader.wallet.address)
    trading = bench.client(trader.wallet, vault_address=sub_account.address)

    assert buy(trading)["status"] == "ok"
    answer = buy(trading, builder={"b": bench.wallet().address, "f": 1})
    assert answer == refused(texts.VAULT_FORBIDDEN)


def test_nobody_trades_for_a_vault_that_is_not_theirs(bench: Any, trader: Any) -> None:
    other = bench.wallet()
    bench.fund(other)
    trading = bench.client(trader.wallet, vault_address=other.address)

    assert buy(trading) == refused(texts.vault_unknown(other.address.lower()))


def test_a_unified_account_has_no_classes_to_transfer_between(bench: Any) -> None:
    unified = bench.trader(mode="unifiedAccount")

    assert unified.usd_class_transfer(10, TO_SPOT) == refused(texts.UNIFIED_FORBIDDEN)


def test_a_multi_sig_account_needs_its_signers(bench: Any) -> None:
    assert buy(bench.trader(multi_sig=True)) == refused(texts.MULTI_SIG_REQUIRED)


def test_a_scheduled_cancel_needs_volume(trader: Any) -> None:
    answer = trader.schedule_cancel(now_ms() + HOUR_MS)

    assert answer == refused(texts.schedule_needs_volume("0.0"))


def test_money_that_is_not_there_cannot_leave(bench: Any, trader: Any) -> None:
    elsewhere = bench.wallet().address

    sent = trader.usd_transfer(10001, elsewhere)
    withdrawn = trader.withdraw_from_bridge(10001, elsewhere)

    assert sent == refused(texts.TRANSFER_BALANCE)
    assert withdrawn == refused(texts.WITHDRAWAL_BALANCE)


@pytest.mark.parametrize(
    "order",
    [
        {"a": 1, "b": True, "p": "1950.0", "s": "0.1", "r": False, "t": IOC},
        {"a": 1, "b": True, "p": "1950", "s": "0.10", "r": False, "t": IOC},
        {"b": True, "a": 1, "p": "1950", "s": "0.1", "r": False, "t": IOC},
        {"a": 1, "b": True, "p": "1950", "s": "0.1", "r": False, "t": IOC, "c": None},
    ],
    ids=["zeros in the price", "zeros in the size", "keys out of order", "null for nothing"],
)
def test_what_the_venue_would_write_differently_recovers_another_signer(
    trader: Any, order: dict[str, Any]
) -> None:
    answer = _send(trader, {"type": "order", "orders": [order], "grouping": "na"})

    named = re.fullmatch(r"User or API Wallet (0x\w{40}) does not exist\.", answer["response"])
    assert named is not None
    assert named[1] != trader.wallet.address.lower()


def test_a_builder_address_in_mixed_case_recovers_another_signer(bench: Any, trader: Any) -> None:
    order = {"a": 1, "b": True, "p": "1950", "s": "0.1", "r": False, "t": IOC}
    builder = {"b": bench.wallet().address, "f": 1}
    action = {"type": "order", "orders": [order], "grouping": "na", "builder": builder}

    assert "does not exist" in _send(trader, action)["response"]


def _send(trader: Any, action: dict[str, Any]) -> Any:
    nonce = now_ms()
    signature = sign_l1_action(trader.wallet, action, None, nonce, None, TESTNET)
    return trader._post_action(action, signature, nonce)
