"""What evidence must hold together before it is judged, and what a run must show to be proof."""

from __future__ import annotations

from collections import Counter

from simulators.judge.evidence import Evidence, EvidenceError


def check_completeness(evidence: Evidence) -> None:
    """Refuse evidence that nothing can be judged by; raises EvidenceError with what is missing."""
    if not evidence.follows:
        raise EvidenceError("follows is empty: nobody copied the leader")
    counts = Counter(follow.follow_id for follow in evidence.follows)
    for follow in evidence.follows:
        if counts[follow.follow_id] > 1:
            raise EvidenceError(f"follows has {follow.follow_id} more than once")
        if follow.wallet not in evidence.books:
            raise EvidenceError(f"the venue's books do not show the wallet of {follow.follow_id}")
    recorded = {fill.symbol for fill in evidence.recording}
    for symbol in sorted(recorded - set(evidence.markets)):
        raise EvidenceError(f"the evidence does not describe the market of {symbol}")
    for each in evidence.adjustments:
        if each.symbol not in recorded or each.start == each.end:
            raise EvidenceError(f"adjustments has a move of {each.symbol} that cannot have been")


def check_proof(evidence: Evidence) -> None:
    """Refuse what proves nothing though it is clean: no trade, or nobody who might have copied."""
    if not evidence.releases:
        raise EvidenceError("release is empty: the venue released no trade")
    last_ms = max(release.sent_ms for release in evidence.releases)
    if evidence.taken_ms < last_ms:
        raise EvidenceError("taken_ms is before the last trade: the books were read too early")
    if all(follow.started_at_ms > last_ms for follow in evidence.follows):
        raise EvidenceError("every follow started after the last trade: nobody copied one")
