"""Takes the wallet's signatures in: all checked here first, then handed to the venue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from understudy.domain.errors import InvalidInputError, VenueRejectedError, VenueUnreachableError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from understudy.domain.agents import Agent
    from understudy.ports.agents import AgentApprovals, WalletRequest
    from understudy.ports.clock import Clock

    Signed = tuple[WalletRequest, str]


def signed_by_wallet(
    approvals: AgentApprovals,
    agent: Agent,
    requests: Sequence[WalletRequest],
    signatures: Sequence[str],
) -> Sequence[Signed]:
    """Pair requests with their signatures; raises InvalidInputError unless the wallet made all."""
    if len(signatures) != len(requests):
        raise InvalidInputError(
            f"send one signature per action to sign: {len(requests)}, in their order",
            code="SIGNATURES_INCOMPLETE",
        )
    signed = list(zip(requests, signatures, strict=True))
    for request, signature in signed:
        if approvals.signer_of(request, signature) != agent.wallet_address:
            raise InvalidInputError(
                "a signature is not by the agent's wallet over the given action",
                code="SIGNATURE_MISMATCH",
            )
    return signed


def hand_in(
    approvals: AgentApprovals, clock: Clock, agent: Agent, signed: Sequence[Signed]
) -> list[int]:
    """Hand signed requests in, in their order; gives when each was taken.

    Raises VenueRejectedError, VenueUnreachableError.
    """
    times_ms = []
    for request, signature in signed:
        _submit(approvals, agent, request, signature)
        times_ms.append(clock.now_ms())
    return times_ms


def _submit(
    approvals: AgentApprovals, agent: Agent, request: WalletRequest, signature: str
) -> None:
    try:
        approvals.submit(request, signature)
    except (VenueRejectedError, VenueUnreachableError):
        # An earlier attempt may have been taken although its answer was lost.
        if not approvals.is_in_effect(agent, request):
            raise
