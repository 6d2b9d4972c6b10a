"""One command, however often and by whomever it is run: one effect, one receipt, one owner."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.fakes.builders import LEADER
from tests.fakes.world import World, following
from understudy.domain.follows import FollowStatus, PauseReason
from understudy.domain.ids import FollowId, WalletId
from understudy.domain.limits import OnStop
from understudy.domain.markets import HYPERLIQUID
from understudy.domain.ownership import SymbolOwner, by_hand
from understudy.domain.reasons import Reason
from understudy.domain.receipts import CopyStatus
from understudy.messages import CLOSE_NOW, Converge, LaneCommand, LeaderFills
from understudy.ports.copying import Changes
from understudy.ports.switches import Switch

OTHER_LEADER = "0x" + "9" * 40
WEEKS_MS = 3 * 7 * 86_400_000


def _command(world: World, size: str) -> LaneCommand:
    """Let the leader trade, up to the command in the lane."""
    world.leader_trades("BTC", size)
    world.sync()
    (command,) = world.queues.lanes.take()
    return command


class Meanwhile:
    """Does something once, at the first call of a method, as another worker would."""

    def __init__(self, target: Any, method: str, deed: Callable[[], None]) -> None:
        self._target = target
        self._method = method
        self._deed: Callable[[], None] | None = deed

    def __getattr__(self, name: str) -> Any:
        if name == self._method and self._deed is not None:
            deed, self._deed = self._deed, None
            deed()
        return getattr(self._target, name)


def test_a_command_that_is_delivered_again_gives_the_same_receipt() -> None:
    world, follow = following()
    command = _command(world, "5")

    for _ in range(3):
        world.run_lane([command])

    assert world.orders_at_venue(follow) == 1
    (receipt,) = world.receipts(follow)
    assert (receipt.status, len(receipt.legs)) == (CopyStatus.DONE, 1)


def test_a_command_that_comes_again_weeks_later_gives_the_same_receipt() -> None:
    world, follow = following()
    command = _command(world, "5")
    world.run_lane([command])
    before = world.receipts(follow)
    world.clock.advance(WEEKS_MS)

    world.run_lane([command])

    assert world.receipts(follow) == before
    assert world.orders_at_venue(follow) == 1


def test_a_command_whose_receipt_is_gone_weeks_later_is_superseded() -> None:
    world, follow = following()
    command = _command(world, "5")
    world.run_lane([command])
    world.table.receipts[follow].clear()
    world.clock.advance(WEEKS_MS)

    world.run_lane([command])

    assert world.receipts(follow)[0].reason is Reason.SUPERSEDED
    assert world.orders_at_venue(follow) == 1


def test_a_first_delivery_weeks_later_enters_nothing() -> None:
    world, follow = following()
    command = _command(world, "5")
    world.clock.advance(WEEKS_MS)

    world.run_lane([command])

    assert world.receipts(follow)[0].reason is Reason.STALE
    assert world.orders_at_venue(follow) == 0


def test_a_close_weeks_later_still_closes() -> None:
    world, follow = following("5")
    command = _command(world, "-5")
    world.clock.advance(WEEKS_MS)

    world.run_lane([command])

    assert world.held_at_venue(follow) == 0


def test_a_worker_that_is_overtaken_before_it_claims_takes_the_other_s_receipt() -> None:
    world, follow = following("5")
    command, ports = _command(world, "3"), world.copying
    other = Meanwhile(ports.store, "commit", lambda: _run(world, ports, command))
    world.copying = replace(ports, store=other)

    world.run_lane([command])

    assert world.failed == []
    assert world.orders_at_venue(follow) == 2
    assert world.held_at_venue(follow) == world.ledger(follow).held == 8


def test_a_worker_that_is_overtaken_while_it_sends_settles_nothing_twice() -> None:
    world, follow = following("5")
    command, ports = _command(world, "3"), world.copying
    venue = Meanwhile(world.venue, "submit", lambda: _run(world, ports, command))
    world.copying = replace(ports, venues={HYPERLIQUID: venue})

    world.run_lane([command])
    world.pass_time(25)

    assert world.failed == []
    assert world.held_at_venue(follow) == world.ledger(follow).held == 8
    assert world.table.budgets[follow].reserved == 0


def _run(world: World, ports: Any, command: LaneCommand) -> None:
    """Run a command by another worker, from beginning to end."""
    mine, world.copying = world.copying, ports
    world.run_lane([command])
    world.copying = mine


def test_an_account_reading_without_the_dex_is_read_again() -> None:
    world, follow = following()
    world.venue.fund(world.table.follows[follow].wallet_address, "1000", dex="xyz")
    world.copy_now("BTC", "1")

    world.copy_now("xyz:TSLA", "1")

    assert [receipt.status for receipt in world.receipts(follow)] == [CopyStatus.DONE] * 2


def _second_follow(world: World) -> FollowId:
    """Let the first follow's wallet follow another leader too."""
    first = world.table.follows[FollowId("follow-1")]
    second = world.follow(
        first.limits,
        name="2",
        leader=OTHER_LEADER,
        agent_id=first.agent_id,
        wallet_id=first.wallet_id,
        wallet_address=first.wallet_address,
    )
    repair = LeaderFills(HYPERLIQUID, OTHER_LEADER, (), after_gap=True)
    world.queues.to_leader_sync([repair])
    world.pump()
    world.clock.advance(1000)
    return second


