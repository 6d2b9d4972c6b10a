"""The figures of a run, as `--json` writes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from cli.latencies import copies_done, latencies_of, summary
from cli.metering import Used

if TYPE_CHECKING:
    from simulators.judge.verdict import Verdict

FIVE = ("lost", "duplicated", "mismatched_positions", "unjustified_skips", "open_exits")
LEAST_SHARE = Decimal("0.60")
"""How many of the default sample's pairs are orders at least: a run that skips proves little."""
NO_SHARE = Decimal(0)
HUNDREDTH = Decimal("0.01")
MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Costs:
    """What a run took; `peak_bytes` is the summed memory of all processes, None if not known."""

    used: Used
    peak_bytes: int | None
    wall_seconds: Decimal


def figures_of(evidence: dict[str, Any], verdict: Verdict, costs: Costs) -> dict[str, Any]:
    """Return the figures of a run under their stable names; costs are per copy that was done."""
    judged = verdict.to_plain()
    done = judged["copies"]["done"]
    done_warm = done - copies_done(evidence, evidence["release"][: costs.used.cold_trades])
    peak = costs.peak_bytes
    return {
        "trades": judged["trades"],
        "follows": len(evidence["follows"]),
        "pairs": judged["pairs"],
        "copies": judged["copies"],
        **{name: judged[name] for name in FIVE},
        "share_with_orders": float(judged["share_with_orders"]),
        "latency_ms": {
            stage: summary(times) for stage, times in latencies_of(evidence).items() if times
        },
        "orders_per_second": float(orders_per_second(evidence)),
        "calls_per_copy": {
            service: float((Decimal(count) / max(1, done)).quantize(HUNDREDTH))
            for service, count in sorted(costs.used.calls.items())
        },
        "cpu_ms_per_copy": {
            function: _ms_per_copy(used, done_warm)
            for function, used in sorted(costs.used.cpu_seconds.items())
        },
        "cpu_of_starts_s": float(costs.used.start_seconds),
        "emulator_cpu_ms_per_copy": _ms_per_copy(costs.used.emulator_seconds, done_warm),
        "request_limits": evidence["requests"]["limits"],
        "peak_pss_mb": None if peak is None else round(peak / MEBIBYTE),
        "wall_s": float(costs.wall_seconds.quantize(HUNDREDTH)),
    }


def _ms_per_copy(seconds: Decimal, copies: int) -> float:
    return float((seconds * 1000 / max(1, copies)).quantize(HUNDREDTH))


def orders_per_second(evidence: dict[str, Any]) -> Decimal:
    """Return the followers' orders by the time from the first trade's frame to the last order."""
    times = [Decimal(order["received_ms"]) for order in orders_of(evidence)]
    if not times or not evidence["release"]:
        return Decimal(0)
    span_ms = max(times) - Decimal(evidence["release"][0]["sent_ms"])
    return (len(times) * 1000 / max(span_ms, Decimal(1))).quantize(HUNDREDTH)


def orders_of(evidence: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the followers' orders that the venue knows."""
    wallets = {follow["wallet_address"] for follow in evidence["follows"]}
    books = evidence["books"]
    return [order for wallet in wallets for order in books.get(wallet, {}).get("orders", ())]


def is_clean(figures: Mapping[str, Any], least_share: Decimal = NO_SHARE) -> bool:
    """Say whether all of the judge's five figures are 0 and enough of the pairs are orders."""
    return all(figures[name] == 0 for name in FIVE) and has_orders(figures, least_share)


def has_orders(figures: Mapping[str, Any], least_share: Decimal) -> bool:
    """Say whether at least this share of the pairs are orders."""
    return Decimal(str(figures["share_with_orders"])) >= least_share
