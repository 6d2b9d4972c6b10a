"""What Hyperliquid fixes for everybody: names, numbers and limits of its protocol. No logic."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum


class Chain(StrEnum):
    """The network, as user-signed actions name it."""

    MAINNET = "Mainnet"
    TESTNET = "Testnet"


class TimeInForce(StrEnum):
    """How long an order may wait in the book."""

    IMMEDIATE_OR_CANCEL = "Ioc"
    GOOD_TIL_CANCELED = "Gtc"
    ADD_LIQUIDITY_ONLY = "Alo"


WIRE_DECIMALS = 8

ZERO_ADDRESS = "0x" + "0" * 40

# User-signed actions accept the chain id of any network that the wallet is on; this one is
# Arbitrum Sepolia, which the venue's own clients sign with on both networks.
SIGNATURE_CHAIN_ID = "0x66eee"

AGENT_NAME_MAX_LENGTH = 16
AGENT_VALID_MAX_DAYS = 180

PERP_MAX_DECIMALS = 6
PRICE_SIGNIFICANT_FIGURES = 5
MIN_NOTIONAL_USDC = Decimal(10)

# A builder dex's assets are numbered 100000 + 10000 * (its place in perpDexs) + place in its meta.
BUILDER_DEX_BASE = 100_000
BUILDER_DEX_STRIDE = 10_000

FILLS_PER_PAGE = 2000
