"""What few ask for, and mostly once: everything that is stored about them, and its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from understudy.domain.limits import OnStop
from understudy.workflows.requests.account_deletion import DeletionView
from understudy.workflows.requests.account_export import AccountExport

from .routing import Call

if TYPE_CHECKING:
    from .account_routes import Deletion, ExportQuery


def export(call: Call) -> AccountExport:
    """Show everything."""
    query: ExportQuery = call.query
    return call.services.seldom.exports.of_user(call.user_id, query.cursor)


def delete(call: Call) -> DeletionView:
    """Delete the account, as far as can be done now."""
    wish: Deletion = call.body
    on_stop = OnStop(wish.positions)
    return call.services.seldom.deletion.confirmed(call.bearer, wish.address, on_stop)
