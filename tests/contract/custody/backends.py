"""The signer's stores and vault in memory, on moto and on the emulator, behind one face."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from custody.aws.agent_store import DynamoAgentStore
from custody.aws.key_vault import KmsKeyVault
from custody.aws.signing_store import DynamoSigningStore
from custody.aws.tables import TableNames
from custody.keys import KeyVault
from custody.store import AgentStore, SigningStore
from tests.fakes.custody import InMemoryCustodyStore, InMemoryVault
from tests.unit.custody.scene import MARKETS, NOW_MS
from understudy.adapters.aws.market_store import DynamoMarketStore
from understudy.adapters.aws.table import Table
from understudy.adapters.memory.clock import ManualClock
from understudy.adapters.memory.market_store import InMemoryMarketStore
from understudy.domain.follows import Marks
from understudy.domain.markets import HYPERLIQUID

TABLES = TableNames("custody", "audit", "market")
MARKS = Marks({"BTC": Decimal(50_000)}, {"BTC": NOW_MS})


@dataclass
class Backend:
    """What custody stands on, and how many audit entries it has taken."""

    signing: SigningStore
    agents: AgentStore
    vault: KeyVault
    audited: Callable[[], int]


def in_memory() -> Backend:
    markets = InMemoryMarketStore()
    markets.put_markets(HYPERLIQUID, MARKETS)
    markets.put_marks(HYPERLIQUID, MARKS)
    store = InMemoryCustodyStore(markets)
    return Backend(store, store, InMemoryVault(), lambda: len(store.audited))


def on_aws(dynamodb: Any, kms: Any) -> Backend:
    """Use tables that are emptied first, and a fresh key."""
    for name in TABLES:
        _fresh_table(dynamodb, name)
    markets = DynamoMarketStore(Table(dynamodb, TABLES.market), ManualClock(NOW_MS))
    markets.put_markets(HYPERLIQUID, MARKETS)
    markets.put_marks(HYPERLIQUID, MARKS)
    return Backend(
        DynamoSigningStore(dynamodb, TABLES),
        DynamoAgentStore(dynamodb, TABLES),
        KmsKeyVault(kms, kms.create_key()["KeyMetadata"]["KeyId"]),
        lambda: dynamodb.scan(TableName=TABLES.audit, Select="COUNT")["Count"],
    )


def _fresh_table(dynamodb: Any, name: str) -> None:
    if name in dynamodb.list_tables()["TableNames"]:
        dynamodb.delete_table(TableName=name)
    dynamodb.create_table(
        TableName=name,
        KeySchema=[
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "sk", "AttributeType": "S"},
        ],
        BillingMode="PAY_PER_REQUEST",
    )
