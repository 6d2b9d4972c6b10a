"""The workflows that few requests need: no start of the API waits for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from understudy.domain.replacing import replace
from understudy.workflows.requests.account_deletion import AccountDeletion
from understudy.workflows.requests.account_export import AccountExports
from understudy.workflows.requests.holds import Holds
from understudy.workflows.requests.operator_actions import OperatorActions
from understudy.workflows.requests.operator_switches import OperatorSwitches
from understudy.workflows.requests.operators import OperatorRecord
from understudy.workflows.requests.session_endings import OPERATORS, EverySession, SessionEndings
from understudy.workflows.requests.standings import Standings

if TYPE_CHECKING:
    from understudy.runtime.api_ports import ApiPorts
    from understudy.workflows.requests.agents import Agents
    from understudy.workflows.requests.follow_lifecycle import FollowLifecycle


@dataclass(frozen=True, slots=True)
class SeldomServices:
    """What takes leave, tells everything, or operates."""

    deletion: AccountDeletion
    exports: AccountExports
    operator_switches: OperatorSwitches
    operator_actions: OperatorActions
    every_session: EverySession


def seldom_services(
    ports: ApiPorts, lifecycle: FollowLifecycle, agents: Agents, endings: SessionEndings
) -> SeldomServices:
    """Join ports to these workflows."""
    record = OperatorRecord(ports.audit, ports.clock)
    users = SessionEndings(
        ports.sessions, Standings(ports.sessions, ports.clock), ports.audit, ports.clock
    )
    return SeldomServices(
        deletion=AccountDeletion(
            identity=ports.identity,
            accounts=ports.accounts,
            records=ports.copying().records,
            lifecycle=lifecycle,
            agents=agents,
            standings=endings.standings,
            holds=Holds(ports.switches),
            audit=ports.audit,
            clock=ports.clock,
        ),
        exports=_exports(ports),
        operator_switches=OperatorSwitches(
            ports.identity, ports.accounts, ports.switches, ports.signer_switches, record
        ),
        operator_actions=OperatorActions(
            ports.identity, agents, lifecycle.own, lifecycle, users, ports.switches, record
        ),
        every_session=EverySession(users, replace(endings, everybody=OPERATORS)),
    )


def _exports(ports: ApiPorts) -> AccountExports:
    return AccountExports(
        identity=ports.identity,
        stored_sessions=ports.sessions,
        stored_accounts=ports.accounts,
        registry=ports.registry,
        profiles=ports.profiles,
        switches=ports.switches,
        copies=ports.copying().copies,
        directory=ports.copying().directory,
        audit=ports.audit,
        extracts=ports.audit_extracts,
        clock=ports.clock,
    )
