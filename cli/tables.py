"""The tables at the end of a run."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from cli.calling import as_called
from cli.outcome import FIVE, has_orders, orders_of
from cli.printing import print_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from rich.console import Console

    from cli.followers import Follower

MOST_FINDINGS = 10
CENT = Decimal("0.01")
NO_ORDER = (
    "no follower's order reached the venue: the five figures judge skipped and carried trades alone"
)
LATENCIES = "latency in ms, warm; frame_to_order by the venue's clock"


def show_run(
    console: Console,
    followers: Sequence[Follower],
    evidence: Mapping[str, Any],
    figures: Mapping[str, Any],
    findings: Sequence[str],
    least_share: Decimal,
) -> None:
    """Print the tables of a run: follows, positions, figures, the verdict.

    `least_share` is how many of the pairs must be orders, 0 where nothing is demanded.
    """
    for title, table in (
        ("follows", _follows(followers, evidence)),
        ("positions at the end (all others are flat)", _positions(followers, evidence)),
        (LATENCIES, _latencies(figures["latency_ms"])),
        ("the run", _costs(figures)),
        ("the judge", _verdict(figures, least_share)),
    ):
        print_table(console, f"\n{title}", table)
    if not orders_of(evidence):
        console.print(NO_ORDER, highlight=False, soft_wrap=True)
    for finding in findings[:MOST_FINDINGS]:
        console.print(f"  {finding}", markup=False, highlight=False, soft_wrap=True)
    if len(findings) > MOST_FINDINGS:
        call = as_called("understudy judge EVIDENCE")
        console.print(f"  and {len(findings) - MOST_FINDINGS} more: {call}")


def _table(*headings: str) -> Table:
    table = Table(box=None, pad_edge=False)
    for number, heading in enumerate(headings):
        table.add_column(heading, justify="left" if number == 0 else "right", no_wrap=True)
    return table


def _follows(followers: Sequence[Follower], evidence: Mapping[str, Any]) -> Table:
    table = _table("follow", "done", "carried", "other", "skipped", "budget", "used", "PnL")
    account = evidence["books"][evidence["leader"]]
    earned = Decimal(account["value_usd"]) - Decimal(account["deposited_usd"])
    table.add_row("the leader", *[""] * 6, _money(earned))
    for follower, follow in zip(followers, evidence["follows"], strict=True):
        statuses = Counter(receipt["status"] for receipt in follow["receipts"])
        money = follow["money"]
        known = statuses["DONE"] + statuses["CARRIED"] + statuses["SKIPPED"]
        table.add_row(
            f"#{follower.number} {follower.limit_set.title}",
            str(statuses["DONE"]),
            str(statuses["CARRIED"]),
            str(statuses.total() - known),
            "\n".join(_reasons(follow["receipts"])) or "0",
            _money(money["copy_budget_usdc"]),
            _money(money["used"]),
            _money(Decimal(money["pnl"]) + Decimal(money["unrealized"])),
        )
    return table


def _reasons(receipts: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    skipped = (each for each in receipts if each["status"] == "SKIPPED")
    counts = Counter(each.get("reason", "?") for each in skipped)
    for reason, count in counts.most_common():
        yield f"{reason} {count}"


def _positions(followers: Sequence[Follower], evidence: Mapping[str, Any]) -> Table:
    books, follows = evidence["books"], evidence["follows"]
    leader = books[evidence["leader"]]["positions"]
    held = [{name: Decimal(size) for name, size in each["portfolio"].items()} for each in follows]
    symbols = {*leader, *(name for each in held for name, size in each.items() if size)}
    headings = [f"#{follower.number}" for follower in followers]
    table = _table("symbol", "leader", *headings)
    for symbol in sorted(symbols):
        own = (f"{each.get(symbol, Decimal(0)).normalize():f}" for each in held)
        table.add_row(symbol, str(leader.get(symbol, "0")), *own)
    return table


def _latencies(latencies: Mapping[str, Mapping[str, Any]]) -> Table:
    table = _table("stage", "p50", "p99", "n")
    for stage, each in latencies.items():
        table.add_row(stage, str(each["p50"]), str(each["p99"]), str(each["n"]))
    return table


def _costs(figures: Mapping[str, Any]) -> Table:
    table = _table("figure", "value")
    copies = figures["copies"]
    table.add_row("trades x follows", f"{figures['trades']} x {figures['follows']}")
    for name, count in _totals(copies):
        table.add_row(name, str(count))
    table.add_row("orders per second", str(figures["orders_per_second"]))
    for service, count in figures["calls_per_copy"].items():
        table.add_row(f"calls per copy done: {service}", f"{count:.2f}")
    total = sum(Decimal(str(count)) for count in figures["calls_per_copy"].values())
    table.add_row("calls per copy done: all", f"{total:.2f}")
    cpu_ms = sum(Decimal(str(each)) for each in figures["cpu_ms_per_copy"].values())
    table.add_row("CPU of functions but the API per copy done in ms", str(cpu_ms))
    table.add_row("CPU of functions that started meanwhile in s", str(figures["cpu_of_starts_s"]))
    emulator_ms = str(figures["emulator_cpu_ms_per_copy"])
    table.add_row("CPU of the emulator per copy done in ms", emulator_ms)
    table.add_row("the venue's request limits", figures["request_limits"])
    table.add_row("peak memory in MB (PSS)", str(figures["peak_pss_mb"] or "not known here"))
    table.add_row("wall time in s", str(figures["wall_s"]))
    return table


def _totals(copies: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """Give every total of the copies that is not zero, `done` always."""
    for name, count in copies.items():
        counted = sum(count.values()) if name == "skipped" else count
        if counted or name == "done":
            yield f"copies {name.replace('_', ' ')}", counted


def _verdict(figures: Mapping[str, Any], least_share: Decimal) -> Table:
    table = _table("figure", "count", "verdict")
    for name in FIVE:
        table.add_row(name, str(figures[name]), _judged(is_right=figures[name] == 0))
    is_right = has_orders(figures, least_share)
    verdict = _judged(is_right=is_right) if least_share else Text("any")
    table.add_row("share of pairs with orders", f"{figures['share_with_orders']:.3f}", verdict)
    return table


def _judged(*, is_right: bool) -> Text:
    return Text("ok", "green") if is_right else Text("WRONG", "bold red")


def _money(text: str | Decimal) -> str:
    return f"{Decimal(text).quantize(CENT):,}"
