"""The figures of a run, as `--json` writes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from cli.latencies import latencies_of, summary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from localcloud.stack import Calls
    from simulators.judge.verdict import Verdict

FIVE = ("lost", "duplicated", "mismatched_positions", "unjustified_skips", "open_exits")
NOT_THE_COPY_PATH = frozenset({"ApiFunction", "root"})
ZERO = Decimal(0)
HUNDREDTH = Decimal("0.01")
MEBIBYTE = 1024 * 1024
CallCounts = dict[str, int]
CpuTimes = dict[str, Decimal]


@dataclass(frozen=True, slots=True)
class Costs:
    """What a run took: AWS calls of the copy path by service, CPU seconds by function, and more.

    `peak_bytes` is the summed memory of all processes at its highest, None where not known.
    """

    calls: Mapping[str, int]
    cpu_seconds: Mapping[str, Decimal]
    peak_bytes: int | None
    wall_seconds: Decimal


def path_calls(calls: Sequence[Calls]) -> CallCounts:
    """Sum the calls of the copy path's functions by service; the API's own are left out."""
    counts: CallCounts = {}
    for each in calls:
        if each.caller not in NOT_THE_COPY_PATH:
            counts[each.service] = counts.get(each.service, 0) + each.count
    return counts


def path_cpu(cpu_seconds: Mapping[str, float]) -> CpuTimes:
    """Return the CPU seconds of the copy path's functions; the API's own are left out."""
    return {
        name: Decimal(str(used))
        for name, used in cpu_seconds.items()
        if name not in NOT_THE_COPY_PATH
    }


def cpu_between(before: CpuTimes, after: CpuTimes) -> CpuTimes:
    """Return the CPU time used between two readings; a worker that ended in between is not in."""
    return {name: max(used - before.get(name, ZERO), ZERO) for name, used in after.items()}


def calls_between(before: CallCounts, after: CallCounts) -> CallCounts:
    """Return what was called between two counts."""
    return {service: count - before.get(service, 0) for service, count in after.items()}


def figures_of(evidence: dict[str, Any], verdict: Verdict, costs: Costs) -> dict[str, Any]:
    """Return the figures of a run under their stable names; costs are per copy that was done."""
    judged = verdict.to_plain()
    done = judged["copies"]["done"]
    peak = costs.peak_bytes
    return {
        "trades": judged["trades"],
        "follows": len(evidence["follows"]),
        "pairs": judged["pairs"],
        "copies": judged["copies"],
        **{name: judged[name] for name in FIVE},
        "latency_ms": {
            stage: summary(times) for stage, times in latencies_of(evidence).items() if times
        },
        "orders_per_second": float(orders_per_second(evidence)),
        "calls_per_copy": {
            service: float((Decimal(count) / max(1, done)).quantize(HUNDREDTH))
            for service, count in sorted(costs.calls.items())
        },
        "cpu_ms_per_copy": {
            function: float((used * 1000 / max(1, done)).quantize(HUNDREDTH))
            for function, used in sorted(costs.cpu_seconds.items())
        },
        "peak_pss_mb": None if peak is None else round(peak / MEBIBYTE),
        "wall_s": float(costs.wall_seconds.quantize(HUNDREDTH)),
    }


def orders_per_second(evidence: dict[str, Any]) -> Decimal:
    """Return the followers' orders by the time from the first trade's frame to the last order."""
    wallets = {follow["wallet_address"] for follow in evidence["follows"]}
    times = [
        Decimal(order["received_ms"])
        for wallet in wallets
        for order in evidence["books"].get(wallet, {}).get("orders", ())
    ]
    if not times or not evidence["release"]:
        return Decimal(0)
    span_ms = max(times) - Decimal(evidence["release"][0]["sent_ms"])
    return (len(times) * 1000 / max(span_ms, Decimal(1))).quantize(HUNDREDTH)


def is_clean(figures: Mapping[str, Any]) -> bool:
    """Say whether all of the judge's five figures are 0."""
    return all(figures[name] == 0 for name in FIVE)
