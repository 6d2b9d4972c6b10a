"""When what was refused is tried again: soon, after a pause, slowly and with a call, or not at all.

It knows refusals by the names that venues and the signer give them, and sends nothing.
"""

from __future__ import annotations

from understudy.domain.follows import Ledger, PauseReason
from understudy.domain.intents import Accepted, Rejected
from understudy.domain.lanes import Lane
from understudy.domain.replacing import replace

FIRST_PAUSE_MS = 11_000
FIRST_PAUSE_OF_SIGNER_MS = 2_000
LONGEST_PAUSE_MS = 60_000
DOUBLINGS = 5
OPERATOR_PAUSE_MS = 600_000
PAUSES_BEFORE_OPERATOR = 30
SIGNING_REFUSED = "SIGNING_REFUSED"
SIGNING_UNAVAILABLE = "SIGNING_UNAVAILABLE"
AGENT_GONE = "AGENT_GONE"
ACCOUNT_EMPTY = "ACCOUNT_EMPTY"
RATE_LIMITED = "RATE_LIMITED"

# Refusals that say nothing about price or position, and pass by themselves.
PASSING = frozenset({"POST_ONLY_PERIOD", RATE_LIMITED, SIGNING_REFUSED, SIGNING_UNAVAILABLE})
# What the signer's own limits are called: they speak of no failure.
SIGNERS_LIMITS = frozenset(
    {
        "DAILY_NOTIONAL_EXCEEDED",
        "ORDER_NOTIONAL_EXCEEDED",
        "SYMBOL_NOT_ALLOWED",
        "LEVERAGE_NOT_ALLOWED",
        "MARGIN_MODE_NOT_ALLOWED",
        "PRICE_OUT_OF_BAND",
        "MARK_STALE",
        "KILL_SWITCH",
        "NONCE_OUT_OF_RANGE",
    }
)
_SIGNERS_AGENT_IS_GONE = frozenset({"AGENT_NOT_ACTIVE", "AGENT_UNKNOWN"})

Evidence = Accepted | Rejected | None


def passes_by_itself(outcome: Evidence) -> bool:
    """Say whether a refusal has nothing to do with the order: it may go a little later."""
    return isinstance(outcome, Rejected) and outcome.kind in PASSING


def is_agent_gone(outcome: Evidence, *, reduce_only: bool) -> bool:
    """Say whether the follow's agent may not sign any more; only its owner can change that.

    An account that holds something is not empty: the venue means an agent that was replaced.
    """
    if not isinstance(outcome, Rejected):
        return False
    if outcome.kind == SIGNING_REFUSED:
        return outcome.text in _SIGNERS_AGENT_IS_GONE
    return outcome.kind == AGENT_GONE or (reduce_only and outcome.kind == ACCOUNT_EMPTY)


def pause_after(outcome: Evidence, *, reduce_only: bool) -> PauseReason | None:
    """Give why a refusal pauses the follow until its owner acts; None when it does not."""
    if is_agent_gone(outcome, reduce_only=reduce_only):
        return PauseReason.AGENT_REVOKED
    if isinstance(outcome, Rejected) and outcome.kind == ACCOUNT_EMPTY:
        return PauseReason.ACCOUNT_NOT_FUNDED
    return None


def lane_after(
    lane: Lane, outcome: Evidence, now_ms: int, *, exit_rests_until_ms: int = 0
) -> Lane | None:
    """Give a lane with its entries at rest once its account has used up its actions, else None.

    The venue then takes one action in some ten seconds: the exit that rests has it first, also
    when a refusal of something else comes after it.
    """
    if not isinstance(outcome, Rejected) or outcome.kind != RATE_LIMITED:
        return None
    until_ms = max(now_ms, exit_rests_until_ms) + FIRST_PAUSE_MS
    # What a wrong clock wrote is longer than any rest: it does not last.
    known_ms = min(lane.entries_rest_until_ms, now_ms + LONGEST_PAUSE_MS + FIRST_PAUSE_MS)
    until_ms = max(until_ms, known_ms)
    return replace(lane, entries_rest_until_ms=until_ms)


def is_the_signers(outcome: Rejected) -> bool:
    """Say whether the signer kept to a limit of its own, or was away."""
    if outcome.kind == SIGNING_REFUSED:
        return outcome.text in SIGNERS_LIMITS
    return outcome.kind == SIGNING_UNAVAILABLE


def paused(ledger: Ledger, outcome: Evidence, now_ms: int) -> Ledger:
    """Let an exit rest: 11 s at first, twice as long each time, a minute at most.

    A signer that was away may be back in a moment: then it is 2 s at first.
    """
    is_away = isinstance(outcome, Rejected) and outcome.kind == SIGNING_UNAVAILABLE
    first_ms = FIRST_PAUSE_OF_SIGNER_MS if is_away else FIRST_PAUSE_MS
    pause_ms = min(LONGEST_PAUSE_MS, first_ms << min(ledger.exit_pauses, DOUBLINGS))
    return replace(
        ledger, exit_pauses=ledger.exit_pauses + 1, exit_rests_until_ms=now_ms + pause_ms
    )


def handed_over(ledger: Ledger, now_ms: int) -> Ledger:
    """Call an operator; one more try follows every ten minutes."""
    return replace(ledger, needs_operator=True, exit_rests_until_ms=now_ms + OPERATOR_PAUSE_MS)


def rested(ledger: Ledger) -> Ledger:
    """Forget the pauses: an order was answered for what it is."""
    return replace(ledger, exit_pauses=0, exit_rests_until_ms=0)
