"""Custody's agents and kill switches, reached by the alias that this caller may invoke."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from understudy.adapters.correlation import correlation_id
from understudy.domain.agents import SigningBounds
from understudy.domain.codec import from_plain, to_plain
from understudy.domain.errors import SigningRefusedError, SigningUnavailableError
from understudy.domain.turns import newer_decision
from understudy.ports.agents import BoundsAnswer, NewAgentKey

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_lambda.client import LambdaClient

    from understudy.domain.identity import Wallet
    from understudy.ports.switches import Switch


_NEWER_DECISION = "NEWER_DECISION"
_POLICY_NAMES = {
    "max_order_notional_usdc": "max_order_notional",
    "max_daily_notional_usdc": "max_daily_notional",
}


class LambdaAgentKeys:
    """Implements `AgentKeys`, `BoundsKeeper`, `SignerSwitches` as far as the alias opens them."""

    def __init__(self, client: LambdaClient, function: str) -> None:
        self._client = client
        self._function = function

    def create_agent(
        self, wallet: Wallet, venue: str, agent_name: str, request_id: str
    ) -> NewAgentKey:
        """Make and keep a fresh key for this wallet, once per request id; see `AgentKeys`."""
        answer = self._ask(
            operation="create_agent",
            user_id=wallet.user_id,
            wallet_id=wallet.wallet_id,
            wallet_address=wallet.address,
            venue=venue,
            agent_name=agent_name,
            request_id=request_id,
        )
        return from_plain(NewAgentKey, answer)

    def activate(self, agent_id: str) -> None:
        """Let the key sign."""
        self._ask(operation="activate", agent_id=agent_id)

    def revoke(self, agent_id: str) -> None:
        """Destroy the key."""
        self._ask(operation="revoke", agent_id=agent_id)

    def bounds(self, agent_id: str) -> SigningBounds:
        """Read an agent's bounds."""
        return _bounds(self._ask(operation="policy", agent_id=agent_id)["policy"])

    def set_bounds(
        self, agent_id: str, bounds: SigningBounds, valid_until_ms: int, signature: str
    ) -> BoundsAnswer:
        """Change an agent's bounds; see `BoundsKeeper`."""
        answer = self._ask(
            operation="set_policy",
            agent_id=agent_id,
            policy=_policy(bounds),
            valid_until_ms=valid_until_ms,
            signature=signature,
        )
        return BoundsAnswer(_bounds(answer["policy"]), answer["to_sign"], answer["valid_until_ms"])

    def turn(self, switch: Switch, subject: str, *, on: bool, at_ms: int) -> None:
        """Turn a kill switch of the signer."""
        order = {"switch": switch.value, "subject": subject, "on": on, "at_ms": at_ms}
        try:
            self._ask(operation="set_switch", **order)
        except SigningRefusedError as refusal:
            if refusal.facts["cause"] != _NEWER_DECISION:
                raise
            raise newer_decision() from refusal

    def standing(self) -> Mapping[str, bool]:
        """Ask custody which of its parts answer; raises SigningUnavailableError if it does not."""
        said = self._ask(operation="standing").get("standing")
        if not isinstance(said, dict):
            raise _unavailable()
        return said

    def _ask(self, **request: object) -> dict[str, Any]:
        named = {**request, "correlation_id": correlation_id()}
        try:
            response = self._client.invoke(
                FunctionName=self._function, Payload=json.dumps(named).encode()
            )
            answer = json.loads(response["Payload"].read())
        except (ClientError, BotoCoreError, ValueError) as error:
            raise _unavailable() from error
        if response.get("FunctionError") or not isinstance(answer, dict):
            raise _unavailable()
        refusal = answer.get("error")
        if refusal:
            raise SigningRefusedError(
                f"custody refused: {refusal['message']}", cause=refusal["code"]
            )
        return answer


def _policy(bounds: SigningBounds) -> dict[str, object]:
    plain = to_plain(bounds)
    return {_POLICY_NAMES.get(name, name): value for name, value in plain.items()}


def _bounds(policy: Mapping[str, object]) -> SigningBounds:
    named = {ours: policy[theirs] for ours, theirs in _POLICY_NAMES.items()}
    rest = {name: each for name, each in policy.items() if name not in _POLICY_NAMES.values()}
    return from_plain(SigningBounds, {**rest, **named})


def _unavailable() -> SigningUnavailableError:
    return SigningUnavailableError("custody does not answer just now: try again in a moment")
