"""Custody's agents and kill switches, reached by the alias that this caller may invoke."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from understudy.adapters.correlation import correlation_id
from understudy.domain.errors import SigningRefusedError, SigningUnavailableError
from understudy.domain.turns import newer_decision
from understudy.ports.agents import NewAgentKey

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_lambda.client import LambdaClient

    from understudy.domain.identity import Wallet
    from understudy.ports.switches import Switch


_NEWER_DECISION = "NEWER_DECISION"


class LambdaAgentKeys:
    """Implements `AgentKeys` and `SignerSwitches`, as far as the alias opens them."""

    def __init__(self, client: LambdaClient, function: str) -> None:
        self._client = client
        self._function = function

    def create_agent(self, wallet: Wallet, venue: str, agent_name: str) -> NewAgentKey:
        """Make and keep a fresh key for this wallet, not yet able to sign."""
        answer = self._ask(
            operation="create_agent",
            user_id=wallet.user_id,
            wallet_id=wallet.wallet_id,
            wallet_address=wallet.address,
            venue=venue,
            agent_name=agent_name,
        )
        return NewAgentKey(answer["agent_id"], answer["address"])

    def activate(self, agent_id: str) -> None:
        """Let the key sign."""
        self._ask(operation="activate", agent_id=agent_id)

    def revoke(self, agent_id: str) -> None:
        """Destroy the key."""
        self._ask(operation="revoke", agent_id=agent_id)

    def turn(self, switch: Switch, subject: str, *, on: bool, at_ms: int) -> None:
        """Turn a kill switch of the signer."""
        order = {"switch": switch.value, "subject": subject, "on": on, "at_ms": at_ms}
        try:
            self._ask(operation="set_switch", **order)
        except SigningRefusedError as refusal:
            if refusal.facts["cause"] != _NEWER_DECISION:
                raise
            raise newer_decision() from refusal

    def probe(self) -> Mapping[str, int]:
        """Ask whether custody could be called, without calling it."""
        try:
            self._client.invoke(FunctionName=self._function, InvocationType="DryRun")
        except (ClientError, BotoCoreError) as error:
            raise _unavailable() from error
        return {}

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


def _unavailable() -> SigningUnavailableError:
    return SigningUnavailableError("custody does not answer just now: try again in a moment")
