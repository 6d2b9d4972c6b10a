"""The signer's stores and vault in memory, on moto and on the emulator, behind one face."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import uuid4

from custody.aws.agent_store import DynamoAgentStore
from custody.aws.key_vault import KmsKeyVault, VaultKeys
from custody.aws.legacy_store import DynamoLegacyStore
from custody.aws.sealed_agents import DynamoSealedAgents
from custody.aws.signing_store import DynamoSigningStore
from custody.aws.tables import TableNames
from custody.keys import KeyVault
from custody.migration.ports import LegacyStore
from custody.rewrapping import SealedAgents
from custody.store import AgentStore, SigningStore
from tests.contract.stores.late_replica import LateReplica
from tests.contract.stores.tables import PRIMARY_KEY, create
from tests.fakes.custody import InMemoryCustodyStore, InMemoryVault
from tests.fakes.legacy import InMemoryLegacyStore
from tests.fakes.sealed_agents import InMemorySealedAgents
from tests.unit.custody.scene import MARKETS, NOW_MS
from understudy.adapters.aws.audit_items import row_of
from understudy.adapters.aws.audit_stamps import KmsStamps
from understudy.adapters.aws.market_store import DynamoMarketStore
from understudy.adapters.aws.table import Table
from understudy.adapters.correlation import correlation_id
from understudy.adapters.memory.clock import ManualClock
from understudy.adapters.memory.market_store import InMemoryMarketStore
from understudy.domain.audit import Actor, AuditEntry
from understudy.domain.follows import Marks
from understudy.domain.markets import HYPERLIQUID

TABLES = TableNames("custody", "audit", "market")
MARKS = Marks({"BTC": Decimal(50_000)}, {"BTC": NOW_MS})


@dataclass
class Backend:
    """What custody stands on, and the audit's rows: each one's event and whose request it was.

    `next_vault` gives the vault after the sealing key and the spare one changed places;
    `throw_away` does what the table does by itself, until a time in milliseconds.
    """

    signing: SigningStore
    agents: AgentStore
    vault: KeyVault
    rows: Callable[[], Sequence[tuple[str, str]]]
    sealed: SealedAgents
    next_vault: Callable[[], KeyVault]
    legacy: LegacyStore
    throw_away: Callable[[int], None]

    def audited(self) -> int:
        """Say how many rows there are."""
        return len(self.rows())


class Kept(list[AuditEntry]):
    """Entries in memory, each with the request for which it was kept, as a table has them."""

    def append(self, entry: AuditEntry) -> None:
        named = entry.correlation_id or correlation_id()
        super().append(entry._replace(correlation_id=named))


def in_memory() -> Backend:
    markets = InMemoryMarketStore()
    markets.put_markets(HYPERLIQUID, MARKETS)
    markets.put_marks(HYPERLIQUID, MARKS)
    store = InMemoryCustodyStore(markets)
    store.audited = kept = Kept()
    vault = InMemoryVault()
    legacy = InMemoryLegacyStore(kept)
    return Backend(
        store,
        store,
        vault,
        lambda: [(str(each.event), each.correlation_id) for each in kept],
        InMemorySealedAgents(store, legacy),
        vault.switched,
        legacy,
        store.throw_away,
    )


def on_aws(dynamodb: Any, kms: Any, names: TableNames | None = None) -> Backend:
    """Make tables, with names that nobody has yet where none are given, and a key."""
    names = names or TableNames(*(f"{each}-{uuid4().hex}" for each in TABLES))
    for name in names:
        create(dynamodb, name, {})
    markets = DynamoMarketStore(Table(dynamodb, names.market), ManualClock(NOW_MS))
    markets.put_markets(HYPERLIQUID, MARKETS)
    markets.put_marks(HYPERLIQUID, MARKS)
    keys = VaultKeys(new_key(kms), new_key(kms))
    stamps = KmsStamps(kms, new_key(kms), Actor.SIGNER)
    late: Any = LateReplica(dynamodb, names.custody)
    return Backend(
        DynamoSigningStore(late, names, stamps),
        DynamoAgentStore(late, names, stamps),
        KmsKeyVault(kms, keys),
        partial(_rows, dynamodb, names.audit),
        DynamoSealedAgents(late, names, stamps),
        lambda: KmsKeyVault(kms, VaultKeys(keys.spare, keys.sealing)),
        DynamoLegacyStore(late, names, stamps),
        partial(throw_away, dynamodb, names.custody),
    )


def _rows(dynamodb: Any, table: str) -> list[tuple[str, str]]:
    pages = dynamodb.get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
    fields = [row_of(item).fields for page in pages for item in page["Items"]]
    return [(str(each["event"]), str(each["correlation_id"])) for each in fields]


def throw_away(dynamodb: Any, table: str, at_ms: int) -> None:
    """Delete as the table does what is over by then, by the attribute that the template names."""
    for item in dynamodb.scan(TableName=table, ConsistentRead=True)["Items"]:
        if "expires_on" in item and int(item["expires_on"]["N"]) * 1000 <= at_ms:
            key = {name: item[name] for name in PRIMARY_KEY}
            dynamodb.delete_item(TableName=table, Key=key)


def new_key(kms: Any) -> str:
    """Make a symmetric key and give its name."""
    return str(kms.create_key()["KeyMetadata"]["Arn"])
