"""Puts the signer together, once per process: the composition root of the custody functions."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from custody.agents import AuthorityKind
from custody.authorities import Authorities
from custody.aws.agent_store import DynamoAgentStore
from custody.aws.key_vault import KmsKeyVault
from custody.aws.signing_store import DynamoSigningStore
from custody.doors import (
    KEYS_ALIAS,
    OPENED_BY,
    SIGN_ALIAS,
    Answer,
    Door,
    Event,
    enrolment_door,
    signing_door,
)
from custody.enrolment import Enrolment
from custody.keys import WrappedKeys
from custody.settings import settings_from
from custody.signer import IntentSigner
from custody.standing import NOBODY, SERVER_WALLETS, STORE, VAULT, Standing, require_working
from understudy.adapters.aws import clients
from understudy.adapters.aws.attempts import translated
from understudy.adapters.aws.audit_stamps import KmsStamps
from understudy.adapters.clock import SystemClock
from understudy.domain.audit import Actor

if TYPE_CHECKING:
    from custody.authorities import Authority
    from custody.migration.migration import Migration
    from custody.migration.ports import LegacyStore
    from custody.server_wallets import ServerWallets
    from custody.settings import Settings, WalletPlace
    from custody.standing import Tell
    from custody.store import AgentStore

# Lanes wait for the cloud, not for the processor; a batch has at most ten of them.
_LANES_AT_ONCE = 10


@cache
def doors(tell: Tell) -> Mapping[str, Door]:
    """Build what each alias of the function opens, from the environment.

    `tell` gets the name of a part that is set up wrongly, and what is wrong.
    """
    settings = settings_from(os.environ)
    database, clock = clients.dynamodb(), SystemClock()
    keys = authorities(settings)
    stamps = KmsStamps(clients.kms(), settings.audit_row_key_id, Actor.SIGNER)
    signer = IntentSigner(
        DynamoSigningStore(database, settings.tables, stamps),
        keys,
        clock,
        settings.terms,
        tell,
        ThreadPoolExecutor(_LANES_AT_ONCE, thread_name_prefix="lane"),
    )
    agents = DynamoAgentStore(database, settings.tables, stamps)
    enrolment = Enrolment(
        agents,
        keys,
        clock,
        settings.policy,
        authority=settings.authority,
        builder=settings.terms.builder,
    )
    standing = Standing(clock, tell, _parts(settings, agents)).now
    enrolling = {alias: enrolment_door(enrolment, alias, standing) for alias in OPENED_BY}
    keys_care = partial(_care_for_keys, settings, stamps)
    return {SIGN_ALIAS: signing_door(signer), KEYS_ALIAS: keys_care, **enrolling}


def authorities(settings: Settings) -> Authorities:
    """Give every authority that the deployment has, none of them built yet."""
    makers: dict[AuthorityKind, Callable[[], Authority]] = {
        AuthorityKind.KMS_WRAPPED: partial(_wrapped, settings),
        AuthorityKind.KMS_RESIDENT: partial(_resident, settings),
        AuthorityKind.DEVELOPMENT: _development,
    }
    if settings.wallets is not None:
        makers[AuthorityKind.SERVER_WALLET] = partial(_at_the_provider, settings.wallets)
    return Authorities(makers)


def _parts(settings: Settings, agents: AgentStore) -> Mapping[str, Callable[[], object]]:
    parts: dict[str, Callable[[], object]] = {
        STORE: partial(agents.agent, NOBODY),
        VAULT: lambda: require_working(_vault(settings)),
    }
    if settings.wallets is not None:
        place = settings.wallets
        parts[SERVER_WALLETS] = lambda: _at_the_provider(place).require_answer()
    return parts


def _wrapped(settings: Settings) -> Authority:
    return WrappedKeys(_vault(settings))


def _vault(settings: Settings) -> KmsKeyVault:
    return KmsKeyVault(clients.kms(), settings.agent_keys)


# What few requests need is imported when the first of them comes, not when the function starts.
def _care_for_keys(settings: Settings, stamps: KmsStamps, event: Event) -> Answer:
    from custody.aws.legacy_store import DynamoLegacyStore
    from custody.aws.sealed_agents import DynamoSealedAgents
    from custody.key_care import keys_door, rewrap
    from custody.migration.door import migrate, no_chain, take_over
    from custody.rewrapping import Rewrapping

    database, clock = clients.dynamodb(), SystemClock()
    agents = DynamoSealedAgents(database, settings.tables, stamps)
    legacy = DynamoLegacyStore(database, settings.tables, stamps)
    operations = {
        "rewrap": rewrap(Rewrapping(agents, _vault(settings), clock)),
        "take_over": take_over(legacy, clock),
        # A real chain comes with the venue whose wallets the older system has.
        "migrate": migrate(
            legacy,
            clock,
            partial(_on_the_stand_in, settings, legacy) if settings.older_system else no_chain,
        ),
    }
    return keys_door(operations)(event)


def _on_the_stand_in(settings: Settings, legacy: LegacyStore) -> Migration:
    from custody.migration.legacy_keys import LegacyKeys
    from custody.migration.migration import Migration
    from custody.migration.stand_in import SECRET, StandIn, StandInChain, StandInDesk

    stand_in = StandIn(os.environ, settings.older_system)
    return Migration(
        legacy,
        LegacyKeys(SECRET),
        authorities(settings).of(settings.authority),
        StandInChain(stand_in),
        StandInDesk(stand_in),
        SystemClock(),
    )


def _resident(settings: Settings) -> Authority:
    from custody.aws.resident_keys import ResidentKeys

    return ResidentKeys(clients.kms(), settings.role)


@cache
def _at_the_provider(place: WalletPlace) -> ServerWallets:
    from custody.server_wallets import ServerWallets, WalletService

    def read_token() -> str:
        try:  # once: it counts with the time that a lane has
            secret = clients.secrets().get_secret_value(SecretId=place.token_secret_id)
        except (ClientError, BotoCoreError) as error:
            raise translated(error) from error
        return str(secret.get("SecretString", ""))

    return ServerWallets(WalletService(place.url, read_token))


def _development() -> Authority:
    from custody.development import DevelopmentKeys

    return DevelopmentKeys(os.environ)
