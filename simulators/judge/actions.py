"""Whether a wallet's entries may have rested, by the venue's record of actions it took no more.

An account whose volume allows no further action is refused in the venue's own books. Its entries
then rest. Without such a refusal nobody is believed; the receipts only say when it was decided.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from simulators.judge.bookkeeping import ACCOUNT_ACTIONS, LONGEST_ANSWER_MS, LONGEST_UNKNOWN_MS
from simulators.judge.evidence import Follow, Receipt
from simulators.judge.pace import CLOCKS_DIFFER_MS, LONGEST_ORDERING_MS
from simulators.judge.prices import DECIDED_WITHIN_MS
from simulators.judge.requests import RefusedAction
from simulators.judge.scene import is_netted, window_ms
from simulators.judge.trades import LeaderTrade

RATE_LIMITED = "RATE_LIMITED"
REST_MS = 11_000
# An exit that was refused is tried again after a minute at most, and entries rest until after that.
LONGEST_REST_OF_AN_EXIT_MS = 60_000 + REST_MS


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


def with_used_up_actions(
    pressure: frozenset[str], decision: Decision, refused: Sequence[RefusedAction]
) -> frozenset[str]:
    """Add RATE_LIMITED where entries may have rested; take it from who says so and is wrong.

    Who names another limit must have met that one.
    """
    rested = may_have_rested(decision, refused)
    if decision.names_actions and not rested:
        return pressure - {RATE_LIMITED}
    return pressure | {RATE_LIMITED} if rested and decision.names_actions is not False else pressure


def may_have_rested(decision: Decision, refused: Sequence[RefusedAction]) -> bool:
    """Say whether the venue had refused an action, or did then, when a trade was decided."""
    begins_ms, ends_ms = _decided_between(decision)
    return any(
        each.at_ms <= ends_ms and begins_ms <= each.at_ms + _longest_rest_ms(each)
        for each in refused
    )


def _longest_rest_ms(refusal: RefusedAction) -> int:
    """Give for how long entries may rest after the venue refused: from when its answer was read."""
    rest_ms = LONGEST_REST_OF_AN_EXIT_MS if refusal.reduces else REST_MS
    return rest_ms + LONGEST_ANSWER_MS


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
