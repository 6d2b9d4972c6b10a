"""Everything outside that the API's workflows use, as one value; tests give it ports in memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from understudy.domain.door_limits import DoorLimits
from understudy.domain.identity import AuthMethod
from understudy.ports.accounts import AccountStore
from understudy.ports.agents import (
    AgentKeys,
    AgentRegistry,
    BoundsKeeper,
    SignerSwitches,
)
from understudy.ports.audit import AuditExtracts, AuditTrail
from understudy.ports.call_counts import CallCounts
from understudy.ports.clock import Clock
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
from understudy.ports.wallets import WalletStore
from understudy.workflows.requests.operators import Operators
from understudy.workflows.requests.terms import CurrentTerms

if TYPE_CHECKING:
    from understudy.ports.accounts import CopyRecords
    from understudy.ports.agents import AgentApprovals
    from understudy.ports.copying import CopyStore, LeaderStore, MarketStore
    from understudy.ports.delivery import Queues
    from understudy.ports.directory import FollowDirectory
    from understudy.ports.venue import Venue

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


class CopyingPorts(NamedTuple):
    """What requests about follows and agents use; signing in and being recognised need none of it.

    `ask_venue` asks a question past the venue's port, to see that it answers.
    """

    records: CopyRecords
    copies: CopyStore
    directory: FollowDirectory
    leaders: LeaderStore
    markets: MarketStore
    queues: Queues
    venue: Venue
    approvals: AgentApprovals
    ask_venue: Callable[[dict[str, Any]], Any]


@dataclass(frozen=True, slots=True)
class ApiPorts:
    """Stores, custody, verifiers, time, what a deployment says, and what gives the copying side.

    `identity` and `sessions` are the users', whoever the callers are. `copying` gives the same each
    time.
    """

    callers: Callers
    identity: IdentityStore
    sessions: SessionStore
    wallets: WalletStore
    accounts: AccountStore
    registry: AgentRegistry
    profiles: CopyProfiles
    copying: Callable[[], CopyingPorts]
    switches: SwitchBoard
    agent_keys: AgentKeys
    signer_switches: SignerSwitches
    bounds: BoundsKeeper
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
