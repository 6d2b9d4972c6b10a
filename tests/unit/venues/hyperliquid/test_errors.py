"""What the venue's refusals mean, text by text."""

from __future__ import annotations

import pytest

from understudy.adapters.venues.hyperliquid.errors import (
    RejectionKind,
    is_nonce_refusal,
    kind_of_order_state,
    kind_of_text,
)
from understudy.domain.settlement import HARMLESS_REJECTIONS

AGENT = "0x" + "ab" * 20
K = RejectionKind


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Order could not immediately match against any resting orders. asset=4", K.NO_MATCH),
        ("No liquidity available for market order.", K.NO_LIQUIDITY),
        ("Order would increase open interest too quickly", K.OPEN_INTEREST),
        ("Order would increase open interest while open interest is capped", K.OPEN_INTEREST),
        (
            "Order rejected due to price more aggressive than oracle while at open interest cap",
            K.OPEN_INTEREST,
        ),
        ("Order Price too far from oracle", K.PRICE_TOO_FAR),
        ("Price too far from oracle", K.PRICE_TOO_FAR),
        (
            "Order price cannot be more than 80% away from the reference price asset=110000",
            K.PRICE_TOO_FAR,
        ),
        ("Insufficient margin to place order. asset=0", K.INSUFFICIENT_MARGIN),
        ("Insufficient spot balance", K.INSUFFICIENT_MARGIN),
        ("Order has insufficient spot balance to trade", K.INSUFFICIENT_MARGIN),
        (
            "Order would cause position to exceed margin tier limit at current leverage",
            K.INSUFFICIENT_MARGIN,
        ),
        ("Order must have minimum value of $10. asset=1", K.MIN_NOTIONAL),
        ("Order must have minimum value of 10 USDC.", K.MIN_NOTIONAL),
        ("Reduce only order would increase position. asset=1", K.REDUCE_ONLY_FLAT),
        ("Price must be divisible by tick size. asset=1", K.TICK),
        ("Order has invalid price.", K.TICK),
        ("Order has invalid size.", K.TICK),
        ("Order has zero size.", K.TICK),
        ("Invalid TP/SL price.", K.TICK),
        (
            "Post only order would have immediately matched, bbo was 1@2.",
            K.NO_MATCH,
        ),
        (
            "Only post-only orders allowed immediately after network upgrade",
            K.POST_ONLY_PERIOD,
        ),
        ("Order was never placed, already canceled, or filled.", K.ORDER_OVER),
        ("Cannot modify canceled or filled order", K.ORDER_OVER),
        ("Action already expired", K.EXPIRED_ACTION),
        (
            "Too many cumulative requests sent (10001 > 10000) for cumulative volume traded $0.",
            K.RATE_LIMITED,
        ),
        (f"Must deposit before performing actions. User: {AGENT}", K.ACCOUNT_EMPTY),
        ("Unable to recover signer.", K.SIGNATURE),
        ("Builder fee has not been approved.", K.BUILDER_FEE),
        ("Builder has insufficient balance to be approved.", K.BUILDER_FEE),
        ("Extra agent already used.", K.AGENT_APPROVAL),
        ("Too many extra agents for cumulative volume traded.", K.AGENT_APPROVAL),
        ("User has pending agent removal", K.AGENT_APPROVAL),
        ("Agent valid_until already expired.", K.AGENT_APPROVAL),
        ("Cannot switch leverage type with open position.", K.LEVERAGE),
        ("Position does not use isolated margin.", K.LEVERAGE),
        ("Invalid leverage value", K.LEVERAGE),
        ("Vault may not perform this action", K.ACCOUNT_TYPE),
        ("Action disabled when unified account is active", K.ACCOUNT_TYPE),
        ("Multi-sig required", K.ACCOUNT_TYPE),
        ("Trading is halted, or whatever they will say", K.OTHER),
    ],
)
def test_a_text_is_known_by_its_beginning(text: str, kind: RejectionKind) -> None:
    assert kind_of_text(text) is kind
    assert kind_of_text(text.upper()) is kind


@pytest.mark.parametrize("prefix", ["", "L1 error: "])
def test_our_own_unknown_agent_is_gone_and_another_ones_is_our_fault(prefix: str) -> None:
    text = f"{prefix}User or API Wallet {AGENT} does not exist."

    assert kind_of_text(text, AGENT) is K.AGENT_GONE
    assert kind_of_text(text) is K.AGENT_GONE
    assert kind_of_text(text, "0x" + "cd" * 20) is K.SIGNATURE


def test_a_deposit_is_asked_of_the_account_or_its_agent_and_of_another_is_our_fault() -> None:
    account = "0x" + "Cd" * 20
    text = "Must deposit before performing actions. User: "

    assert kind_of_text(text + account, AGENT, account) is K.ACCOUNT_EMPTY
    assert kind_of_text(text + AGENT, AGENT, account) is K.ACCOUNT_EMPTY
    assert kind_of_text(text + "0x" + "ef" * 20, AGENT, account) is K.SIGNATURE
    assert kind_of_text(text + "0x" + "ef" * 20, None, account) is K.SIGNATURE
    assert kind_of_text(text, AGENT, account) is K.ACCOUNT_EMPTY


def test_a_refused_nonce_is_no_refusal_of_the_action() -> None:
    assert is_nonce_refusal("Invalid nonce: duplicate nonce 1795")
    assert is_nonce_refusal("Invalid nonce: nonce too low 5 < 1795")
    assert not is_nonce_refusal("Action already expired")


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        ("iocCancelRejected", K.NO_MATCH),
        ("rejected", K.OTHER),
        ("minTradeNtlRejected", K.MIN_NOTIONAL),
        ("positionIncreaseAtOpenInterestCapRejected", K.OPEN_INTEREST),
        ("somethingNewRejected", K.OTHER),
        ("filled", None),
        ("canceled", None),
    ],
)
def test_the_state_of_an_order_tells_whether_it_was_refused(
    state: str, kind: RejectionKind | None
) -> None:
    assert kind_of_order_state(state) is kind


def test_the_kinds_that_the_rules_know_are_among_ours() -> None:
    assert set(RejectionKind) >= HARMLESS_REJECTIONS
