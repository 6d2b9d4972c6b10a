"""The workflows of the API, each put together from ports when a route first asks for it.

Its module is imported then too: a start waits for no workflow that its first request does not need.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from understudy.adapters.memory.call_counts import InMemoryCallCounts
from understudy.runtime.api_ports import ApiPorts
from understudy.runtime.observability import log_misconfigured
from understudy.workflows.requests.door import Door
from understudy.workflows.requests.sessions import Sessions
from understudy.workflows.requests.standings import Standings
from understudy.workflows.requests.terms import Terms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from understudy.domain.errors import ConfigurationError
    from understudy.runtime.seldom_services import SeldomServices
    from understudy.workflows.requests.agents import Agents
    from understudy.workflows.requests.confirming import Confirming
    from understudy.workflows.requests.copies import Copies
    from understudy.workflows.requests.copy_profiles import CopySettings
    from understudy.workflows.requests.follow_changes import OwnFollows
    from understudy.workflows.requests.follow_deeds import FollowDeeds
    from understudy.workflows.requests.follow_lifecycle import FollowLifecycle
    from understudy.workflows.requests.follows import Follows
    from understudy.workflows.requests.myself import Myself
    from understudy.workflows.requests.operators import OperatorRecord
    from understudy.workflows.requests.portfolio import Portfolios
    from understudy.workflows.requests.provider_sign_in import ProviderSignIn
    from understudy.workflows.requests.session_endings import SessionEndings
    from understudy.workflows.requests.sign_in import SignIn
    from understudy.workflows.requests.signing_bounds import OwnBounds
    from understudy.workflows.requests.system_status import Dependency, SystemStatus
    from understudy.workflows.requests.wallet_links import WalletLinks
    from understudy.workflows.requests.wallet_proofs import WalletProofs


def assemble(
    ports: ApiPorts, referral_code: str, dependencies: Sequence[Dependency]
) -> ApiServices:
    """Join ports to workflows."""
    return ApiServices(ports, referral_code, dependencies)


class ApiServices:
    """What a route may call. What nearly every request needs is there from the start."""

    def __init__(
        self, ports: ApiPorts, referral_code: str, dependencies: Sequence[Dependency]
    ) -> None:
        self._ports = ports
        self._referral_code = referral_code
        self._dependencies = dependencies
        self._standings = Standings(ports.callers.sessions, ports.clock)
        self.identity = ports.identity
        self.clock = ports.clock
        self.operators = ports.operators
        self.door = Door(ports.calls, InMemoryCallCounts(), ports.door_limits, ports.clock)
        self.terms = Terms(ports.identity, ports.accounts, ports.audit, ports.clock, ports.terms)
        self.sessions = Sessions(
            store=ports.callers.sessions,
            standings=self._standings,
            access=ports.callers.access_tokens,
            refresh_tokens=ports.callers.refresh_tokens,
            clock=ports.clock,
            ids=ports.ids,
            audit=ports.audit,
        )

    @cached_property
    def myself(self) -> Myself:
        """Show users themselves."""
        from understudy.workflows.requests.myself import Myself

        ports = self._ports
        return Myself(ports.identity, ports.switches, ports.registry, ports.clock)

    @cached_property
    def session_endings(self) -> SessionEndings:
        """End sessions of those who sign in here."""
        from understudy.workflows.requests.session_endings import SessionEndings

        ports = self._ports
        return SessionEndings(ports.callers.sessions, self._standings, ports.audit, ports.clock)

    @cached_property
    def sign_in(self) -> SignIn:
        """Let wallets in."""
        from understudy.workflows.requests.sign_in import SignIn

        ports = self._ports
        return SignIn(
            store=ports.callers.identity,
            proofs=self._proofs,
            sessions=self.sessions,
            clock=ports.clock,
            ids=ports.ids,
            operators=ports.operators if ports.callers.are_operators else None,
        )

    @cached_property
    def provider_sign_in(self) -> ProviderSignIn:
        """Let in whom a provider vouches for."""
        from understudy.workflows.requests.provider_sign_in import ProviderSignIn

        ports = self._ports
        return ProviderSignIn(
            ports.identity, ports.providers, self.sessions, ports.clock, ports.ids, ports.audit
        )

    @cached_property
    def wallet_links(self) -> WalletLinks:
        """Link wallets, choose the active one, remove others."""
        from understudy.workflows.requests.holds import Holds
        from understudy.workflows.requests.wallet_links import WalletLinks, WalletUses

        ports = self._ports
        return WalletLinks(
            identity=ports.identity,
            wallets=ports.wallets,
            proofs=self._proofs,
            uses=WalletUses(ports.copying().copies, ports.registry),
            sessions=ports.sessions,
            endings=self.session_endings,
            holds=Holds(ports.switches),
            audit=ports.audit,
            clock=ports.clock,
            ids=ports.ids,
        )

    @cached_property
    def agents(self) -> Agents:
        """Delegate to agents."""
        from understudy.workflows.requests.agents import Agents

        ports = self._ports
        return Agents(
            registry=ports.registry,
            identity=ports.identity,
            keys=ports.agent_keys,
            approvals=ports.copying().approvals,
            switches=ports.switches,
            follows=self._own,
            clock=ports.clock,
            referral_code=self._referral_code,
        )

    @cached_property
    def confirming(self) -> Confirming:
        """Take wallets' signatures in."""
        from understudy.workflows.requests.confirming import Confirming

        ports = self._ports
        return Confirming(
            self.agents, ports.registry, ports.identity, self.terms, ports.audit, ports.clock
        )

    @cached_property
    def bounds(self) -> OwnBounds:
        """Narrow and widen what agents may sign."""
        from understudy.workflows.requests.signing_bounds import OwnBounds

        ports = self._ports
        return OwnBounds(ports.registry, ports.bounds, ports.copying().markets)

    @cached_property
    def follows(self) -> Follows:
        """Make and change follows."""
        from understudy.workflows.requests.follows import Follows

        ports = self._ports
        return Follows(
            own=self._own,
            identity=ports.identity,
            profiles=ports.profiles,
            markets=ports.copying().markets,
            switches=ports.switches,
            clock=ports.clock,
            ids=ports.ids,
            epoch=ports.epoch,
        )

    @cached_property
    def lifecycle(self) -> FollowLifecycle:
        """Start, pause and end follows."""
        from understudy.workflows.requests.follow_lifecycle import FollowLifecycle

        ports = self._ports
        return FollowLifecycle(
            own=self._own,
            registry=ports.registry,
            identity=ports.identity,
            leaders=ports.copying().leaders,
            markets=ports.copying().markets,
            switches=ports.switches,
            venue=ports.copying().venue,
            queues=ports.copying().queues,
            clock=ports.clock,
            epoch=ports.epoch,
        )

    @cached_property
    def follow_deeds(self) -> FollowDeeds:
        """Do what users do to follows, and write it down."""
        from understudy.workflows.requests.follow_deeds import FollowDeeds

        return FollowDeeds(self.follows, self.lifecycle, self._ports.audit, self.clock)

    @cached_property
    def operator_record(self) -> OperatorRecord:
        """Write down what operators do, and who would be one."""
        from understudy.workflows.requests.operators import OperatorRecord

        return OperatorRecord(self._ports.audit, self.clock)

    @cached_property
    def copy_settings(self) -> CopySettings:
        """Keep a user's defaults, and their own switch."""
        from understudy.workflows.requests.copy_profiles import CopySettings

        ports = self._ports
        return CopySettings(
            profiles=ports.profiles,
            markets=ports.copying().markets,
            switches=ports.switches,
            own=self._own,
            lifecycle=self.lifecycle,
            audit=ports.audit,
            clock=ports.clock,
        )

    @cached_property
    def portfolios(self) -> Portfolios:
        """Show what follows hold."""
        from understudy.workflows.requests.portfolio import Portfolios

        return Portfolios(self._own, self._ports.copying().markets)

    @cached_property
    def copies(self) -> Copies:
        """Show what was copied."""
        from understudy.workflows.requests.copies import Copies

        return Copies(self._ports.copying().directory, self._own)

    @cached_property
    def system(self) -> SystemStatus:
        """Show what all depends on."""
        from understudy.workflows.requests.system_status import SystemStatus

        return SystemStatus(self._dependencies, self._ports.clock, _tell)

    @cached_property
    def seldom(self) -> SeldomServices:
        """Take leave, tell everything, operate."""
        from understudy.runtime.seldom_services import seldom_services

        return seldom_services(self._ports, self.lifecycle, self.agents, self.session_endings)

    @cached_property
    def _own(self) -> OwnFollows:
        from understudy.workflows.requests.follow_changes import OwnFollows

        return OwnFollows(self._ports.copying().copies, self._ports.copying().directory)

    @cached_property
    def _proofs(self) -> WalletProofs:
        from understudy.workflows.requests.wallet_proofs import WalletProofs

        ports, callers = self._ports, self._ports.callers
        return WalletProofs(callers.identity, callers.verifier, ports.clock, ports.ids)


def _tell(dependency: str, error: ConfigurationError) -> None:
    log_misconfigured("api", error, dependency=dependency)
