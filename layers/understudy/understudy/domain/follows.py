"""A follow, its ledger per symbol, its budget and its health; the lane and account it trades in.

Every record carries the `version` under which it was read; a store replaces it only while the
stored version is still that one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from understudy.domain.ids import FollowId, IntentId, UserId, WalletId
from understudy.domain.limits import Limits
from understudy.domain.money import ZERO
from understudy.domain.trades import Side, Trade

# On Hyperliquid asking for the mode weighs as much as twenty orders, and it changes only when its
# owner says so: a switch is seen after this time. Until then entries err towards not being taken.
MODE_LIFETIME_MS = 600_000


class FollowStatus(StrEnum):
    """Where a follow stands in its life; a DELETING one only closes what it holds."""

    INACTIVE = "INACTIVE"
    ACTIVE = "ACTIVE"
    PAUSED = "PAUSED"
    DELETING = "DELETING"
    DELETED = "DELETED"


class PauseReason(StrEnum):
    """Why a follow is paused."""

    USER = "user"
    DRAWDOWN_STOP = "drawdown_stop"
    BREAKER = "breaker"
    AGENT_REVOKED = "agent_revoked"
    ACCOUNT_NOT_FUNDED = "account_not_funded"
    COPY_DISABLED = "copy_disabled"
    OPERATOR = "operator"


@dataclass(frozen=True)
class Follow:
    """One follower wallet that follows one leader; trades up to `start_seq` are not copied.

    `end_seq` is the leader's last trade when its deletion was asked for, 0 until then: the follow
    has a receipt for each trade between these two.

    `own_limits` names the limits that were chosen for this follow; the others come from the
    user's copy profile, else from their defaults. `realized_at_stop` is the realized profit with
    which the last drawdown stop came, in USDC. `agent_valid_until_ms` ends what its agent may
    sign; 0 when that is not known. `epoch` is the execution epoch in which its records were last
    brought to the venue's: in another one nothing is ordered for it.
    """

    follow_id: FollowId
    user_id: UserId
    wallet_id: WalletId
    wallet_address: str
    agent_id: str
    venue: str
    leader: str
    limits: Limits
    own_limits: tuple[str, ...] = ()
    status: FollowStatus = FollowStatus.INACTIVE
    pause_reason: PauseReason | None = None
    shard: int = 0
    start_seq: int = 0
    end_seq: int = 0
    created_at_ms: int = 0
    started_at_ms: int = 0
    agent_valid_until_ms: int = 0
    realized_at_stop: Decimal = ZERO
    epoch: int = 0
    version: int = 0


@dataclass(frozen=True, slots=True)
class Pending:
    """An order of a ledger whose outcome is not settled.

    An exit is overtaken when an entry's fill is booked meanwhile: the venue may have refused the
    exit before that entry was there.
    """

    intent_id: IntentId
    signed_size: Decimal
    reduce_only: bool
    margin: Decimal
    notional: Decimal = ZERO
    is_overtaken: bool = False


@dataclass(frozen=True, slots=True)
class WaitingOpen:
    """An entry that waits until what stands against it is closed.

    `increase` is the leader's, unsigned, in base units.
    """

    trade: Trade
    increase: Decimal


@dataclass(frozen=True)
class Ledger:
    """What a follow should hold and holds of one symbol; sizes are signed, in base units.

    `entry_notional` and `margin` describe what is held, at entry prices. `carried_since_ms` and
    `carried_price` date the oldest part of `target` that was never ordered. `entry_last_ms` and
    `entry_side` name the running entry of fixed sizing by the leader's clock. `presold` is what an
    exit closed beyond `held` while an entry was unknown: the entry's fills are set against it.
    `held_since_ms`, `opened_at_ms` and `flat_at_ms` say when the symbol was held last: from, with
    short pauses or without, and until unless it still is; nothing from before `flat_at_ms` is in
    `held`. What was closed by force is out of it, and in the budget, up to `forced_until_ms`.
    `leverage` is the newest entry's, `margin` what all took. `exit_pauses` counts refusals in a row
    that pass by themselves; no exit is tried again before `exit_rests_until_ms`. `drift_since_ms`
    says since when the venue shows another position, `empty_since_ms` since when it shows none.
    `leader_position` is the leader's after the trade `last_seq`; None until one was decided.
    """

    follow_id: FollowId
    symbol: str
    target: Decimal = ZERO
    held: Decimal = ZERO
    last_seq: int = 0
    leader_position: Decimal | None = None
    entry_notional: Decimal = ZERO
    margin: Decimal = ZERO
    leverage: int = 0
    pending: tuple[Pending, ...] = ()
    waiting: WaitingOpen | None = None
    presold: Decimal = ZERO
    presold_price: Decimal = ZERO
    carried_since_ms: int = 0
    carried_price: Decimal = ZERO
    entry_last_ms: int = 0
    entry_side: Side | None = None
    held_since_ms: int = 0
    opened_at_ms: int = 0
    flat_at_ms: int = 0
    forced_until_ms: int = 0
    exit_attempts: int = 0
    exit_pauses: int = 0
    exit_rests_until_ms: int = 0
    convergences: int = 0
    drift_since_ms: int = 0
    empty_since_ms: int = 0
    entries_paused: bool = False
    phantoms: int = 0
    needs_operator: bool = False
    version: int = 0

    @property
    def is_flat(self) -> bool:
        """Say whether nothing is held, wanted or under way."""
        return not (self.held or self.target or self.pending or self.waiting)

    @property
    def needs_symbol(self) -> bool:
        """Say whether anything is held, under way or waiting: what is only carried owns nothing."""
        return bool(self.held or self.pending or self.waiting)

    @property
    def pending_entry_size(self) -> Decimal:
        """Give the signed size of entries that may have filled."""
        if not self.pending:  # as mostly
            return ZERO
        return sum((p.signed_size for p in self.pending if not p.reduce_only), ZERO)

    @property
    def pending_exit_size(self) -> Decimal:
        """Give the unsigned size of exits that may have filled."""
        return sum((abs(p.signed_size) for p in self.pending if p.reduce_only), ZERO)

    @property
    def wanted_more(self) -> Decimal:
        """Give the signed part of the target that is neither held nor under way (entries only)."""
        committed = self.held + self.pending_entry_size
        if committed and (committed > 0) != (self.target > 0):
            return self.target
        gap = self.target - committed
        return gap if self.target and (gap > 0) == (self.target > 0) else ZERO

    @property
    def committed_margin(self) -> Decimal:
        """Give the margin of what is held and of entries under way."""
        if not self.pending:
            return self.margin
        return self.margin + sum((p.margin for p in self.pending), ZERO)

    @property
    def committed_notional(self) -> Decimal:
        """Give the entry notional of what is held and of entries under way."""
        if not self.pending:
            return self.entry_notional
        return self.entry_notional + sum((p.notional for p in self.pending), ZERO)


@dataclass(frozen=True)
class Budget:
    """The money side of a follow, in USDC, and the clocks of its gates.

    `margin` is bound in positions at entry, `reserved` in orders under way. `recent_entries_ms`
    are the leader's times of the last minute's entries. Every trade up to `checked_seq` has a
    receipt; of those behind it without one, the ones up to `gaps_until_seq` were sent again at
    `gaps_sent_ms` and are not for `gaps_pause_ms`. What happened on the account without an order
    of ours is in it up to `fills_until_ms`, funding up to `funding_until_ms`, by the venue's clock.
    """

    follow_id: FollowId
    margin: Decimal = ZERO
    reserved: Decimal = ZERO
    realized: Decimal = ZERO
    fees: Decimal = ZERO
    funding: Decimal = ZERO
    recent_entries_ms: tuple[int, ...] = ()
    failures_in_row: int = 0
    breaker_opened_at_ms: int = 0
    breaker_openings: int = 0
    drawdown_readings: int = 0
    checked_seq: int = 0
    gaps_until_seq: int = 0
    gaps_sent_ms: int = 0
    gaps_pause_ms: int = 0
    fills_until_ms: int = 0
    funding_until_ms: int = 0
    version: int = 0

    @property
    def used(self) -> Decimal:
        """Give the margin of positions and of orders under way."""
        return self.margin + self.reserved

    @property
    def pnl(self) -> Decimal:
        """Give closed profit less fees, plus or minus funding."""
        return self.realized - self.fees + self.funding


class AccountMode(StrEnum):
    """Where an account's collateral lies."""

    STANDARD = "standard"
    UNIFIED = "unified"
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True, slots=True)
class Account:
    """A wallet's account as the venue last showed it; maps go by dex name ('' is the main one).

    `mode_read_at_ms` dates the mode, which is asked for more seldom than the rest. `isolated` names
    the positions that hold their margin apart.
    """

    wallet_id: WalletId
    mode: AccountMode
    equity: Mapping[str, Decimal]
    margin_used: Mapping[str, Decimal]
    positions: Mapping[str, Decimal]
    leverages: Mapping[str, int]
    read_at_ms: int
    mode_read_at_ms: int = 0
    isolated: tuple[str, ...] = ()

    def knows_mode(self, now_ms: int) -> bool:
        """Say whether the mode was read lately enough to be taken over by the next reading."""
        return now_ms - self.mode_read_at_ms < MODE_LIFETIME_MS


@dataclass(frozen=True, slots=True)
class Switches:
    """Everything that can forbid an entry or, where it says so, any order."""

    kill_global: bool = False
    kill_venue: bool = False
    kill_user: bool = False
    copy_disabled: bool = False
    blacklisted: bool = False
    flagged: bool = False
    leader_is_follower: bool = False
    authority_revoked: bool = False

    @property
    def killed(self) -> bool:
        """Say whether any kill switch is on."""
        return self.kill_global or self.kill_venue or self.kill_user


@dataclass(frozen=True, slots=True)
class Marks:
    """Prices per symbol as the listener last saw them, with the time of each in ms."""

    prices: Mapping[str, Decimal]
    at_ms: Mapping[str, int]
