"""The course of a judgement: pairs in the leader's order, unknown orders, then the end of the run.

`judge` is the one entry; it raises EvidenceError where the evidence contradicts the venue.
"""

from __future__ import annotations

from collections.abc import Sequence

from simulators.judge.claims import Books, books_of
from simulators.judge.evidence import Evidence, EvidenceError, Follow, Receipt
from simulators.judge.exact import ZERO
from simulators.judge.ledger import FollowBook
from simulators.judge.pair import Pair
from simulators.judge.positions import (
    Ending,
    open_exits,
    problem_of_ending,
    problems_of_account,
)
from simulators.judge.surroundings import Witness
from simulators.judge.trades import LeaderTrade, released_trades
from simulators.judge.verdict import Figure, Finding, Problem, Verdict


def judge(evidence: Evidence) -> Verdict:
    """Recompute the run and give the verdict."""
    _check_completeness(evidence)
    court = Court(evidence, released_trades(evidence))
    court.judge_pairs()
    court.judge_strays()
    court.judge_endings()
    return court.verdict


def _check_completeness(evidence: Evidence) -> None:
    for follow in evidence.follows:
        if follow.wallet not in evidence.books:
            raise EvidenceError(f"the venue's books do not show the wallet of {follow.follow_id}")
    for symbol in {fill.symbol for fill in evidence.recording} - set(evidence.markets):
        raise EvidenceError(f"the evidence does not describe the market of {symbol}")


