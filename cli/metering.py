"""What the copy path's functions take in a run: AWS calls, and processor time, starts apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from localcloud.stack import Calls, Cpu, RunningStack

NOT_THE_COPY_PATH = frozenset(
    {"AccountErasureFunction", "AgentUpkeepFunction", "ApiFunction", "OperatorApiFunction", "root"}
)
ZERO = Decimal(0)
TICK = Decimal("0.01")
CallCounts = dict[str, int]
CpuTimes = dict[str, Decimal]


@dataclass(frozen=True, slots=True)
class Used:
    """AWS calls by service, and CPU seconds by function after the first `cold_trades` trades.

    `start_seconds` is the CPU time of all starts in that time; it is in no function's.
    """

    calls: Mapping[str, int]
    cpu_seconds: Mapping[str, Decimal]
    cold_trades: int = 0
    start_seconds: Decimal = ZERO


class Meter:
    """Counts from its making; the processor time from when the functions are warm, if told so."""

    def __init__(self, stack: RunningStack) -> None:
        self._stack = stack
        self._calls = path_calls(stack.calls())
        self._cpu, self._starts = path_cpu(stack.cpu_seconds())
        self._cold_trades = 0

    def is_warm(self, released_trades: int) -> None:
        """Leave out what was used so far, for the trades that were released."""
        self._cpu, self._starts = path_cpu(self._stack.cpu_seconds())
        self._cold_trades = released_trades

    def read(self) -> Used:
        """Return what was used."""
        calls = calls_between(self._calls, path_calls(self._stack.calls()))
        cpu, starts = path_cpu(self._stack.cpu_seconds())
        started = sum(cpu_between(self._starts, starts).values(), ZERO)
        return Used(calls, cpu_between(self._cpu, cpu), self._cold_trades, started)


def path_calls(calls: Sequence[Calls]) -> CallCounts:
    """Sum the calls of the copy path's functions by service; the API's own are left out."""
    counts: CallCounts = {}
    for each in calls:
        if each.caller not in NOT_THE_COPY_PATH:
            counts[each.service] = counts.get(each.service, 0) + each.count
    return counts


def path_cpu(cpu_seconds: Mapping[str, Cpu]) -> tuple[CpuTimes, CpuTimes]:
    """Return the CPU seconds of the copy path's functions at work, and of their starts.

    The API's own are left out.
    """
    path = {name: used for name, used in cpu_seconds.items() if name not in NOT_THE_COPY_PATH}
    working = {name: _rounded(used.working) for name, used in path.items()}
    return working, {name: _rounded(used.starting) for name, used in path.items()}


def _rounded(seconds: float) -> Decimal:
    return Decimal(str(seconds)).quantize(TICK)


def cpu_between(before: CpuTimes, after: CpuTimes) -> CpuTimes:
    """Return the CPU time used between two readings; a worker that ended in between is not in."""
    return {name: max(used - before.get(name, ZERO), ZERO) for name, used in after.items()}


def calls_between(before: CallCounts, after: CallCounts) -> CallCounts:
    """Return what was called between two counts."""
    return {service: count - before.get(service, 0) for service, count in after.items()}
