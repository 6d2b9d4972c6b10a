"""Puts audit_checkpoint together, once per process."""

from __future__ import annotations

from functools import cache

from understudy.adapters.aws import clients
from understudy.adapters.aws.audit_chains import DynamoAuditChains
from understudy.adapters.aws.audit_checkpoints import KmsCheckpointSigner, S3CheckpointArchive
from understudy.adapters.aws.table import Table
from understudy.adapters.clock import SystemClock
from understudy.runtime import environment
from understudy.workflows.audit_checkpoint import CheckpointPorts


@cache
def build() -> CheckpointPorts:
    """Give the chains, the key and the archive."""
    chains = Table(clients.dynamodb(), environment.text("AUDIT_CHAIN_TABLE"))
    return CheckpointPorts(
        chains=DynamoAuditChains(chains),
        signer=KmsCheckpointSigner(clients.kms(), environment.text("CHECKPOINT_KEY_ID")),
        archive=S3CheckpointArchive(clients.objects(), environment.text("CHECKPOINT_BUCKET")),
        clock=SystemClock(),
    )
