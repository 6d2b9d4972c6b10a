"""What operators do, put together on a deployed stack: past the API, and in the caller's name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from understudy.adapters.aws.account_store import DynamoAccountStore
from understudy.adapters.aws.agent_keys import LambdaAgentKeys
from understudy.adapters.aws.audit_lookup import DynamoAuditLookup
from understudy.adapters.aws.copy_store import DynamoCopyStore
from understudy.adapters.aws.follow_directory import DynamoFollowDirectory
from understudy.adapters.aws.identity_store import DynamoIdentityStore
from understudy.adapters.aws.leader_store import DynamoLeaderStore
from understudy.adapters.aws.market_store import DynamoMarketStore
from understudy.adapters.aws.queues import QueueUrls, SqsQueues
from understudy.adapters.aws.session_store import DynamoSessionStore
from understudy.adapters.aws.switch_board import DynamoSwitchBoard
from understudy.adapters.aws.table import Table
from understudy.adapters.clock import SystemClock
from understudy.adapters.venues.hyperliquid.approvals import HyperliquidApprovals
from understudy.adapters.venues.hyperliquid.client import HyperliquidVenue
from understudy.adapters.venues.hyperliquid.constants import Chain
from understudy.adapters.venues.hyperliquid.rest import Rest
from understudy.domain.replacing import replace
from understudy.ports.audit import AuditLookup
from understudy.workflows.requests.agents import Agents
from understudy.workflows.requests.follow_changes import OwnFollows
from understudy.workflows.requests.follow_lifecycle import FollowLifecycle
from understudy.workflows.requests.operator_actions import OperatorActions
from understudy.workflows.requests.operator_switches import OperatorSwitches
from understudy.workflows.requests.operators import Deed, OperatorRecord
from understudy.workflows.requests.session_endings import OPERATORS, EverySession, SessionEndings
from understudy.workflows.requests.standings import Standings

if TYPE_CHECKING:
    from cli.ops.place import Place

CLOCK = SystemClock()


@dataclass(frozen=True, slots=True)
class Operating:
    """The operators' workflows of one stack."""

    switches: OperatorSwitches
    actions: OperatorActions
    endings: EverySession
    lookup: AuditLookup


def deed_of(place: Place, reason: str) -> Deed:
    """Name who runs this command, as the cloud knows them."""
    operator = str(place.client("sts").get_caller_identity()["Arn"])
    return Deed(operator, reason, CLOCK.now_ms())


def operating(place: Place) -> Operating:
    """Give what operators do on a stack; nothing is asked before it is used."""
    dynamodb = place.client("dynamodb")
    copying = Table(dynamodb, place.resource("CopyingTable"))
    markets = DynamoMarketStore(Table(dynamodb, place.resource("MarketTable")), CLOCK)
    people = Table(dynamodb, place.resource("IdentityTable"))
    identity, board = DynamoIdentityStore(people), DynamoSwitchBoard(copying)
    own = OwnFollows(DynamoCopyStore(copying, markets), DynamoFollowDirectory(copying))
    signer = LambdaAgentKeys(place.client("lambda"), f"{place.resource('SignerFunction')}:operate")
    audit = place.audit_trail()
    record = OperatorRecord(audit, CLOCK)
    rest, chain = Rest(place.parameters["HyperliquidUrl"]), _chain(place)
    agents = Agents(
        registry=identity,
        identity=identity,
        keys=signer,
        approvals=HyperliquidApprovals(rest, chain),
        switches=board,
        follows=own,
        clock=CLOCK,
    )
    lifecycle = FollowLifecycle(
        own=own,
        registry=identity,
        identity=identity,
        leaders=DynamoLeaderStore(copying),
        markets=markets,
        switches=board,
        venue=HyperliquidVenue(rest, chain, CLOCK),
        queues=_queues(place),
        clock=CLOCK,
    )
    users = _endings(people, record)
    callers = Table(dynamodb, place.resource("OperatorsTable"))
    operators = replace(_endings(callers, record), everybody=OPERATORS)
    return Operating(
        OperatorSwitches(identity, DynamoAccountStore(people, audit), board, signer, record),
        OperatorActions(identity, agents, own, lifecycle, users, board, record),
        EverySession(users, operators),
        DynamoAuditLookup(Table(dynamodb, place.resource("AuditTable"))),
    )


def _endings(people: Table, record: OperatorRecord) -> SessionEndings:
    sessions = DynamoSessionStore(people)
    return SessionEndings(sessions, Standings(sessions, CLOCK), record.audit, CLOCK)


def _chain(place: Place) -> Chain:
    return Chain(place.parameters["HyperliquidChain"])


def _queues(place: Place) -> SqsQueues:
    urls = QueueUrls(follower_execute=place.resource("FollowerExecuteQueue"))
    return SqsQueues(place.client("sqs"), urls)
