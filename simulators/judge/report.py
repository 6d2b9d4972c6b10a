"""The verdict as text for people: totals, the five figures, and every finding."""

from __future__ import annotations

from collections.abc import Iterator

from simulators.judge.verdict import Figure, Finding, Verdict

LONGEST_LIST = 20


def report_of(verdict: Verdict) -> str:
    """Write the verdict as a table and a list of findings."""
    return "\n".join([*_totals(verdict), "", *_figures(verdict), *_findings(verdict)]) + "\n"


def _totals(verdict: Verdict) -> Iterator[str]:
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
    yield f"{'pairs with orders':<34}{int(totals.share_with_orders * 100):>7}%"


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
