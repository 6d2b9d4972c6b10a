"""Every route there is, whichever function serves it: for who describes or tests the whole API."""

from __future__ import annotations

from . import operator_routes
from .routes import SERVED_TO_ALL

ROUTES = (*SERVED_TO_ALL, *operator_routes.ROUTES)
