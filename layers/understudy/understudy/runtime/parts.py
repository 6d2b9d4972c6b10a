"""The parts that several functions are put together from, each made once per process.

Each is imported by those who ask for it: the API's start asks for few.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from understudy.adapters.aws import clients
from understudy.adapters.aws.table import Table
from understudy.adapters.clock import SystemClock
from understudy.domain.markets import HYPERLIQUID
from understudy.runtime import environment

if TYPE_CHECKING:
    from understudy.adapters.aws.audit_trail import DynamoAuditTrail
    from understudy.adapters.aws.leader_store import DynamoLeaderStore
    from understudy.adapters.aws.market_store import DynamoMarketStore
    from understudy.adapters.aws.queues import SqsQueues
    from understudy.adapters.aws.venue_budget import DynamoVenueBudget
    from understudy.adapters.venues.hyperliquid.client import HyperliquidVenue
    from understudy.adapters.venues.hyperliquid.rest import Rest
    from understudy.domain.audit import Actor
    from understudy.workflows.copying.views import CopyPorts

CLOCK = SystemClock()
# A function of ten seconds asks up to five questions for each leader of its batch.
HASTY_TIMEOUT_MS = 1_500
HUSH_MS = 5_000


@cache
def leaders() -> DynamoLeaderStore:
    """Give the store of leaders' books."""
    from understudy.adapters.aws.leader_store import DynamoLeaderStore

    return DynamoLeaderStore(Table(clients.dynamodb(), environment.text("COPYING_TABLE")))


@cache
def markets() -> DynamoMarketStore:
    """Give the store of markets and marks."""
    from understudy.adapters.aws.market_store import DynamoMarketStore

    table = Table(clients.dynamodb(), environment.text("MARKET_TABLE"))
    return DynamoMarketStore(table, CLOCK)


@cache
def venue() -> HyperliquidVenue:
    """Give the venue, for those that ask it seldom."""
    from understudy.adapters.venues.hyperliquid.rest import Rest

    return _venue_of(Rest(_url()))


@cache
def hasty_venue() -> HyperliquidVenue:
    """Give the venue, for those behind whom live fills wait."""
    from understudy.adapters.venues.hyperliquid.rest import Rest

    return _venue_of(Rest(_url(), read_timeout_ms=HASTY_TIMEOUT_MS, hush_ms=HUSH_MS))


def _url() -> str:
    return environment.text("HYPERLIQUID_URL")


def _venue_of(rest: Rest) -> HyperliquidVenue:
    from understudy.adapters.venues.hyperliquid.client import HyperliquidVenue

    return HyperliquidVenue(rest, environment.chain(), CLOCK)


def queues(*names: str) -> SqsQueues:
    """Give the queues that a function sends to."""
    from understudy.adapters.aws.queues import QueueUrls, SqsQueues

    return SqsQueues(clients.sqs(), QueueUrls(**environment.queue_urls(*names)))


def audit_trail(actor: Actor) -> DynamoAuditTrail:
    """Give the audit for those who write under this name."""
    from understudy.adapters.aws.audit_stamps import KmsStamps
    from understudy.adapters.aws.audit_trail import DynamoAuditTrail

    stamps = KmsStamps(clients.kms(), environment.text("AUDIT_ROW_KEY_ID"), actor)
    return DynamoAuditTrail(Table(clients.dynamodb(), environment.text("AUDIT_TABLE")), stamps)


@cache
def metered_rest() -> Rest:
    """Give what asks the venue inside the share of its budget that is not for orders."""
    from understudy.adapters.venues.hyperliquid.rest import Rest
    from understudy.adapters.venues.hyperliquid.weights import BudgetMeter

    return Rest(_url(), meter=BudgetMeter(_budget(), CLOCK))


@cache
def _budget() -> DynamoVenueBudget:
    from understudy.adapters.aws.venue_budget import DynamoVenueBudget

    return DynamoVenueBudget(
        Table(clients.dynamodb(), environment.text("THROTTLE_TABLE")),
        environment.text("EGRESS_GROUP"),
        {HYPERLIQUID: environment.count("VENUE_WEIGHT_PER_MINUTE")},
        CLOCK,
    )


@cache
def copying(*queue_names: str) -> CopyPorts:
    """Give what copying needs, with these queues; questions to the venue count with its orders."""
    from understudy.adapters.aws.copy_store import DynamoCopyStore
    from understudy.workflows.copying.views import CopyPorts

    copies = Table(clients.dynamodb(), environment.text("COPYING_TABLE"))
    return CopyPorts(
        store=DynamoCopyStore(copies, markets()),
        venues={HYPERLIQUID: _venue_of(metered_rest())},
        queues=queues(*queue_names),
        budget=_budget(),
        clock=CLOCK,
        epoch=environment.epoch(),
    )
