"""Delegating to an agent: enable, confirm with the wallet's signatures, list, revoke."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from understudy.domain.agents import ENDS_A_NAME, Agent, AgentScope, is_agent_name
from understudy.domain.ids import WalletId

from .fields import AGENT_NAME, Identity, Text
from .routing import Access, Call, Items, Request, Route

if TYPE_CHECKING:
    from understudy.workflows.requests.agents import Delegation


def _an_agents(name: str) -> str:
    if not is_agent_name(name):
        raise ValueError(f"must not hold '{ENDS_A_NAME}', which the venue reads as an agent's end")
    return name


AgentName = Annotated[
    str,
    StringConstraints(strict=True, pattern=AGENT_NAME),
    AfterValidator(_an_agents),
]


class EnableAgent(Request):
    """Which wallet (the active one by default) delegates, and under which name."""

    scope: AgentScope
    agent_name: AgentName
    wallet_id: Identity | None = None
    venue: Literal["hyperliquid"] = "hyperliquid"


class ConfirmAgent(Request):
    """The wallet's signatures over the actions to sign, in their order."""

    agent_id: Identity
    signatures: Annotated[list[Text], Field(min_length=1, max_length=4)]


def enable(call: Call) -> Delegation:
    """Make an agent and show what the wallet has to sign."""
    wish: EnableAgent = call.body
    wallet_id = None if wish.wallet_id is None else WalletId(wish.wallet_id)
    return call.services.agents.enable(
        call.user_id, wish.venue, wish.agent_name, wish.scope, wallet_id
    )


def confirm(call: Call) -> Delegation:
    """Take the signatures in."""
    signed: ConfirmAgent = call.body
    return call.services.confirming.confirm(call.user_id, signed.agent_id, signed.signatures)


def agents(call: Call) -> Items[Agent]:
    """Show the caller's agents."""
    return {"items": call.services.agents.of_user(call.user_id)}


def agent(call: Call) -> Delegation:
    """Show an agent with what is to be signed."""
    return call.services.agents.show(call.user_id, call.path["agent_id"])


def rotate(call: Call) -> Delegation:
    """Prepare an agent's successor."""
    return call.services.agents.rotate(call.user_id, call.path["agent_id"])


def revoke(call: Call) -> Delegation:
    """Destroy an agent's key."""
    return call.services.agents.revoke(call.user_id, call.path["agent_id"])


ROUTES = (
    Route(
        "POST",
        "/v1/agents/enable",
        "Make an agent; it waits one hour for the wallet's signatures",
        enable,
        body=EnableAgent,
        status=201,
        begins=True,
    ),
    Route(
        "POST",
        "/v1/agents/confirm",
        "Hand the wallet's signatures in: the agent becomes ACTIVE (or, if over, is removed there)",
        confirm,
        body=ConfirmAgent,
    ),
    Route("GET", "/v1/agents", "List my agents", agents, Access.USER),
    Route(
        "GET",
        "/v1/agents/{agent_id}",
        "Show an agent, with what its wallet has to sign for it",
        agent,
        Access.USER,
    ),
    Route(
        "POST",
        "/v1/agents/{agent_id}/rotate",
        "Make an active agent's successor; once it is confirmed, it takes the follows over",
        rotate,
        status=201,
        begins=True,
    ),
    Route(
        "DELETE",
        "/v1/agents/{agent_id}",
        "Revoke an agent: its key is destroyed, its follows pause, the venue's part waits",
        revoke,
        stops=True,
    ),
)
