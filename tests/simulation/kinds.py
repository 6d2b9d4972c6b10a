"""Every kind of fault by its name, and whether a run had enough of each to speak of it.

What befalls calls and deliveries counts those that met it, a restart of the venue as well.
"""

from __future__ import annotations

from collections.abc import Mapping

from tests.simulation.faults import Fate
from understudy.domain.limits import OnStop
from understudy.ports.switches import Switch

RESTART = "venue_restart"
KINDS = frozenset(
    {
        *Fate,
        *(Switch.KILL_GLOBAL, Switch.KILL_VENUE, Switch.KILL_USER),
        *(Switch.COPY_DISABLED, Switch.FLAGGED, Switch.BLACKLISTED),
        *(f"follow_{deed}_{stop}" for deed in ("paused", "deleted") for stop in OnStop),
        *("follow_created_again", "follow_started", "limits_changed", "manual_trade"),
        *("agent_revoked", "agent_revoked_at_venue", "symbol_contested"),
        *("duplicate_delivery", "two_workers", "three_workers", "clock_skew"),
        *("stream_gap", "stream_silent", "stream_cut", RESTART),
        *("listener_handover", "handover_killed_holder", "handover_killed_standby"),
        *("order_unlisted", "list_late", "list_never_whole"),
        *("found_nothing", "filled_in_part", "filled_at_two_prices"),
    }
)
LEAST = 100
OF_PAIRS = 100_000


def too_seldom(faults: Mapping[str, int], pairs: int) -> dict[str, int]:
    """Give the kinds of which a long run had fewer than it must; a short one need have none."""
    if pairs < OF_PAIRS:
        return {}
    counts = {str(kind): faults.get(kind, 0) for kind in sorted(KINDS)}
    return {kind: n for kind, n in counts.items() if n * OF_PAIRS < LEAST * pairs}
