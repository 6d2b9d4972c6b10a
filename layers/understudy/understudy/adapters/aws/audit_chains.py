"""`AuditChains` on a table of its own: links and checkpoints, each put once under its number."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from understudy.adapters.aws.attributes import Item, number, text
from understudy.adapters.aws.keys import key
from understudy.adapters.aws.operations import put_new
from understudy.domain.audit_chain import Change, Link, Seal
from understudy.domain.audit_checkpoints import Checkpoint, Head, SignedCheckpoint

if TYPE_CHECKING:
    from collections.abc import Iterator

    from understudy.adapters.aws.table import Table

_CHECKPOINTS = "CHECKPOINTS"
_AFTER = "pk = :pk AND sk > :after"
_ALL = "pk = :pk"


class DynamoAuditChains:
    """Implements `AuditChains`."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def head(self, shard: int) -> Link | None:
        """Give a chain's last link."""
        item = self._last(_chain(shard))
        return _link_of(shard, item) if item else None

    def append(self, link: Link) -> None:
        """Add a link."""
        listed = [[seal.partition, seal.sort, seal.change, seal.hash] for seal in link.seals]
        item = {
            **key(_chain(link.shard), _numbered(link.number)),
            "number": number(link.number),
            "previous": text(link.previous),
            "at_ms": number(link.at_ms),
            "seals": text(json.dumps(listed, separators=(",", ":"))),
            "hash": text(link.hash),
        }
        self._table.put_when(put_new(self._table.name, item))

    def links(self, shard: int, after: int = 0) -> Iterator[Link]:
        """Give the links after a number, in order."""
        values = {":pk": text(_chain(shard)), ":after": text(_numbered(after))}
        for item in self._table.query(_AFTER, values, ConsistentRead=True):
            yield _link_of(shard, item)

    def latest_checkpoint(self) -> SignedCheckpoint | None:
        """Give the checkpoint that was put last."""
        item = self._last(_CHECKPOINTS)
        return checkpoint_in(item["checkpoint"]["S"]) if item else None

    def put_checkpoint(self, signed: SignedCheckpoint) -> None:
        """Add a checkpoint."""
        item = {
            **key(_CHECKPOINTS, _numbered(signed.checkpoint.number)),
            "checkpoint": text(checkpoint_text(signed)),
        }
        self._table.put_when(put_new(self._table.name, item))

    def _last(self, partition: str) -> Item | None:
        found = self._table.query(
            _ALL,
            {":pk": text(partition)},
            limit=1,
            ScanIndexForward=False,
            ConsistentRead=True,
        )
        return next(found, None)


def checkpoint_text(signed: SignedCheckpoint) -> str:
    """Write a signed checkpoint as JSON."""
    checkpoint = signed.checkpoint
    heads = {shard: [head.number, head.hash] for shard, head in checkpoint.heads.items()}
    return json.dumps(
        {
            "number": checkpoint.number,
            "at_ms": checkpoint.at_ms,
            "previous": checkpoint.previous,
            "heads": heads,
            "signature": signed.signature,
        }
    )


def checkpoint_in(written: str) -> SignedCheckpoint:
    """Read a signed checkpoint."""
    plain = json.loads(written)
    heads = {shard: Head(*head) for shard, head in plain["heads"].items()}
    checkpoint = Checkpoint(plain["number"], plain["at_ms"], plain["previous"], heads)
    return SignedCheckpoint(checkpoint, str(plain["signature"]))


def _link_of(shard: int, item: Item) -> Link:
    listed = json.loads(item["seals"]["S"])
    return Link(
        shard=shard,
        number=int(item["number"]["N"]),
        previous=item["previous"]["S"],
        at_ms=int(item["at_ms"]["N"]),
        seals=tuple(Seal(pk, sk, Change(change), digest) for pk, sk, change, digest in listed),
        hash=item["hash"]["S"],
    )


def _chain(shard: int) -> str:
    return f"CHAIN#{shard}"


def _numbered(value: int) -> str:
    return f"{value:012d}"