def _other_trades(world: World, size: str) -> None:
    fill = world.venue.trade(OTHER_LEADER, "BTC", size)
    world.queues.to_leader_sync([LeaderFills(HYPERLIQUID, OTHER_LEADER, (fill,))])
    world.pump()
    world.clock.advance(61_000)


def test_a_symbol_of_a_wallet_belongs_to_one_follow_until_it_is_flat() -> None:
    world, first = following()
    second = _second_follow(world)
    world.copy("BTC", "5")

    _other_trades(world, "-2")
    world.copy("BTC", "-5")
    _other_trades(world, "-1")

    in_use, copied = world.receipts(second)
    assert in_use.reason is Reason.SYMBOL_IN_USE
    assert copied.status is CopyStatus.DONE
    assert world.held_at_venue(first) == -1
    assert world.table.owners == {(WalletId("wallet-1"), "BTC"): second}


def _by_hand(world: World, size: str) -> None:
    address = world.table.follows[FollowId("follow-1")].wallet_address
    world.venue.trade(address, "BTC", size)


def test_a_symbol_held_by_hand_is_left_alone_until_it_is_flat() -> None:
    world, follow = following()
    _by_hand(world, "1")
    hand = SymbolOwner(WalletId("wallet-1"), "BTC", by_hand(0))
    world.copying.store.commit(Changes(owner_taken=hand))

    world.copy("BTC", "5")
    _by_hand(world, "-1")
    world.copy("BTC", "2")

    left_alone, copied = world.receipts(follow)
    assert left_alone.reason is Reason.SYMBOL_IN_USE
    assert copied.status is CopyStatus.DONE
    assert world.table.owners == {(WalletId("wallet-1"), "BTC"): follow}


def test_a_paused_follow_copies_closes_and_enters_nothing() -> None:
    world, follow = following("5")
    paused = replace(
        world.table.follows[follow], status=FollowStatus.PAUSED, pause_reason=PauseReason.USER
    )
    world.directory.replace(paused)

    world.copy("BTC", "1")
    world.copy("BTC", "-6")

    reasons = [receipt.reason for receipt in world.receipts(follow)]
    assert reasons == [None, Reason.FOLLOW_PAUSED, None]
    assert world.held_at_venue(follow) == 0


def test_a_paused_follow_that_keeps_its_positions_copies_no_close() -> None:
    world, follow = following("5", on_stop=OnStop.KEEP)
    world.directory.replace(replace(world.table.follows[follow], status=FollowStatus.PAUSED))

    world.copy("BTC", "-5")

    assert world.held_at_venue(follow) == 5


def test_an_exit_passes_every_switch_but_the_user_s_own_and_a_revoked_authority() -> None:
    subjects = {
        Switch.KILL_GLOBAL: "",
        Switch.KILL_VENUE: HYPERLIQUID,
        Switch.COPY_DISABLED: "user-1",
        Switch.FLAGGED: "user-1",
        Switch.BLACKLISTED: LEADER,
    }
    world, follow = following("5")
    for switch, subject in subjects.items():
        world.switches.turn(switch, subject, on=True, at_ms=world.clock.now_ms())

    world.copy("BTC", "1")
    world.copy("BTC", "-6")

    assert [receipt.reason for receipt in world.receipts(follow)] == [
        None,
        Reason.KILL_SWITCH,
        None,
    ]
    assert world.held_at_venue(follow) == 0


def test_an_exit_that_the_user_s_kill_switch_stopped_goes_out_once_it_is_off() -> None:
    world, follow = following("5")
    world.switches.turn(Switch.KILL_USER, "user-1", on=True, at_ms=world.clock.now_ms())
    world.copy("BTC", "-5")
    assert world.held_at_venue(follow) == 5

    world.switches.turn(Switch.KILL_USER, "user-1", on=False, at_ms=world.clock.now_ms())
    world.sweep()

    assert world.held_at_venue(follow) == 0


def test_closing_out_flattens_what_is_held() -> None:
    world, follow = following("5", on_stop=OnStop.CLOSE_NOW)
    world.directory.replace(replace(world.table.follows[follow], status=FollowStatus.PAUSED))
    now_ms = world.clock.now_ms()

    world.queues.to_lanes([Converge(follow, WalletId("wallet-1"), "BTC", CLOSE_NOW, now_ms)])
    world.pump()

    assert world.held_at_venue(follow) == 0
    assert world.ledger(follow).is_flat
    assert world.table.owners == {}


def test_an_entry_on_a_dex_without_collateral_says_so_and_the_next_one_is_copied() -> None:
    world, follow = following()

    world.copy_now("xyz:TSLA", "1")
    world.copy_now("BTC", "1")

    unfunded, other = world.receipts(follow)
    assert (unfunded.status, unfunded.reason) == (CopyStatus.SKIPPED, Reason.DEX_NOT_FUNDED)
    assert (unfunded.numbers["own_equity"], other.status) == (0, CopyStatus.DONE)
    assert world.orders_at_venue(follow) == 1
