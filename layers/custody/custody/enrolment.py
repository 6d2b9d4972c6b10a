"""Makes, activates and revokes agents and sets kill switches; no key ever leaves this module."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from custody.agents import (
    Agent,
    AgentStatus,
    AuthorityKind,
    Bounds,
    Policy,
    agent_id_for,
    owner_mark,
)
from custody.audit import AuditEvent, of_agent, of_policy
from custody.authorities import Authorities
from custody.bounds import agreement, is_agreed, require_meant, widens
from custody.store import AgentStore
from understudy.domain.agents import ENDS_A_NAME, LONGEST_NAME, is_agent_name
from understudy.domain.audit import AuditEntry
from understudy.domain.errors import (
    ConflictError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
)
from understudy.domain.ids import digest_of
from understudy.domain.markets import HYPERLIQUID
from understudy.domain.turns import CLOCKS_DIFFER_BY_MS
from understudy.ports.switches import Switch

if TYPE_CHECKING:
    from collections.abc import Callable

    from understudy.adapters.venues.hyperliquid.wire import Builder
    from understudy.ports.clock import Clock

_ADDRESS = re.compile(r"0x[0-9a-f]{40}")
_FIRST_VERSION = 1
AGREED_WITHIN_MS = 600_000
KILL_SWITCHES = (Switch.KILL_GLOBAL, Switch.KILL_VENUE, Switch.KILL_USER)


@dataclass(frozen=True, slots=True)
class NewAgent:
    """Whose agent is wanted, for which wallet and venue, and under which name."""

    user_id: str
    wallet_id: str
    wallet_address: str
    venue: str
    agent_name: str
    request_id: str = ""
    """The same request asked again is answered with the same agent; '' asks for another one."""


@dataclass(frozen=True, slots=True)
class SwitchOrder:
    """Which kill switch to turn, for whom ('' for everybody), which way, and when that was decided.

    Off must say when (UTC milliseconds). On counts from its arrival, whatever its caller's clock.
    """

    switch: Switch
    on: bool
    subject: str = ""
    at_ms: int = 0


@dataclass(frozen=True, slots=True)
class PolicyOrder:
    """Whose wallet's bounds to change and, to widen them, until when its signature counts."""

    agent_id: str
    valid_until_ms: int = 0
    signature: str = ""


@dataclass(frozen=True, slots=True)
class PolicyAnswer:
    """The bounds as they are now and, where they are not yet changed, the text to sign for it."""

    policy: Policy
    to_sign: str = ""
    valid_until_ms: int = 0


