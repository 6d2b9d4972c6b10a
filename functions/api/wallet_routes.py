"""Who I am, and my wallets: linked, chosen, removed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from understudy.domain.identity import Wallet
from understudy.domain.ids import WalletId

from .proofs import NonceQuery, ShownNonce, SignedMessage, shown_nonce
from .routing import Access, Call, Items, Route

if TYPE_CHECKING:
    from understudy.workflows.requests.myself import Me
    from understudy.workflows.requests.wallets import Person


def me(call: Call) -> Me:
    """Show the caller."""
    return call.services.myself.show(call.user_id)


def wallets(call: Call) -> Items[Wallet]:
    """Show the caller's wallets."""
    return {"items": call.services.identity.wallets(call.user_id)}


def give_nonce(call: Call) -> ShownNonce:
    """Give a nonce that links one address to the caller."""
    query: NonceQuery = call.query
    return shown_nonce(call.services.wallet_links.nonce_for(call.user_id, query.address))


def link(call: Call) -> Wallet:
    """Bind a further wallet."""
    signed: SignedMessage = call.body
    return call.services.wallet_links.link(call.user_id, signed.proof(), signed.connector)


def activate(call: Call) -> Person:
    """Choose the active wallet."""
    return call.services.wallet_links.activate(call.user_id, _wallet_id(call))


def remove(call: Call) -> Person:
    """Unbind a wallet."""
    return call.services.wallet_links.remove(call.bearer, _wallet_id(call))


def _wallet_id(call: Call) -> WalletId:
    return WalletId(call.path["wallet_id"])


ROUTES = (
    Route(
        "GET",
        "/v1/me",
        "Show who I am, with my wallets, and whether my trading was stopped",
        me,
        Access.USER,
    ),
    Route("GET", "/v1/wallets", "List my wallets", wallets, Access.USER),
    Route(
        "GET",
        "/v1/wallets/nonce",
        "Get a nonce for linking a wallet; it works once, for me, within 10 minutes",
        give_nonce,
        Access.USER,
        query=NonceQuery,
    ),
    Route(
        "POST",
        "/v1/wallets",
        "Link a further wallet by a message that it signed",
        link,
        body=SignedMessage,
        status=201,
        begins=True,
        fresh=True,
    ),
    Route(
        "POST",
        "/v1/wallets/{wallet_id}/activate",
        "Make a wallet the one that is meant where none is named",
        activate,
    ),
    Route(
        "DELETE",
        "/v1/wallets/{wallet_id}",
        "Remove a wallet; its sessions end, its address is free for anybody, and a sign-in with"
        " Privy or Dynamic does not bring it back: only linking it again by its signature does",
        remove,
        stops=True,
        fresh=True,
    ),
)
