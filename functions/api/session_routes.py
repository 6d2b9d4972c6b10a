"""My sessions: where I am signed in, and ending one or all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from .routing import Access, Call, Items, Route

if TYPE_CHECKING:
    from understudy.workflows.requests.session_endings import SessionView

Ended: TypeAlias = dict[Literal["ended"], bool]


def sessions(call: Call) -> Items[SessionView]:
    """Show where the caller is signed in."""
    here = call.bearer.session_id
    return {"items": call.services.session_endings.living(call.user_id, here)}


def end(call: Call) -> Ended:
    """End one of the caller's sessions."""
    here = call.bearer.session_id
    call.services.session_endings.one_of(call.user_id, call.path["session_id"], here)
    return {"ended": True}


def end_all(call: Call) -> Ended:
    """End all of the caller's sessions, this one too."""
    call.services.session_endings.everywhere(call.user_id, call.bearer.session_id)
    return {"ended": True}


ROUTES = (
    Route("GET", "/v1/sessions", "List where I am signed in", sessions, Access.USER),
    Route(
        "DELETE",
        "/v1/sessions/{session_id}",
        "End a session of mine; its access tokens die with it",
        end,
        stops=True,
    ),
    Route("DELETE", "/v1/sessions", "End all my sessions, this one too", end_all, stops=True),
)
