"""Puts account_erasure together, once per process."""

from __future__ import annotations

from functools import cache

from understudy.adapters.aws import clients
from understudy.adapters.aws.account_store import DynamoAccountStore
from understudy.adapters.aws.agent_keys import LambdaAgentKeys
from understudy.adapters.aws.copy_records import DynamoCopyRecords
from understudy.adapters.aws.copy_store import DynamoCopyStore
from understudy.adapters.aws.follow_directory import DynamoFollowDirectory
from understudy.adapters.aws.identity_store import DynamoIdentityStore
from understudy.adapters.aws.session_store import DynamoSessionStore
from understudy.adapters.aws.switch_board import DynamoSwitchBoard
from understudy.adapters.aws.table import Table
from understudy.adapters.venues.hyperliquid.approvals import HyperliquidApprovals
from understudy.adapters.venues.hyperliquid.rest import Rest
from understudy.domain.audit import Actor
from understudy.runtime import environment, parts
from understudy.workflows.account_erasure import ErasurePorts
from understudy.workflows.requests.account_deletion import AccountDeletion
from understudy.workflows.requests.agents import Agents
from understudy.workflows.requests.follow_changes import OwnFollows
from understudy.workflows.requests.follow_lifecycle import FollowLifecycle
from understudy.workflows.requests.holds import Holds
from understudy.workflows.requests.standings import Standings


@cache
def build() -> ErasurePorts:
    """Give the workflow's ports; to end follows and agents nobody asks the venue."""
    copying = Table(clients.dynamodb(), environment.text("COPYING_TABLE"))
    people = Table(clients.dynamodb(), environment.text("IDENTITY_TABLE"))
    identity, board = DynamoIdentityStore(people), DynamoSwitchBoard(copying)
    own = OwnFollows(DynamoCopyStore(copying, parts.markets()), DynamoFollowDirectory(copying))
    audit = parts.audit_trail(Actor.ERASURE)
    accounts = DynamoAccountStore(people, audit)
    deletion = AccountDeletion(
        identity=identity,
        accounts=accounts,
        records=DynamoCopyRecords(copying),
        lifecycle=_lifecycle(own, identity, board),
        agents=_agents(own, identity, board),
        standings=Standings(DynamoSessionStore(people), parts.CLOCK),
        holds=Holds(board),
        audit=audit,
        clock=parts.CLOCK,
    )
    return ErasurePorts(deletion, identity, accounts, parts.CLOCK)


def _lifecycle(
    own: OwnFollows, identity: DynamoIdentityStore, board: DynamoSwitchBoard
) -> FollowLifecycle:
    return FollowLifecycle(
        own=own,
        registry=identity,
        identity=identity,
        leaders=parts.leaders(),
        markets=parts.markets(),
        switches=board,
        venue=parts.venue(),
        queues=parts.queues("follower_execute", "follow_reconcile"),
        clock=parts.CLOCK,
        epoch=environment.epoch(),
    )


def _agents(own: OwnFollows, identity: DynamoIdentityStore, board: DynamoSwitchBoard) -> Agents:
    rest = Rest(environment.text("HYPERLIQUID_URL"))
    return Agents(
        registry=identity,
        identity=identity,
        keys=LambdaAgentKeys(clients.functions(), environment.text("ENROLL_FUNCTION")),
        approvals=HyperliquidApprovals(rest, environment.chain()),
        switches=board,
        follows=own,
        clock=parts.CLOCK,
    )
