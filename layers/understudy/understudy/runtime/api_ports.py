"""Everything outside that the API's workflows use, as one value; tests give it ports in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from understudy.domain.door_limits import DoorLimits
from understudy.domain.identity import AuthMethod
from understudy.ports.accounts import AccountStore, CopyRecords
from understudy.ports.agents import (
    AgentApprovals,
    AgentKeys,
    AgentRegistry,
    BoundsKeeper,
    SignerSwitches,
)
from understudy.ports.audit import AuditExtracts, AuditTrail
from understudy.ports.call_counts import CallCounts
from understudy.ports.clock import Clock
from understudy.ports.copying import CopyStore, LeaderStore, MarketStore
from understudy.ports.delivery import Queues
from understudy.ports.directory import FollowDirectory
from understudy.ports.identity import (
    AccessTokens,
    IdentityStore,
    Ids,
    ProviderVerifier,
    RefreshTokens,
    SignInVerifier,
)
from understudy.ports.profiles import CopyProfiles
from understudy.ports.sessions import SessionStore
from understudy.ports.switches import SwitchBoard
from understudy.ports.venue import Venue
from understudy.ports.wallets import WalletStore
from understudy.workflows.requests.operators import Operators
from understudy.workflows.requests.terms import CurrentTerms

NO_OPERATORS = Operators()


@dataclass(frozen=True, slots=True)
class Callers:
    """Who signs in at this door and what proves it: users at the API, operators at theirs."""

    identity: IdentityStore
    sessions: SessionStore
    verifier: SignInVerifier
    access_tokens: AccessTokens
    refresh_tokens: RefreshTokens
    are_operators: bool = False


@dataclass(frozen=True, slots=True)
class ApiPorts:
    """Stores, the venue, custody, verifiers, time, and what a deployment says.

    `identity` and `sessions` are the users', whoever the callers are.
    """

    callers: Callers
    identity: IdentityStore
    sessions: SessionStore
    wallets: WalletStore
    accounts: AccountStore
    records: CopyRecords
    registry: AgentRegistry
    profiles: CopyProfiles
    copies: CopyStore
    directory: FollowDirectory
    leaders: LeaderStore
    markets: MarketStore
    switches: SwitchBoard
    queues: Queues
    venue: Venue
    agent_keys: AgentKeys
    signer_switches: SignerSwitches
    bounds: BoundsKeeper
    approvals: AgentApprovals
    clock: Clock
    ids: Ids
    calls: CallCounts
    door_limits: DoorLimits
    audit: AuditTrail
    audit_extracts: AuditExtracts
    providers: Mapping[AuthMethod, ProviderVerifier] = field(default_factory=dict)
    operators: Operators = NO_OPERATORS
    epoch: int = 0
    terms: CurrentTerms = field(default_factory=CurrentTerms)
