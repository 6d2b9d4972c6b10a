"""What a run takes: AWS calls; processor time of the functions, their starts and the emulator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from localcloud.stack import Calls, RunningStack

NOT_COUNTED = frozenset({"ApiFunction", "OperatorApiFunction", "root"})
"""The demo itself (`root`), and what answers it here; all other functions' work counts."""
ZERO = Decimal(0)
TICK = Decimal("0.01")
CallCounts = dict[str, int]
CpuTimes = dict[str, Decimal]


@dataclass(frozen=True, slots=True)
class Used:
    """AWS calls by service, and CPU seconds by function after the first `cold_trades` trades.

    `start_seconds` is the CPU time of all starts in that time; it is in no function's.
    `emulator_seconds` is that of the emulator's own process.
    """

    calls: Mapping[str, int]
    cpu_seconds: Mapping[str, Decimal]
    cold_trades: int = 0
    start_seconds: Decimal = ZERO
    emulator_seconds: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class CpuReading:
    """CPU seconds up to now: of each function at work, of their starts, of the emulator."""

    working: CpuTimes
    starting: Decimal
    emulator: Decimal


class Meter:
    """Counts from its making; the processor time from when the functions are warm, if told so."""

    def __init__(self, stack: RunningStack) -> None:
        self._stack = stack
        self._calls = calls_of_functions(stack.calls())
        self._cpu = cpu_now(stack)
        self._cold_trades = 0

    def is_warm(self, released_trades: int) -> None:
        """Leave out what was used so far, for the trades that were released."""
        self._cpu = cpu_now(self._stack)
        self._cold_trades = released_trades

    def read(self) -> Used:
        """Return what was used."""
        before, now = self._cpu, cpu_now(self._stack)
        return Used(
            calls_between(self._calls, calls_of_functions(self._stack.calls())),
            cpu_between(before.working, now.working),
            self._cold_trades,
            now.starting - before.starting,
            now.emulator - before.emulator,
        )


def cpu_now(stack: RunningStack) -> CpuReading:
    """Read the CPU seconds of all functions but the API's, which answers the demo's own calls."""
    ours = {name: used for name, used in stack.cpu_seconds().items() if name not in NOT_COUNTED}
    return CpuReading(
        {name: _rounded(used.working) for name, used in ours.items()},
        sum((_rounded(used.starting) for used in ours.values()), ZERO),
        _rounded(stack.emulator_cpu_seconds()),
    )


def calls_of_functions(calls: Sequence[Calls]) -> CallCounts:
    """Sum, by service, the calls of the functions whose CPU seconds `cpu_now` reads."""
    counts: CallCounts = {}
    for each in calls:
        if each.caller not in NOT_COUNTED:
            counts[each.service] = counts.get(each.service, 0) + each.count
    return counts


def _rounded(seconds: float) -> Decimal:
    return Decimal(str(seconds)).quantize(TICK)


def cpu_between(before: CpuTimes, after: CpuTimes) -> CpuTimes:
    """Return the CPU time used between two readings; no worker's is lost by its end."""
    return {name: used - before.get(name, ZERO) for name, used in after.items()}


def calls_between(before: CallCounts, after: CallCounts) -> CallCounts:
    """Return what was called between two counts."""
    return {service: count - before.get(service, 0) for service, count in after.items()}
