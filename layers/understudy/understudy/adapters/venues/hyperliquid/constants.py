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

# The lowest volume tier pays these shares of the notional; a fill tells the true fee.
TAKER_FEE = Decimal("0.00045")
# A builder dex takes as much again, unless its builder says otherwise; a market that is to grow
# costs a tenth.
USUAL_BUILDER_SCALE = Decimal(1)
GROWTH_SHARE = Decimal("0.1")

# A builder dex's assets are numbered 100000 + 10000 * (its place in perpDexs) + place in its meta.
BUILDER_DEX_BASE = 100_000
BUILDER_DEX_STRIDE = 10_000

# Answers over a time range end after 2,000 rows, or by the general rule after 500: a shorter page
# is the last one.
SHORTEST_FULL_PAGE = 500
MAX_PAGES = 50

CONNECT_TIMEOUT_MS = 1000
READ_TIMEOUT_MS = 4000

# The venue closes a socket on which it has sent nothing for 60 s; a ping makes it answer.
PING_EVERY_MS = 30_000
