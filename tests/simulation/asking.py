"""What users ask of the API: the production requests, put together on a world's ports."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.fakes.audit import DirectAuditExtracts
from tests.fakes.identity import ISSUER, FixedRing, verifier
from tests.simulation.gates import Gated, OrderGate, QuestionGate, SignerGate
from tests.simulation.repeating import RepeatingGate
from tests.simulation.world import World
from understudy.adapters.identity.access_tokens import Hs256AccessTokens
from understudy.adapters.identity.refresh_tokens import HmacRefreshTokens
from understudy.adapters.memory.accounts import InMemoryAccountStore
from understudy.adapters.memory.audit import InMemoryAuditTrail
from understudy.adapters.memory.call_counts import InMemoryCallCounts
from understudy.adapters.memory.copy_records import InMemoryCopyRecords
from understudy.adapters.memory.wallets import InMemoryWalletStore
from understudy.adapters.venues.hyperliquid.approvals import HyperliquidApprovals
from understudy.adapters.venues.hyperliquid.constants import Chain
from understudy.domain.door_limits import DoorLimits
from understudy.runtime.api_ports import ApiPorts, Callers, CopyingPorts
from understudy.runtime.api_services import ApiServices, assemble


def failing_api(world: World) -> ApiServices:
    """Put the API together on ports that fail as the copy path's do."""
    shared = (world.loop, world.fates, world.history, world.random)
    gate, questions = RepeatingGate(*shared), QuestionGate(*shared)

    def gated(name: str, target: Any) -> Any:
        return Gated(name, target, gate)

    custody = Gated("keys", world.keys, SignerGate(*shared))
    rest: Any = Gated("approvals", world.approvals, questions, send=OrderGate(*shared))
    identity, audit = gated("identity", world.identity), InMemoryAuditTrail()
    copying = _copying(world, gated, Gated("venue", world.venue, questions), rest)
    ports = ApiPorts(
        callers=_callers(identity),
        identity=identity,
        sessions=identity,
        wallets=gated("wallets", InMemoryWalletStore(world.identity)),
        registry=identity,
        profiles=identity,
        accounts=gated("accounts", InMemoryAccountStore(world.identity, audit)),
        copying=lambda: copying,
        switches=gated("switches", world.switches),
        agent_keys=custody,
        signer_switches=custody,
        bounds=custody,
        clock=world.clock,
        ids=world.ids,
        calls=InMemoryCallCounts(),
        door_limits=DoorLimits(),
        audit=gated("audit", audit),
        audit_extracts=DirectAuditExtracts(audit),
    )
    return assemble(ports, "", ())


def _copying(world: World, gated: Callable[[str, Any], Any], venue: Any, rest: Any) -> CopyingPorts:
    return CopyingPorts(
        records=gated("records", InMemoryCopyRecords(world.table)),
        copies=gated("copies", world.copies),
        directory=gated("directory", world.directory),
        leaders=gated("leaders", world.leaders),
        markets=gated("markets", world.markets),
        queues=gated("queues", world.queues),
        venue=venue,
        approvals=HyperliquidApprovals(rest, Chain.TESTNET),
        ask_venue=rest.ask,
    )


def _callers(identity: Any) -> Callers:
    keys = FixedRing()
    return Callers(
        identity=identity,
        sessions=identity,
        verifier=verifier(),
        access_tokens=Hs256AccessTokens(keys, ISSUER),
        refresh_tokens=HmacRefreshTokens(keys),
    )
