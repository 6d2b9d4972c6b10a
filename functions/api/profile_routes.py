"""What holds for all follows at once: the copy profile and the main switch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .limits import LimitChoices
from .routing import Access, Call, Request, Route

if TYPE_CHECKING:
    from understudy.workflows.requests.copy_profiles import ProfileView


class NewProfile(Request):
    """Limits for every follow that has no value of its own."""

    limits: LimitChoices


def profile(call: Call) -> ProfileView:
    """Show the profile."""
    return call.services.copy_settings.profile(call.user_id)


def put_profile(call: Call) -> ProfileView:
    """Replace the profile."""
    wish: NewProfile = call.body
    return call.services.copy_settings.put_profile(call.user_id, wish.limits.choices())


def enable(call: Call) -> ProfileView:
    """Let copying go on."""
    return call.services.copy_settings.enable(call.user_id, call.at_ms)


def disable(call: Call) -> ProfileView:
    """Stop all copying."""
    return call.services.copy_settings.disable(call.user_id, call.at_ms)


ROUTES = (
    Route("GET", "/v1/copy/profile", "Show my copy profile", profile, Access.USER),
    Route(
        "PUT",
        "/v1/copy/profile",
        "Replace my copy profile, from the next trade on",
        put_profile,
        body=NewProfile,
    ),
    Route(
        "POST",
        "/v1/copy/enable",
        "Let copying go on; refused (NEWER_DECISION) within a second of the newest disable",
        enable,
        begins=True,
    ),
    Route("POST", "/v1/copy/disable", "Stop all copying", disable, stops=True),
)
