"""The API on ports in memory: requests as an HTTP API sends them, answers as JSON."""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from functions.api.every_route import ROUTES
from functions.api.server import serve
from tests.fakes.agents import ApprovingRest, InMemoryAgentKeys
from tests.fakes.audit import DirectAuditExtracts
from tests.fakes.identity import (
    ALICE,
    ISSUER,
    OPERATOR,
    CountedIds,
    FixedRing,
    message,
    verifier,
)
from tests.fakes.signing import KeySigner
from tests.fakes.world import World
from understudy.adapters.identity.access_tokens import OPERATORS_AUDIENCE, Hs256AccessTokens
from understudy.adapters.identity.refresh_tokens import HmacRefreshTokens
from understudy.adapters.identity.siwe import TO_OPERATE
from understudy.adapters.identity.token_keys import derive_keys
from understudy.adapters.memory.accounts import InMemoryAccountStore
from understudy.adapters.memory.audit import InMemoryAuditTrail
from understudy.adapters.memory.call_counts import InMemoryCallCounts
from understudy.adapters.memory.copy_records import InMemoryCopyRecords
from understudy.adapters.memory.follow_directory import InMemoryFollowDirectory
from understudy.adapters.memory.identity import InMemoryIdentityStore
from understudy.adapters.memory.wallets import InMemoryWalletStore
from understudy.adapters.venues.hyperliquid.approvals import HyperliquidApprovals
from understudy.adapters.venues.hyperliquid.constants import Chain
from understudy.domain.door_limits import MOST, DoorLimits
from understudy.domain.identity import AuthMethod
from understudy.ports.call_counts import CallCounts
from understudy.ports.identity import ProviderVerifier
from understudy.runtime.api_ports import ApiPorts, Callers, CopyingPorts
from understudy.runtime.api_services import assemble
from understudy.workflows.requests.operators import Operators
from understudy.workflows.requests.system_status import Dependency
from understudy.workflows.requests.terms import CurrentTerms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cli.wallet_key import WalletKey
    from functions.api.routing import Route
    from understudy.adapters.venues.hyperliquid.rest import Rest

DOOR, OPERATORS_DOOR = "/v1/auth", "/v1/ops/auth"
OF_OPERATORS = "/v1/ops/"
OPERATE = f"\nResources:\n- {TO_OPERATE}"
WIDE_OPEN = DoorLimits(MOST, MOST, MOST, MOST)


def with_copying(ports: ApiPorts, **others: Any) -> ApiPorts:
    """Give the ports with others on the copying side."""
    copying = ports.copying()._replace(**others)
    return replace(ports, copying=lambda: copying)


@dataclass
class Answer:
    """One answer of the API."""

    status: int
    body: Any
    headers: dict[str, str]

    @property
    def code(self) -> str:
        return str(self.body["code"])


class Resolvers:
    """Routes bound as the two functions bind them: it takes longer than most requests do.

    Worlds share them; who asks is said before each request.
    """

    asking: ApiWorld

    def __init__(self, routes: Sequence[Route]) -> None:
        of_operators = [each for each in routes if each.path.startswith(OF_OPERATORS)]
        others = [each for each in routes if each not in of_operators]
        self.app = serve(others, lambda: self.asking.services)
        self.operator_app = serve(of_operators, lambda: self.asking.operating)


@lru_cache(maxsize=8)
def resolvers(routes: tuple[Route, ...]) -> Resolvers:
    """Give the resolvers of these routes."""
    return Resolvers(routes)


