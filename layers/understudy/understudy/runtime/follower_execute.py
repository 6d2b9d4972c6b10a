"""Puts follower_execute together, once per process."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from understudy.adapters.aws import clients
from understudy.adapters.aws.signer import LambdaSigner
from understudy.adapters.threads import Threads
from understudy.ports.concurrency import Pool
from understudy.ports.signing import Signer
from understudy.runtime import environment, parts
from understudy.runtime.starting import uncollected
from understudy.workflows.copying.views import CopyPorts

LANES_AT_ONCE = 10


@dataclass(frozen=True, slots=True)
class Execution:
    """What running lanes needs."""

    ports: CopyPorts
    signer: Signer
    pool: Pool


@cache
@uncollected()
def build() -> Execution:
    """Give the workflow's ports, the signer behind its alias, and a thread for each lane."""
    return Execution(
        ports=parts.copying("follower_execute", "follow_reconcile"),
        signer=LambdaSigner(clients.functions(), environment.text("SIGNER_FUNCTION")),
        pool=Threads(LANES_AT_ONCE, thread_name_prefix="lane"),
    )