class Court:
    """One run before the judge."""

    def __init__(self, evidence: Evidence, trades: Sequence[LeaderTrade]) -> None:
        """Index books and receipts."""
        self.evidence, self.trades = evidence, trades
        self.verdict = Verdict()
        self.witness = Witness(evidence, trades)
        self.ledgers = {follow.follow_id: FollowBook() for follow in evidence.follows}
        self.books: dict[str, Books] = {
            follow.wallet: books_of(evidence.books[follow.wallet]) for follow in evidence.follows
        }
        self.named: dict[str, set[str]] = {wallet: set() for wallet in self.books}
        self.receipts: dict[str, dict[str, Receipt]] = {
            follow.follow_id: {receipt.trade_id: receipt for receipt in follow.receipts}
            for follow in evidence.follows
        }

    def judge_pairs(self) -> None:
        """Judge every follow about every trade released after it started."""
        self.verdict.totals.trades = len(self.trades)
        for trade in self.trades:
            for follow in self.evidence.follows:
                if trade.sent_ms >= follow.started_at_ms:
                    self._judge_pair(trade, follow)

    def judge_strays(self) -> None:
        """Find orders that no receipt names and receipts of trades that never were."""
        for wallet in self.books:
            first = self._of_wallet(wallet)[0]
            for order in self.evidence.books[wallet].orders:
                if order.is_accepted and order.cloid not in self.named[wallet]:
                    text = f"no receipt names order {order.cloid or order.oid} of {wallet}"
                    self._add(first, order.symbol, None, Problem(Figure.DUPLICATED, text))
        known = {trade.trade_id for trade in self.trades}
        for follow in self.evidence.follows:
            self._judge_receipts(follow, known)

    def judge_endings(self) -> None:
        """Compare what is held at the end, and find exits left open on the way."""
        last = {trade.symbol: trade for trade in self.trades}
        for wallet in self.books:
            for symbol, problem in problems_of_account(self.evidence.books[wallet]):
                self._add(self._of_wallet(wallet)[0], symbol, None, problem)
        for follow in self.evidence.follows:
            book = self.ledgers[follow.follow_id]
            for symbol in sorted({*book.holdings, *follow.portfolio}):
                if symbol in last:
                    self._judge_ending(follow, last[symbol])

    def _of_wallet(self, wallet: str) -> list[Follow]:
        return [follow for follow in self.evidence.follows if follow.wallet == wallet]

    def _add(
        self, follow: Follow, symbol: str, trade: LeaderTrade | None, problem: Problem
    ) -> None:
        index = None if trade is None else trade.index
        self.verdict.add(Finding(problem.figure, follow.follow_id, symbol, index, problem.text))

    def _judge_pair(self, trade: LeaderTrade, follow: Follow) -> None:
        others = [
            (other, self.ledgers[other.follow_id])
            for other in self._of_wallet(follow.wallet)
            if other is not follow
        ]
        pair = Pair(
            trade=trade,
            follow=follow,
            receipt=self.receipts[follow.follow_id].get(trade.trade_id),
            book=self.ledgers[follow.follow_id],
            books=self.books[follow.wallet],
            market=self.evidence.markets[trade.symbol],
            pressure=self.witness.pressure(trade, follow, others),
        )
        pair.judge(self.witness, self.named[follow.wallet])
        if follow.perfect and self._started_flat(trade.symbol):
            pair.check_perfection()
        pair.book.note_results(pair.book.unrealized(self.witness.tape.marks[trade.index]))
        for problem in pair.problems:
            self._add(follow, trade.symbol, trade, problem)
        self._count(pair)

    def _started_flat(self, symbol: str) -> bool:
        return next(trade.start == 0 for trade in self.trades if trade.symbol == symbol)

    def _count(self, pair: Pair) -> None:
        totals, receipt = self.verdict.totals, pair.receipt
        totals.pairs += 1
        if receipt is None:
            return
        totals.with_orders += any(pair.books.accepted(leg) for leg in receipt.orders)
        totals.done += receipt.status == "DONE"
        totals.expired += receipt.status == "EXPIRED"
        totals.rejected += receipt.status == "REJECTED"
        totals.carried += receipt.status == "CARRIED"
        if receipt.status == "SKIPPED":
            totals.skipped[receipt.reason] += 1

    def _judge_receipts(self, follow: Follow, known: set[str]) -> None:
        seen: set[str] = set()
        for receipt in follow.receipts:
            text = ""
            if receipt.trade_id not in known:
                text = f"a receipt explains trade {receipt.trade_id}, which never was"
            elif receipt.trade_id in seen:
                text = f"a second receipt of trade {receipt.trade_id}"
            seen.add(receipt.trade_id)
            if text and not self._orders_count(follow, receipt):
                self._add(follow, receipt.symbol, None, Problem(Figure.UNJUSTIFIED, text))

    def _orders_count(self, follow: Follow, receipt: Receipt) -> bool:
        """Say whether its orders were counted already, as orders that no true receipt names."""
        books, named = self.books[follow.wallet], self.named[follow.wallet]
        return any(books.accepted(leg) and leg.cloid not in named for leg in receipt.orders)

    def _judge_ending(self, follow: Follow, last: LeaderTrade) -> None:
        symbol, book = last.symbol, self.ledgers[follow.follow_id]
        ending = self._ending(follow, last)
        left_open = list(open_exits(self.evidence, book, symbol, self.trades))
        for trade, problem in left_open:
            if not ending.keeps_on_stop:
                self._add(follow, symbol, trade, problem)
        counted = any(trade is last for trade, _ in left_open)
        found = problem_of_ending(ending, open_exit_counted=counted)
        if found is not None:
            self._add(follow, symbol, None, found)

    def _ending(self, follow: Follow, last: LeaderTrade) -> Ending:
        symbol = last.symbol
        elsewhere = sum(
            (
                self.ledgers[other.follow_id].holding(symbol).held
                for other in self._of_wallet(follow.wallet)
                if other is not follow
            ),
            ZERO,
        )
        position = self.evidence.books[follow.wallet].positions.get(symbol, ZERO)
        book = self.ledgers[follow.follow_id]
        return Ending(
            follow=follow,
            symbol=symbol,
            at_venue=position - elsewhere,
            holding=book.holding(symbol),
            last=last,
            min_notional=self.evidence.markets[symbol].min_notional,
            keeps_on_stop=self._keeps(follow, book),
        )

    def _keeps(self, follow: Follow, book: FollowBook) -> bool:
        stopped = book.worst_realized <= follow.limits.drawdown_floor or any(
            item.reason in {"FOLLOW_PAUSED", "COPY_DISABLED"}
            and item.follow_id in {"", follow.follow_id}
            for item in self.evidence.interventions
        )
        return stopped and follow.limits.on_stop == "keep"
