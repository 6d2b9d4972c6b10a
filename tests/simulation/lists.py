"""Lists that are slow: of an order, or of the last of its fills, they do not tell for a while.

Of some closes, cut down to the position, the venue speaks for ever as if more was to come.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

from understudy.domain.intents import Accepted
from understudy.ports.clock import Clock
from understudy.ports.venue import NotFound, OrderReport, StillOpen

LATE = "list_late"
NEVER_WHOLE = "list_never_whole"
UNLISTED = "order_unlisted"
# The last of them is longer than production waits for a close that ended flat.
LATE_MS = (1_000, 5_000, 20_000, 60_000, 180_000)
EVER_MS = 10**15
CUT_DOWN_SHARE = 0.4
# An order taken at the end of its time is asked for 5 s later, by clocks that are 1 s off.
UNLISTED_MS = (200, 1_000, 2_000, 3_500)


class SlowLists:
    """Decides from when on an order is listed, and from when on its list is whole.

    Both are drawn when it is taken, the second once more when it is first asked for; from a seed of
    its own, so that what else goes wrong does not hang on it.
    """

    def __init__(self, clock: Clock, share: float, seed: str, note: Callable[[str], None]) -> None:
        self._clock = clock
        self._share = share
        self._random = Random(f"{seed} lists")  # noqa: S311 - a run must be repeatable from its seed
        self._note = note
        self._whole_ms: dict[str, int] = {}
        self._listed_ms: dict[str, int] = {}
        self._asked: set[str] = set()

    def cease(self) -> None:
        """Let no more lists be slow."""
        self._share = 0.0

    def take(self, name: str) -> None:
        """Hear of an order that the venue takes now."""
        if self._random.random() < self._share:
            self._note(UNLISTED)
            self._listed_ms[name] = self._clock.now_ms() + self._one_of(UNLISTED_MS)
        self._whole_ms[name] = self._drawn(closed_all=False)

    def report(self, name: str, report: OrderReport, *, closed_all: bool) -> OrderReport:
        """Give what a venue tells of an order of which this report is the truth."""
        if self._clock.now_ms() < self._listed_ms.get(name, 0):
            return NotFound()
        if not isinstance(report, Accepted):
            return report
        if name not in self._asked:
            self._asked.add(name)
            drawn_ms = self._drawn(closed_all=closed_all)
            self._whole_ms[name] = max(self.slow_until_ms(name), drawn_ms)
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
            return self._clock.now_ms() + self._one_of(LATE_MS)
        return 0

    def _one_of(self, delays_ms: Sequence[int]) -> int:
        return delays_ms[int(self._random.random() * len(delays_ms))]
