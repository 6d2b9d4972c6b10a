"""Puts audit_extract together, once per process."""

from __future__ import annotations

from functools import cache

from understudy.adapters.aws import clients
from understudy.adapters.aws.audit_lookup import DynamoAuditLookup
from understudy.adapters.aws.table import Table
from understudy.runtime import environment


@cache
def build() -> DynamoAuditLookup:
    """Give what reads the audit."""
    return DynamoAuditLookup(Table(clients.dynamodb(), environment.text("AUDIT_TABLE")))
