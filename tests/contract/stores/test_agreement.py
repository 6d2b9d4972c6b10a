"""Whatever is done in whatever order, the tables and the memory answer the same."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.contract.stores import records
from tests.contract.stores.worlds import World, in_memory, on_tables
from tests.fakes import builders
from tests.fakes.builders import LEADER, NOW_MS
from understudy.domain.errors import UnderstudyError
from understudy.domain.follows import Budget, FollowStatus
from understudy.domain.ids import CopyId, FollowId, UserId, WalletId
from understudy.domain.intents import IntentState
from understudy.domain.lanes import Lane, LeverageSetting
from understudy.domain.leaders import LeaderBook
from understudy.domain.markets import HYPERLIQUID
from understudy.domain.ownership import SymbolOwner
from understudy.ports.copying import Changes

if TYPE_CHECKING:
    from tests.contract.conftest import Clients

WALLET_OF = {
    FollowId("f0"): WalletId("w0"),
    FollowId("f1"): WalletId("w0"),
    FollowId("f2"): WalletId("w1"),
}
USER = UserId("user-1")

versions = st.integers(0, 2)
follow_ids = st.sampled_from(list(WALLET_OF))
wallets = st.sampled_from([WalletId("w0"), WalletId("w1")])
symbols = st.sampled_from(["BTC", "xyz:GOLD"])
statuses = st.sampled_from(list(FollowStatus))
amounts = st.decimals("-1000", "1000", places=4)
follows = st.builds(
    lambda name, status, version: builders.follow(
        follow_id=name,
        wallet_id=WALLET_OF[name],
        wallet_address=LEADER,
        status=status,
        version=version,
    ),
    follow_ids,
    statuses,
    versions,
)
owners = st.builds(SymbolOwner, wallets, symbols, follow_ids)
receipts = st.builds(
    lambda name, seq, version: records.receipt(
        seq, follow_id=name, version=version, copy_id=CopyId(f"{name}-{seq}")
    ),
    follow_ids,
    st.integers(1, 3),
    versions,
)
intents = st.builds(
    lambda name, state, version: builders.intent(follow_id=name, state=state, version=version),
    follow_ids,
    st.sampled_from(list(IntentState)),
    versions,
)
changes = st.builds(
    Changes,
    follow=st.none() | follows,
    unchanged=st.none() | follows,
    budget=st.none() | st.builds(Budget, follow_ids, margin=amounts, version=versions),
    ledger=st.none()
    | st.builds(
        lambda name, symbol, target, version: builders.ledger(
            follow_id=name, symbol=symbol, target=target, version=version
        ),
        follow_ids,
        symbols,
        amounts,
        versions,
    ),
    lane=st.none()
    | st.builds(
        Lane,
        wallets,
        nonce=st.integers(0, 9),
        settings=st.dictionaries(
            symbols, st.builds(LeverageSetting, st.integers(1, 50), isolated=st.booleans())
        ),
        version=versions,
    ),
    intent=st.none() | intents,
    booked=st.lists(intents, max_size=2).map(tuple),
    receipts=st.lists(receipts, max_size=2).map(tuple),
    owner_taken=st.none() | owners,
    owner_released=st.none() | owners,
)
trades = st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(1, 4), versions)
steps = st.one_of(
    st.tuples(st.just("create"), follows.map(lambda follow: replace(follow, version=0))),
    st.tuples(st.just("replace"), follows),
    st.tuples(st.just("commit"), changes),
    st.tuples(st.just("trade"), trades),
)


def perform(world: World, step: tuple[str, Any]) -> Any:
    """Do a step; an error is an answer too."""
    name, value = step
    try:
        match name:
            case "create":
                return world.directory.create(replace(value, status=FollowStatus.INACTIVE))
            case "replace":
                return world.directory.replace(value)
            case "commit":
                return world.copies.commit(value)
            case _:
                return store_trade(world, *value)
    except UnderstudyError as error:
        return type(error)


def store_trade(world: World, moment: int, n: int, seq: int, version: int) -> LeaderBook:
    at_ms = NOW_MS + moment
    book = LeaderBook(HYPERLIQUID, LEADER, seq=seq, positions={"BTC": Decimal(seq)})
    fills = [records.fill(str(n + more), time_ms=at_ms) for more in range(2 if seq == 3 else 1)]
    trade = builders.trade(time_ms=at_ms, n=n, seq=seq)
    return world.leaders.store_trade(replace(book, version=version), trade, fills)


def seen(world: World) -> list[Any]:
    """Read everything that there is to read."""
    keys = [
        records.fill(str(tid), time_ms=NOW_MS + moment).key
        for tid in range(5)
        for moment in range(3)
    ]
    shown: list[Any] = [world.copies.follow_state(name) for name in WALLET_OF]
    shown += [world.copies.wallet_follows(WalletId(name)) for name in ("w0", "w1")]
    shown += [
        world.around(builders.follow(follow_id=name, wallet_id=wallet), symbol, 1)
        for name in WALLET_OF
        for wallet in (WalletId("w0"), WalletId("w1"))
        for symbol in ("BTC", "xyz:GOLD")
    ]
    return [
        *shown,
        list(world.copies.due_intents(NOW_MS * 2, 10)),
        *(world.copies.receipted(name, 0, 2) for name in WALLET_OF),
        world.directory.of_user(USER),
        world.directory.logs(USER, limit=4),
        world.leaders.follow_shard(HYPERLIQUID, LEADER, 0),
        world.leaders.watched(HYPERLIQUID),
        world.leaders.leader_book(HYPERLIQUID, LEADER),
        list(world.leaders.trades_since(HYPERLIQUID, LEADER, 0, 10)),
        dict(world.leaders.fill_owners(HYPERLIQUID, LEADER, keys)),
    ]


@pytest.mark.integration
@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],  # shrinking would run for minutes; the steps are few anyway
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(steps, min_size=1, max_size=12))
def test_the_stores_agree_on_any_sequence_of_changes(
    emulator_clients: Clients, steps: list[tuple[str, Any]]
) -> None:
    real = on_tables(emulator_clients("dynamodb"), emulator_clients("dynamodbstreams"))
    memory = in_memory()

    for step in steps:
        assert perform(real, step) == perform(memory, step), step

    assert seen(real) == seen(memory)
