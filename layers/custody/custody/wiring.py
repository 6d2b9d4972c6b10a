"""Puts the signer together, once per process: the composition root of the custody functions."""

from __future__ import annotations

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from custody.aws.agent_store import DynamoAgentStore
from custody.aws.key_vault import KmsKeyVault
from custody.aws.signing_store import DynamoSigningStore
from custody.doors import OPENED_BY, SIGN_ALIAS, Door, enrolment_door, signing_door
from custody.enrolment import Enrolment
from custody.settings import settings_from
from custody.signer import IntentSigner
from understudy.adapters.aws import clients
from understudy.adapters.aws.audit_stamps import KmsStamps
from understudy.adapters.clock import SystemClock
from understudy.domain.audit import Actor

# Lanes wait for the cloud, not for the processor; a batch has at most ten of them.
_LANES_AT_ONCE = 10


@cache
def doors() -> Mapping[str, Door]:
    """Build what each alias of the function opens, from the environment."""
    settings = settings_from(os.environ)
    database, clock = clients.dynamodb(), SystemClock()
    vault = KmsKeyVault(clients.kms(), settings.agent_key_id)
    stamps = KmsStamps(clients.kms(), settings.audit_row_key_id, Actor.SIGNER)
    signer = IntentSigner(
        DynamoSigningStore(database, settings.tables, stamps),
        vault,
        clock,
        settings.terms,
        ThreadPoolExecutor(_LANES_AT_ONCE, thread_name_prefix="lane"),
    )
    enrolment = Enrolment(
        DynamoAgentStore(database, settings.tables, stamps), vault, clock, settings.policy
    )
    enrolling = {alias: enrolment_door(enrolment, alias) for alias in OPENED_BY}
    return {SIGN_ALIAS: signing_door(signer), **enrolling}
