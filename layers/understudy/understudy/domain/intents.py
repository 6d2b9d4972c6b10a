"""Pinned orders and what became of them: accepted, rejected on evidence, or unknown."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from understudy.domain.ids import CopyId, FollowId, IntentId, WalletId
from understudy.domain.money import ZERO
from understudy.domain.trades import Side

# How far ahead of its clock the signer signs a nonce. The venue would take a day.
MOST_NONCE_AHEAD_MS = 60_000


class IntentKind(StrEnum):
    """What a pinned action does at the venue."""

    ENTRY = "entry"
    EXIT = "exit"
    LEVERAGE = "leverage"


class IntentState(StrEnum):
    """Where a pinned action stands; everything but PENDING is terminal."""

    PENDING = "PENDING"
    FILLED = "FILLED"
    UNFILLED = "UNFILLED"
    REJECTED = "REJECTED"
    EXPIRED = "EXPIRED"
    REFUSED = "REFUSED"


@dataclass(frozen=True)
class Intent:
    """One pinned action: its content never changes, so a retry sends the same bytes.

    `size` is unsigned, in base units; `limit_price` a valid tick; `margin` what the budget
    reserves in USDC; `expires_at_ms` is signed into the action. A LEVERAGE intent carries only
    `leverage` and `isolated`. `fee` and `closed_pnl` are what the budget has of this order; they
    are estimates until `fee_is_final`; only then is `builder_fee` known, which is part of the
    fee. `refusal` is the kind of refusal that `answer` is, None before. `taken_up` says that
    another delivery than the one that pinned the order may have sent it.
    """

    intent_id: IntentId
    follow_id: FollowId
    copy_id: CopyId
    wallet_id: WalletId
    wallet_address: str
    agent_id: str
    venue: str
    kind: IntentKind
    symbol: str
    asset: int
    side: Side
    size: Decimal
    limit_price: Decimal
    reduce_only: bool
    leverage: int
    isolated: bool
    client_order_id: str
    nonce: int
    expires_at_ms: int
    margin: Decimal
    leg: int
    attempt: int
    seq: int
    created_at_ms: int
    reference_price: Decimal = ZERO
    state: IntentState = IntentState.PENDING
    filled_size: Decimal = ZERO
    average_price: Decimal = ZERO
    fee: Decimal = ZERO
    closed_pnl: Decimal = ZERO
    fee_is_final: bool = False
    builder_fee: Decimal = ZERO
    order_id: str = ""
    answer: str = ""
    refusal: str | None = None
    taken_up: bool = False
    version: int = 0

    @property
    def signed_size(self) -> Decimal:
        """Give the size with the sign of its side."""
        return self.size * self.side.sign

    @property
    def notional(self) -> Decimal:
        """Give the most that the order is held to cost, as `plans.worst_price` has it."""
        return self.size * max(self.limit_price, self.reference_price)


@dataclass(frozen=True, slots=True)
class Signed:
    """A signed action, ready to send: the exact JSON body."""

    intent_id: IntentId
    body: str


@dataclass(frozen=True, slots=True)
class SigningRefused:
    """The signer's policy said no: nothing was signed."""

    intent_id: IntentId
    reason: str


@dataclass(frozen=True, slots=True)
class SigningUnavailable:
    """Nobody could be asked about this one: nothing was given out, and it may be asked again."""

    intent_id: IntentId
    cause: str


SigningAnswer = Signed | SigningRefused | SigningUnavailable


@dataclass(frozen=True, slots=True)
class Accepted:
    """The venue answered for this very order: how much was filled (zero: nothing) and at what."""

    filled_size: Decimal
    average_price: Decimal
    order_id: str
    fee: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Rejected:
    """The venue answered for this very order that it was refused; `kind` classifies the text."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody can say whether the order took effect."""

    cause: str


Outcome = Accepted | Rejected | Unknown