@dataclass
class ApiWorld:
    """Both functions of one API over one world; `world` is the copy path behind them."""

    world: World = field(default_factory=World)
    identity: InMemoryIdentityStore = field(default_factory=InMemoryIdentityStore)
    operators: InMemoryIdentityStore = field(default_factory=InMemoryIdentityStore)
    keys: InMemoryAgentKeys = field(default_factory=InMemoryAgentKeys)
    rest: ApprovingRest = field(default_factory=ApprovingRest)
    ids: CountedIds = field(default_factory=CountedIds)
    ring: FixedRing = field(default_factory=FixedRing)
    operators_ring: FixedRing = field(default_factory=lambda: FixedRing([derive_keys(b"o" * 32)]))
    audit: InMemoryAuditTrail = field(default_factory=InMemoryAuditTrail)
    referral_code: str = ""
    calls: CallCounts = field(default_factory=InMemoryCallCounts)
    door_limits: DoorLimits = WIDE_OPEN
    operator_addresses: frozenset[str] = frozenset({OPERATOR.address.lower()})
    providers: dict[AuthMethod, ProviderVerifier] = field(default_factory=dict)
    current_terms: CurrentTerms = field(default_factory=CurrentTerms)
    dependencies: tuple[Dependency, ...] = (Dependency("market", "no entries", dict),)

    def __post_init__(self) -> None:
        self.world.directory = InMemoryFollowDirectory(self.world.table, self.identity)
        self.world.signer = KeySigner(self.keys.secret_of)
        self.extracts = DirectAuditExtracts(self.audit)
        self.services = assemble(self.ports(), self.referral_code, self.dependencies)
        operating = replace(self.ports(), callers=self._operating())
        self.operating = assemble(operating, self.referral_code, self.dependencies)
        self.serve(ROUTES)

    def serve(self, routes: Sequence[Route]) -> None:
        """Serve these routes as the two functions do, each with services of its own."""
        self.resolvers = resolvers(tuple(routes))

    def resolve(self, event: dict[str, Any]) -> dict[str, Any]:
        """Answer an event as the function does to which its path leads."""
        self.resolvers.asking = self
        of_operators = event["rawPath"].startswith(OF_OPERATORS)
        app = self.resolvers.operator_app if of_operators else self.resolvers.app
        return app.resolve(event, cast("Any", None))

    def request(
        self,
        method: str,
        path: str,
        body: Any = None,
        token: str = "",
        query: dict[str, str] | None = None,
        address: str = "192.0.2.1",
        **event: Any,
    ) -> Answer:
        """Send one request; a body that is text goes as it is."""
        text = body if isinstance(body, str) or body is None else json.dumps(body)
        headers = {"authorization": f"Bearer {token}"} if token else {}
        sent = {
            "version": "2.0",
            "rawPath": path,
            "headers": headers,
            "queryStringParameters": query or {},
            "requestContext": {
                "http": {"method": method, "path": path, "sourceIp": address},
                "stage": "$default",
            },
            "body": text,
            "isBase64Encoded": False,
            **event,
        }
        answer = self.resolve(sent)
        shown = answer["body"]
        is_json = "json" in answer["headers"]["Content-Type"]
        return Answer(
            answer["statusCode"], json.loads(shown) if is_json else shown, answer["headers"]
        )

    def sign_in(self, key: WalletKey = ALICE, door: str = DOOR, **how: Any) -> dict[str, Any]:
        """Sign in over HTTP and give the answer."""
        answer = self.request("POST", f"{door}/siwe/verify", self.proof(key, door, **how), **how)
        return cast("dict[str, Any]", answer.body)

    def proof(self, key: WalletKey = ALICE, door: str = DOOR, **how: Any) -> dict[str, str]:
        """Fetch a nonce at a door and sign the message for it."""
        query = {"address": key.address}
        nonce = self.request("GET", f"{door}/siwe/nonce", query=query, **how).body["nonce"]
        return self.signed(key, nonce, OPERATE if door == OPERATORS_DOOR else "")

    def signed(self, key: WalletKey, nonce: str, more: str = "") -> dict[str, str]:
        """Sign a message with this nonce now."""
        now = datetime.fromtimestamp(self.world.clock.now_ms() // 1000, UTC)
        text = message(key.address, nonce, issued_at=now.isoformat(), more=more)
        return {"address": key.address, "message": text, "signature": key.sign_text(text)}

    def token(self, key: WalletKey = ALICE) -> str:
        """Sign in and give the access token."""
        return str(self.sign_in(key)["access_token"])

    def operator_token(self) -> str:
        """Sign the operator in at the operators' door and give the access token."""
        return str(self.sign_in(OPERATOR, OPERATORS_DOOR)["access_token"])

    def delegate(self, token: str, key: WalletKey = ALICE, name: str = "main") -> str:
        """Enable and confirm an agent, and fund the account; gives the agent's id."""
        wish = {"scope": "TRADE_ONLY", "agent_name": name}
        made = self.request("POST", "/v1/agents/enable", wish, token).body
        signatures = [key.sign_action(each["action"]) for each in made["to_sign"]]
        agent_id = str(made["agent"]["agent_id"])
        confirmed = {"agent_id": agent_id, "signatures": signatures}
        answer = self.request("POST", "/v1/agents/confirm", confirmed, token)
        assert answer.status == 200, answer.body
        self.world.venue.approve(made["agent"]["address"], key.address.lower())
        self.world.venue.fund(key.address.lower(), "100000")
        return agent_id

    def stored(self) -> str:
        """Dump everything that is stored, to see that nothing changed."""
        table = copy.copy(vars(self.world.table))
        table.pop("lock")
        people = [
            {name: getattr(store, name) for name in store.__slots__ if name != "lock"}
            for store in (self.identity, self.operators)
        ]
        switches = vars(self.world.switches)
        return repr([_filled(each) for each in (table, *people, switches, vars(self.keys))])

    def done(self) -> str:
        """Dump everything that is stored, audited or sent, to see that nothing was done."""
        sent = [len(queue) for queue in vars(self.world.queues).values()]
        return repr([self.stored(), self.audit.entries, sent])

    def ports(self) -> ApiPorts:
        """Give the ports in memory."""
        world = self.world
        copying = self._copying()
        return ApiPorts(
            callers=Callers(
                identity=self.identity,
                sessions=self.identity,
                verifier=verifier(),
                access_tokens=Hs256AccessTokens(self.ring, ISSUER),
                refresh_tokens=HmacRefreshTokens(self.ring),
            ),
            identity=self.identity,
            sessions=self.identity,
            wallets=InMemoryWalletStore(self.identity),
            accounts=InMemoryAccountStore(self.identity, self.audit),
            terms=self.current_terms,
            registry=self.identity,
            profiles=self.identity,
            copying=lambda: copying,
            switches=world.switches,
            agent_keys=self.keys,
            signer_switches=self.keys,
            bounds=self.keys,
            operators=Operators(self.operator_addresses),
            clock=world.clock,
            ids=self.ids,
            calls=self.calls,
            door_limits=self.door_limits,
            providers=self.providers,
            audit=self.audit,
            audit_extracts=self.extracts,
        )

    def _copying(self) -> CopyingPorts:
        world = self.world
        return CopyingPorts(
            records=InMemoryCopyRecords(world.table),
            copies=world.copying.store,
            directory=world.directory,
            leaders=world.leaders,
            markets=world.markets,
            queues=world.queues,
            venue=world.venue,
            approvals=HyperliquidApprovals(cast("Rest", self.rest), Chain.TESTNET),
            ask_venue=self.rest.ask,
        )

    def _operating(self) -> Callers:
        return Callers(
            identity=self.operators,
            sessions=self.operators,
            verifier=replace(verifier(), resource=TO_OPERATE),
            access_tokens=Hs256AccessTokens(self.operators_ring, ISSUER, OPERATORS_AUDIENCE),
            refresh_tokens=HmacRefreshTokens(self.operators_ring),
            are_operators=True,
        )


def _filled(kept: Any) -> Any:
    """Leave out what is empty: reading makes empty places in the tables in memory."""
    if isinstance(kept, dict):
        filled = {name: _filled(each) for name, each in kept.items()}
        return {name: each for name, each in filled.items() if each}
    return kept
