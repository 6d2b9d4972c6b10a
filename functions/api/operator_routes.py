"""The operators' door, and what they do behind it; served by a function with a role of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, StringConstraints

from understudy.domain.agents import Agent
from understudy.domain.errors import InvalidInputError
from understudy.domain.follows import Follow
from understudy.domain.ids import FollowId, UserId
from understudy.ports.switches import Switch
from understudy.workflows.requests.operators import LOOKING, Deed

from . import sign_in_routes
from .fields import REASON, SUBJECT, Address, Flag, Identity
from .proofs import NonceQuery, SignedMessage
from .routing import Access, Call, Request, Route
from .session_routes import Ended
from .sign_in_routes import RefreshRequest, nobodys_door, session_of

if TYPE_CHECKING:
    from understudy.workflows.requests.operator_actions import Dossier
    from understudy.workflows.requests.operator_switches import SwitchView

Reason = Annotated[str, StringConstraints(strict=True, pattern=REASON)]
Subject = Annotated[str, StringConstraints(strict=True, pattern=SUBJECT)]
OperatorSwitch = Literal["kill_global", "kill_venue", "kill_user", "blacklisted", "flagged"]


class WhichSwitch(Request):
    """A switch and whom it is about: '' for everybody, a venue, a user's id, or an address."""

    switch: OperatorSwitch
    subject: Annotated[
        Subject,
        Field(description="Nothing for everybody, a venue's name, a user's id, or an address."),
    ] = ""


class TurnSwitch(WhichSwitch):
    """Which way to turn it, and why; who is flagged reads the reason."""

    on: Flag
    reason: Reason


class Why(Request):
    """Why something is done, for the audit."""

    reason: Reason


class WhichUser(Request):
    """A user, by their id or by the address of one of their wallets."""

    user_id: Identity | None = None
    address: Address | None = None


def switch(call: Call) -> SwitchView:
    """Show how a switch stands."""
    query: WhichSwitch = call.query
    return call.services.seldom.operator_switches.stands(Switch(query.switch), query.subject)


def turn(call: Call) -> SwitchView:
    """Turn a switch."""
    wish: TurnSwitch = call.body
    return call.services.seldom.operator_switches.turn(
        _deed(call), Switch(wish.switch), wish.subject, on=wish.on
    )


def user(call: Call) -> Dossier:
    """Show a user with wallets, agents, follows, living sessions and switches."""
    query: WhichUser = call.query
    actions = call.services.seldom.operator_actions
    if (query.user_id is None) is (query.address is None):
        raise InvalidInputError("name a user by user_id or by address, and not by both")
    user_id = actions.user_of(query.address) if query.address else UserId(query.user_id or "")
    return actions.look(Deed(call.user_id, LOOKING, call.at_ms), user_id)


def pause(call: Call) -> Follow:
    """Pause a follow."""
    return call.services.seldom.operator_actions.pause(_deed(call), _follow_id(call))


def release(call: Call) -> Follow:
    """Release a follow."""
    return call.services.seldom.operator_actions.release(_deed(call), _follow_id(call))


def revoke(call: Call) -> Agent:
    """Revoke a user's agent."""
    user_id, agent_id = UserId(call.path["user_id"]), call.path["agent_id"]
    return call.services.seldom.operator_actions.revoke(_deed(call), user_id, agent_id)


def rotate(call: Call) -> Agent:
    """Have a user's agent rotated."""
    user_id, agent_id = UserId(call.path["user_id"]), call.path["agent_id"]
    return call.services.seldom.operator_actions.rotate(_deed(call), user_id, agent_id)


def end_session(call: Call) -> Ended:
    """End one session."""
    call.services.seldom.every_session.one(_deed(call), call.path["session_id"])
    return {"ended": True}


def end_sessions(call: Call) -> Ended:
    """End all sessions of a user."""
    users = call.services.seldom.every_session.users
    users.all_of(UserId(call.path["user_id"]), _deed(call))
    return {"ended": True}


def end_operators(call: Call) -> Ended:
    """End all sessions of an operator, who goes by the wallet's address."""
    operators = call.services.seldom.every_session.operators
    operators.all_of(UserId(call.path["address"].lower()), _deed(call))
    return {"ended": True}


def end_everybodys(call: Call) -> Ended:
    """End all sessions of everybody."""
    call.services.seldom.every_session.everybodys(_deed(call))
    return {"ended": True}


def _deed(call: Call) -> Deed:
    return Deed(call.user_id, call.body.reason, call.at_ms)


def _follow_id(call: Call) -> FollowId:
    return FollowId(call.path["follow_id"])


def _route(method: str, path: str, summary: str, handle: Any, **more: Any) -> Route:
    return Route(method, f"/v1/ops{path}", summary, handle, Access.OPERATOR, **more)


def _stop(path: str, summary: str, handle: Any) -> Route:
    return _route("POST", path, summary, handle, body=Why, stops=True)


def _door(method: str, path: str, summary: str, handle: Any, **more: Any) -> Route:
    return Route(method, f"/v1/ops/auth{path}", summary, handle, Access.OPEN, **more)


FOLLOW = "/follows/{follow_id}"
AGENT = "/users/{user_id}/agents/{agent_id}"

ROUTES = (
    _door(
        "GET",
        "/siwe/nonce",
        "Get a nonce for an operator's sign-in message; it works once, within 10 minutes",
        sign_in_routes.give_nonce,
        query=NonceQuery,
    ),
    _door(
        "POST",
        "/siwe/verify",
        "Sign an operator in with a message that names urn:understudy:operate as a resource",
        sign_in_routes.verify,
        body=SignedMessage,
        aim=nobodys_door,
    ),
    _door(
        "POST",
        "/refresh",
        "Exchange an operator's refresh token for the next pair of tokens",
        sign_in_routes.refresh,
        body=RefreshRequest,
        aim=session_of,
    ),
    _door(
        "POST",
        "/logout",
        "End an operator's session",
        sign_in_routes.log_out,
        body=RefreshRequest,
        aim=session_of,
    ),
    _route("GET", "/switches", "Show how a switch stands", switch, query=WhichSwitch),
    _route(
        "POST",
        "/switches",
        "Turn a kill switch, the blacklist or a flag",
        turn,
        body=TurnSwitch,
        stops=True,
    ),
    _route("GET", "/users", "Show a user with all that can be acted on", user, query=WhichUser),
    _stop(FOLLOW + "/pause", "Pause a follow until it is released", pause),
    _route("POST", FOLLOW + "/release", "Let its owner start a follow again", release, body=Why),
    _stop(AGENT + "/revoke", "Destroy an agent's key; its follows pause", revoke),
    _route("POST", AGENT + "/rotate", "Have an agent's successor prepared", rotate, body=Why),
    _stop("/sessions/{session_id}/end", "End a session", end_session),
    _stop("/users/{user_id}/sessions/end", "End a user's sessions", end_sessions),
    _stop("/operators/{address}/sessions/end", "End an operator's sessions", end_operators),
    # No id is part of this path: one that was left out must never end everybody's.
    _stop(
        "/everybody/sessions/end",
        "End everybody's sessions, the operator's own too",
        end_everybodys,
    ),
)
