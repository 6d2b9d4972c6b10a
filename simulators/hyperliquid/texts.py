"""Every refusal the venue can word, in one place, so that tests and clients quote the same text."""

from __future__ import annotations

# Whole action
UNRECOVERABLE_SIGNER = "Unable to recover signer."
ACTION_EXPIRED = "Action already expired"
VAULT_FORBIDDEN = "Vault may not perform this action"
UNIFIED_FORBIDDEN = "Action disabled when unified account is active"
MULTI_SIG_REQUIRED = "Multi-sig required"
WITHDRAWAL_BALANCE = "Insufficient balance for withdrawal"
TRANSFER_BALANCE = "Insufficient balance for token transfer"
BUILDER_NOT_APPROVED = "Builder fee has not been approved."
BUILDER_BALANCE = "Builder has insufficient balance to be approved."
AGENT_USED = "Extra agent already used."
AGENT_EXPIRED = "Agent valid_until already expired."
AGENT_PENDING_REMOVAL = "User has pending agent removal"
AGENT_LIMIT = "Too many extra agents for cumulative volume traded. Current limit is 3"
LEVERAGE_SWITCH = "Cannot switch leverage type with open position."
NOT_ISOLATED = "Position does not use isolated margin."
LEVERAGE_INVALID = "Invalid leverage value"
MODIFY_GONE = "Cannot modify canceled or filled order"

# One order
POST_ONLY_PERIOD = "Only post-only orders allowed immediately after network upgrade"
IOC_UNMATCHED = "Order could not immediately match against any resting orders."
NO_LIQUIDITY = "No liquidity available for market order."
TOO_FAR = "Order price cannot be more than 80% away from the reference price"
MARGIN = "Insufficient margin to place order."
MARGIN_TIER = "Order would cause position to exceed margin tier limit at current leverage"
MINIMUM = "Order must have minimum value of $10."
REDUCE_ONLY = "Reduce only order would increase position."
TICK = "Price must be divisible by tick size."
INVALID_PRICE = "Order has invalid price."
INVALID_SIZE = "Order has invalid size"
ZERO_SIZE = "Order has zero size."
INVALID_TRIGGER = "Invalid TP/SL price."
NOT_OPEN = "Order was never placed, already canceled, or filled."

# Not worded by any source we know: our own words, deliberately plain (2026-11).
EMPTY_BATCH = "Action must contain at least one order."
UNKNOWN_ASSET = "Order has invalid asset."
DELISTED = "Asset is delisted."
SPOT_UNSUPPORTED = "Spot orders are not supported by this venue."
TOO_MANY_OPEN_ORDERS = "Too many open orders."
CROSS_FORBIDDEN = "Cross margin is not allowed for this asset."
AGENT_NAME_LENGTH = "Agent name is too long."
BUILDER_FEE_RANGE = "Builder fee is invalid."
BUILDER_LIMIT = "Too many builder approvals."
CHAIN_MISMATCH = "Invalid hyperliquidChain."
NONCE_MISMATCH = "Action nonce does not match request nonce."
MODE_POSITIONS = "Cannot change account mode with open positions."
SCHEDULE_TOO_SOON = "Scheduled cancel time must be at least 5 seconds in the future."
EXPIRES_UNSUPPORTED = "expiresAfter is not supported for user-signed actions."


def wallet_unknown(address: str) -> str:
    """Word the refusal of a signer nobody knows."""
    return f"User or API Wallet {address} does not exist."


def must_deposit(address: str) -> str:
    """Word the refusal of an account that was never funded."""
    return f"Must deposit before performing actions. User: {address}"


def duplicate_nonce(nonce: int) -> str:
    """Word the refusal of a nonce that was used before."""
    return f"Invalid nonce: duplicate nonce {nonce}"


def nonce_too_low(nonce: int, smallest: int) -> str:
    """Word the refusal of a nonce below the window."""
    return f"Invalid nonce: nonce too low {nonce} < {smallest}"


def nonce_too_high(nonce: int, greatest: int) -> str:
    """Word the refusal of a nonce above the window."""
    return f"Invalid nonce: nonce too high {nonce} > {greatest}"


def too_many_requests(used: int, allowed: int, volume_usd: str) -> str:
    """Word the refusal of an address that sent more than its volume pays for."""
    return (
        f"Too many cumulative requests sent ({used} > {allowed}) for cumulative volume traded "
        f"${volume_usd}. Place taker orders to free up 1 request per USDC traded."
    )


def post_only_crossed(bid: str, ask: str) -> str:
    """Word the refusal of a post-only order that would trade."""
    return f"Post only order would have immediately matched, bbo was {bid}@{ask}."


def schedule_needs_volume(traded_usd: str) -> str:
    """Word the refusal of a scheduled cancel by a small account."""
    return (
        "Cannot set scheduled cancel time until enough volume traded. "
        f"Required: $1000000. Traded: ${traded_usd}."
    )


def vault_unknown(address: str) -> str:
    """Word the refusal of a vault or sub-account that is not the signer's (our own words)."""
    return f"Vault not registered: {address}"
