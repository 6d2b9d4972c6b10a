"""Leases in the throttle table: the token of the holder before is the condition."""

from __future__ import annotations

from understudy.adapters.aws.attributes import Item, attributes_of, number, record_of
from understudy.adapters.aws.keys import key
from understudy.adapters.aws.operations import put_new
from understudy.adapters.aws.table import Table
from understudy.domain.errors import ConflictError
from understudy.ports.leases import Lease


class DynamoLeases:
    """Implements `Leases` on the throttle table."""

    def __init__(self, throttle: Table) -> None:
        self._table = throttle

    def read(self, name: str) -> Lease | None:
        """Read a lease, whoever holds it."""
        item = self._table.get(_key_of(name))
        return record_of(Lease, item) if item else None

    def write(self, lease: Lease, *, seen_token: int) -> bool:
        """Store a lease while the stored token is `seen_token`."""
        write = put_new(self._table.name, {**_key_of(lease.name), **attributes_of(lease)})
        if seen_token:
            write["Put"] |= {
                "ConditionExpression": "#token = :seen",
                "ExpressionAttributeNames": {"#token": "token"},
                "ExpressionAttributeValues": {":seen": number(seen_token)},
            }
        try:
            self._table.put_when(write)
        except ConflictError:
            return self.read(lease.name) == lease  # the answer to our own write may have been lost
        return True


def _key_of(name: str) -> Item:
    return key(f"LEASE#{name}", "LEASE")
