"""What is known of a leader: positions and pace as our book has them, the account as last shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from understudy.domain.follows import MODE_LIFETIME_MS, AccountMode
from understudy.domain.replacing import replace
from understudy.domain.trades import Fill


@dataclass(frozen=True, slots=True)
class LeaderAccount:
    """The leader's equity in USDC and own leverage per symbol, as the venue last showed them.

    The venue shows leverage with a position only: what it showed once stands until it shows more.
    `mode_read_at_ms` dates the mode, which is asked for more seldom than the rest.
    """

    equity: Decimal
    leverages: Mapping[str, int]
    read_at_ms: int
    mode: AccountMode = AccountMode.STANDARD
    mode_read_at_ms: int = 0

    def knows_mode(self, now_ms: int) -> bool:
        """Say whether the mode was read lately enough to be taken over by the next reading."""
        return now_ms - self.mode_read_at_ms < MODE_LIFETIME_MS

    def remembering(self, before: LeaderAccount | None) -> LeaderAccount:
        """Give this reading with the leverages that only the one before it shows."""
        known = {} if before is None else before.leverages
        return replace(self, leverages={**known, **self.leverages})


@dataclass(frozen=True, slots=True)
class BookDoubt:
    """The venue shows another position of a leader than our book has.

    `since_ms` is the time of the first snapshot that did, `seq` the book's last trade then.
    """

    symbol: str
    shown: Decimal
    booked: Decimal
    since_ms: int
    seq: int


@dataclass(frozen=True)
class LeaderBook:
    """Our record of a leader: positions per symbol, the last trade's number, recent trade times.

    Fills up to `cursor_ms`, and those named in `begun_with`, were in what the book began with at
    `begun_ms`; those up to `repaired_ms` were compared with the venue's own list. `look_wanted`
    has the next check do so again. `last_fill` is the key, as text, of the one stored last. Trades
    from `unsent_from` on may not be in the lanes yet: whoever numbers the next sends them before
    it. It is 0 where all were sent, or a message that is not done yet has them sent.
    """

    venue: str
    leader: str
    seq: int = 0
    positions: Mapping[str, Decimal] = field(default_factory=dict)
    recent_trades_ms: tuple[int, ...] = ()
    cursor_ms: int = 0
    begun_ms: int = 0
    begun_with: tuple[str, ...] = ()
    last_trade_ms: int = 0
    last_fill: str = ""
    repaired_ms: int = 0
    look_wanted: bool = False
    unsent_from: int = 0
    started: bool = False
    account: LeaderAccount | None = None
    doubts: tuple[BookDoubt, ...] = ()
    version: int = 0

    def began_with(self, fill: Fill) -> bool:
        """Say whether a fill was in what the book began with."""
        is_older = fill.time_ms <= self.cursor_ms
        return is_older or (bool(self.begun_with) and fill.key.text in self.begun_with)

    def holds_at_unknown_leverage(self, symbol: str) -> bool:
        """Say whether the leader has a position of which the venue has not shown the leverage."""
        known = {} if self.account is None else self.account.leverages
        return bool(self.positions.get(symbol)) and symbol not in known
