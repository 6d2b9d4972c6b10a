"""The verdict: five figures, each a list of findings, and the totals of the run."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import Any

from simulators.judge.exact import ZERO


class Figure(StrEnum):
    """The five figures; each must be zero."""

    LOST = "lost"
    DUPLICATED = "duplicated"
    MISMATCHED = "mismatched_positions"
    UNJUSTIFIED = "unjustified_skips"
    OPEN_EXITS = "open_exits"


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, before it is known where."""

    figure: Figure
    text: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong; `trade` is the index of the leader's trade, None for the end."""

    figure: Figure
    follow_id: str
    symbol: str
    trade: int | None
    text: str


@dataclass(slots=True)
class Totals:
    """What became of the pairs of follows and trades; each is counted in one place.

    `other` counts by name what should not be there at the end: copies under way, exits given up,
    pairs without a receipt.
    """

    trades: int = 0
    pairs: int = 0
    done: int = 0
    expired: int = 0
    rejected: int = 0
    carried: int = 0
    with_orders: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    other: Counter[str] = field(default_factory=Counter)

    def count(self, status: str | None, reason: str = "") -> None:
        """Count one pair by its receipt's status; None where there is no receipt."""
        self.pairs += 1
        match status:
            case "DONE":
                self.done += 1
            case "SKIPPED":
                self.skipped[reason] += 1
            case "EXPIRED":
                self.expired += 1
            case "REJECTED":
                self.rejected += 1
            case "CARRIED":
                self.carried += 1
            case _:
                self.other[(status or "without_receipt").lower()] += 1

    @property
    def share_with_orders(self) -> Fraction:
        """Give the share of the pairs that became an order which the venue took."""
        return Fraction(self.with_orders, self.pairs) if self.pairs else ZERO


@dataclass(slots=True)
class Verdict:
    """Findings by figure; `consequences` follow from a finding and are not counted again."""

    findings: list[Finding] = field(default_factory=list)
    consequences: list[Finding] = field(default_factory=list)
    totals: Totals = field(default_factory=Totals)

    def add(self, finding: Finding) -> None:
        """Count a finding, unless it follows from an earlier one of its follow and symbol.

        Orders lost and duplicated are read off the books directly and always count. A position is
        mismatched once per follow and symbol.
        """
        direct = finding.figure in {Figure.LOST, Figure.DUPLICATED}
        follows = not direct and self.taints(finding.follow_id, finding.symbol)
        (self.consequences if follows else self.findings).append(finding)

    def taints(self, follow_id: str, symbol: str) -> bool:
        """Say whether this symbol of this follow already went wrong at the venue."""
        return any(
            (known.follow_id, known.symbol) == (follow_id, symbol)
            and known.figure is not Figure.UNJUSTIFIED
            for known in self.findings
        )

    def of(self, figure: Figure) -> list[Finding]:
        """Give the findings of one figure."""
        return [finding for finding in self.findings if finding.figure is figure]

    @property
    def figures(self) -> dict[str, int]:
        """Give the five figures by name."""
        return {figure.value: len(self.of(figure)) for figure in Figure}

    @property
    def is_clean(self) -> bool:
        """Say whether all five figures are zero."""
        return not self.findings

    def to_plain(self) -> dict[str, Any]:
        """Give the verdict as plain JSON; the share is a decimal in text."""
        totals = self.totals
        return {
            **self.figures,
            "findings": [_plain(finding) for finding in self.findings],
            "consequences": [_plain(finding) for finding in self.consequences],
            "trades": totals.trades,
            "pairs": totals.pairs,
            "copies": {
                "done": totals.done,
                "skipped": dict(sorted(totals.skipped.items())),
                "expired": totals.expired,
                "rejected": totals.rejected,
                "carried": totals.carried,
                **dict(sorted(totals.other.items())),
            },
            "pairs_with_orders": totals.with_orders,
            "share_with_orders": f"0.{_per_mille(totals.share_with_orders):03d}"
            if totals.share_with_orders < 1
            else "1.000",
        }


def _per_mille(share: Fraction) -> int:
    return int(share * 1000)


def _plain(finding: Finding) -> dict[str, Any]:
    return {
        "figure": finding.figure.value,
        "follow_id": finding.follow_id,
        "symbol": finding.symbol,
        "trade": finding.trade,
        "text": finding.text,
    }
