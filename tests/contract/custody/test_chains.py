"""What every chain and every order desk promises to a migration, the stand-in's included."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from custody.migration.legacy import LegacyUser, WalletKind
from custody.migration.legacy_keys import LegacyKeys
from custody.migration.ports import Chain, OrderDesk
from custody.migration.stand_in import SECRET, StandIn, StandInChain, StandInDesk
from custody.secp256k1 import SigningKey, address_of
from simulators.older_system.thread import OlderSystem
from simulators.older_system.users import new_users
from simulators.older_system.world import Misfortune
from tests.contract.custody.authorities import LOCAL
from tests.fakes.legacy import InMemoryChain, InMemoryDesk, legacy_secret, legacy_user
from understudy.domain.errors import DependencyError, NotAllowedError

if TYPE_CHECKING:
    from pathlib import Path

WORTH = Decimal("12.5")
NEW_SECRET, STRANGER = b"\x21" * 32, SigningKey(b"\x22" * 32)
NEW = SigningKey(NEW_SECRET)
SAFE, PROXY, EOA = range(3)


@dataclass
class World:
    """A chain and a desk, a user of each kind with the key, and the power to be away."""

    chain: Chain
    desk: OrderDesk
    users: list[LegacyUser]
    keys: list[SigningKey]
    go_away: Callable[[], object]
    pay: Callable[[str], None]


@contextmanager
def in_memory() -> Iterator[World]:
    chain, users = InMemoryChain(), [legacy_user(number) for number in range(3)]
    for user in users:
        chain.holds(user, WORTH)

    def pay(address: str) -> None:
        chain.worth[address] += WORTH

    keys = [SigningKey(legacy_secret(number)) for number in range(3)]
    yield World(chain, InMemoryDesk(), users, keys, lambda: setattr(chain, "is_away", True), pay)


@contextmanager
def at_the_stand_in() -> Iterator[World]:
    with OlderSystem() as running:
        stand_in, books = StandIn(LOCAL, running.url), running.world.books
        users = [exported(each) for each in new_users(books, 3, WORTH)]
        yield World(
            StandInChain(stand_in),
            StandInDesk(stand_in),
            users,
            [opened(user) for user in users],
            lambda: setattr(running.world, "misfortune", Misfortune.DOWN),
            lambda address: books.deposit(address, WORTH),
        )


def exported(user: dict[str, str]) -> LegacyUser:
    kind = WalletKind(user["kind"])
    return LegacyUser(
        user["user_id"], user["wallet_address"], kind, user["owner_address"], user["sealed_key"]
    )


def opened(user: LegacyUser) -> SigningKey:
    with LegacyKeys(SECRET).opened(user) as key:
        return SigningKey(key.secret)


@pytest.fixture(params=[in_memory, at_the_stand_in], ids=["memory", "stand-in"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    with request.param() as world:
        world.users = [replace(user, new_address=address_of(NEW_SECRET)) for user in world.users]
        yield world


def test_a_wallet_has_its_owner_and_its_worth_and_an_unknown_address_nothing(world: World) -> None:
    for user in world.users:
        assert world.chain.owner_of(user.wallet_address) == user.owner_address
        assert world.chain.worth_of(user.wallet_address) == WORTH
    assert world.chain.worth_of(address_of(NEW_SECRET)) == 0


def test_a_safes_owner_changes_for_its_owner_alone(world: World) -> None:
    safe = world.users[SAFE]

    for stranger in (STRANGER, NEW, world.keys[PROXY]):
        with pytest.raises(NotAllowedError) as refused:
            world.chain.change_owner(safe, stranger)
        assert refused.value.code == "CHAIN_REFUSED"
    assert world.chain.owner_of(safe.wallet_address) == safe.owner_address

    world.chain.change_owner(safe, world.keys[SAFE])
    assert world.chain.owner_of(safe.wallet_address) == safe.new_address
    with pytest.raises(NotAllowedError):
        world.chain.change_owner(safe, world.keys[SAFE])


@pytest.mark.parametrize("number", [PROXY, EOA])
def test_no_other_wallets_owner_changes(world: World, number: int) -> None:
    with pytest.raises(NotAllowedError) as refused:
        world.chain.change_owner(world.users[number], world.keys[number])

    assert refused.value.code == "CHAIN_REFUSED"


@pytest.mark.parametrize("number", [PROXY, EOA])
def test_what_a_wallet_holds_moves_once_and_for_its_owner_alone(world: World, number: int) -> None:
    user = world.users[number]
    with pytest.raises(NotAllowedError):
        world.chain.move_everything(user, STRANGER)

    world.chain.move_everything(user, world.keys[number])

    assert world.chain.worth_of(user.wallet_address) == 0
    assert world.chain.worth_of(user.new_address) == WORTH
    with pytest.raises(NotAllowedError):
        world.chain.move_everything(user, world.keys[number])
    assert world.chain.worth_of(user.new_address) == WORTH


@pytest.mark.parametrize("number", [SAFE, PROXY])
def test_an_order_of_the_new_authority_is_one_however_often_it_is_asked_for(
    world: World, number: int
) -> None:
    user = world.users[number]
    is_safe = number == SAFE
    hand_over = world.chain.change_owner if is_safe else world.chain.move_everything
    hand_over(user, world.keys[number])

    first = world.desk.proven_by_an_order(user, NEW)

    assert first
    assert world.desk.proven_by_an_order(user, NEW) == first


@pytest.mark.parametrize("number", [SAFE, PROXY])
def test_somebody_elses_order_proves_nothing(world: World, number: int) -> None:
    user = world.users[number]
    world.pay(user.new_address)

    assert world.desk.proven_by_an_order(user, STRANGER) == ""


def test_a_chain_that_is_away_is_not_taken_for_an_answer(world: World) -> None:
    world.go_away()

    with pytest.raises(DependencyError):
        world.chain.worth_of(world.users[SAFE].wallet_address)
    with pytest.raises(DependencyError):
        world.chain.change_owner(world.users[SAFE], world.keys[SAFE])


def test_what_waits_is_not_sent_twice_and_what_was_lost_was_done() -> None:
    with OlderSystem() as running:
        chain = StandInChain(StandIn(LOCAL, running.url))
        (safe, proxy) = (exported(each) for each in new_users(running.world.books, 2, WORTH))
        proxy = replace(proxy, new_address=address_of(NEW_SECRET))
        running.world.misfortune = Misfortune.PENDING
        chain.move_everything(proxy, opened(proxy))
        with pytest.raises(DependencyError):
            chain.move_everything(proxy, opened(proxy))
        assert chain.worth_of(proxy.wallet_address) == WORTH
        running.world.books.mine()
        assert chain.worth_of(proxy.new_address) == WORTH

        running.world.misfortune = Misfortune.ANSWER_LOST
        safe = replace(safe, new_address=address_of(NEW_SECRET))
        with pytest.raises(DependencyError):
            chain.change_owner(safe, opened(safe))
        assert chain.owner_of(safe.wallet_address) == safe.new_address


def test_the_stand_in_keeps_its_books_across_runs(tmp_path: Path) -> None:
    with OlderSystem(folder=tmp_path) as running:
        stand_in = StandIn(LOCAL, running.url)
        made, _ = new_users(running.world.books, 2, WORTH)
        safe = replace(exported(made), new_address=address_of(NEW_SECRET))
        running.world.misfortune = Misfortune.PENDING
        StandInChain(stand_in).change_owner(safe, opened(safe))
        before = running.world.books

    with OlderSystem(folder=tmp_path) as running:
        assert running.world.books == before
        stand_in = StandIn(LOCAL, running.url)
        stand_in.ask("POST", "/_simulator/mine")
        assert StandInChain(stand_in).owner_of(safe.wallet_address) == safe.new_address
        assert StandInDesk(stand_in).proven_by_an_order(safe, NEW)


@pytest.mark.parametrize(
    ("environment", "url"),
    [
        ({}, "http://127.0.0.1:1"),
        ({**LOCAL, "UNDERSTUDY_STAGE": "prod"}, "http://127.0.0.1:1"),
        ({"UNDERSTUDY_STAGE": "local"}, "http://127.0.0.1:1"),
        ({**LOCAL, "AWS_ENDPOINT_URL": "https://aws.example"}, "http://127.0.0.1:1"),
        (LOCAL, "https://chain.example"),
        (LOCAL, ""),
    ],
)
def test_the_stand_in_cannot_be_reached_off_the_local_stage(
    environment: dict[str, str], url: str
) -> None:
    with pytest.raises(NotAllowedError) as refused:
        StandIn(environment, url)

    assert refused.value.code == "CHAIN_NOT_CONFIGURED"
