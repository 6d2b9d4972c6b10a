"""Puts the API together, once per process: the composition root of its function."""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING

from understudy.adapters.aws import clients
from understudy.adapters.aws.agent_keys import LambdaAgentKeys
from understudy.adapters.aws.copy_store import DynamoCopyStore
from understudy.adapters.aws.follow_directory import DynamoFollowDirectory
from understudy.adapters.aws.identity_store import DynamoIdentityStore
from understudy.adapters.aws.leader_store import DynamoLeaderStore
from understudy.adapters.aws.market_store import DynamoMarketStore
from understudy.adapters.aws.queue_depths import queue_depths
from understudy.adapters.aws.queues import SqsQueues
from understudy.adapters.aws.switch_board import DynamoSwitchBoard
from understudy.adapters.aws.table import Table
from understudy.adapters.aws.token_secret import StoredKeyRing
from understudy.adapters.clock import SystemClock
from understudy.adapters.identity.access_tokens import Hs256AccessTokens
from understudy.adapters.identity.refresh_tokens import HmacRefreshTokens
from understudy.adapters.identity.siwe import SiweVerifier
from understudy.adapters.ids import RandomIds
from understudy.adapters.venues.hyperliquid.approvals import HyperliquidApprovals
from understudy.adapters.venues.hyperliquid.client import HyperliquidVenue
from understudy.adapters.venues.hyperliquid.rest import Rest
from understudy.domain.ids import FollowId
from understudy.domain.markets import HYPERLIQUID
from understudy.runtime.api_services import ApiPorts, ApiServices, assemble
from understudy.runtime.api_settings import ApiSettings, api_settings
from understudy.workflows.system_status import Dependency

if TYPE_CHECKING:
    from collections.abc import Mapping

NOBODY = "0" * 32


@cache
def build() -> ApiServices:
    """Give the API's workflows on their real ports, from the environment."""
    settings = api_settings(os.environ)
    rest = Rest(settings.hyperliquid_url)
    keys = LambdaAgentKeys(clients.functions(), settings.enroll_function)
    ports = _ports(settings, rest, keys)
    return assemble(ports, settings.terms, _dependencies(settings, ports, rest, keys))


def _ports(settings: ApiSettings, rest: Rest, keys: LambdaAgentKeys) -> ApiPorts:
    database, clock = clients.dynamodb(), SystemClock()
    copying = Table(database, settings.copying_table)
    identity = DynamoIdentityStore(Table(database, settings.identity_table))
    markets = DynamoMarketStore(Table(database, settings.market_table), clock)
    ring = StoredKeyRing(clients.secrets(), settings.token_secret_id)
    return ApiPorts(
        identity=identity,
        registry=identity,
        profiles=identity,
        copies=DynamoCopyStore(copying, markets),
        directory=DynamoFollowDirectory(copying),
        leaders=DynamoLeaderStore(copying),
        markets=markets,
        switches=DynamoSwitchBoard(copying),
        queues=SqsQueues(clients.sqs(), settings.queue_urls),
        venue=HyperliquidVenue(rest, settings.chain, clock),
        agent_keys=keys,
        approvals=HyperliquidApprovals(rest, settings.chain),
        verifier=SiweVerifier(
            settings.siwe_domains, settings.siwe_origins, settings.siwe_chain_ids
        ),
        access_tokens=Hs256AccessTokens(ring, settings.token_issuer),
        refresh_tokens=HmacRefreshTokens(ring),
        clock=clock,
        ids=RandomIds(),
    )


def _dependencies(
    settings: ApiSettings, ports: ApiPorts, rest: Rest, keys: LambdaAgentKeys
) -> tuple[Dependency, ...]:
    def identity() -> Mapping[str, int]:
        ports.identity.session(NOBODY)
        return {}

    def copying() -> Mapping[str, int]:
        ports.copies.follow_state(FollowId(NOBODY))
        return {}

    def market() -> Mapping[str, int]:
        times = ports.markets.marks(HYPERLIQUID).at_ms.values()
        now_ms = ports.clock.now_ms()
        return {"lag_seconds": (now_ms - max(times)) // 1000} if times else {}

    def venue() -> Mapping[str, int]:
        rest.ask({"type": "exchangeStatus"})
        return {}

    def queues() -> Mapping[str, int]:
        return queue_depths(clients.sqs(), settings.queue_urls)

    return (
        Dependency("identity", "nobody can sign in or be recognised", identity),
        Dependency("copying", "nothing is copied; follows cannot be seen or changed", copying),
        Dependency("market", "no entries are copied; exits go on", market),
        Dependency("venue", "nothing is copied; follows cannot be started", venue),
        Dependency("custody", "nothing is signed; agents cannot be made or revoked", keys.probe),
        Dependency("queues", "copies are late", queues),
    )
