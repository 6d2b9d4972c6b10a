"""Judges one pair: claims against the books, the copy against the model, then moves the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from simulators.judge.bookkeeping import (
    aim_higher,
    aim_lower,
    apply_leg,
    doubt_what_never_filled,
    forget_swallowed,
    leverage_of,
    note_entry_time,
    remember_entry,
)
from simulators.judge.claims import Books, problem_of_facts, problems_of_orders
from simulators.judge.corrections import problem_of_record
from simulators.judge.evidence import Follow, Leg, Market, Receipt
from simulators.judge.exact import ONE, ZERO, Span, shown, sign_of
from simulators.judge.gates import kept_by_owner, may_wind_down, stoppers_of
from simulators.judge.ledger import FollowBook, Money
from simulators.judge.model import (
    NOBODYS_FAULT,
    Expected,
    expected_entry,
    expected_exit,
    is_given_up,
)
from simulators.judge.numbers import numbers_of
from simulators.judge.outcome import (
    is_unmatched,
    problem_of_excess,
    problem_of_leg,
    problem_of_repeats,
    problem_of_stray_entry,
    problem_of_stray_exit,
    unlicensed,
)
from simulators.judge.scene import Scene
from simulators.judge.surroundings import Witness
from simulators.judge.trades import LeaderTrade
from simulators.judge.verdict import Figure, Problem

FAILURES = frozenset({"REJECTED", "EXPIRED", "NEEDS_OPERATOR"})


@dataclass(slots=True)
class Pair:
    """One follow meets one trade; `problems` are what was found wrong, the books' wrongs first.

    `late` holds the client ids of orders that left after later trades: they are booked then.
    `prices` are the symbol's until a late decision.
    `in_motion_usdc` is what was ordered around the trade and may be in its numbers or not.
    `unsettled_size` is what orders of the symbol with an unknown outcome may have moved.
    `redriven` says that newer trades were decided before, `comes_too_late` that one of them was of
    this symbol. `share_left` is what trades of the symbol leave of its target that lay dead until
    after this one.
    """

    trade: LeaderTrade
    follow: Follow
    receipt: Receipt | None
    book: FollowBook
    books: Books
    market: Market
    pressure: frozenset[str]
    prices: Span
    late: frozenset[str] = frozenset()
    in_motion_usdc: Fraction = ZERO
    unsettled_size: Fraction = ZERO
    redriven: bool = False
    comes_too_late: bool = False
    share_left: Fraction = ONE
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
        if self.share_left < 1 and scene.limits.on_stop != "keep":
            scene.holding.target *= self.share_left
            scene.holding.doubt *= self.share_left
            self.book.entries.pop(self.trade.symbol, None)
        stoppers = self._stoppers(scene, witness)
        self._exit(replace(scene, stoppers=stoppers))
        self._entry(replace(self._scene(scene.moments[0]), stoppers=stoppers), witness)
        self._count_failures()

    def judge_late(self, leg: Leg) -> None:
        """Book an order that left only now; an exit may close what is not wanted, nothing more."""
        scene = self._scene()
        holding = scene.holding
        if leg.kind == "exit":
            self._note(problem_of_stray_exit(scene, [leg]))
            holding.unmatched = max(holding.unmatched - leg.filled, ZERO)
        apply_leg(self.book, self.books, self.trade, leg, leverage_of(self.receipt))
        if leg.kind != "exit" and leg.filled and scene.is_netted:
            self._note(problem_of_excess(scene, [leg]))
            holding.doubt_what_differs()
        self._wind_down(scene)

    def _wind_down(self, scene: Scene) -> None:
        """Want no more than is left where a stop, perhaps of these very exits, closed the rest."""
        holding = scene.holding
        if may_wind_down(scene) and abs(holding.held) < abs(holding.target):
            holding.target = holding.held

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
        money = self.book.money(self.trade.symbol, leverage_of(self.receipt))
        return Scene(
            trade=self.trade,
            follow=self.follow,
            receipt=self.receipt,
            book=self.book,
            market=self.market,
            moments=(*earlier, money),
            prices=self.prices,
            pressure=self.pressure,
            decided_late=self.redriven or any(leg.cloid in self.late for leg in self.entries),
            comes_too_late=self.comes_too_late,
            unsettled_size=self.unsettled_size,
            in_motion_usdc=self.in_motion_usdc,
        )

    def _stoppers(self, scene: Scene, witness: Witness) -> frozenset[str]:
        if not scene.is_netted:
            return frozenset()
        return stoppers_of(scene, numbers_of(scene, witness.surroundings(scene)))

    def _note_leg(self, scene: Scene, expected: Expected, legs: Sequence[Leg]) -> None:
        """Hold a leg against the model; whether a stop gave it up, the end shows."""
        are_exits, prompt = all(leg.kind == "exit" for leg in legs), self._prompt(legs)
        if expected.order is None and legs and are_exits and not (scene.is_netted or prompt):
            return  # a stop closed later what was left here: judged when it left
        if is_given_up(scene, expected, legs):
            self.book.given_up.append(self.trade.index)
        else:
            self._note(problem_of_leg(scene, expected, legs, self.books))
            self._note(problem_of_repeats(scene, expected, prompt if are_exits else legs))

    def _exit(self, scene: Scene) -> None:
        expected = expected_exit(scene)
        if expected is None:
            self._note(problem_of_stray_exit(scene, self._prompt(self.exits)))
        elif self.trade.kind == "flip" and (expected.order is None or self._waits(scene)):
            self._note(unlicensed(expected, self._prompt(self.exits)))
        else:
            self._note_leg(scene, expected, self._exits_now(scene))
        kept = self.receipt is not None and self.receipt.reason in kept_by_owner(scene)
        if expected is not None and not kept:
            forget_swallowed(scene, expected)
        if not scene.is_netted:
            self._apply(self.exits, ONE)
        if expected is not None and not kept:
            aim_lower(scene, expected, self.exits)

    def _exits_now(self, scene: Scene) -> Sequence[Leg]:
        """Give the exits to be judged now; what a window's exits may do shows when they leave."""
        return self._prompt(self.exits) if scene.is_netted else self.exits

    def _waits(self, scene: Scene) -> bool:
        """Say whether a turn's exit is left to the window's end: its reason is the entry's."""
        return scene.is_netted and not self.exits and self.receipt is not None

    def _yet_to_come(self) -> Fraction:
        """Give what late orders moved, up to the last entry: what comes after it is a stop's."""
        entered = max((n for n, leg in enumerate(self._orders) if leg.kind != "exit"), default=-1)
        late = (leg for leg in self._orders[: entered + 1] if leg.cloid in self.late)
        return sum((leg.signed_fill for leg in late), ZERO)

    def _prompt(self, legs: Sequence[Leg]) -> list[Leg]:
        return [leg for leg in legs if leg.cloid not in self.late]

    def _apply(self, legs: Sequence[Leg], leverage: Fraction) -> None:
        for leg in self._prompt(legs):
            apply_leg(self.book, self.books, self.trade, leg, leverage)

    def _entry(self, scene: Scene, witness: Witness) -> None:
        leverage = leverage_of(self.receipt)
        if self.trade.entered:
            numbers = numbers_of(scene, witness.surroundings(scene))
            leverage = numbers.leverage
            self._note_implausible(numbers.implausible)
            expected = expected_entry(scene, numbers)
            self._note_leg(scene, expected, self.entries)
        # A slower mode decides about a flip's open leg before its window closes anything.
        if scene.is_netted and self.exits:
            self._apply(self.exits, ONE)
            self._wind_down(scene)
        self._apply(self.entries, leverage)
        doubt_what_never_filled(scene, self.entries)
        for leg in self.entries:
            note_entry_time(scene, self.books, leg, late=leg.cloid in self.late)
        if self.trade.entered:
            if self.entries or not self.problems:
                aim_higher(scene, expected, self.entries, self._yet_to_come())
            remember_entry(scene, self.entries)
        else:
            self._note(problem_of_stray_entry(scene, self.entries))
            self._note(problem_of_record(self.receipt, self.trade))
            if self.trade.kind not in {"open", "add"}:
                self.book.entries.pop(self.trade.symbol, None)
        self._note(problem_of_excess(scene, self._prompt(self.entries)))

    def _note_implausible(self, text: str) -> None:
        if text:
            figure = Figure.MISMATCHED if self.entries else Figure.UNJUSTIFIED
            self._note(Problem(figure, text))

    def _count_failures(self) -> None:
        status = "" if self.receipt is None else self.receipt.status
        failed, sent_ms = status in FAILURES, self.trade.sent_ms
        self.book.note_outcome(self._orders, is_failure=failed, sent_ms=sent_ms)

    def _note_missed(self) -> None:
        holding, trade = self.book.holding(self.trade.symbol), self.trade
        stays = trade.start * trade.end > 0
        if trade.kind == "reduce":
            holding.missed *= abs(trade.end) / abs(trade.start)
        elif not stays:
            holding.missed = ZERO
        reason = "" if self.receipt is None else self.receipt.reason
        stopped = reason in NOBODYS_FAULT & self.pressure and not self.problems
        if stopped and trade.entered and not any(leg.filled for leg in self.entries):
            holding.missed += self.follow.limits.direction * trade.sign * trade.entered

    def _note_unmatched(self, deadline_ms: Fraction, gone_on_ms: Fraction) -> None:
        """Remember what the venue's books say nobody took of an exit, or took only later.

        The symbol's next trade, or the next attempt, must have come before the deadline.
        """
        holding, prompt = self.book.holding(self.trade.symbol), self._prompt(self.exits)
        if prompt:
            last = max(prompt, key=lambda leg: leg.attempt)
            fairest = min(last.sign * price for price in (self.prices.low, self.prices.high))
            is_fair = last.sign * last.limit_price >= fairest
            nobody = is_fair and is_unmatched(last, self.books)
            holding.unmatched = last.size - last.filled if nobody else ZERO
        if gone_on_ms > deadline_ms:
            holding.unmatched = ZERO
        later = [leg for leg in self.exits if leg.cloid in self.late]
        in_time = (
            leg.filled
            for leg in later
            if any(order.received_ms <= deadline_ms for order in self.books.booked(leg))
        )
        holding.unmatched = max(holding.unmatched, sum(in_time, ZERO))

    def check_perfection(self, deadline_ms: Fraction, gone_on_ms: Fraction) -> None:
        """Demand that a perfect follow holds what the leader holds, to one carried slice.

        A leader who is too fast is collected first, whatever the follow's own mode. What the market
        or time justly stopped is missing until the leader has left that position. What nobody took
        of an exit is held until the symbol's next trade goes on with it, which must be soon.
        """
        self._note_missed()
        self._note_unmatched(deadline_ms, gone_on_ms)
        if self.trade.is_fast:
            return
        holding = self.book.holding(self.trade.symbol)
        held, wanted = holding.held, self.follow.limits.direction * self.trade.end - holding.missed
        beyond = min(max(sign_of(held) * (held - wanted), ZERO), holding.unmatched, abs(held))
        least_price = self.trade.price * (1 - self.follow.limits.widest_share)
        if (abs(held - wanted) - beyond) * least_price >= self.market.min_notional:
            text = f"the perfect follow holds {shown(held)}, the leader's change is {shown(wanted)}"
            self._note(Problem(Figure.MISMATCHED, text))
