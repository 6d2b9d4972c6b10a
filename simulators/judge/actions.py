"""How long a wallet's orders may have rested, by the venue's record of actions it took no more.

An account whose volume allows no further action is refused in the venue's own books. Its entries
then rest, and the exit that was refused. Without such a refusal nobody is believed; the receipts
only say when it was decided.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from simulators.judge.bookkeeping import ACCOUNT_ACTIONS, LONGEST_ANSWER_MS, LONGEST_UNKNOWN_MS
from simulators.judge.evidence import Follow, Receipt
from simulators.judge.model import NEEDS_OPERATOR
from simulators.judge.pace import CLOCKS_DIFFER_MS, LONGEST_ORDERING_MS
from simulators.judge.positions import EXIT_GRACE_MS, exit_deadline
from simulators.judge.prices import DECIDED_WITHIN_MS
from simulators.judge.requests import RefusedAction
from simulators.judge.scene import is_netted, window_ms
from simulators.judge.trades import LeaderTrade

RATE_LIMITED = "RATE_LIMITED"
EXIT_REFUSED = "EXIT_REFUSED"
REST_MS = 11_000
# An exit that was refused is tried again after a minute at most; after so many refusals in a row an
# operator is called, and it is tried every ten minutes. Entries rest until after that.
LONGEST_REST_OF_AN_EXIT_MS = 60_000
REFUSALS_BEFORE_AN_OPERATOR = 30
REST_BESIDE_AN_OPERATOR_MS = 600_000


@dataclass(frozen=True, slots=True)
class Rest:
    """Until when a refusal may have kept a wallet's entries away, and its exits.

    `calls_an_operator` says that it was one too many in a row.
    """

    begins_ms: Fraction
    entries_until_ms: Fraction
    exits_until_ms: Fraction
    calls_an_operator: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """What a follow decided about a trade; `waited` says that an unknown order came before it."""

    trade: LeaderTrade
    follow: Follow
    receipt: Receipt | None
    waited: bool = False

    @property
    def names_actions(self) -> bool | None:
        """Say whether it names the account's actions as its limit; None where it names none."""
        receipt = self.receipt
        if receipt is None or receipt.reason != RATE_LIMITED or not receipt.bound_by:
            return None
        return receipt.bound_by == ACCOUNT_ACTIONS


def rests_of(refused: Iterable[RefusedAction]) -> tuple[Rest, ...]:
    """Give what each refusal may have had rest, from when its answer was read."""
    rests: list[Rest] = []
    row, next_ms = 0, Fraction(0)
    for each in sorted(refused, key=lambda one: one.at_ms):
        read_ms = each.at_ms + LONGEST_ANSWER_MS
        if not each.reduces:
            rests.append(Rest(each.at_ms, read_ms + REST_MS, each.at_ms))
            continue
        row = row + 1 if each.at_ms <= next_ms else 1
        is_called = row >= REFUSALS_BEFORE_AN_OPERATOR
        rest_ms = LONGEST_REST_OF_AN_EXIT_MS
        until_ms = read_ms + (REST_BESIDE_AN_OPERATOR_MS if is_called else rest_ms)
        next_ms = until_ms + EXIT_GRACE_MS
        rests.append(Rest(each.at_ms, read_ms + rest_ms + REST_MS, until_ms, is_called))
    return tuple(rests)


def without_exits(
    outages_ms: Sequence[tuple[Fraction, Fraction]], rests: Iterable[Rest]
) -> Sequence[tuple[Fraction, Fraction]]:
    """Give when the venue took no exit: it was away, or the account had no action left."""
    return (*outages_ms, *((each.begins_ms, each.exits_until_ms) for each in rests))


def with_used_up_actions(
    pressure: frozenset[str], decision: Decision, rests: Sequence[Rest]
) -> frozenset[str]:
    """Add RATE_LIMITED where entries may have rested; take it from who says so and is wrong.

    Who names another limit must have met that one. Add too what became of a refused exit.
    """
    pressure |= frozenset(_of_the_exit(decision, rests))
    rested = may_have_rested(decision, rests)
    if decision.names_actions and not rested:
        return pressure - {RATE_LIMITED}
    return pressure | {RATE_LIMITED} if rested and decision.names_actions is not False else pressure


def _of_the_exit(decision: Decision, rests: Sequence[Rest]) -> Iterator[str]:
    """Give what may be said of a trade's exit that the venue refused before its time was over."""
    sent_ms, collected_ms = decision.trade.sent_ms, window_ms(decision.trade, decision.follow)
    deadline_ms = exit_deadline(sent_ms, collected_ms, without_exits((), rests))
    refused = [each for each in rests if sent_ms <= each.begins_ms <= deadline_ms]
    if any(each.exits_until_ms > each.begins_ms for each in refused):
        yield EXIT_REFUSED
    if any(each.calls_an_operator for each in refused):
        yield NEEDS_OPERATOR


def may_have_rested(decision: Decision, rests: Sequence[Rest]) -> bool:
    """Say whether the venue had refused an action, or did then, when a trade was decided."""
    begins_ms, ends_ms = _decided_between(decision)
    return any(each.begins_ms <= ends_ms and begins_ms <= each.entries_until_ms for each in rests)


def _decided_between(decision: Decision) -> tuple[Fraction, Fraction]:
    """Give when a trade may have been decided for the last time, and its order been refused.

    The receipt says when that was first: nobody's window and nobody's wait ends before.
    """
    receipt, sent_ms = decision.receipt, decision.trade.sent_ms
    if is_netted(decision.trade, decision.follow):
        collected_ms = window_ms(decision.trade, decision.follow)
        return sent_ms, sent_ms + collected_ms + DECIDED_WITHIN_MS + LONGEST_ORDERING_MS
    waits_ms = LONGEST_UNKNOWN_MS if decision.waited else 0
    ends_ms = sent_ms + DECIDED_WITHIN_MS + waits_ms
    if receipt is None or not receipt.decided_ms:
        return sent_ms, ends_ms
    orders_ms = LONGEST_ORDERING_MS if receipt.was_sized else 0
    begins_ms = max(sent_ms, Fraction(receipt.decided_ms - CLOCKS_DIFFER_MS))
    latest_ms = receipt.decided_ms + CLOCKS_DIFFER_MS + orders_ms + waits_ms
    return begins_ms, min(ends_ms, Fraction(latest_ms))
