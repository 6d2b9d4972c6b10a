"""What the venue's refusals mean: texts by their beginnings, order states, and ways to not know.

Pure. A refusal is evidence; what is listed in `UnknownCause` is not.
"""

from __future__ import annotations

import re
from enum import auto

from understudy.domain.naming import Named


class RejectionKind(Named):
    """Who must act on a refusal, and how."""

    NO_MATCH = auto()  # the cap was not met by the book: a new price may be
    NO_LIQUIDITY = auto()  # an empty book
    PRICE_TOO_FAR = auto()  # read the price again
    POST_ONLY_PERIOD = auto()  # minutes after a network upgrade
    OPEN_INTEREST = auto()  # entries wait, exits pass
    MIN_NOTIONAL = auto()  # carry until it adds up
    REDUCE_ONLY_FLAT = auto()  # nothing is held on that side: read the position again
    INSUFFICIENT_MARGIN = auto()  # the follower's money
    RATE_LIMITED = auto()  # this account has used up its actions: pause it for 11 s at least
    AGENT_GONE = auto()  # the approval was taken away or has run out
    ACCOUNT_EMPTY = auto()  # never funded, or the agent was replaced
    ACCOUNT_TYPE = auto()  # this kind of account may not do this
    EXPIRED_ACTION = auto()  # it came after its own expiry
    LEVERAGE = auto()  # the leverage stays; an order may still go
    BUILDER_FEE = auto()  # not approved by the user, or our builder account is short
    AGENT_APPROVAL = auto()  # this approval cannot be given; the text says why
    ORDER_OVER = auto()  # already filled or canceled
    TICK = auto()  # our fault: off the price or size grid
    SIGNATURE = auto()  # our fault: other bytes were signed than sent
    OTHER = auto()  # not known to us: an alarm


class UnknownCause(Named):
    """Why nobody can say whether an action took effect."""

    UNREACHABLE = auto()  # no connection came about; most likely nothing left us
    TIMEOUT = auto()
    CONNECTION_LOST = auto()
    RATE_LIMITED = auto()  # HTTP 429: the address we call from is over its budget
    SERVER_ERROR = auto()
    UNREADABLE = auto()
    NONCE_USED = auto()  # an earlier sending of these bytes may have been taken
    REFUSED_LATER = auto()  # a whole-action error on a resend says nothing about the first one
    NOT_FINAL = auto()  # the order waits at the venue


# The longest beginnings first where one contains another.
_TEXTS: tuple[tuple[str, RejectionKind], ...] = (
    ("order could not immediately match", RejectionKind.NO_MATCH),
    ("no liquidity available", RejectionKind.NO_LIQUIDITY),
    ("order would increase open interest", RejectionKind.OPEN_INTEREST),
    ("order rejected due to price more aggressive than oracle", RejectionKind.OPEN_INTEREST),
    ("price too far from oracle", RejectionKind.PRICE_TOO_FAR),
    ("order price too far from oracle", RejectionKind.PRICE_TOO_FAR),
    ("order price cannot be more than", RejectionKind.PRICE_TOO_FAR),
    ("post only order would have", RejectionKind.NO_MATCH),
    ("only post-only orders allowed", RejectionKind.POST_ONLY_PERIOD),
    ("insufficient margin", RejectionKind.INSUFFICIENT_MARGIN),
    ("insufficient spot balance", RejectionKind.INSUFFICIENT_MARGIN),
    ("insufficient balance", RejectionKind.INSUFFICIENT_MARGIN),
    ("order has insufficient spot balance", RejectionKind.INSUFFICIENT_MARGIN),
    ("order would cause position to exceed margin tier", RejectionKind.INSUFFICIENT_MARGIN),
    ("order must have minimum value", RejectionKind.MIN_NOTIONAL),
    ("reduce only order would increase", RejectionKind.REDUCE_ONLY_FLAT),
    ("too many cumulative requests", RejectionKind.RATE_LIMITED),
    ("must deposit before", RejectionKind.ACCOUNT_EMPTY),
    ("action already expired", RejectionKind.EXPIRED_ACTION),
    ("cannot switch leverage type", RejectionKind.LEVERAGE),
    ("invalid leverage", RejectionKind.LEVERAGE),
    ("position does not use isolated", RejectionKind.LEVERAGE),
    ("cross margin is not allowed", RejectionKind.LEVERAGE),
    ("builder", RejectionKind.BUILDER_FEE),
    ("extra agent already used", RejectionKind.AGENT_APPROVAL),
    ("too many extra agents", RejectionKind.AGENT_APPROVAL),
    ("user has pending agent removal", RejectionKind.AGENT_APPROVAL),
    ("agent valid_until", RejectionKind.AGENT_APPROVAL),
    ("vault may not", RejectionKind.ACCOUNT_TYPE),
    ("action disabled when unified", RejectionKind.ACCOUNT_TYPE),
    ("multi-sig required", RejectionKind.ACCOUNT_TYPE),
    ("order was never placed", RejectionKind.ORDER_OVER),
    ("cannot modify canceled or filled", RejectionKind.ORDER_OVER),
    ("price must be divisible", RejectionKind.TICK),
    ("order has invalid", RejectionKind.TICK),
    ("order has zero size", RejectionKind.TICK),
    ("invalid tp/sl price", RejectionKind.TICK),
    ("unable to recover signer", RejectionKind.SIGNATURE),
)

