"""What lies around a follow: absent things are absent, every switch stops whom it should."""

from __future__ import annotations

from dataclasses import fields, replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.contract.stores.records import book, created, receipt
from tests.fakes import builders
from tests.fakes.builders import FOLLOW, LEADER, NOW_MS
from understudy.domain.follows import FollowStatus, Marks, Switches
from understudy.domain.lanes import Lane, LeverageSetting
from understudy.domain.markets import HYPERLIQUID
from understudy.ports.copying import Changes, Place, Surroundings
from understudy.ports.switches import Switch

if TYPE_CHECKING:
    from tests.contract.stores.worlds import World


def test_nothing_stored_means_nothing_around(world: World) -> None:
    follow = builders.follow()

    around = world.around(follow, "BTC", 1)

    assert around == Surroundings(
        lane=Lane(follow.wallet_id),
        owner=None,
        account=None,
        leader_account=None,
        switches=Switches(),
        market=None,
        marks=Marks({}, {}),
        receipt=None,
    )
    assert world.copies.account(follow.wallet_id) is None
    assert world.copies.lane(follow.wallet_id) == Lane(follow.wallet_id)


def test_everything_stored_is_around(world: World) -> None:
    follow = created(world)
    account = builders.account(
        wallet_id=follow.wallet_id,
        positions={"BTC": Decimal("-0.5")},
        leverages={"BTC": 5},
        isolated=("BTC",),
    )
    world.copies.put_account(builders.account("1", wallet_id=follow.wallet_id))
    world.copies.put_account(account)
    world.leaders.store_book(book())
    settings = {
        "BTC": LeverageSetting(5, isolated=True, set_ms=NOW_MS),
        "xyz:A": LeverageSetting(1, unsure_until_ms=NOW_MS + 8_000),
    }
    lane = Lane(follow.wallet_id, nonce=NOW_MS, settings=settings)
    world.copies.commit(Changes(lane=lane, receipts=(receipt(4),)))
    world.markets.put_markets(HYPERLIQUID, [builders.market()])
    marks = Marks({"BTC": Decimal("101.5")}, {"BTC": NOW_MS})
    world.markets.put_marks(HYPERLIQUID, marks)

    around = world.around(follow, "BTC", 4)

    assert around.lane == world.copies.lane(follow.wallet_id) == replace(lane, version=1)
    assert (around.account, around.leader_account) == (account, book().account)
    assert world.copies.account(follow.wallet_id) == account
    assert (around.market, around.marks) == (builders.market(), marks)
    assert around.receipt == receipt(4, version=1)
    assert world.around(follow, "BTC", 0).receipt is None


def test_many_places_are_read_in_their_order_and_each_has_its_own(world: World) -> None:
    follows = [created(world, f"follow-{n}", wallet_id=f"wallet-{n}") for n in range(12)]
    for n, follow in enumerate(follows):
        lane = Lane(follow.wallet_id, nonce=NOW_MS + n)
        own = receipt(4, follow_id=follow.follow_id, copy_id=f"copy-{n}")
        world.copies.commit(Changes(lane=lane, receipts=(own,)))

    found = world.copies.surroundings([Place(each, "BTC", 4) for each in reversed(follows)])

    assert [around.lane.nonce for around in found] == [NOW_MS + n for n in reversed(range(12))]
    copies = [around.receipt and around.receipt.copy_id for around in found]
    assert copies == [f"copy-{n}" for n in reversed(range(12))]


def test_no_place_is_read_without_a_call(world: World) -> None:
    assert list(world.copies.surroundings([])) == []


LATER_MS = NOW_MS + 60_000
SUBJECTS = [
    (Switch.KILL_GLOBAL, "", "kill_global"),
    (Switch.KILL_VENUE, HYPERLIQUID, "kill_venue"),
    (Switch.KILL_USER, "user-1", "kill_user"),
    (Switch.COPY_DISABLED, "user-1", "copy_disabled"),
    (Switch.FLAGGED, "user-1", "flagged"),
    (Switch.BLACKLISTED, LEADER, "blacklisted"),
    (Switch.BLACKLISTED, builders.ADDRESS, "blacklisted"),
    (Switch.AUTHORITY_REVOKED, "agent-1", "authority_revoked"),
]


@pytest.mark.parametrize(("switch", "subject", "name"), SUBJECTS)
def test_a_switch_stops_its_subject_alone(
    world: World, switch: Switch, subject: str, name: str
) -> None:
    world.switches.turn(switch, subject, on=True, at_ms=NOW_MS)
    world.switches.turn(switch, f"not {subject}", on=True, at_ms=NOW_MS)

    switches = world.around(builders.follow(), "BTC", 0).switches

    assert [each.name for each in fields(switches) if getattr(switches, each.name)] == [name]


@pytest.mark.parametrize(("switch", "subject", "name"), SUBJECTS)
def test_a_switch_that_is_turned_off_stops_nobody(
    world: World, switch: Switch, subject: str, name: str
) -> None:
    other = f"not {subject}"
    for turned in (subject, other):
        world.switches.turn(switch, turned, on=True, at_ms=NOW_MS)
    world.switches.turn(switch, subject, on=False, at_ms=LATER_MS)

    assert not world.switches.is_on(switch, subject)
    assert world.switches.is_on(switch, other)
    assert world.around(builders.follow(), "BTC", 0).switches == Switches()


def test_two_switches_of_one_subject_do_not_move_each_other(world: World) -> None:
    world.switches.turn(Switch.FLAGGED, "user-1", on=True, at_ms=NOW_MS)
    world.switches.turn(Switch.COPY_DISABLED, "user-1", on=True, at_ms=NOW_MS)
    world.switches.turn(Switch.FLAGGED, "user-1", on=False, at_ms=LATER_MS)

    switches = world.around(builders.follow(), "BTC", 0).switches

    assert switches == Switches(copy_disabled=True)


@pytest.mark.parametrize(
    ("status", "is_follower"),
    [
        (FollowStatus.INACTIVE, False),
        (FollowStatus.ACTIVE, True),
        (FollowStatus.PAUSED, True),
        (FollowStatus.DELETED, False),
    ],
)
def test_a_leader_who_copies_others_here_is_a_follower(
    world: World, *, status: FollowStatus, is_follower: bool
) -> None:
    created(world, "theirs", wallet_address=LEADER, leader="0xsomeone", status=status)

    switches = world.around(builders.follow(), "BTC", 0).switches

    assert switches.leader_is_follower is is_follower


def test_a_leader_stays_a_follower_until_the_last_follow_ends(world: World) -> None:
    created(world, "one", wallet_address=LEADER, leader="0x1", status=FollowStatus.DELETED)
    created(world, "two", wallet_address=LEADER, leader="0x2")

    assert world.around(builders.follow(), "BTC", 0).switches.leader_is_follower


def test_a_follow_of_oneself_is_readable(world: World) -> None:
    follow = builders.follow(wallet_address=LEADER)

    assert world.around(follow, "BTC", 1).lane == Lane(follow.wallet_id)
    assert world.copies.follow_state(FOLLOW) is None
