"""The verdict as text for people: totals, the five figures, and every finding."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from simulators.judge.exact import ZERO
from simulators.judge.verdict import Figure, Finding, Verdict

LONGEST_LIST = 20


def report_of(verdict: Verdict, least_share: Fraction = ZERO) -> str:
    """Write the verdict as a table and a list of findings.

    `least_share` is how many of the pairs must be orders, 0 where nothing is demanded.
    """
    rows = [*_totals(verdict, least_share), "", *_figures(verdict), *_findings(verdict)]
    return "\n".join(rows) + "\n"


def _totals(verdict: Verdict, least_share: Fraction) -> Iterator[str]:
    totals = verdict.totals
    rows = {
        "trades": totals.trades,
        "pairs": totals.pairs,
        "copies done": totals.done,
        **{f"skipped {reason}": count for reason, count in sorted(totals.skipped.items())},
        "carried": totals.carried,
        "expired": totals.expired,
        "rejected": totals.rejected,
        **dict(sorted(totals.other.items())),
    }
    for name, count in rows.items():
        yield f"{name:<34}{count:>8}"
    share = totals.share_with_orders
    judged = f"  {'ok' if share >= least_share else 'WRONG'}" if least_share else ""
    yield f"{'pairs with orders':<34}{int(share * 100):>7}%{judged}"


def _figures(verdict: Verdict) -> Iterator[str]:
    for name, count in verdict.figures.items():
        yield f"{name:<34}{count:>8}  {'ok' if count == 0 else 'WRONG'}"


def _findings(verdict: Verdict) -> Iterator[str]:
    for figure in Figure:
        found = verdict.of(figure)
        if found:
            yield ""
            yield f"{figure.value}:"
            yield from _listed(found)
    if verdict.consequences:
        yield ""
        yield "following from these, not counted:"
        yield from _listed(verdict.consequences)


def _listed(findings: list[Finding]) -> Iterator[str]:
    for finding in findings[:LONGEST_LIST]:
        when = "end" if finding.trade is None else f"trade {finding.trade}"
        yield f"  {finding.follow_id} {finding.symbol} {when}: {finding.text}"
    if len(findings) > LONGEST_LIST:
        yield f"  and {len(findings) - LONGEST_LIST} more"
