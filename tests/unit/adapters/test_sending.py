"""How messages travel: one group per leader, shard or wallet; the same message is the same id."""

from __future__ import annotations

from dataclasses import replace

from tests.contract.stores.records import fill
from tests.fakes.builders import FOLLOW, LEADER, NOW_MS, WALLET, trade
from understudy.adapters import sending
from understudy.adapters.aws.queues import MAX_ENTRIES, batches
from understudy.domain.ids import FollowId
from understudy.domain.markets import HYPERLIQUID
from understudy.messages import (
    GAP,
    Converge,
    FillFanOut,
    FollowerExecute,
    LaneCommand,
    LeaderFills,
)

FILLS = LeaderFills(HYPERLIQUID, LEADER, (fill("1"), fill("2")))
EXECUTE = FollowerExecute(FOLLOW, WALLET, trade(), queued_at_ms=NOW_MS)
CONVERGE = Converge(FOLLOW, WALLET, "BTC", "gap", queued_at_ms=NOW_MS)


def fills_id(message: LeaderFills) -> str:
    (only,) = sending.of_leader_fills([message])
    return only.deduplication_id


def lane_id(message: LaneCommand) -> str:
    return sending.of_lane_command(message).deduplication_id


def test_fills_that_two_listeners_saw_are_one_message() -> None:
    seen_later = replace(FILLS, fills=(fill("1", seen_at_ms=5), fill("2", seen_at_ms=6)))

    assert fills_id(FILLS) == fills_id(seen_later)


def test_a_message_after_a_gap_is_never_taken_for_the_one_before() -> None:
    after_gap = replace(FILLS, fills=(), after_gap=True)

    assert fills_id(after_gap) != fills_id(after_gap)


def test_every_asking_for_a_book_counts() -> None:
    begin = replace(FILLS, fills=())

    assert fills_id(begin) != fills_id(begin)


def test_other_fills_other_trades_and_other_follows_are_other_messages() -> None:
    other_trade = replace(EXECUTE, trade=trade(n=1))
    other_follow = replace(EXECUTE, follow_id=FollowId("other"))

    assert fills_id(FILLS) != fills_id(replace(FILLS, fills=(fill("1"),)))
    assert len({lane_id(each) for each in (EXECUTE, other_trade, other_follow)}) == 3


def test_a_trade_queued_again_is_the_same_message_and_a_later_convergence_is_not() -> None:
    assert lane_id(replace(EXECUTE, queued_at_ms=NOW_MS + 1)) == lane_id(EXECUTE)
    assert lane_id(replace(CONVERGE, queued_at_ms=NOW_MS + 1)) != lane_id(CONVERGE)


def test_a_trade_sent_again_for_want_of_a_receipt_is_a_message_of_its_own_every_minute() -> None:
    again = replace(EXECUTE, correlation_id=GAP)
    soon, later = (replace(again, queued_at_ms=NOW_MS + ms) for ms in (1_000, 60_000))

    assert lane_id(again) not in {lane_id(EXECUTE), lane_id(later)}
    assert lane_id(soon) == lane_id(again)


def test_groups_are_leader_shard_and_wallet() -> None:
    assert next(sending.of_leader_fills([FILLS])).group == f"{HYPERLIQUID}#{LEADER}"
    assert sending.of_fan_out(FillFanOut(trade(), 7)).group == f"{HYPERLIQUID}#{LEADER}#7"
    assert sending.of_lane_command(EXECUTE).group == WALLET


def entry(group: str, size: int = 1) -> dict[str, str]:
    return {"MessageBody": "x" * size, "MessageGroupId": group}


def test_a_batch_holds_a_group_once_so_that_a_retry_cannot_reorder_it() -> None:
    cut = list(batches([entry("a"), entry("b"), entry("a"), entry("c")]))

    groups = [[each["MessageGroupId"] for each in batch] for batch in cut]
    assert groups == [["a", "b"], ["a", "c"]]


def test_a_batch_is_cut_by_number_and_by_size() -> None:
    many = list(batches(entry(str(number)) for number in range(MAX_ENTRIES * 2 + 1)))
    large = list(batches(entry(str(number), size=100_000) for number in range(5)))

    assert [len(batch) for batch in many] == [10, 10, 1]
    assert [len(batch) for batch in large] == [2, 2, 1]
