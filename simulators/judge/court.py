"""The course of a judgement: unknown orders, pairs in the leader's order, then the end of the run.

`judge` is the one entry; it raises EvidenceError where the evidence shows no run, or another one.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from simulators.judge.actions import Decision, with_used_up_actions
from simulators.judge.ages import problems_of_times
from simulators.judge.bookkeeping import (
    late_legs,
    never_arrived_usdc,
    unsettled_size,
    unsettled_usdc,
)
from simulators.judge.claims import Books, books_of
from simulators.judge.completeness import check_completeness, check_proof
from simulators.judge.corrections import with_corrections
from simulators.judge.course import course_of
from simulators.judge.evidence import Evidence, Follow
from simulators.judge.exact import ONE, ZERO
from simulators.judge.gates import stopped_by_the_end
from simulators.judge.ledger import FollowBook
from simulators.judge.pace import entries_of
from simulators.judge.pair import Pair
from simulators.judge.positions import (
    Ending,
    exit_deadline,
    open_exits,
    problem_of_ending,
    problem_of_rest,
    problem_of_untraded,
    problems_of_account,
)
from simulators.judge.scene import is_netted, window_ms
from simulators.judge.strays import named_orders, stray_orders, stray_receipts
from simulators.judge.surroundings import LONGEST_WINDOW_MS, Witness
from simulators.judge.trades import LeaderTrade, released_trades
from simulators.judge.verdict import Figure, Finding, Problem, Verdict


def judge(evidence: Evidence) -> Verdict:
    """Give the verdict on a run; raises EvidenceError where it would prove nothing."""
    check_completeness(evidence)
    court = Court(evidence, with_corrections(evidence, released_trades(evidence)))
    court.judge_strays()
    court.judge_pairs()
    court.judge_endings()
    if court.verdict.is_clean:
        check_proof(evidence)
    return court.verdict


class Court:
    """One run before the judge."""

    def __init__(self, evidence: Evidence, trades: Sequence[LeaderTrade]) -> None:
        """Index books and receipts."""
        self.evidence, self.trades = evidence, trades
        self.verdict = Verdict()
        self.indexes = {trade.trade_id: trade.index for trade in trades}
        self.wallets: dict[str, list[Follow]] = {}
        for follow in evidence.follows:
            self.wallets.setdefault(follow.wallet, []).append(follow)
        self.books: dict[str, Books] = {
            wallet: books_of(evidence.books[wallet], named_orders(follows, self.indexes))
            for wallet, follows in self.wallets.items()
        }
        self.witness = Witness(evidence, trades, self.books)
        self.named: dict[str, set[str]] = {wallet: set() for wallet in self.wallets}
        self.ledgers = {follow.follow_id: FollowBook() for follow in evidence.follows}
        self.receipts = {
            follow.follow_id: {receipt.trade_id: receipt for receipt in follow.receipts}
            for follow in evidence.follows
        }
        self.courses = {
            follow.follow_id: course_of(follow, trades, evidence.redriven_ms)
            for follow in evidence.follows
        }
        self.seen: dict[tuple[str, str], LeaderTrade] = {}
        self.late = {
            follow.follow_id: late_legs(
                follow, self.courses[follow.follow_id].places, self.books[follow.wallet]
            )
            for follow in evidence.follows
        }

    def judge_pairs(self) -> None:
        """Judge every follow about every trade released after it started."""
        self.verdict.totals.trades = len(self.trades)
        for place in range(len(self.trades)):
            for follow in self.evidence.follows:
                trade = self.courses[follow.follow_id].trades[place]
                if trade.sent_ms >= follow.started_at_ms:
                    self._judge_pair(place, follow)

    def judge_strays(self) -> None:
        """Find orders that no receipt names and receipts of trades that never were."""
        for wallet, follows in self.wallets.items():
            books = self.books[wallet]
            for symbol, problem in stray_orders(books):
                self._add(follows[0], symbol, None, problem)
            self.ledgers[follows[0].follow_id].doubt_numbers(books.unnamed)
            for follow in follows:
                for symbol, problem in stray_receipts(follow, self.indexes, books):
                    self._add(follow, symbol, None, problem)

    def judge_endings(self) -> None:
        """Compare what is held at the end, and find exits left open on the way."""
        for wallet, follows in self.wallets.items():
            for symbol, problem in problems_of_account(self.evidence.books[wallet]):
                self._add(follows[0], symbol, None, problem)
        last = {trade.symbol: trade for trade in self.trades}
        for follow in self.evidence.follows:
            book = self.ledgers[follow.follow_id]
            self._judge_stops(follow, book)
            self._judge_times(follow)
            for symbol in sorted({*book.holdings, *follow.portfolio}):
                if symbol in last:
                    self._judge_ending(follow, last[symbol])
                else:
                    account = self.evidence.books[follow.wallet]
                    untraded = problem_of_untraded(account, follow, symbol)
                    if untraded is not None:
                        self._add(follow, symbol, None, untraded)

    def _judge_stops(self, follow: Follow, book: FollowBook) -> None:
        """Find trades that were given up for a stop that never was."""
        told = self.evidence.interventions
        if stopped_by_the_end(follow.limits, book, follow.follow_id, told):
            return
        for index in book.given_up:
            problem = Problem(Figure.UNJUSTIFIED, "given up for a stop that never was")
            self._add(follow, self.trades[index].symbol, self.trades[index], problem)

    def _judge_times(self, follow: Follow) -> None:
        """Find entries too late, and those one more than the follow allows within a minute."""
        entered = entries_of(follow, self.books[follow.wallet])
        trades = {trade.trade_id: trade for trade in self.trades}
        for trade, problem in problems_of_times(entered, follow, trades, self.evidence.outages_ms):
            self._add(follow, trade.symbol, trade, problem)

    def _add(
        self, follow: Follow, symbol: str, trade: LeaderTrade | None, problem: Problem
    ) -> None:
        index = None if trade is None else trade.index
        self.verdict.add(Finding(problem.figure, follow.follow_id, symbol, index, problem.text))

    def _judge_pair(self, place: int, follow: Follow) -> None:
        pair = self._pair(place, follow)
        self._judge_rest(follow, pair.trade)
        pair.judge(self.witness, self.named[follow.wallet])
        if follow.perfect and self._is_copied_whole(pair.trade.symbol):
            told, sent_ms = self.evidence, pair.trade.sent_ms
            until_ms = exit_deadline(sent_ms, window_ms(pair.trade, follow), told.outages_ms)
            course = self.courses[follow.follow_id]
            pair.check_perfection(until_ms, course.next_sent_ms(place, told.taken_ms))
        self._add_all(pair)
        self._count(pair)
        for early, leg in self.late[follow.follow_id].get(place, ()):
            earlier = self._pair(early, follow)
            earlier.judge_late(leg)
            self._add_all(earlier)
        pair.book.note_results(pair.book.unrealized(self.witness.tape.marks[place]))

    def _judge_rest(self, follow: Follow, trade: LeaderTrade) -> None:
        """Find what a slower mode's window left open, before the symbol's next trade hides it."""
        before = self.seen.get((follow.follow_id, trade.symbol))
        self.seen[follow.follow_id, trade.symbol] = trade
        if before is None or not is_netted(before, follow):
            return
        if not self._rests(follow, before, trade):
            return
        problem = problem_of_rest(self._ending(follow, before))
        if problem is not None:
            self._add(follow, trade.symbol, before, problem)

    def _rests(self, follow: Follow, before: LeaderTrade, trade: LeaderTrade) -> bool:
        """Say whether the longest window ended between two trades, and nothing stood in its way."""
        span_ms, told = (before.sent_ms, trade.sent_ms), self.evidence
        book = self.ledgers[follow.follow_id]
        is_kept = follow.limits.on_stop == "keep" and stopped_by_the_end(
            follow.limits, book, follow.follow_id, told.interventions
        )
        hindered = (
            any(each.covers(follow.follow_id, span_ms) for each in told.interventions)
            or any(
                begin <= trade.sent_ms and before.sent_ms <= end for begin, end in told.outages_ms
            )
            or (told.redriven_ms is not None and told.redriven_ms <= trade.sent_ms)
        )
        is_long = trade.sent_ms - before.sent_ms > LONGEST_WINDOW_MS
        return is_long and not (hindered or is_kept)

    def _pair(self, place: int, follow: Follow) -> Pair:
        course = self.courses[follow.follow_id]
        trade, newer = course.trades[place], course.newer_before(place)
        others = [
            (other, self.ledgers[other.follow_id])
            for other in self.wallets[follow.wallet]
            if other is not follow
        ]
        late = self.late[follow.follow_id].values()
        receipt = self.receipts[follow.follow_id].get(trade.trade_id)
        unsettled = unsettled_size(receipt, follow, window_ms(trade, follow))
        decision = Decision(trade, follow, receipt, waited=unsettled > 0)
        refused = self.evidence.books[follow.wallet].refused_actions
        pressure = self.witness.pressure(trade, follow, others)
        return Pair(
            trade=trade,
            follow=follow,
            receipt=receipt,
            book=self.ledgers[follow.follow_id],
            books=self.books[follow.wallet],
            market=self.evidence.markets[trade.symbol],
            pressure=with_used_up_actions(pressure, decision, refused),
            prices=self.witness.prices_after(trade),
            late=frozenset(leg.cloid for legs in late for _, leg in legs),
            in_motion_usdc=self._in_motion(trade, follow),
            unsettled_size=unsettled,
            redriven=bool(newer),
            comes_too_late=any(each.symbol == trade.symbol for each in newer),
            share_left=ONE if self.evidence.redriven_ms is None else course.share_left(place),
        )

    def _in_motion(self, trade: LeaderTrade, follow: Follow) -> Fraction:
        receipt = self.receipts[follow.follow_id].get(trade.trade_id)
        if not is_netted(trade, follow):
            return ZERO if receipt is None else unsettled_usdc(receipt, follow)
        seen = self.witness.in_motion_usdc(trade, follow)
        if receipt is None:
            return seen
        return seen + never_arrived_usdc(receipt, follow, self.books[follow.wallet])

    def _add_all(self, pair: Pair) -> None:
        for problem in pair.problems:
            self._add(pair.follow, pair.trade.symbol, pair.trade, problem)

    def _is_copied_whole(self, symbol: str) -> bool:
        """Say whether nothing of the leader's position came about without a trade."""
        own = [trade for trade in self.trades if trade.symbol == symbol]
        moved = any(trade.is_correction for trade in own)
        return own[0].start == 0 and not moved

    def _count(self, pair: Pair) -> None:
        totals, receipt = self.verdict.totals, pair.receipt
        if receipt is None:
            totals.count(None)
            return
        totals.count(receipt.status, receipt.reason)
        totals.with_orders += any(pair.books.accepted(leg) for leg in receipt.orders)

    def _judge_ending(self, follow: Follow, last: LeaderTrade) -> None:
        symbol, book = last.symbol, self.ledgers[follow.follow_id]
        ending = self._ending(follow, last)
        left_open = list(open_exits(self.evidence, follow, book, symbol, self.trades))
        for trade, problem in left_open:
            if not ending.keeps_on_stop:
                self._add(follow, symbol, trade, problem)
        counted = any(trade is last for trade, _ in left_open)
        found = problem_of_ending(ending, open_exit_counted=counted)
        if found is not None:
            self._add(follow, symbol, None, found)

    def _ending(self, follow: Follow, last: LeaderTrade) -> Ending:
        symbol, book = last.symbol, self.ledgers[follow.follow_id]
        elsewhere = sum(
            (
                self.ledgers[other.follow_id].holding(symbol).held
                for other in self.wallets[follow.wallet]
                if other is not follow
            ),
            ZERO,
        )
        position = self.evidence.books[follow.wallet].positions.get(symbol, ZERO)
        return Ending(
            follow=follow,
            symbol=symbol,
            at_venue=position - elsewhere,
            holding=book.holding(symbol),
            last=last,
            market=self.evidence.markets[symbol],
            keeps_on_stop=self._keeps(follow, book),
        )

    def _keeps(self, follow: Follow, book: FollowBook) -> bool:
        stopped = book.worst_realized <= follow.limits.drawdown_floor or any(
            item.reason in {"FOLLOW_PAUSED", "COPY_DISABLED"}
            and item.follow_id in {"", follow.follow_id}
            for item in self.evidence.interventions
        )
        return stopped and follow.limits.on_stop == "keep"
