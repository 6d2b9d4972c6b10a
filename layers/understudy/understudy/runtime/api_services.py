"""The workflows of the API, put together from ports; tests give it ports in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from understudy.adapters.memory.call_counts import InMemoryCallCounts
from understudy.domain.door_limits import DoorLimits
from understudy.domain.identity import AuthMethod
from understudy.ports.agents import (
    AgentApprovals,
    AgentKeys,
    AgentRegistry,
    BoundsKeeper,
    SignerSwitches,
)
from understudy.ports.audit import AuditTrail
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
from understudy.ports.switches import SwitchBoard
from understudy.ports.venue import Venue
from understudy.workflows.requests.agents import Agents, BuilderTerms
from understudy.workflows.requests.copies import Copies
from understudy.workflows.requests.copy_profiles import CopySettings
from understudy.workflows.requests.door import Door
from understudy.workflows.requests.follow_changes import OwnFollows
from understudy.workflows.requests.follow_lifecycle import FollowLifecycle
from understudy.workflows.requests.follows import Follows
from understudy.workflows.requests.operator_actions import OperatorActions
from understudy.workflows.requests.operator_switches import OperatorSwitches
from understudy.workflows.requests.operators import OperatorRecord, Operators
from understudy.workflows.requests.portfolio import Portfolios
from understudy.workflows.requests.provider_sign_in import ProviderSignIn
from understudy.workflows.requests.sessions import Sessions
from understudy.workflows.requests.sign_in import SignIn
from understudy.workflows.requests.signing_bounds import OwnBounds
from understudy.workflows.requests.system_status import Dependency, SystemStatus

if TYPE_CHECKING:
    from collections.abc import Sequence


NO_OPERATORS = Operators()


@dataclass(frozen=True, slots=True)
class ApiPorts:
    """Everything outside that the API's workflows use."""

    identity: IdentityStore
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
    verifier: SignInVerifier
    access_tokens: AccessTokens
    refresh_tokens: RefreshTokens
    clock: Clock
    ids: Ids
    calls: CallCounts
    door_limits: DoorLimits
    audit: AuditTrail
    providers: Mapping[AuthMethod, ProviderVerifier] = field(default_factory=dict)
    operators: Operators = NO_OPERATORS
    epoch: int = 0


@dataclass(frozen=True, slots=True)
class ApiServices:
    """What a route may call."""

    identity: IdentityStore
    sessions: Sessions
    sign_in: SignIn
    provider_sign_in: ProviderSignIn
    agents: Agents
    bounds: OwnBounds
    follows: Follows
    lifecycle: FollowLifecycle
    copy_settings: CopySettings
    portfolios: Portfolios
    copies: Copies
    system: SystemStatus
    door: Door
    clock: Clock
    operators: Operators
    operator_switches: OperatorSwitches
    operator_actions: OperatorActions


def assemble(
    ports: ApiPorts, terms: BuilderTerms, dependencies: Sequence[Dependency]
) -> ApiServices:
    """Join ports to workflows."""
    own = OwnFollows(ports.copies, ports.directory)
    sessions = Sessions(
        ports.identity,
        ports.access_tokens,
        ports.refresh_tokens,
        ports.clock,
        ports.ids,
        ports.audit,
    )
    lifecycle = _lifecycle(ports, own)
    agents = _agents(ports, own, terms)
    record = OperatorRecord(ports.audit, ports.clock)
    return ApiServices(
        identity=ports.identity,
        sessions=sessions,
        sign_in=SignIn(ports.identity, ports.verifier, sessions, ports.clock, ports.ids),
        provider_sign_in=ProviderSignIn(
            ports.identity, ports.providers, sessions, ports.clock, ports.ids
        ),
        agents=agents,
        bounds=OwnBounds(ports.registry, ports.bounds),
        follows=_follows(ports, own),
        lifecycle=lifecycle,
        copy_settings=_copy_settings(ports, own, lifecycle),
        portfolios=Portfolios(own, ports.markets),
        copies=Copies(ports.directory, own),
        system=SystemStatus(dependencies, ports.clock),
        door=Door(ports.calls, InMemoryCallCounts(), ports.door_limits, ports.clock),
        clock=ports.clock,
        operators=ports.operators,
        operator_switches=OperatorSwitches(
            ports.identity, ports.switches, ports.signer_switches, record
        ),
        operator_actions=OperatorActions(
            ports.identity, agents, own, lifecycle, ports.switches, record
        ),
    )


def _agents(ports: ApiPorts, own: OwnFollows, terms: BuilderTerms) -> Agents:
    return Agents(
        registry=ports.registry,
        identity=ports.identity,
        keys=ports.agent_keys,
        approvals=ports.approvals,
        switches=ports.switches,
        follows=own,
        clock=ports.clock,
        terms=terms,
    )


def _copy_settings(ports: ApiPorts, own: OwnFollows, lifecycle: FollowLifecycle) -> CopySettings:
    return CopySettings(
        ports.profiles,
        ports.markets,
        ports.switches,
        own,
        lifecycle,
        ports.audit,
        ports.clock,
    )


def _follows(ports: ApiPorts, own: OwnFollows) -> Follows:
    return Follows(
        own=own,
        identity=ports.identity,
        profiles=ports.profiles,
        markets=ports.markets,
        switches=ports.switches,
        clock=ports.clock,
        ids=ports.ids,
        epoch=ports.epoch,
    )


def _lifecycle(ports: ApiPorts, own: OwnFollows) -> FollowLifecycle:
    return FollowLifecycle(
        own=own,
        registry=ports.registry,
        identity=ports.identity,
        leaders=ports.leaders,
        markets=ports.markets,
        switches=ports.switches,
        venue=ports.venue,
        queues=ports.queues,
        clock=ports.clock,
    )
