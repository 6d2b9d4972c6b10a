"""The workflows of the API, put together from ports; tests give it ports in memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from typing import TYPE_CHECKING

from understudy.adapters.memory.call_counts import InMemoryCallCounts
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
from understudy.ports.sessions import SessionStore
from understudy.ports.switches import SwitchBoard
from understudy.ports.venue import Venue
from understudy.ports.wallets import WalletStore
from understudy.workflows.requests.agents import Agents, BuilderTerms
from understudy.workflows.requests.copies import Copies
from understudy.workflows.requests.copy_profiles import CopySettings
from understudy.workflows.requests.door import Door
from understudy.workflows.requests.follow_changes import OwnFollows
from understudy.workflows.requests.follow_lifecycle import FollowLifecycle
from understudy.workflows.requests.follows import Follows
from understudy.workflows.requests.myself import Myself
from understudy.workflows.requests.operators import Operators
from understudy.workflows.requests.portfolio import Portfolios
from understudy.workflows.requests.provider_sign_in import ProviderSignIn
from understudy.workflows.requests.session_endings import SessionEndings
from understudy.workflows.requests.sessions import Sessions
from understudy.workflows.requests.sign_in import SignIn
from understudy.workflows.requests.signing_bounds import OwnBounds
from understudy.workflows.requests.standings import Standings
from understudy.workflows.requests.system_status import Dependency, SystemStatus
from understudy.workflows.requests.terms import CurrentTerms, Terms
from understudy.workflows.requests.wallet_links import WalletLinks, WalletUses
from understudy.workflows.requests.wallet_proofs import WalletProofs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from understudy.runtime.seldom_services import SeldomServices  # noqa: TC004  # no record


NO_OPERATORS = Operators()


@dataclass(frozen=True, slots=True)
class ApiPorts:
    """Everything outside that the API's workflows use."""

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
    terms: CurrentTerms = field(default_factory=CurrentTerms)


@dataclass(frozen=True, slots=True)
class ApiServices:
    """What a route may call; what few routes do is put together when one of them comes."""

    identity: IdentityStore
    myself: Myself
    sessions: Sessions
    session_endings: SessionEndings
    sign_in: SignIn
    wallet_links: WalletLinks
    terms: Terms
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
    seldom: Callable[[], SeldomServices]


def assemble(
    ports: ApiPorts, terms: BuilderTerms, dependencies: Sequence[Dependency]
) -> ApiServices:
    """Join ports to workflows."""
    own = OwnFollows(ports.copies, ports.directory)
    standings = Standings(ports.sessions, ports.clock)
    sessions = _sessions(ports, standings)
    endings = SessionEndings(ports.sessions, standings, ports.audit, ports.clock)
    proofs = WalletProofs(ports.identity, ports.verifier, ports.clock, ports.ids)
    lifecycle, agents = _lifecycle(ports, own), _agents(ports, own, terms)
    return ApiServices(
        identity=ports.identity,
        myself=Myself(ports.identity, ports.switches),
        sessions=sessions,
        session_endings=endings,
        sign_in=SignIn(ports.identity, proofs, sessions, ports.clock, ports.ids),
        wallet_links=_wallet_links(ports, proofs, endings),
        provider_sign_in=ProviderSignIn(
            ports.identity, ports.providers, sessions, ports.clock, ports.ids
        ),
        terms=Terms(ports.identity, ports.accounts, ports.audit, ports.clock, ports.terms),
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
        seldom=cache(partial(_seldom, ports, lifecycle, agents, endings)),
    )


def _seldom(
    ports: ApiPorts, lifecycle: FollowLifecycle, agents: Agents, endings: SessionEndings
) -> SeldomServices:
    from understudy.runtime.seldom_services import seldom_services  # noqa: PLC0415

    return seldom_services(ports, lifecycle, agents, endings)


def _sessions(ports: ApiPorts, standings: Standings) -> Sessions:
    return Sessions(
        store=ports.sessions,
        standings=standings,
        access=ports.access_tokens,
        refresh_tokens=ports.refresh_tokens,
        clock=ports.clock,
        ids=ports.ids,
        audit=ports.audit,
    )


def _copy_settings(ports: ApiPorts, own: OwnFollows, lifecycle: FollowLifecycle) -> CopySettings:
    return CopySettings(
        profiles=ports.profiles,
        markets=ports.markets,
        switches=ports.switches,
        own=own,
        lifecycle=lifecycle,
        audit=ports.audit,
        clock=ports.clock,
    )


def _wallet_links(ports: ApiPorts, proofs: WalletProofs, endings: SessionEndings) -> WalletLinks:
    return WalletLinks(
        identity=ports.identity,
        wallets=ports.wallets,
        proofs=proofs,
        uses=WalletUses(ports.copies, ports.registry),
        sessions=ports.sessions,
        endings=endings,
        audit=ports.audit,
        clock=ports.clock,
        ids=ports.ids,
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
