"""The audit's tables, keys and bucket in one cloud, and what writes, seals, signs and verifies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import uuid4

from cli.checkpoint_key import verifier_of
from tests.contract.stores.tables import create
from understudy.adapters.aws.attributes import Item
from understudy.adapters.aws.audit_chains import DynamoAuditChains
from understudy.adapters.aws.audit_checkpoints import KmsCheckpointSigner, S3CheckpointArchive
from understudy.adapters.aws.audit_items import row_of, seals_in
from understudy.adapters.aws.audit_stamps import KmsStampReader, KmsStamps
from understudy.adapters.aws.audit_table import DynamoAuditRows
from understudy.adapters.aws.audit_trail import DynamoAuditTrail
from understudy.adapters.aws.table import Table
from understudy.adapters.memory.clock import ManualClock
from understudy.domain.audit import Actor, AuditEntry
from understudy.workflows.audit_checkpoint import (
    CheckpointOutcome,
    CheckpointPorts,
    checkpoint,
)
from understudy.workflows.audit_seal import seal
from understudy.workflows.requests.audit_verification import AuditBooks, verify_audit

if TYPE_CHECKING:
    from understudy.domain.audit_verification import AuditVerdict

NOW_MS = 1_790_000_000_000
HOUR_MS = 3_600_000


class Keys(NamedTuple):
    """The names of the keys that stamp rows and sign checkpoints."""

    rows: str
    checkpoints: str


@dataclass(frozen=True, slots=True)
class Past:
    """What lies in the tables and in the bucket after a history."""

    rows: list[Item]
    chains: list[Item]
    checkpoints: dict[str, bytes]


@dataclass
class Books:
    """The audit of one system; `client` has the root's rights.

    With an `origin` it has that one's keys, and its history is that one's, laid down once more.
    """

    client: Callable[[str], Any]
    origin: Books | None = None
    clock: ManualClock = field(default_factory=lambda: ManualClock(NOW_MS))

    def __post_init__(self) -> None:
        unique = uuid4().hex
        self.rows_table = create(self.client("dynamodb"), f"audit-{unique}", {})
        self.chain_table = create(self.client("dynamodb"), f"chain-{unique}", {})
        self.bucket = f"checkpoints-{unique}"
        self.client("s3").create_bucket(Bucket=self.bucket, ObjectLockEnabledForBucket=True)
        self.keys: Keys = self.origin.keys if self.origin else self._new_keys()
        self.row_key, self.checkpoint_key = self.keys.rows, self.keys.checkpoints

    @cached_property
    def chains(self) -> DynamoAuditChains:
        return DynamoAuditChains(Table(self.client("dynamodb"), self.chain_table))

    @cached_property
    def archive(self) -> S3CheckpointArchive:
        return S3CheckpointArchive(self.client("s3"), self.bucket)

    @cached_property
    def signer(self) -> KmsCheckpointSigner:
        return KmsCheckpointSigner(self.client("kms"), self.checkpoint_key)

    def write(self, *events: str, actor: Actor = Actor.SIGNER) -> None:
        """Write a row for each event."""
        stamps = KmsStamps(self.client("kms"), self.row_key, actor)
        trail = DynamoAuditTrail(Table(self.client("dynamodb"), self.rows_table), stamps)
        for number, event in enumerate(events):
            at_ms = self.clock.now_ms() + number
            facts = {"size": "0.10", "on": True, "n": number}
            trail.append(AuditEntry(event, f"agent-{number}", at_ms, facts, "copy-1"))

    def seal(self, items: list[Item] | None = None, change: str = "INSERT") -> None:
        """Seal rows as the table's stream tells of them: those given, or all that lie there."""
        items = self.items() if items is None else items
        records = [
            {
                "eventName": change,
                "dynamodb": {"Keys": {name: item[name] for name in ("pk", "sk")}, "NewImage": item},
            }
            for item in items
        ]
        seal(self.chains, self.clock, seals_in({"Records": records}))

    def checkpoint(self) -> CheckpointOutcome:
        """Sign how far the chains have come."""
        return checkpoint(CheckpointPorts(self.chains, self.signer, self.archive, self.clock))

    def history(self) -> None:
        """Live through two checkpoints with rows of two writers, an hour ago."""
        if self.origin:
            self._lay_down(self.origin.past)
        else:
            self._live()
        self.clock.advance(HOUR_MS)

    @cached_property
    def past(self) -> Past:
        """Give what a history leaves behind, which is lived through for it."""
        self.history()
        s3, listed = self.client("s3"), self.client("s3").list_objects_v2(Bucket=self.bucket)
        bodies = {
            each["Key"]: s3.get_object(Bucket=self.bucket, Key=each["Key"])["Body"].read()
            for each in listed["Contents"]
        }
        return Past(self.items(), self._scan(self.chain_table), bodies)

    def verdict(self) -> AuditVerdict:
        """Verify everything with the public half of the checkpoints' key."""
        kms = self.client("kms")
        public = kms.get_public_key(KeyId=self.checkpoint_key)["PublicKey"]
        rows = DynamoAuditRows(
            Table(self.client("dynamodb"), self.rows_table), KmsStampReader(kms, self.row_key)
        )
        books = AuditBooks(rows, self.chains, self.archive, verifier_of(public))
        return verify_audit(books, self.clock)

    def codes(self) -> set[str]:
        """Give the codes of what verification finds."""
        return {finding.code.value for finding in self.verdict().findings}

    def items(self) -> list[Item]:
        """Read the rows as root, in the order of their keys."""
        return self._scan(self.rows_table)

    def links(self) -> list[Item]:
        """Read the links as root, in the order of their keys."""
        return [each for each in self._scan(self.chain_table) if "seals" in each]

    def put(self, item: Item) -> None:
        """Put a row as root."""
        self.client("dynamodb").put_item(TableName=self.rows_table, Item=item)

    def delete(self, item: Item) -> None:
        """Delete a row as root."""
        self._delete(self.rows_table, item)

    def put_link(self, item: Item) -> None:
        """Put a link as root."""
        self.client("dynamodb").put_item(TableName=self.chain_table, Item=item)

    def delete_link(self, item: Item) -> None:
        """Delete a link as root."""
        self._delete(self.chain_table, item)

    def hide_checkpoint(self, number: int) -> None:
        """Put a marker over a checkpoint as root, which no lock forbids."""
        self.client("s3").delete_object(Bucket=self.bucket, Key=f"checkpoints/{number:012d}.json")

    def forget_checkpoint(self, number: int) -> None:
        """Delete a checkpoint from the table as root."""
        gone = {"pk": {"S": "CHECKPOINTS"}, "sk": {"S": f"{number:012d}"}}
        self._delete(self.chain_table, gone)

    def _new_keys(self) -> Keys:
        kms = self.client("kms")
        rows = kms.create_key()
        checkpoints = kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")
        return Keys(*(made["KeyMetadata"]["KeyId"] for made in (rows, checkpoints)))

    def _live(self) -> None:
        self.write("FIRST", "SECOND", "THIRD", "FOURTH", "FIFTH")
        self.seal()
        self.checkpoint()
        before = [row_of(item).key for item in self.items()]
        self.write("SIXTH", "SEVENTH", actor=Actor.API)
        self.seal([item for item in self.items() if row_of(item).key not in before])
        self.checkpoint()

    def _lay_down(self, past: Past) -> None:
        tables = {self.rows_table: past.rows, self.chain_table: past.chains}
        puts = {
            table: [{"PutRequest": {"Item": item}} for item in items]
            for table, items in tables.items()
        }
        left = self.client("dynamodb").batch_write_item(RequestItems=puts)["UnprocessedItems"]
        assert not left
        for name, body in past.checkpoints.items():
            self.client("s3").put_object(Bucket=self.bucket, Key=name, Body=body)

    def _scan(self, table: str) -> list[Item]:
        found = self.client("dynamodb").scan(TableName=table, ConsistentRead=True)["Items"]
        return sorted(found, key=lambda item: (item["pk"]["S"], item["sk"]["S"]))

    def _delete(self, table: str, item: Item) -> None:
        key = {name: item[name] for name in ("pk", "sk")}
        self.client("dynamodb").delete_item(TableName=table, Key=key)