class Enrolment:
    """The life of agents. A wallet's first one brings it the deployment's default policy.

    What an owner made of that holds for every later agent of the wallet. `random_bytes` is the
    source of ids; `authority` holds the keys of new agents, whose wallets approve the `builder`.
    """

    def __init__(
        self,
        store: AgentStore,
        authorities: Authorities,
        clock: Clock,
        policy: Policy,
        random_bytes: Callable[[int], bytes] = secrets.token_bytes,
        authority: AuthorityKind = AuthorityKind.KMS_WRAPPED,
        builder: Builder | None = None,
    ) -> None:
        self._store = store
        self._authorities = authorities
        self._clock = clock
        self._policy = policy
        self._random_bytes = random_bytes
        self._authority = authority
        self._builder = builder

    def create_agent(self, wanted: NewAgent, authority: AuthorityKind | None = None) -> Agent:
        """Make a fresh key for one wallet; the agent is PENDING until it is activated.

        Of the same request at once one makes the agent, and the key of the other one is destroyed.
        Which authority holds the key is the deployment's word, never a request's. Raises
        InvalidInputError for a request that cannot be meant, NotAllowedError for an authority that
        is not here, ConflictError for a request id that was used for something else.
        """
        _check(wanted)
        authority = authority or self._authority
        agent_id = self._id_for(wanted)
        known = self._store.agent(agent_id) if wanted.request_id else None
        if known is not None:
            return _of_the_same_request(known, wanted, authority)
        agent = self._fresh(agent_id, wanted, authority)
        entry = of_agent(AuditEvent.AGENT_CREATED, agent, agent.created_at_ms)
        try:
            self._store.create(agent, self._policy, entry)
        except ConflictError:
            return _of_the_same_request(self._made_first(agent), wanted, authority)
        return agent

    def activate(self, agent_id: str) -> None:
        """Let a pending agent sign; repeating it changes nothing.

        Raises NotFoundError, NotAllowedError for a revoked agent, ConflictError when it changed.
        """
        agent = self._known(agent_id)
        if agent.status is AgentStatus.REVOKED:
            raise NotAllowedError("this agent was revoked: enable a new one", code="AGENT_REVOKED")
        if agent.status is AgentStatus.PENDING:
            entry = of_agent(AuditEvent.AGENT_ACTIVATED, agent, self._clock.now_ms())
            self._store.activate(agent, entry)

    def revoke(self, agent_id: str) -> None:
        """Destroy an agent's key for good; repeating it changes nothing. Raises NotFoundError.

        The record goes first: no call that begins afterwards signs, even if the authority is away.
        One that has read the record before may still end.
        """
        agent = self._known(agent_id)
        if agent.status is not AgentStatus.REVOKED:
            entry = of_agent(AuditEvent.AGENT_REVOKED, agent, self._clock.now_ms())
            self._store.revoke(agent, entry)
        self._authorities.of(agent.authority).destroy(agent)

    def set_policy(self, order: PolicyOrder, policy: Policy) -> PolicyAnswer:
        """Change the bounds of an agent's wallet: narrower at once, wider with its own signature.

        Without one a wider policy changes nothing, and the answer holds the text to sign. Raises
        InvalidInputError, NotFoundError, NotAllowedError for a signature that is not the wallet's
        or came too late, ConflictError when the bounds have changed since they were read.
        """
        require_meant(policy)
        agent = self._known(order.agent_id)
        if agent.status is AgentStatus.REVOKED:
            raise NotAllowedError("this agent was revoked: enable a new one", code="AGENT_REVOKED")
        before = self._bounds(agent)
        now_ms, is_wider = self._clock.now_ms(), widens(before.policy, policy)
        if is_wider and not order.signature:
            until_ms = now_ms + AGREED_WITHIN_MS
            text = agreement(agent, before, policy, until_ms)
            return PolicyAnswer(before.policy, text, until_ms)
        if is_wider:
            text = agreement(agent, before, policy, order.valid_until_ms)
            _require_agreed(agent, text, order, now_ms)
        if policy != before.policy:
            entry = of_policy(agent, before, policy, now_ms, is_wider=is_wider)
            self._store.set_policy(agent, before, policy, entry)
        return PolicyAnswer(policy)

    def policy(self, agent_id: str) -> Policy:
        """Give the bounds under which an agent signs; raises NotFoundError."""
        return self._bounds(self._known(agent_id)).policy

    def turn(self, order: SwitchOrder) -> SwitchOrder:
        """Turn a kill switch on or off; its subject is '' (global), a venue, or a user's id.

        Gives the order with the time that it counts by. Raises InvalidInputError, and
        ConflictError (NEWER_DECISION) for an off that a later on stands against.
        """
        _check_switch(order)
        switch, subject, now_ms = order.switch, order.subject, self._clock.now_ms()
        at_ms = now_ms if order.on else _when_off(order, now_ms)
        marked = owner_mark(subject) if switch is Switch.KILL_USER else subject
        facts = {"subject": subject, "on": order.on, "decided_at_ms": at_ms}
        entry = AuditEntry(AuditEvent.SWITCH_SET, switch, now_ms, facts)
        self._store.turn(switch, marked, on=order.on, at_ms=at_ms, audit=entry)
        return replace(order, at_ms=at_ms)

    def _known(self, agent_id: str) -> Agent:
        agent = self._store.agent(agent_id)
        if agent is None:
            raise NotFoundError("there is no such agent")
        return agent

    def _bounds(self, agent: Agent) -> Bounds:
        bounds = self._store.bounds(agent)
        if bounds is None:
            raise NotFoundError("this agent's wallet has no bounds: enable a new agent")
        return bounds

    def _id_for(self, wanted: NewAgent) -> str:
        if not wanted.request_id:
            return agent_id_for(wanted.user_id, self._random_bytes(8).hex())
        unique = digest_of("agent-request", wanted.wallet_id, wanted.request_id)
        return agent_id_for(wanted.user_id, unique[:16])

    def _made_first(self, spare: Agent) -> Agent:
        """Give who has the id already; the key that was made for it again goes, if it is another.

        An authority that knows its keys by the agent's id has made none again.
        """
        first = self._known(spare.agent_id)
        if first.address != spare.address:
            self._authorities.of(spare.authority).destroy(spare)
        return first

    def _fresh(self, agent_id: str, wanted: NewAgent, authority: AuthorityKind) -> Agent:
        key = self._authorities.of(authority).make(agent_id, _FIRST_VERSION)
        return Agent(
            agent_id=agent_id,
            user_id=wanted.user_id,
            wallet_id=wanted.wallet_id,
            wallet_address=wanted.wallet_address,
            venue=wanted.venue,
            agent_name=wanted.agent_name,
            address=key.address,
            ciphertext=key.ciphertext,
            key_version=_FIRST_VERSION,
            created_at_ms=self._clock.now_ms(),
            authority=authority,
            key_id=key.key_id,
            builder_address=self._builder.address if self._builder else "",
            builder_fee_tenths_bps=self._builder.fee_tenths_bps if self._builder else 0,
        )


