"""What delegating to an agent needs: a registry, custody of its key, the venue's approval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from understudy.domain.agents import SigningBounds

if TYPE_CHECKING:
    from understudy.domain.agents import Agent, MadeAgents
    from understudy.domain.identity import Wallet
    from understudy.domain.ids import UserId
    from understudy.ports.switches import Switch


class AgentRegistry(Protocol):
    """The public facts of agents."""

    def agents(self, user_id: UserId) -> Sequence[Agent]:
        """List a user's agents, oldest first."""
        ...

    def agent(self, user_id: UserId, agent_id: str) -> Agent | None:
        """Read one agent of this user."""
        ...

    def put_agent(self, agent: Agent, *, begins: bool = False) -> Agent:
        """Store an agent while its version is the one read (0: new); raises ConflictError.

        A new one is not stored for a user who is gone, or wants to be deleted. Unless it is over
        already it needs its wallet, and so does one that `begins` to sign: while that is not its
        user's, or on its way out, it is not stored.
        """
        ...

    def made_agents(self, user_id: UserId, wallet_address: str) -> MadeAgents:
        """Read when agents were made for this user's address, by whoever had it before as well.

        Nothing of before yesterday.
        """
        ...

    def put_made_agents(self, made: MadeAgents) -> MadeAgents:
        """Store that while its version is the one read (0: new); raises ConflictError.

        Nothing is stored for a user who is gone, or wants to be deleted.
        """
        ...


class DueAgents(Protocol):
    """Finds agents by their `attend_at_ms`."""

    def due_agents(self, until_ms: int, limit: int) -> Sequence[Agent]:
        """List agents that have to be looked after by then, the longest due first.

        One that has just changed may be missing, or be listed although it is not due any more.
        """
        ...


@dataclass(frozen=True, slots=True)
class NewAgentKey:
    """A key that custody has made: only its name and address ever leave.

    With it comes the builder fee that its orders will carry, if any, for its wallet to approve.
    """

    agent_id: str
    address: str
    builder_address: str = ""
    builder_fee_tenths_bps: int = 0


class AgentKeys(Protocol):
    """The custody of agent keys; each call can be repeated.

    Raises SigningUnavailableError when custody does not answer, SigningRefusedError when it
    will not.
    """

    def create_agent(
        self, wallet: Wallet, venue: str, agent_name: str, request_id: str
    ) -> NewAgentKey:
        """Make and keep a fresh key for this wallet, not yet able to sign.

        Asked again by the same request id it gives the same key, as long as that still waits.
        """
        ...

    def activate(self, agent_id: str) -> None:
        """Let the key sign."""
        ...

    def revoke(self, agent_id: str) -> None:
        """Destroy the key."""
        ...


@dataclass(frozen=True, slots=True)
class BoundsAnswer:
    """An agent's bounds as they are now, and the text to sign where that is needed first.

    The signature counts until `valid_until_ms`.
    """

    bounds: SigningBounds
    to_sign: str = ""
    valid_until_ms: int = 0


class BoundsKeeper(Protocol):
    """Custody's bounds of agents.

    Raises SigningUnavailableError when custody does not answer, SigningRefusedError when it
    will not.
    """

    def bounds(self, agent_id: str) -> SigningBounds:
        """Read under which bounds an agent signs."""
        ...

    def set_bounds(
        self, agent_id: str, bounds: SigningBounds, valid_until_ms: int, signature: str
    ) -> BoundsAnswer:
        """Narrow bounds, or widen them where the agent's own wallet has signed for it.

        Wider ones without a signature change nothing; the answer then has the text to sign.
        """
        ...


class SignerSwitches(Protocol):
    """The kill switches of custody itself, which hold whatever else is compromised."""

    def turn(self, switch: Switch, subject: str, *, on: bool, at_ms: int) -> None:
        """Turn a kill switch, as was decided at `at_ms`; turning it again changes nothing.

        Raises ConflictError (NEWER_DECISION) for an off from before an on,
        SigningUnavailableError when custody does not answer, SigningRefusedError when it will not.
        """
        ...


@dataclass(frozen=True, slots=True)
class WalletRequest:
    """An action that the user's own wallet signs, and the typed data to show that wallet."""

    action: Mapping[str, Any]
    typed_data: Mapping[str, Any]


class AgentApprovals(Protocol):
    """The venue's side of delegation: what to sign, who signed, and handing it in."""

    @property
    def chain(self) -> str:
        """Name the network that approvals are for."""
        ...

    def requests(self, agent: Agent) -> Sequence[WalletRequest]:
        """Build what the wallet signs to approve the agent, always the same for the same agent."""
        ...

    def revocation(self, agent: Agent) -> WalletRequest:
        """Build what the wallet signs to take the agent's approval back."""
        ...

    def signer_of(self, request: WalletRequest, signature: str) -> str:
        """Recover the address that signed; raises InvalidInputError for a malformed signature."""
        ...

    def submit(self, request: WalletRequest, signature: str) -> None:
        """Hand a signed action in.

        Raises VenueRejectedError when it was refused, VenueUnreachableError when nobody can say.
        """
        ...

    def is_listed(self, agent: Agent) -> bool:
        """Ask whether the venue knows the agent now; raises VenueUnreachableError."""
        ...

    def is_in_effect(self, agent: Agent, request: WalletRequest) -> bool:
        """Ask whether what the request asks for is so now; raises VenueUnreachableError."""
        ...
