"""Signing in, staying signed in, signing out."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

from understudy.domain.identity import AuthMethod, Wallet
from understudy.ports.identity import ProviderTokens
from understudy.workflows.requests.sessions import TokenPair

from .fields import Text, Token
from .proofs import NonceQuery, ShownNonce, SignedMessage, shown_nonce
from .routing import Access, Call, Request, Route

if TYPE_CHECKING:
    from understudy.runtime.api_services import ApiServices
    from understudy.workflows.requests.sign_in import SignedIn


class PrivyTokens(Request):
    """The two tokens that Privy gives a user who has signed in there."""

    access_token: Token
    identity_token: Token


class DynamicToken(Request):
    """The token that Dynamic gives a user who has signed in there, with verified credentials."""

    token: Token


class RefreshRequest(Request):
    """A refresh token; it works once."""

    refresh_token: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedSession(TokenPair):
    """The tokens of a new session, and the wallet that is signed in."""

    wallet: Wallet


def give_nonce(call: Call) -> ShownNonce:
    """Give a nonce for the next sign-in message."""
    query: NonceQuery = call.query
    return shown_nonce(call.services.sign_in.nonce_for(query.address))


def verify(call: Call) -> OpenedSession:
    """Open a session."""
    signed: SignedMessage = call.body
    return _shown(call.services.sign_in.verify(signed.proof(), signed.connector))


def verify_privy(call: Call) -> OpenedSession:
    """Open a session for whom Privy vouches for."""
    sent: PrivyTokens = call.body
    tokens = ProviderTokens(access=sent.access_token, identity=sent.identity_token)
    return _shown(call.services.provider_sign_in.verify(AuthMethod.PRIVY, tokens))


def verify_dynamic(call: Call) -> OpenedSession:
    """Open a session for whom Dynamic vouches for."""
    sent: DynamicToken = call.body
    tokens = ProviderTokens(access=sent.token, identity=sent.token)
    return _shown(call.services.provider_sign_in.verify(AuthMethod.DYNAMIC, tokens))


def _shown(opened: SignedIn) -> OpenedSession:
    return OpenedSession(**asdict(opened.tokens), wallet=opened.wallet)


def refresh(call: Call) -> TokenPair:
    """Give the next pair of tokens."""
    return call.services.sessions.refresh(call.body.refresh_token)


def session_of(services: ApiServices, sent: RefreshRequest) -> str:
    """Name the session that a refresh token is of; raises NotAllowedError.

    Only for a token that was made here: a session's name, which every access token shows to who
    reads along, must not be enough to use up its attempts.
    """
    return services.sessions.aimed_at(sent.refresh_token)


def log_out(call: Call) -> dict[Literal["signed_out"], bool]:
    """End the session."""
    call.services.sessions.end(call.body.refresh_token)
    return {"signed_out": True}


def nobodys_door(*_: Any) -> str:
    """Say that an attempt is counted by its network alone.

    Signatures are not guessed, and an address is public: a count of what is aimed at it would only
    let strangers use it up. Whom a provider's token is for nobody knows before it is read.
    """
    return ""


ROUTES = (
    Route(
        "GET",
        "/v1/auth/siwe/nonce",
        "Get a nonce for a sign-in message; it works once, within 10 minutes",
        give_nonce,
        Access.OPEN,
        query=NonceQuery,
    ),
    Route(
        "POST",
        "/v1/auth/siwe/verify",
        "Sign in with a signed message",
        verify,
        Access.OPEN,
        body=SignedMessage,
        aim=nobodys_door,
    ),
    Route(
        "POST",
        "/v1/auth/privy",
        "Sign in with the tokens of Privy",
        verify_privy,
        Access.OPEN,
        body=PrivyTokens,
        aim=nobodys_door,
    ),
    Route(
        "POST",
        "/v1/auth/dynamic/verify",
        "Sign in with the token of Dynamic",
        verify_dynamic,
        Access.OPEN,
        body=DynamicToken,
        aim=nobodys_door,
    ),
    Route(
        "POST",
        "/v1/auth/refresh",
        "Exchange a refresh token for the next pair of tokens",
        refresh,
        Access.OPEN,
        body=RefreshRequest,
        aim=session_of,
    ),
    Route(
        "POST",
        "/v1/auth/logout",
        "End the session",
        log_out,
        Access.OPEN,
        body=RefreshRequest,
        aim=session_of,
    ),
)
