"""When the next trade may leave: by recorded gaps, or as fast as the system keeps up. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from simulators.hyperliquid.clock import NS_PER_MS

LONGEST_GAP_MS = 1_000
SLOWEST, FASTEST = Decimal("0.001"), Decimal(1_000_000)
LAG_LIMIT_SECONDS = Decimal(2)
REPORT_VALID_NS = 5_000 * NS_PER_MS
# Between two reports nothing is known of the lag, so one report lets only so many through.
TRADES_PER_REPORT = 3


@dataclass(frozen=True, slots=True)
class Pace:
    """A speed: a factor, or None for the closed loop."""

    factor: Decimal | None

    @property
    def is_closed_loop(self) -> bool:
        """Whether the system's lag decides."""
        return self.factor is None

    def delay_ns(self, gap_ms: int) -> int:
        """Return how long to wait for a recorded gap: at most a second, divided by the speed."""
        if self.factor is None:
            return 0
        return int(min(gap_ms, LONGEST_GAP_MS) * NS_PER_MS / self.factor)


def read_pace(text: str) -> Pace:
    """Return the pace for ``max`` or a number in the range; anything else is a ValueError."""
    if text == "max":
        return Pace(None)
    expected = f"speed must be 'max' or a number from {SLOWEST} to {FASTEST}, not {text!r}"
    try:
        factor = Decimal(text)
    except ArithmeticError as error:
        raise ValueError(expected) from error
    if not factor.is_finite() or not SLOWEST <= factor <= FASTEST:
        raise ValueError(expected)
    return Pace(factor)


@dataclass(slots=True)
class LagGate:
    """Opens while the reported lag is small and fresh."""

    lag_seconds: Decimal | None = None
    reported_ns: int = 0
    credit: int = 0

    def report(self, lag_seconds: Decimal, now_ns: int) -> None:
        """Take a report from whoever watches the system."""
        self.lag_seconds, self.reported_ns, self.credit = lag_seconds, now_ns, TRADES_PER_REPORT

    def pass_through(self, now_ns: int) -> bool:
        """Tell whether one trade may leave now, using credit up."""
        fresh = now_ns - self.reported_ns <= REPORT_VALID_NS
        small = self.lag_seconds is not None and self.lag_seconds < LAG_LIMIT_SECONDS
        if not (fresh and small and self.credit):
            return False
        self.credit -= 1
        return True
