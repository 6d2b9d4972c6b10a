"""Judges one pair: claims against the books, the copy against the model, then moves the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from simulators.judge.claims import Books, problem_of_facts, problems_of_orders
from simulators.judge.evidence import Follow, Leg, Market, Receipt
from simulators.judge.exact import ONE, ZERO, shown
from simulators.judge.ledger import FollowBook, Money, RunningEntry
from simulators.judge.model import Expected, drop_stale_carry, expected_entry, expected_exit
from simulators.judge.numbers import numbers_of
from simulators.judge.outcome import problem_of_leg, problem_of_stray_exit, unlicensed
from simulators.judge.scene import Scene
from simulators.judge.surroundings import Witness
from simulators.judge.trades import LeaderTrade
from simulators.judge.verdict import Figure, Problem

FAILURES = frozenset({"REJECTED", "EXPIRED", "NEEDS_OPERATOR"})


@dataclass(slots=True)
class Pair:
    """One follow meets one trade; `problems` are what was found wrong, the books' wrongs first."""

    trade: LeaderTrade
    follow: Follow
    receipt: Receipt | None
    book: FollowBook
    books: Books
    market: Market
    pressure: frozenset[str]
    problems: list[Problem] = field(default_factory=list)

    @property
    def exits(self) -> list[Leg]:
        """Give the receipt's closing orders."""
        return [leg for leg in self._orders if leg.kind == "exit"]

    @property
    def entries(self) -> list[Leg]:
        """Give the receipt's opening orders."""
        return [leg for leg in self._orders if leg.kind != "exit"]

    @property
    def _orders(self) -> Sequence[Leg]:
        return () if self.receipt is None else self.receipt.orders

    def judge(self, witness: Witness, named: set[str]) -> None:
        """Judge the pair; `named` gains its client ids."""
        self._check_claims(named)
        scene = self._scene()
        self._exit(scene)
        self._entry(self._scene(scene.moments[0]), witness)
        self._count_failures()

    def _check_claims(self, named: set[str]) -> None:
        if self.receipt is None:
            return
        for problem in problems_of_orders(self.receipt, self.books, named):
            self.problems.append(problem)
            self.book.slack_positions += 1
            self.book.slack_usdc += sum((leg.size * self.trade.price for leg in self._orders), ZERO)
        named.update(leg.cloid for leg in self._orders)
        self._note(problem_of_facts(self.receipt, self.trade))

    def _note(self, problem: Problem | None) -> None:
        """Keep a problem of the model only where nothing is wrong already."""
        if problem is not None and not self.problems:
            self.problems.append(problem)

    def _scene(self, *earlier: Money) -> Scene:
        moments = (*earlier, self.book.money(self.trade.symbol, self._leverage))
        return Scene(
            self.trade, self.follow, self.receipt, self.book, self.market, moments, self.pressure
        )

    @property
    def _leverage(self) -> Fraction:
        claimed = None if self.receipt is None else self.receipt.numbers.get("leverage")
        return ONE if claimed is None else max(ONE, claimed)

    def _exit(self, scene: Scene) -> None:
        expected = expected_exit(scene)
        if expected is None:
            self._note(problem_of_stray_exit(scene, self.exits))
        elif self.trade.kind == "flip" and expected.order is None:
            self._note(unlicensed(expected, self.exits))
        else:
            self._note(problem_of_leg(scene, expected, self.exits, self.books))
        self._apply(self.exits, ONE)
        if expected is not None:
            self._aim_lower(scene, expected)

    def _aim_lower(self, scene: Scene, expected: Expected) -> None:
        holding = scene.holding
        holding.target = expected.target
        closes_all = self.exits and abs(holding.held) < abs(expected.target)
        if closes_all and not scene.is_netted:
            holding.target = holding.held

    def _entry(self, scene: Scene, witness: Witness) -> None:
        if not self.trade.entered:
            self.book.entries.pop(self.trade.symbol, None)
            return
        drop_stale_carry(scene)
        numbers = numbers_of(scene, witness.surroundings(scene))
        if numbers.implausible:
            figure = Figure.MISMATCHED if self.entries else Figure.UNJUSTIFIED
            self._note(Problem(figure, numbers.implausible))
        expected = expected_entry(scene, numbers)
        self._note(problem_of_leg(scene, expected, self.entries, self.books))
        self._apply(self.entries, numbers.leverage)
        self._aim_higher(scene, expected)
        self._remember_entry(scene)

    def _aim_higher(self, scene: Scene, expected: Expected) -> None:
        holding, receipt = scene.holding, self.receipt
        if self.entries and not scene.is_netted:
            holding.target = holding.held
        elif receipt is not None and (
            receipt.status == "CARRIED" or receipt.reason == "CARRIED" or self.entries
        ):
            if holding.ahead(scene.direction) <= 0 or not holding.carried_since_ms:
                holding.carried_since_ms = self.trade.time_ms
                holding.carried_price = self.trade.price
            holding.target = expected.target
        if holding.ahead(scene.direction) <= 0:
            holding.carried_since_ms = 0

    def _remember_entry(self, scene: Scene) -> None:
        trade, entries = self.trade, self.book.entries
        entry = entries.get(trade.symbol)
        if entry is None or not entry.continues(trade.sign, trade.time_ms):
            entry = entries[trade.symbol] = RunningEntry(trade.sign, trade.time_ms)
        entry.last_ms = trade.time_ms
        if self.entries:
            filled = any(leg.filled for leg in self.entries)
            entry.pay(trade.time_ms, certainly=filled)
            self.book.entry_times_ms.append(trade.time_ms)
        elif self.receipt is not None and self.receipt.reason == "SAME_ENTRY":
            entry.paid_last_ms = trade.time_ms
        elif scene.is_netted:
            entry.pay(trade.time_ms, certainly=False)

    def _apply(self, legs: Sequence[Leg], leverage: Fraction) -> None:
        holding = self.book.holding(self.trade.symbol)
        for leg in legs:
            self.book.closed += holding.apply(leg.signed_fill, leg.average_price, leverage)
            self.book.fees += self.books.fee(leg)
            booked = self.books.booked(leg)
            at_ms = booked[0].received_ms if booked else self.trade.sent_ms
            movements = self.book.movements.setdefault(self.trade.symbol, [])
            movements.append((at_ms, leg.signed_fill))

    def _count_failures(self) -> None:
        status = "" if self.receipt is None else self.receipt.status
        if status in FAILURES:
            self.book.failures_in_row += 1
        elif any(leg.filled for leg in self._orders):
            self.book.failures_in_row = 0

    def check_perfection(self) -> None:
        """Demand that a perfect follow holds what the leader holds, to one carried slice."""
        held = self.book.holding(self.trade.symbol).held
        wanted = self.follow.limits.direction * self.trade.end
        if abs(held - wanted) * self.trade.price >= self.market.min_notional:
            text = f"the perfect follow holds {shown(held)}, the leader's change is {shown(wanted)}"
            self._note(Problem(Figure.MISMATCHED, text))
