"""All routes of the API, in the order in which a new user meets them.

Operators' routes are described with the others and served by a function of their own.
"""

from __future__ import annotations

from . import (
    account_routes,
    agent_routes,
    bounds_routes,
    copy_routes,
    follow_routes,
    operator_routes,
    profile_routes,
    session_routes,
    sign_in_routes,
    wallet_routes,
)
from .system_routes import system_routes

USER_ROUTES = (
    *sign_in_routes.ROUTES,
    *session_routes.ROUTES,
    *wallet_routes.ROUTES,
    *account_routes.ROUTES,
    *agent_routes.ROUTES,
    *bounds_routes.ROUTES,
    *follow_routes.ROUTES,
    *profile_routes.ROUTES,
    *copy_routes.ROUTES,
)
SYSTEM_ROUTES = system_routes((*USER_ROUTES, *operator_routes.ROUTES))
SERVED_TO_ALL = (*USER_ROUTES, *SYSTEM_ROUTES)
ROUTES = (*SERVED_TO_ALL, *operator_routes.ROUTES)
