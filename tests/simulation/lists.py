"""Lists of fills that are slow: they do not show an order whole for a while.

Of some closes, cut down to the position, the venue speaks for ever as if more was to come.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from understudy.domain.intents import Accepted
from understudy.ports.clock import Clock
from understudy.ports.venue import OrderReport, StillOpen

LATE = "list_late"
NEVER_WHOLE = "list_never_whole"
# The last of them is longer than production waits for a close that ended flat.
LATE_MS = (1_000, 5_000, 20_000, 60_000, 180_000)
EVER_MS = 10**15
CUT_DOWN_SHARE = 0.4


class SlowLists:
    """Decides once for an order, when it is asked for first, from when on its list is whole.

    It draws from a seed of its own, so that what else goes wrong does not hang on it.
    """

    def __init__(self, clock: Clock, share: float, seed: str, note: Callable[[str], None]) -> None:
        self._clock = clock
        self._share = share
        self._random = Random(f"{seed} lists")  # noqa: S311 - a run must be repeatable from its seed
        self._note = note
        self._whole_ms: dict[str, int] = {}

    def cease(self) -> None:
        """Let no more lists be slow."""
        self._share = 0.0

    def report(self, name: str, report: OrderReport, *, closed_all: bool) -> OrderReport:
        """Give what a venue tells of an order of which this report is the truth."""
        if not isinstance(report, Accepted):
            return report
        if name not in self._whole_ms:
            self._whole_ms[name] = self._drawn(closed_all=closed_all)
        if self.is_whole(name):
            return report
        return StillOpen(None if self.is_late(name) else report)

    def is_whole(self, name: str) -> bool:
        """Say whether the venue lists all of an order now, and says so."""
        return self._clock.now_ms() >= self.slow_until_ms(name)

    def slow_until_ms(self, name: str) -> int:
        """Give until when the venue does not list all of an order; 0 for a list never slow."""
        return self._whole_ms.get(name, 0)

    def is_late(self, name: str) -> bool:
        """Say whether fills of an order are missing in the lists now."""
        return self._clock.now_ms() < self.slow_until_ms(name) < EVER_MS

    def _drawn(self, *, closed_all: bool) -> int:
        if self._share and closed_all and self._random.random() < CUT_DOWN_SHARE:
            self._note(NEVER_WHOLE)
            return EVER_MS
        if self._random.random() < self._share:
            self._note(LATE)
            return self._clock.now_ms() + LATE_MS[int(self._random.random() * len(LATE_MS))]
        return 0
