"""Puts agent_upkeep together, once per process."""

from __future__ import annotations

import os
from functools import cache

from understudy.adapters.aws import clients
from understudy.adapters.aws.agent_keys import LambdaAgentKeys
from understudy.adapters.aws.bus import EventBridgeBus
from understudy.adapters.aws.copy_store import DynamoCopyStore
from understudy.adapters.aws.follow_directory import DynamoFollowDirectory
from understudy.adapters.aws.identity_store import DynamoIdentityStore
from understudy.adapters.aws.switch_board import DynamoSwitchBoard
from understudy.adapters.aws.table import Table
from understudy.adapters.venues.hyperliquid.approvals import HyperliquidApprovals
from understudy.runtime import environment, parts
from understudy.workflows.agent_upkeep import UpkeepPorts
from understudy.workflows.requests.agents import Agents
from understudy.workflows.requests.follow_changes import OwnFollows


@cache
def build() -> UpkeepPorts:
    """Give the workflow's ports; its questions count with those of the copy path."""
    database = clients.dynamodb()
    copying = Table(database, environment.text("COPYING_TABLE"))
    identity = DynamoIdentityStore(Table(database, environment.text("IDENTITY_TABLE")))
    follows = OwnFollows(DynamoCopyStore(copying, parts.markets()), DynamoFollowDirectory(copying))
    agents = Agents(
        registry=identity,
        identity=identity,
        keys=LambdaAgentKeys(clients.functions(), environment.text("ENROLL_FUNCTION")),
        approvals=HyperliquidApprovals(parts.metered_rest(), environment.chain()),
        switches=DynamoSwitchBoard(copying),
        follows=follows,
        clock=parts.CLOCK,
        referral_code=os.environ.get("HYPERLIQUID_REFERRAL_CODE", ""),
    )
    bus = EventBridgeBus(clients.eventbridge(), environment.text("EVENT_BUS_NAME"))
    return UpkeepPorts(agents, identity, bus, parts.CLOCK)
