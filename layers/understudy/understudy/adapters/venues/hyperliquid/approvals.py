"""The approvals that an account's own wallet signs: what to sign, who signed, handing it in."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from understudy.adapters.identity.ethereum import recover_address, split_signature
from understudy.adapters.venues.hyperliquid.constants import ZERO_ADDRESS, Chain
from understudy.adapters.venues.hyperliquid.errors import kind_of_text
from understudy.adapters.venues.hyperliquid.outcomes import HTTP_OK, MISFITS
from understudy.adapters.venues.hyperliquid.rest import Rest, understood
from understudy.adapters.venues.hyperliquid.typed_data import user_signed_digest, wallet_request
from understudy.adapters.venues.hyperliquid.wire import (
    Builder,
    approve_agent_action,
    approve_builder_fee_action,
    exchange_body,
)
from understudy.domain.errors import VenueRejectedError, VenueUnreachableError
from understudy.domain.intents import Unknown
from understudy.domain.markets import HYPERLIQUID
from understudy.ports.agents import WalletRequest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from understudy.domain.agents import Agent

_RECOVERY_BASE = 27


@dataclass(frozen=True, slots=True)
class HyperliquidApprovals:
    """Implements `AgentApprovals`."""

    rest: Rest
    network: Chain

    @property
    def chain(self) -> str:
        """Name the network that approvals are for."""
        return self.network.value

    def requests(self, agent: Agent) -> Sequence[WalletRequest]:
        """Build the agent's approval and, if a builder fee is configured, the fee's."""
        approval = approve_agent_action(
            agent_address=agent.address,
            agent_name=agent.name,
            valid_until_ms=agent.valid_until_ms,
            nonce=agent.nonce,
            chain=self.network,
        )
        if not agent.builder_address:
            return [_request(approval)]
        fee = approve_builder_fee_action(
            builder=Builder(agent.builder_address, agent.builder_fee_tenths_bps),
            nonce=agent.nonce + 1,
            chain=self.network,
        )
        return [_request(approval), _request(fee)]

    def revocation(self, agent: Agent) -> WalletRequest:
        """Build the approval of nobody under the agent's name."""
        return _request(
            approve_agent_action(
                agent_address=ZERO_ADDRESS,
                agent_name=agent.name,
                valid_until_ms=None,
                nonce=agent.revocation_nonce,
                chain=self.network,
            )
        )

    def signer_of(self, request: WalletRequest, signature: str) -> str:
        """Recover the address that signed; raises InvalidInputError."""
        return recover_address(user_signed_digest(request.action), signature)

    def submit(self, request: WalletRequest, signature: str) -> None:
        """Hand a signed action in; see `AgentApprovals`."""
        r, s, recovery_id = split_signature(signature)
        nonce = request.action["nonce"]
        body = exchange_body(request.action, nonce, r, s, _RECOVERY_BASE + recovery_id, None)
        answer = self.rest.send(body)
        if isinstance(answer, Unknown):
            raise _unanswered(answer.cause)
        refusal = _refusal(*answer)
        if refusal is not None:
            raise VenueRejectedError(
                f"the venue refused the approval: {refusal}",
                venue=HYPERLIQUID,
                kind=kind_of_text(refusal).value,
            )

    def is_in_effect(self, agent: Agent, request: WalletRequest) -> bool:
        """Ask the venue for the account's agents, or for its agreed builder fee."""
        user = {"user": agent.wallet_address}
        if request.action["type"] == "approveBuilderFee":
            agreed = self.rest.ask(
                {"type": "maxBuilderFee", **user, "builder": agent.builder_address}
            )
            return bool(agreed == agent.builder_fee_tenths_bps)
        with understood("extraAgents"):
            listed = {
                row["address"].lower() for row in self.rest.ask({"type": "extraAgents", **user})
            }
        wanted = request.action["agentAddress"] != ZERO_ADDRESS
        return (agent.address in listed) is wanted


def _request(action: dict[str, Any]) -> WalletRequest:
    return WalletRequest(action, wallet_request(action))


def _refusal(status: int, body: bytes) -> str | None:
    if status != HTTP_OK:
        raise _unanswered(f"HTTP {status}")
    try:
        answer = json.loads(body, parse_float=Decimal)
        return None if answer["status"] == "ok" else str(answer["response"])
    except MISFITS as error:
        raise _unanswered("an unknown shape") from error


def _unanswered(cause: str) -> VenueUnreachableError:
    return VenueUnreachableError(
        "the venue gave no usable answer, so nobody can say whether it took the approval:"
        " confirm again with the same signatures",
        venue=HYPERLIQUID,
        cause=cause,
    )
