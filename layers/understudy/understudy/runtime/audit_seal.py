"""Puts audit_seal together, once per process."""

from __future__ import annotations

from functools import cache

from understudy.adapters.aws import clients
from understudy.adapters.aws.audit_chains import DynamoAuditChains
from understudy.adapters.aws.table import Table
from understudy.runtime import environment
from understudy.runtime.starting import uncollected


@cache
@uncollected()
def build() -> DynamoAuditChains:
    """Give the chains."""
    return DynamoAuditChains(Table(clients.dynamodb(), environment.text("AUDIT_CHAIN_TABLE")))