def _check_switch(order: SwitchOrder) -> None:
    if order.switch not in KILL_SWITCHES:
        raise InvalidInputError(f"the signer knows these switches: {', '.join(KILL_SWITCHES)}")
    if bool(order.subject) is (order.switch is Switch.KILL_GLOBAL):
        raise InvalidInputError(f"{Switch.KILL_GLOBAL} has no subject; the others need one")


def _when_off(order: SwitchOrder, now_ms: int) -> int:
    if not 0 < order.at_ms <= now_ms + CLOCKS_DIFFER_BY_MS:
        raise InvalidInputError(
            "to turn a switch off, send at_ms: when that was decided, in UTC milliseconds, not in"
            " the future"
        )
    return order.at_ms


def _of_the_same_request(agent: Agent, wanted: NewAgent, authority: AuthorityKind) -> Agent:
    """Give the agent that a request made before, as long as nothing has become of it since."""
    asked = (wanted.wallet_address, wanted.venue, wanted.agent_name, authority)
    made = (agent.wallet_address, agent.venue, agent.agent_name, agent.authority)
    if asked != made or agent.status is not AgentStatus.PENDING:
        raise ConflictError("this request id was used before: ask with another one")
    return agent


def _require_agreed(agent: Agent, text: str, order: PolicyOrder, now_ms: int) -> None:
    if not now_ms < order.valid_until_ms <= now_ms + AGREED_WITHIN_MS:
        raise NotAllowedError(
            "the time to agree to this is over: ask for the text again", code="AGREEMENT_EXPIRED"
        )
    if not is_agreed(agent, text, order.signature):
        raise NotAllowedError(
            "wider bounds need the signature of the agent's own wallet over the given text",
            code="AGREEMENT_MISMATCH",
        )


def _check(wanted: NewAgent) -> None:
    if not (wanted.user_id and wanted.wallet_id):
        raise InvalidInputError("user_id and wallet_id must not be empty")
    if not _ADDRESS.fullmatch(wanted.wallet_address):
        raise InvalidInputError("wallet_address must be 0x and 40 lower-case hex digits")
    if wanted.venue != HYPERLIQUID:
        raise InvalidInputError(f"agents exist for the venue '{HYPERLIQUID}' only")
    if not is_agent_name(wanted.agent_name):
        raise InvalidInputError(f"agent_name: 1 to {LONGEST_NAME} letters, no '{ENDS_A_NAME}'")
