"""What names are kept, so that what is named again is not hashed again."""

from __future__ import annotations

import sys

from understudy.domain.ids import FollowId, copy_id, digest_of, trade_id


def test_a_name_asked_for_again_is_the_same() -> None:
    first = trade_id("hyperliquid", "0x1", "BTC", "BUY", 7, 0)

    assert trade_id("hyperliquid", "0x1", "BTC", "BUY", 7, 0) == first
    assert trade_id("hyperliquid", "0x1", "BTC", "BUY", 7, 1) != first
    assert copy_id(FollowId("f"), first) == digest_of("copy", "f", first)[:32]


def test_what_is_hashed_for_a_message_of_many_fills_is_not_kept() -> None:
    field = "a fill of {}".format(*sys.argv[:1])
    held = sys.getrefcount(field)

    digest_of("leader-fills", field)

    assert sys.getrefcount(field) == held
