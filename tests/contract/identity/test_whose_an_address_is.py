"""Whose an address is stands in one item, and what other items say about it does not count."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import uuid4

from tests.contract.stores import tables
from tests.fakes.builders import NOW_MS
from understudy.adapters.aws import identity_keys as keys
from understudy.adapters.aws.attributes import attributes_of
from understudy.adapters.aws.identity_store import DynamoIdentityStore
from understudy.adapters.aws.table import Table
from understudy.domain.identity import Connector, User, Wallet
from understudy.domain.ids import UserId, WalletId

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

MALLORY, VICTIM = UserId("mallory"), UserId("victim")
USER = User(MALLORY, WalletId("w1"), NOW_MS, NOW_MS)
WALLET = Wallet(WalletId("w1"), MALLORY, "0x" + "a" * 40, Connector.REOWN, NOW_MS, NOW_MS)


def test_a_wallet_that_says_to_be_somebody_elses_leads_to_nobody_else(
    moto_dynamodb: DynamoDBClient,
) -> None:
    name = tables.create(moto_dynamodb, f"identity-{uuid4().hex}", tables.IDENTITY)
    store = DynamoIdentityStore(Table(moto_dynamodb, name))
    store.create_user(USER, WALLET)
    lying = attributes_of(replace(WALLET, user_id=VICTIM))
    Table(moto_dynamodb, name).put({**keys.wallet(MALLORY, WALLET.wallet_id), **lying})

    found = store.wallet_of_address(WALLET.address)

    assert found is not None
    assert found.user_id == MALLORY
