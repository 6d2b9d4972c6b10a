"""The routes that the API serves to all, in the order in which a new user meets them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import (
    account_routes,
    agent_routes,
    bounds_routes,
    copy_routes,
    follow_routes,
    profile_routes,
    session_routes,
    sign_in_routes,
    wallet_routes,
)
from .system_routes import system_routes

if TYPE_CHECKING:
    from .routing import Route

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


def _described() -> tuple[Route, ...]:
    # Operators' routes are described here and served elsewhere: no start waits for them.
    from . import operator_routes  # noqa: PLC0415

    return (*USER_ROUTES, *operator_routes.ROUTES)


SERVED_TO_ALL = (*USER_ROUTES, *system_routes(_described))
