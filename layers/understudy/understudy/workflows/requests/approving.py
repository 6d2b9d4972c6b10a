"""Takes the wallet's signatures in: each checked here first, then handed to the venue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from understudy.domain.errors import InvalidInputError, VenueRejectedError, VenueUnreachableError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from understudy.domain.agents import Agent
    from understudy.ports.agents import AgentApprovals, WalletRequest
    from understudy.ports.clock import Clock


def hand_in(
    approvals: AgentApprovals,
    clock: Clock,
    agent: Agent,
    requests: Sequence[WalletRequest],
    signatures: Sequence[str],
) -> list[int]:
    """Hand signed requests in, in their order; gives when each was taken.

    Nothing is handed in unless all are signed by the agent's wallet. Raises InvalidInputError,
    VenueRejectedError, VenueUnreachableError.
    """
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
