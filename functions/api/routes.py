"""All routes of the API, in the order in which a new user meets them."""

from __future__ import annotations

from . import (
    agent_routes,
    copy_routes,
    follow_routes,
    profile_routes,
    sign_in_routes,
    system_routes,
    wallet_routes,
)

ROUTES = (
    *sign_in_routes.ROUTES,
    *wallet_routes.ROUTES,
    *agent_routes.ROUTES,
    *follow_routes.ROUTES,
    *profile_routes.ROUTES,
    *copy_routes.ROUTES,
    *system_routes.ROUTES,
)
