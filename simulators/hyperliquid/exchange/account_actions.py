"""The actions that touch an account: leverage, margin, agents, builders, transfers."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from simulators.hyperliquid import texts
from simulators.hyperliquid.addresses import is_address
from simulators.hyperliquid.decimals import is_number_text
from simulators.hyperliquid.engine import builders, leverage, transfers
from simulators.hyperliquid.engine.account import MODES
from simulators.hyperliquid.engine.admission import market_of
from simulators.hyperliquid.engine.margin import account_value
from simulators.hyperliquid.exchange.call import DEFAULT_RESPONSE, Call
from simulators.hyperliquid.refusal import ActionRefusedError, MalformedRequestError


def update_leverage(call: Call) -> dict[str, Any]:
    """Carry out `updateLeverage`."""
    market = market_of(call.venue, call.action["asset"])
    leverage.update_leverage(
        call.venue,
        call.account,
        market,
        call.action["leverage"],
        is_cross=call.action["isCross"],
    )
    return DEFAULT_RESPONSE


def update_isolated_margin(call: Call) -> dict[str, Any]:
    """Carry out `updateIsolatedMargin`."""
    market = market_of(call.venue, call.action["asset"])
    leverage.update_isolated_margin(call.venue, call.account, market, call.action["ntli"])
    return DEFAULT_RESPONSE


def do_nothing(call: Call) -> dict[str, Any]:  # noqa: ARG001 - its nonce is already burnt
    """Carry out `noop`."""
    return DEFAULT_RESPONSE


def set_referrer(call: Call) -> dict[str, Any]:
    """Carry out `setReferrer`."""
    if call.signed.vault is not None:
        raise ActionRefusedError(texts.VAULT_FORBIDDEN)
    call.account.referrer = call.action["code"]
    return DEFAULT_RESPONSE


def approve_agent(call: Call) -> dict[str, Any]:
    """Carry out `approveAgent`."""
    venue = call.venue
    venue.agents.approve(
        call.account.address,
        call.action["agentAddress"],
        call.action["agentName"],
        venue.now_ms(),
    )
    return DEFAULT_RESPONSE


def approve_builder_fee(call: Call) -> dict[str, Any]:
    """Carry out `approveBuilderFee`."""
    if call.account.role == "vault":
        raise ActionRefusedError(texts.VAULT_FORBIDDEN)
    venue = call.venue
    builder = venue.account(call.action["builder"])
    equity_usd = account_value(builder, builder.purse_of(""), venue.universe)
    builders.approve(call.account, builder.address, equity_usd, call.action["maxFeeRate"])
    return DEFAULT_RESPONSE


def send_usd(call: Call) -> dict[str, Any]:
    """Carry out `usdSend`."""
    destination = call.action["destination"]
    if not is_address(destination):
        raise MalformedRequestError
    transfers.send_usd(call.venue, call.account, destination.lower(), _amount(call))
    return DEFAULT_RESPONSE


def withdraw(call: Call) -> dict[str, Any]:
    """Carry out `withdraw3`."""
    transfers.withdraw(call.venue, call.account, _amount(call))
    return DEFAULT_RESPONSE


def transfer_between_classes(call: Call) -> dict[str, Any]:
    """Carry out `usdClassTransfer`."""
    transfers.transfer_between_classes(
        call.venue, call.account, _amount(call), to_perp=call.action["toPerp"]
    )
    return DEFAULT_RESPONSE


def set_abstraction(call: Call) -> dict[str, Any]:
    """Carry out `userSetAbstraction`: positions must be closed first."""
    mode = call.action["abstraction"]
    if mode not in MODES or call.action["user"] != call.account.address:
        raise MalformedRequestError
    transfers.change_mode(call.venue, call.account, mode)
    return DEFAULT_RESPONSE


def _amount(call: Call) -> Decimal:
    amount = call.action["amount"]
    if not is_number_text(amount):
        raise MalformedRequestError
    return Decimal(amount)
