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
_CODES = {
    "too many extra agents": "AGENT_SLOTS_FULL",  # revoke one there
    "user has pending agent removal": "AGENT_REMOVAL_PENDING",  # over within seconds
    "extra agent already used": "AGENT_ADDRESS_USED",  # never again: rotate or enable anew
}


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
                code=_code_of(refusal),
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
        wanted = request.action["agentAddress"] != ZERO_ADDRESS
        return self.is_listed(agent) is wanted

    def is_listed(self, agent: Agent) -> bool:
        """Ask the venue for the account's agents."""
        question = {"type": "extraAgents", "user": agent.wallet_address}
        with understood("extraAgents"):
            return agent.address in {row["address"].lower() for row in self.rest.ask(question)}


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


def _code_of(refusal: str) -> str | None:
    text = refusal.lower()
    return next((code for start, code in _CODES.items() if text.startswith(start)), None)


def _unanswered(cause: str) -> VenueUnreachableError:
    return VenueUnreachableError(
        "the venue gave no usable answer, so nobody can say whether it took the approval:"
        " confirm again with the same signatures",
        venue=HYPERLIQUID,
        cause=cause,
    )
