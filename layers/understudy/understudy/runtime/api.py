"""Puts the API together, once per process: the composition root of its function."""

from __future__ import annotations

import os
from functools import cache, partial
from typing import TYPE_CHECKING

from understudy.adapters.aws import clients
from understudy.adapters.aws.account_store import DynamoAccountStore
from understudy.adapters.aws.agent_keys import LambdaAgentKeys
from understudy.adapters.aws.audit_lookup import LambdaAuditExtracts
from understudy.adapters.aws.call_counts import DynamoCallCounts
from understudy.adapters.aws.identity_store import DynamoIdentityStore
from understudy.adapters.aws.queue_depths import queue_depths
from understudy.adapters.aws.session_store import DynamoSessionStore
from understudy.adapters.aws.switch_board import DynamoSwitchBoard
from understudy.adapters.aws.table import Table
from understudy.adapters.aws.token_secret import StoredKeyRing
from understudy.adapters.aws.wallet_store import DynamoWalletStore
from understudy.adapters.identity.access_tokens import (
    AUDIENCE,
    OPERATORS_AUDIENCE,
    Hs256AccessTokens,
)
from understudy.adapters.identity.contract_wallets import ContractWallets
from understudy.adapters.identity.refresh_tokens import HmacRefreshTokens
from understudy.adapters.identity.siwe import TO_OPERATE, SiweVerifier
from understudy.adapters.ids import RandomIds
from understudy.domain.audit import Actor
from understudy.domain.door_limits import MOST, DoorLimits
from understudy.runtime import environment, parts
from understudy.runtime.api_dependencies import dependencies
from understudy.runtime.api_ports import ApiPorts, Callers, CopyingPorts
from understudy.runtime.api_services import ApiServices, assemble
from understudy.runtime.identity_providers import identity_providers
from understudy.runtime.observability import log_misconfigured
from understudy.runtime.starting import uncollected
from understudy.workflows.requests.operators import Operators
from understudy.workflows.requests.terms import CurrentTerms

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

QUEUES = tuple(environment.QUEUE_URLS)


@cache
@uncollected()
def build(actor: Actor = Actor.API) -> ApiServices:
    """Give the API's workflows on their real ports, from the environment.

    `actor` is who calls, and whose name the audit has for what is done here.
    """
    keys, ask = _custody()
    ports = _ports(keys, actor)
    referral_code = os.environ.get("HYPERLIQUID_REFERRAL_CODE", "")
    queues = partial(queue_depths, clients.sqs(), environment.queue_urls(*QUEUES))
    return assemble(ports, referral_code, dependencies(ports, ask, queues))


def _custody() -> tuple[LambdaAgentKeys, Callable[[], Mapping[str, bool]]]:
    """Give custody for people, who wait for it, and the status's question, which soon gives up."""
    function = environment.text("ENROLL_FUNCTION")

    def standing() -> Mapping[str, bool]:
        # Its client is made when first asked for: no start pays for a question that few ask.
        return LambdaAgentKeys(clients.functions(), function).standing()

    return LambdaAgentKeys(clients.functions_for_people(), function), standing


def _ports(keys: LambdaAgentKeys, actor: Actor) -> ApiPorts:
    database = clients.dynamodb()
    copying = Table(database, environment.text("COPYING_TABLE"))
    people = Table(database, environment.text("IDENTITY_TABLE"))
    identity = DynamoIdentityStore(people)
    is_for_users = actor is Actor.API
    audit = parts.audit_trail(actor)
    return ApiPorts(
        callers=_callers(people if is_for_users else _operators(), is_for_users=is_for_users),
        identity=identity,
        sessions=DynamoSessionStore(people),
        wallets=DynamoWalletStore(people),
        accounts=DynamoAccountStore(people, audit),
        registry=identity,
        profiles=identity,
        copying=cache(partial(_copying, copying, people)),
        switches=DynamoSwitchBoard(copying),
        agent_keys=keys,
        signer_switches=keys,
        bounds=keys,
        providers=identity_providers(),
        clock=parts.CLOCK,
        ids=RandomIds(),
        calls=DynamoCallCounts(Table(database, environment.text("DOOR_TABLE"))),
        door_limits=_door_limits(),
        audit=audit,
        audit_extracts=_audit_extracts(),
        operators=Operators(environment.addresses("OPERATOR_ADDRESSES")),
        epoch=environment.epoch(),
        terms=_current_terms(),
    )


def _copying(table: Table, people: Table) -> CopyingPorts:
    # No start waits for it: who signs in or is recognised needs nothing of it.
    from understudy.runtime.api_copying import copying_ports  # noqa: PLC0415

    return copying_ports(table, people)


def _audit_extracts() -> LambdaAuditExtracts:
    return LambdaAuditExtracts(
        clients.functions_for_people(), environment.text("AUDIT_EXTRACT_FUNCTION")
    )


def _operators() -> Table:
    return Table(clients.dynamodb(), environment.text("OPERATORS_TABLE"))


def _callers(people: Table, *, is_for_users: bool) -> Callers:
    tell = partial(log_misconfigured, "api")
    ring = StoredKeyRing(clients.secrets(), environment.text("TOKEN_SECRET_ID"), tell)
    audience = AUDIENCE if is_for_users else OPERATORS_AUDIENCE
    return Callers(
        identity=DynamoIdentityStore(people),
        sessions=DynamoSessionStore(people),
        verifier=_verifier("" if is_for_users else TO_OPERATE),
        access_tokens=Hs256AccessTokens(ring, environment.text("TOKEN_ISSUER"), audience),
        refresh_tokens=HmacRefreshTokens(ring),
        are_operators=not is_for_users,
    )


def _current_terms() -> CurrentTerms:
    return CurrentTerms(os.environ.get("TERMS_VERSION", ""), os.environ.get("TERMS_URL", ""))


def _verifier(resource: str) -> SiweVerifier:
    return SiweVerifier(
        environment.domains("SIWE_DOMAINS"),
        environment.origins("SIWE_ORIGINS"),
        environment.chain_ids("SIWE_CHAIN_IDS"),
        contracts=_contract_wallets(os.environ.get("SIWE_RPC_URL", "")),
        resource=resource,
    )


def _contract_wallets(url: str) -> ContractWallets | None:
    if not url:
        return None
    # Few deployments ask a chain; the others need nothing that can.
    from understudy.adapters.identity.bounded_http import BoundedHttp  # noqa: PLC0415

    return ContractWallets(BoundedHttp(url, "SIWE_RPC_URL").post)


def _door_limits() -> DoorLimits:
    count = partial(environment.count, most=MOST)
    return DoorLimits(
        burst=count("DOOR_BURST"),
        per_second=count("DOOR_PER_SECOND"),
        attempts=count("DOOR_ATTEMPTS"),
        attempts_per_minute=count("DOOR_ATTEMPTS_PER_MINUTE"),
    )
