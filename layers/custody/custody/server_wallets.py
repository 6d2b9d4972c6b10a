"""Agents' keys at a provider of server wallets, signed with over HTTP; no key is ever here.

A wallet is made under the agent's name: who does not know what became of a request asks by that
name, and repeats it under the same idempotency key, so there is never a second one.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from time import monotonic, sleep
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote, urlsplit

import urllib3
from urllib3.exceptions import HTTPError

from custody.authorities import HeldKey, Key
from custody.keys import KeyUnusableError
from custody.secp256k1 import Signature, recovered
from understudy.domain.errors import ConfigurationError, DependencyError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping


# The function has ten seconds; what is not answered by then is asked again by its caller.
_WHOLE_SECONDS = 8.0
# Whoever waits for signatures waits three seconds for its whole batch, others' lanes included.
_SIGNING_SECONDS = 2.0
# Whoever looks whether all is well is to be told, not to wait.
_LOOKING_SECONDS = 0.8
_NOBODY = "nobody"
_CONNECT_SECONDS = 2.0
_TRIES = 4
_PAUSE_SECONDS = 0.5
_OK, _MADE, _NOT_KNOWN, _TOO_MANY = 200, 201, 401, 429
_GONE = frozenset({404, 410})
_SIGNATURE_BYTES = 65
_NO_HEADERS: Mapping[str, str] = MappingProxyType({})
_THIS_MACHINE = frozenset({"127.0.0.1", "localhost", "::1"})


class Answer(NamedTuple):
    """What came back: a status and an object."""

    status: int
    fields: dict[str, Any]


class WalletService:
    """The provider at one address: 429 is waited out, everything in bounded time, no redirects.

    `read_token` is asked when the first request needs a token, and again when one is not taken.
    """

    def __init__(
        self, url: str, read_token: Callable[[], str], pause: Callable[[float], None] = sleep
    ) -> None:
        try:
            place = urlsplit(url)
            host, _ = place.hostname, place.port
        except ValueError:  # its words have parts of the address, which may hold a password
            raise ConfigurationError("SERVER_WALLETS_URL must be an address") from None
        is_local = place.scheme == "http" and host in _THIS_MACHINE
        if not host or (place.scheme != "https" and not is_local):
            raise ConfigurationError(
                "SERVER_WALLETS_URL must begin with https:// (http:// only on this machine)"
            )
        self._url = url.rstrip("/")
        self._read_token = read_token
        self._token = ""
        self._pause = pause
        self._pool = urllib3.PoolManager(retries=False)

    def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        until: float = 0.0,
        headers: Mapping[str, str] = _NO_HEADERS,
    ) -> Answer:
        """Give the answer; raises DependencyError when there is none by then, or only 429."""
        deadline = until or monotonic() + _WHOLE_SECONDS
        used = self._token or self._renewed_token()
        response = self._patiently(method, path, body, {**headers, **_bearer(used)}, deadline)
        if response.status == _NOT_KNOWN and (token := self._renewed_token()) != used:
            again = {**headers, **_bearer(token)}
            response = self._patiently(method, path, body, again, deadline)
        return _read(response)

    def _renewed_token(self) -> str:
        token = self._read_token()
        if not (token and token.isascii() and token.isprintable()):  # no header can have it
            raise ConfigurationError("ServerWalletsToken must hold one line of ASCII: the token")
        self._token = token
        return token

    def _patiently(
        self, method: str, path: str, body: object, headers: dict[str, str], deadline: float
    ) -> urllib3.BaseHTTPResponse:
        for number in range(_TRIES):
            response = self._once(method, path, body, headers, deadline - monotonic())
            if response.status != _TOO_MANY:
                return response
            seconds = _seconds_in(response.headers.get("Retry-After")) or _PAUSE_SECONDS
            if number == _TRIES - 1 or monotonic() + seconds > deadline:
                break
            self._pause(seconds)
        raise DependencyError("the server wallets are asked too often: try again in a moment")

    def _once(
        self, method: str, path: str, body: object, headers: dict[str, str], seconds: float
    ) -> urllib3.BaseHTTPResponse:
        try:
            return self._pool.request(
                method,
                self._url + path,
                body=None if body is None else json.dumps(body).encode(),
                headers={"Content-Type": "application/json", **headers},
                redirect=False,
                timeout=urllib3.Timeout(connect=_CONNECT_SECONDS, total=max(seconds, 0.1)),
            )
        except HTTPError as error:
            raise DependencyError("the server wallets do not answer") from error


class ServerWallets:
    """Implements `Authority`."""

    def __init__(self, service: WalletService) -> None:
        self._service = service

    def make(self, agent_id: str, key_version: int) -> Key:
        """Make the agent's wallet, or go on with the one that an earlier call began.

        Raises DependencyError as long as it is not known to be ready: call again, by the same name.
        """
        name = f"{agent_id}-{key_version}"
        found = self._named(name) or self._created(name)
        if found.get("status") != "READY":
            raise DependencyError("the server wallet is still being made: try again in a moment")
        return Key(str(found["address"]).lower(), str(found["walletId"]))

    @contextmanager
    def opened(self, held: HeldKey) -> Iterator[ServerWallet]:
        """Give the wallet; nothing of its key comes here."""
        if not held.key_id:
            raise KeyUnusableError("the agent's record names no server wallet")
        yield ServerWallet(self._service, held, monotonic() + _SIGNING_SECONDS)

    def destroy(self, held: HeldKey) -> None:
        """Take the wallet out of use for good."""
        answer = self._service.ask("DELETE", f"/v1/wallets/{quote(held.key_id)}")
        if answer.status != _OK and answer.status not in _GONE:
            raise DependencyError("the server wallet was not revoked: try again in a moment")

    def require_answer(self) -> None:
        """Look up a wallet that nobody has; raises DependencyError unless the answer is quick."""
        self._named(_NOBODY, until=monotonic() + _LOOKING_SECONDS)

    def _named(self, name: str, *, until: float = 0.0) -> dict[str, Any]:
        answer = self._service.ask("GET", f"/v1/wallets?name={quote(name)}", until=until)
        wallets = answer.fields.get("wallets")
        if answer.status != _OK or not isinstance(wallets, list):
            raise DependencyError("the server wallets cannot be looked up just now")
        # What was not asked for may be another agent's: a key is one agent's alone.
        of_name = (each for each in wallets if isinstance(each, dict) and each.get("name") == name)
        return next(of_name, {})

    def _created(self, name: str) -> dict[str, Any]:
        answer = self._service.ask(
            "POST", "/v1/wallets", {"name": name}, headers={"Idempotency-Key": name}
        )
        if answer.status not in {_OK, _MADE} or answer.fields.get("name") != name:
            raise DependencyError("the server wallet was not made, or not yet: try again")
        return answer.fields


class ServerWallet:
    """Signs with one agent's wallet until its lane's time is over."""

    def __init__(self, service: WalletService, held: HeldKey, until: float) -> None:
        self._service = service
        self._held = held
        self._until = until

    def signature_of(self, digest: bytes) -> Signature:
        """Sign 32 bytes; the signature is checked to be this agent's."""
        path = f"/v1/wallets/{quote(self._held.key_id)}/signatures"
        answer = self._service.ask("POST", path, {"digest": digest.hex()}, until=self._until)
        if answer.status in _GONE:
            raise KeyUnusableError("the server wallet is revoked or gone")
        if answer.status != _OK:
            raise DependencyError("the server wallet did not sign", status=answer.status)
        raw = _bytes_in(answer.fields.get("signature"))
        r, s = int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:64], "big")
        signature = recovered(digest, r, s, self._held.address)
        if signature is None:
            raise KeyUnusableError("the server wallet signs with another key than the agent's")
        return signature


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _read(response: urllib3.BaseHTTPResponse) -> Answer:
    try:
        fields = json.loads(response.data)
    except ValueError as error:
        raise DependencyError("the server wallets gave no readable answer") from error
    if not isinstance(fields, dict):
        raise DependencyError("the server wallets gave no readable answer")
    return Answer(response.status, fields)


def _seconds_in(header: str | None) -> int:
    return int(header) if header and header.isascii() and header.isdigit() else 0


def _bytes_in(text: object) -> bytes:
    try:
        raw = bytes.fromhex(text) if isinstance(text, str) else b""
    except ValueError:
        raw = b""
    if len(raw) != _SIGNATURE_BYTES:
        raise DependencyError("the server wallet gave no signature that can be read")
    return raw