_ORDER_STATES = {
    "tickRejected": RejectionKind.TICK,
    "minTradeNtlRejected": RejectionKind.MIN_NOTIONAL,
    "perpMarginRejected": RejectionKind.INSUFFICIENT_MARGIN,
    "perpMaxPositionRejected": RejectionKind.INSUFFICIENT_MARGIN,
    "insufficientSpotBalanceRejected": RejectionKind.INSUFFICIENT_MARGIN,
    "reduceOnlyRejected": RejectionKind.REDUCE_ONLY_FLAT,
    "reduceOnlyCanceled": RejectionKind.REDUCE_ONLY_FLAT,
    "badAloPxRejected": RejectionKind.NO_MATCH,
    "iocCancelRejected": RejectionKind.NO_MATCH,
    "marketOrderNoLiquidityRejected": RejectionKind.NO_LIQUIDITY,
    "oracleRejected": RejectionKind.PRICE_TOO_FAR,
}

# Some answers end in the asset they speak of.
_ASSET_SUFFIX = re.compile(r"\s*asset=\d+\s*$", re.IGNORECASE)
_LAYER_PREFIX = re.compile(r"^L1 error:\s*", re.IGNORECASE)
_UNKNOWN_WALLET = re.compile(r"user or api wallet (0x[0-9a-f]{40}) does not exist", re.IGNORECASE)
_WITHOUT_DEPOSIT = re.compile(r"must deposit before .*\buser: (0x[0-9a-f]{40})", re.IGNORECASE)


def names_an_address(text: str) -> bool:
    """Say whether a refusal may name the address that the venue read out of our bytes."""
    return "0x" in text.lower()


def kind_of_text(text: str, signer: str | None = None, account: str = "") -> RejectionKind:
    """Say what a refusal's text means.

    `signer` is the address that signed, in lower case, and `account` the one that it acts for,
    where they are known: a venue that names another one has hashed other bytes than we signed. It
    may call such an address unknown, or without a deposit.
    """
    plain = _plain(text)
    wallet = _UNKNOWN_WALLET.match(plain)
    if wallet:
        is_ours = signer is None or wallet.group(1) == signer
        return RejectionKind.AGENT_GONE if is_ours else RejectionKind.SIGNATURE
    payer = _WITHOUT_DEPOSIT.match(plain)
    if payer and account and payer.group(1) not in (signer, account.lower()):
        return RejectionKind.SIGNATURE
    return next((kind for start, kind in _TEXTS if plain.startswith(start)), RejectionKind.OTHER)


def is_nonce_refusal(text: str) -> bool:
    """Say whether the nonce was refused: an earlier sending may have used it."""
    return _plain(text).startswith("invalid nonce")


def kind_of_order_state(state: str) -> RejectionKind | None:
    """Say what the state of an order without fills means; None when it was not refused."""
    if state in _ORDER_STATES:
        return _ORDER_STATES[state]
    if "OpenInterestCap" in state or state == "openInterestCapCanceled":
        return RejectionKind.OPEN_INTEREST
    return RejectionKind.OTHER if state.lower().endswith("rejected") else None


def _plain(text: str) -> str:
    return _LAYER_PREFIX.sub("", _ASSET_SUFFIX.sub("", text.strip())).lower()
