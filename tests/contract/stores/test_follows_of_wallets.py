"""No follow is created for a wallet that is gone or on its way out; what there is goes on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple
from uuid import uuid4

import pytest

from tests.contract.identity.people import ADDRESS, USER, WALLET
from tests.contract.stores import tables
from tests.fakes import builders
from tests.fakes.builders import NOW_MS
from understudy.adapters.aws.follow_directory import DynamoFollowDirectory
from understudy.adapters.aws.identity_store import DynamoIdentityStore
from understudy.adapters.aws.table import Table
from understudy.adapters.aws.wallet_store import DynamoWalletStore
from understudy.adapters.memory.copying_table import CopyingTable
from understudy.adapters.memory.follow_directory import InMemoryFollowDirectory
from understudy.adapters.memory.identity import InMemoryIdentityStore
from understudy.adapters.memory.wallets import InMemoryWalletStore
from understudy.domain.errors import ConflictError
from understudy.domain.follows import FollowStatus
from understudy.domain.ids import FollowId, UserId, WalletId

if TYPE_CHECKING:
    from understudy.ports.directory import FollowDirectory
    from understudy.ports.identity import IdentityStore
    from understudy.ports.wallets import WalletStore

SECOND = replace(WALLET, wallet_id=WalletId("w2"), address="0x" + "e" * 40)
NEW = builders.follow(
    user_id=USER.user_id,
    wallet_id=SECOND.wallet_id,
    wallet_address=SECOND.address,
    status=FollowStatus.INACTIVE,
)


class Place(NamedTuple):
    """A user with two wallets, and the directory that knows them."""

    directory: FollowDirectory
    people: IdentityStore
    wallets: WalletStore


@pytest.fixture(params=["memory", "moto", pytest.param("emulator", marks=pytest.mark.integration)])
def place(request: pytest.FixtureRequest) -> Place:
    made = _in_memory() if request.param == "memory" else _on_tables(request)
    made.people.create_user(USER, WALLET, SECOND)
    return made


def _in_memory() -> Place:
    people = InMemoryIdentityStore()
    directory = InMemoryFollowDirectory(CopyingTable(), people)
    return Place(directory, people, InMemoryWalletStore(people))


def _on_tables(request: pytest.FixtureRequest) -> Place:
    client = request.getfixturevalue(f"{request.param}_clients")("dynamodb")
    copying = Table(client, tables.create(client, f"copying-{uuid4().hex}", tables.COPYING))
    people = Table(client, tables.create(client, f"identity-{uuid4().hex}", tables.IDENTITY))
    directory = DynamoFollowDirectory(copying, people)
    return Place(directory, DynamoIdentityStore(people), DynamoWalletStore(people))


def refused(place: Place) -> bool:
    with pytest.raises(ConflictError):
        place.directory.create(NEW)
    return list(place.directory.ever_of_user(USER.user_id)) == []


def test_none_is_created_for_a_wallet_on_its_way_out_until_it_stays(place: Place) -> None:
    place.wallets.retire_wallet(USER.user_id, SECOND.wallet_id)
    assert refused(place)

    place.wallets.restore_wallet(USER.user_id, SECOND.wallet_id)

    assert place.directory.create(NEW).version == 1


def test_none_is_created_for_a_wallet_that_is_gone(place: Place) -> None:
    place.wallets.retire_wallet(USER.user_id, SECOND.wallet_id)
    place.wallets.remove_wallet(SECOND, NOW_MS)

    assert refused(place)


def test_none_is_created_for_a_wallet_of_somebody_else(place: Place) -> None:
    other = UserId("u2")
    theirs = replace(WALLET, user_id=other, wallet_id=WalletId("w9"), address="0x" + "d" * 40)
    place.people.create_user(replace(USER, user_id=other), theirs)

    with pytest.raises(ConflictError):
        place.directory.create(replace(NEW, wallet_id=theirs.wallet_id))

    assert list(place.directory.ever_of_user(USER.user_id)) == []
    assert place.people.wallet_of_address(ADDRESS) == WALLET


def test_what_there_is_of_a_wallet_on_its_way_out_is_changed_and_ends(place: Place) -> None:
    follow = place.directory.create(NEW)
    place.wallets.retire_wallet(USER.user_id, SECOND.wallet_id)

    ended = place.directory.replace(replace(follow, status=FollowStatus.DELETED))

    assert ended.follow_id == FollowId(NEW.follow_id)
    assert list(place.directory.of_user(USER.user_id)) == []
