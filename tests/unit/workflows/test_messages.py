"""Commands survive the wire, and what an older sender left out has its default."""

from __future__ import annotations

import pytest

from tests.fakes.builders import FOLLOW, LEADER, NOW_MS, WALLET
from understudy.domain.ids import IntentId
from understudy.domain.markets import HYPERLIQUID
from understudy.messages import (
    CloseGaps,
    Converge,
    LearnLeverage,
    ReconcileCommand,
    ResolveIntent,
    WakeLane,
    decode,
    encode,
)

CONVERGE = Converge(FOLLOW, WALLET, "BTC", "throttled", NOW_MS)


@pytest.mark.parametrize(
    "command",
    [
        ResolveIntent(IntentId("intent-1"), FOLLOW, {"signed": NOW_MS, "sent": NOW_MS + 1}),
        WakeLane(CONVERGE, due_ms=NOW_MS + 500),
        LearnLeverage(HYPERLIQUID, LEADER, "BTC"),
        CloseGaps(FOLLOW, NOW_MS),
    ],
)
def test_a_command_is_read_as_it_was_written(command: ReconcileCommand) -> None:
    assert decode(encode(command), (type(command),)) == command


def test_a_command_from_before_stages_were_carried_has_none() -> None:
    text = '{"type":"ResolveIntent","intent_id":"intent-1","follow_id":"follow-1"}'

    assert decode(text, (ResolveIntent,)) == ResolveIntent(IntentId("intent-1"), FOLLOW)
